"""The process that owns the bed's namespaces: when it ends, everything that runs in the bed has ended.

It is process 1 of its own PID namespace and waits for the end of its input, a pipe whose other end only the starting
process has. However that process ends, the kernel closes the pipe, the holder ends, and every server goes with it.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from .programs import Unavailable, find

WAITING = "waiting"


def child_of(pid: int) -> int | None:
    """The first child of a process, which may not have it yet."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:
        return None
    return int(children[0]) if children else None


class Holder:
    """Owner of a mount, a PID and a first network namespace, in a user namespace of its own where we are not root."""

    def __init__(self, pid: int, *, user: bool) -> None:
        self.pid = pid
        self._user = ["--user", "--preserve-credentials"] if user else []

    def enter(self, network: str | None = None, *, dies_with_holder: bool = False) -> list[str]:
        """Words to put before a command so that it runs in the bed, in the network namespace named.

        Without `dies_with_holder` the command keeps its place in the process tree: signals reach it, not a wrapper.
        """
        net = f"--net=/proc/{self.pid}/root/run/netns/{network}" if network else "--net"
        pid = ["--pid"] if dies_with_holder else []
        return [find("nsenter"), f"--target={self.pid}", *self._user, "--mount", net, *pid, "--"]


def _unshare(*, user: bool) -> subprocess.Popen[str]:
    own = ["--user", "--map-root-user"] if user else []
    return subprocess.Popen(
        [
            *(find("unshare"), *own, "--mount", "--net", "--pid", "--fork", "--kill-child"),
            *("--", "/bin/sh", "-c", f"echo {WAITING}; read -r _"),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@contextlib.contextmanager
def held() -> Iterator[Holder]:
    """Hold namespaces. Raises Unavailable where the kernel or the machine's policy forbids them."""
    reasons = []
    for user in [False, True] if os.geteuid() == 0 else [True]:
        with _unshare(user=user) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            assert process.stderr is not None
            if process.stdout.readline().strip() == WAITING:
                pid = child_of(process.pid)
                assert pid is not None
                try:
                    yield Holder(pid, user=user)
                finally:
                    process.stdin.close()
                    process.wait()
                return
            reasons.append(process.stderr.read().strip())
    raise Unavailable(f"network namespaces are not allowed here: {'; '.join(reasons)}")
