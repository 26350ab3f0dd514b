"""One network namespace of the bed: commands run in it, packet filter rules that come and go."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from .holder import Holder
from .programs import SEARCH_PATH, find

_numbers = itertools.count(1)


class Rule:
    """A packet filter rule that counts what it meets."""

    def __init__(self, namespace: Namespace, table: str) -> None:
        self._namespace, self._table = namespace, table

    @property
    def packets(self) -> int:
        """How many packets the rule has met so far."""
        listing = json.loads(self._namespace.nft("-j", "list", "table", "inet", self._table))["nftables"]
        (rule,) = (each["rule"]["expr"] for each in listing if "rule" in each)
        return sum(part["counter"]["packets"] for part in rule if "counter" in part)


class Namespace:
    def __init__(self, holder: Holder, name: str, *, hook: str, env: Mapping[str, str]) -> None:
        """`hook` is where packets pass that `drop` and `reject` are about."""
        self.name = name
        self.holder = holder
        self.env = {**env, "PATH": SEARCH_PATH}
        self._hook = hook

    def command(self, argv: Sequence[str], *, privileged: bool = True, cwd: str | Path | None = None) -> list[str]:
        """The words that run `argv` in here; without privilege it is a user that has no capability at all."""
        bound = [] if privileged else ["--bounding-set=-all", "--inh-caps=-all"]
        place = [find("env"), f"--chdir={cwd or Path.cwd()}", find("setpriv"), "--pdeathsig=KILL", *bound]
        return [*self.holder.enter(self.name), *place, "--", *map(str, argv)]

    def run(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        timeout: float = 60,
        check: bool = False,
        input: str | None = None,
        privileged: bool = True,
        cwd: str | Path | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run to the end with output captured as text; `env` is added to the bed's own. `timeout` in seconds."""
        return subprocess.run(
            self.command(argv, privileged=privileged, cwd=cwd),
            env={**self.env, **(env or {})},
            timeout=timeout,
            check=check,
            capture_output=True,
            text=True,
            **({"stdin": subprocess.DEVNULL} if input is None else {"input": input}),
        )

    def popen(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        privileged: bool = True,
        cwd: str | Path | None = None,
        **options: Any,
    ) -> subprocess.Popen[Any]:
        """Start a command; the process that you get is the command itself, so signals reach it."""
        command = self.command(argv, privileged=privileged, cwd=cwd)
        return subprocess.Popen(command, env={**self.env, **(env or {})}, **options)

    def nft(self, *words: str, ruleset: str | None = None) -> str:
        """What nft prints. Raises AssertionError with nft's own words."""
        done = self.run(["nft", *words], input=ruleset)
        assert done.returncode == 0, f"nft {' '.join(words)} in {self.name}: {done.stderr}"
        return done.stdout

    def _tables(self) -> set[tuple[str, str]]:
        listing = json.loads(self.nft("-j", "list", "tables"))["nftables"]
        return {(each["table"]["family"], each["table"]["name"]) for each in listing if "table" in each}

    @contextlib.contextmanager
    def apply(self, ruleset: str) -> Iterator[None]:
        """Load an nftables ruleset that makes tables of its own; they are deleted at the end."""
        before = self._tables()
        self.nft("-f", "-", ruleset=ruleset)
        added = self._tables() - before
        assert added, "the ruleset makes no table of its own, so it could not be taken back"
        try:
            yield
        finally:
            self.nft("-f", "-", ruleset="\n".join(f"delete table {family} {name}" for family, name in added))

    @contextlib.contextmanager
    def rule(self, statement: str) -> Iterator[Rule]:
        """A rule such as `tcp dport 8934 counter reject with tcp reset` on the packets that pass here."""
        table = f"fault{next(_numbers)}"
        chain = f"chain fault {{\n type filter hook {self._hook} priority filter\n {statement}\n }}"
        with self.apply(f"table inet {table} {{\n {chain}\n }}\n"):
            yield Rule(self, table)

    def drop(self, match: str) -> contextlib.AbstractContextManager[Rule]:
        """Drop what matches, for example `udp dport 9000`."""
        return self.rule(f"{match} counter drop")

    def reject(
        self, match: str, *, how: str = "icmpx type admin-prohibited"
    ) -> contextlib.AbstractContextManager[Rule]:
        """Refuse what matches, saying so by ICMP, or with `tcp reset`."""
        return self.rule(f"{match} counter reject with {how}")


def clean_environment() -> dict[str, str]:
    """Our environment without what belongs to the host's network."""
    return {key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")}
