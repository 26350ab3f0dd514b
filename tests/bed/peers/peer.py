"""A server of the bed as a process: started until its sockets are bound, stopped until they are gone."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import struct
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from ..certificates import Certificates, Variant
from ..cloud import Cloud
from ..holder import child_of
from ..namespace import Namespace
from ..programs import find

START_SECONDS = 30.0
STOP_SECONDS = 5.0
POLL_SECONDS = 0.005
LISTEN = "0A"
"""TCP state in /proc/net/tcp (include/net/tcp_states.h)."""


class Socket(NamedTuple):
    protocol: Literal["tcp", "udp"]
    address: str
    port: int


class Service(NamedTuple):
    """How a server is run."""

    namespace: str
    argv: list[str]
    sockets: set[Socket]
    """What it has bound once it serves."""
    proof: Sequence[str] = ()
    """A command that ends well once it answers, where bound sockets do not yet mean that it does."""


Configure = Callable[[Path, Cloud, Certificates, Variant], Service]
"""Write the configuration into a folder and say how to run it."""


def bound_sockets(pid: int) -> set[Socket]:
    """IPv4 sockets bound in the network namespace of a process: listening ones of TCP, all of UDP (proc(5))."""
    found = set()
    for protocol in ("tcp", "udp"):
        for line in Path(f"/proc/{pid}/net/{protocol}").read_text().splitlines()[1:]:
            local, state = line.split()[1], line.split()[3]
            address, port = local.split(":")
            if protocol == "udp" or state == LISTEN:
                dotted = socket.inet_ntoa(struct.pack("=I", int(address, 16)))
                found.add(Socket("tcp" if protocol == "tcp" else "udp", dotted, int(port, 16)))
    return found


class Peer:
    def __init__(self, name: str, namespace: Namespace, service: Service, log: Path) -> None:
        self.name = name
        self.log = log
        self._namespace, self._service = namespace, service
        self._process: subprocess.Popen[bytes] | None = None

    def launch(self) -> None:
        """Start the program without waiting for it."""
        program, *words = self._service.argv
        enter = self._namespace.holder.enter(self._namespace.name, dies_with_holder=True)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*enter, find(program), *words],
                env=self._namespace.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait(self) -> None:
        """Return when it serves. Raises AssertionError with the server's own words."""
        self._wait_for_sockets()
        if self._service.proof:
            done = self._namespace.run(self._service.proof, timeout=START_SECONDS)
            assert done.returncode == 0, f"{self.name} does not answer: {done.stderr}\n{self._words()}"

    def _words(self) -> str:
        return self.log.read_text(errors="replace")[-4000:]

    def _wait_for_sockets(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + START_SECONDS
        missing = self._service.sockets
        while missing:
            ended = self._process.poll() is not None
            if ended or time.monotonic() > deadline:
                self.stop()
                why = "ended" if ended else f"did not bind {sorted(missing)} within {START_SECONDS} s"
                raise AssertionError(f"{self.name} {why}:\n{self._words()}")
            pid = child_of(self._process.pid)
            if pid is not None:
                with contextlib.suppress(OSError):
                    missing = self._service.sockets - bound_sockets(pid)
            if missing:
                time.sleep(POLL_SECONDS)

    def stop(self) -> None:
        """End the program and whatever it started."""
        process, self._process = self._process, None
        if process is None:
            return
        pid = child_of(process.pid)
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def bury(self) -> None:
        """Collect the program after the holder's end has killed it."""
        if self._process is not None:
            self._process.wait()
