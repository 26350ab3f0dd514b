"""`callready doctor`: what this machine can and cannot measure, and why. Sends no packet."""

from __future__ import annotations

import argparse
import os
import re
import sys
import textwrap
from collections.abc import Iterator
from importlib import metadata

import msgspec

from catalog.ranges import parse_ranges

from .fault import READY

WIDTH = 80
# Core metadata's Requires-Dist (PEP 508)
_NAME = re.compile(r"[A-Za-z0-9._-]+")
_EXTRA = re.compile(r"""extra == ['"]([A-Za-z0-9._-]+)['"]""")
SOURCE_PORTS = (
    ("tcp", "5060-5080", "P1b", "signalling of phones and room devices"),
    ("udp", "8500-8699", "P3c", "media of the Webex app"),
    ("udp", "19560-19661", "P3b", "media of phones and room devices"),
    ("udp", "51494", "P9", "time for phones"),
)
"""Transport, ports, row of the catalogue, and what sends from them. SRTCP of the last SRTP port takes one port more."""


class Ability(msgspec.Struct, frozen=True, kw_only=True):
    """`able` is None where it cannot be told."""

    what: str
    able: bool | None
    means: str
    do: str = ""


def doctor(_: argparse.Namespace) -> int:
    for title, abilities in (
        ("Platform", _platform()),
        ("Network", _network()),
        ("Source ports", _source_ports()),
        ("Certificates and clock", _trust_and_clock()),
        ("Libraries", _libraries()),
    ):
        print(title)
        for each in abilities:
            print("\n".join(_shown(each)))
        print()
    print("Nothing was sent.")
    return READY


def _shown(ability: Ability) -> Iterator[str]:
    sign = {True: "yes", False: "no", None: "?"}[ability.able]
    indent = " " * 6
    first = f"  {sign:<3} {ability.what}: {ability.means}"
    yield from textwrap.wrap(first, WIDTH, subsequent_indent=indent, break_on_hyphens=False)
    if ability.do:
        yield from textwrap.wrap(
            f"-> {ability.do}", WIDTH, initial_indent=indent, subsequent_indent=indent + "   ", break_on_hyphens=False
        )


def _platform() -> Iterator[Ability]:
    from probe.net import abilities, environment, error_queue

    limit = environment.platform_limit()
    yield Ability(
        what=abilities.system(),
        able=not limit,
        means=limit or "everything that needs no privilege can be measured",
        do="run from a Linux machine of the same network for full answers" if limit else "",
    )
    icmp = error_queue.AVAILABLE
    yield Ability(
        what="ICMP errors can be read",
        able=icmp,
        means="a device that refuses is named" if icmp else "a refusal looks like silence, and no device is named",
        do="" if icmp else "run from a Linux machine of the same network",
    )
    yield _raw()


def _raw() -> Ability:
    from probe.net import environment

    if environment.is_privileged():
        return Ability(
            what="Raw sockets", able=True, means="allowed; nothing in this version needs them (per-hop marking will)"
        )
    command = f"sudo setcap cap_net_raw+ep {os.path.realpath(sys.executable)}"
    return Ability(
        what="Raw sockets",
        able=False,
        means="not allowed; nothing in this version needs them, per-hop marking in a later one will",
        do=f"then: {command} (every program of that interpreter gets the right)" if sys.platform == "linux" else "",
    )


def _network() -> Iterator[Ability]:
    from probe.net import environment, resolvers
    from probe.net.real import RealNet

    versions = RealNet(seed=0, user_agent="").versions()
    yield Ability(
        what="IPv4 route",
        able=4 in versions,
        means=f"used, from {environment.source_address()}" if 4 in versions else "Calling cannot be reached without",
        do="" if 4 in versions else "connect the interface, or give it an address and a default route",
    )
    yield Ability(
        what="IPv6 route",
        able=6 in versions,
        means="used where a name has an IPv6 address"
        if 6 in versions
        else "only IPv4 is tested; no loss, Calling publishes no IPv6 prefix for signalling",
    )
    gateway = environment.default_gateway()
    known = sys.platform == "linux"
    yield Ability(
        what="Default gateway",
        able=bool(gateway) if known else None,
        means=f"{gateway}; a refusal that it sends is told from others"
        if gateway
        else "none; a refusal of the first hop is not told from others"
        if known
        else "cannot be read on this platform; the first hop is not named",
        do="" if gateway or not known else "give this machine a default route, if the site has one",
    )
    found = [each.address for each in resolvers.configured()]
    yield Ability(
        what="Resolvers",
        able=bool(found),
        means=f"{', '.join(found)}; each is tested by itself" if found else "none is configured: no name can be tested",
        do="" if found else "set one by DHCP, or in /etc/resolv.conf",
    )


def _source_ports() -> Iterator[Ability]:
    from probe.net import abilities

    for transport, ports, row, sender in SOURCE_PORTS:
        seen = abilities.try_ports(transport, parse_ranges(ports))
        total = seen.free + len(seen.taken) + len(seen.forbidden)
        means = f"{seen.free} of {total} can be bound; {sender} ({row})"
        busy = seen.taken + seen.forbidden
        if busy and not seen.free:
            means += ": cannot be measured from here, its rows stay unverified"
        yield Ability(
            what=f"{transport.upper()} {ports}",
            able=seen.free > 0,
            means=means,
            do=f"taken: {_few(busy)}; end the softphone or other program that holds them" if busy else "",
        )
    seen = abilities.try_ports("udp", parse_ranges("123"))
    taken = "held by a program, probably this machine's own time service"
    yield Ability(
        what="UDP 123",
        able=seen.free > 0,
        means="can be bound; time is asked from other ports all the same"
        if seen.free
        else f"{'needs privilege' if seen.forbidden else taken}; no loss, time is asked from other ports (P11)",
    )


def _few(ports: list[int], most: int = 6) -> str:
    shown = ", ".join(map(str, ports[:most]))
    return shown if len(ports) <= most else f"{shown} and {len(ports) - most} more"


def _trust_and_clock() -> Iterator[Ability]:
    import certifi

    from probe.net import abilities

    public = abilities.count_roots(certifi.where())
    yield Ability(
        what="Public roots",
        able=bool(public),
        means=f"{public} of Mozilla, certifi {metadata.version('certifi')}"
        if public
        else "none: no chain can be judged",
        do="" if public else "install certifi again, or name a file with --public-roots",
    )
    file, directory = abilities.machine_roots()
    own = abilities.count_roots(file, directory)
    yield Ability(
        what="This machine's roots",
        able=bool(own),
        means=f"{own} in {file or directory}"
        if own
        else "not found: an inspecting proxy is told by its issuer alone, with less certainty",
        do="" if own else "install ca-certificates, or set SSL_CERT_FILE",
    )
    synchronised = abilities.clock_synchronised()
    yield Ability(
        what="Clock synchronised",
        able=synchronised,
        means={
            True: "the kernel says so",
            False: "the kernel says no; the ntp check measures by how much it is off",
            None: "cannot be told here; the ntp check measures by how much it is off",
        }[synchronised],
        do="" if synchronised is not False else "start chrony or systemd-timesyncd (in a container: on its host)",
    )


def _libraries() -> Iterator[Ability]:
    from probe.net import abilities

    needed, optional = _requirements()
    found = {name: _version(name) for name in needed}
    missing = [name for name, version in found.items() if version is None]
    yield Ability(
        what="Needed",
        able=not missing,
        means=", ".join(f"{name} {version or 'missing'}" for name, version in found.items())
        + f"; {abilities.openssl()}",
        do=f"install: {', '.join(missing)}" if missing else "",
    )
    for extra, names in optional.items():
        lacking = [name for name in names if _version(name) is None]
        yield Ability(
            what=f"Extra '{extra}'",
            able=not lacking,
            means="installed" if not lacking else f"not installed ({', '.join(lacking)}); a check needs none of it",
        )


def _requirements() -> tuple[list[str], dict[str, list[str]]]:
    """Names that callready depends on, and those of each extra."""
    needed: list[str] = []
    optional: dict[str, list[str]] = {}
    for line in metadata.requires("callready") or []:
        name, extra = _NAME.match(line), _EXTRA.search(line)
        if name is not None:
            (optional.setdefault(extra[1], []) if extra else needed).append(name[0])
    return needed, optional


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
