"""ntp.* and clock.skewed."""

from __future__ import annotations

from collections.abc import Iterator

from probe.model.measurement import Measurement
from probe.model.verdict import Diagnosis, Scope

from ..rule import diagnosis, listing, place
from ..view import View


def _exchanges(view: View) -> list[tuple[Measurement, Measurement | None]]:
    """Time servers asked from a prescribed source port, each with its control from an ephemeral one."""
    asked = view.of_kind("ntp")
    free = {str(m.target): m for m in asked if not m.params.get("source_ports")}
    bound = [(m, free.get(str(m.target))) for m in asked if m.params.get("source_ports")]
    return bound or [(m, None) for m in free.values()]


def skewed(view: View) -> Iterator[Diagnosis]:
    """Control: every time server that answered agrees on the direction of the offset."""
    found = view.open("ntp.offset", "warn", "fail")
    if not found:
        return
    offsets = [m.value for each in view.of_kind("ntp") for m in each.metrics if m.name == "clock.offset"]
    if not (all(o > 0 for o in offsets) or all(o < 0 for o in offsets)):
        return
    hours_off = [f for f in view.open("tls.trust") + view.open("https.trust") if "not yet valid" in str(f.value)]
    expired = [f for f in view.open("tls.trust") + view.open("https.trust") if "expired" in str(f.value)]
    explains = [*found, *(hours_off + expired if max(map(abs, offsets)) > 3600 else [])]
    yield diagnosis(
        "clock.skewed",
        "certain" if len(offsets) > 1 else "likely",
        "host",
        f"This machine's clock is {'behind' if offsets[0] > 0 else 'ahead'} by {abs(offsets[0]):.1f} s",
        because=[f"{len(offsets)} exchanges with time servers agree: {listing(f'{o:+.3f} s' for o in offsets)}"],
        fix="Let this machine synchronise its clock (chrony, systemd-timesyncd, Windows Time) and run the check again.",
        explains=explains,
    )


def source_port_blocked(view: View) -> Iterator[Diagnosis]:
    """Control: the same server answers a request from an ephemeral port."""
    for bound, control in _exchanges(view):
        found = next((f for f in view.open("ntp.reach") if f.task == bound.task and view.matters(f.task)), None)
        if found is None or control is None or not view.worked(control.task):
            continue
        source = str(bound.params["source_ports"])
        yield diagnosis(
            "ntp.source_port_blocked",
            "certain",
            "firewall",
            f"NTP passes, but not from the phones' source port {source}",
            because=[found.title, f"{control.target} answers from an ephemeral source port"],
            fix=f"Allow UDP from source port {source} to port 123 of {bound.target.host} and the Calling subnets; do "
            "not rewrite or filter that source port.",
            explains=[found],
            scope=Scope(protocol="udp", source_ports=[source], ports=["123"], destinations=_destinations(view, bound)),
            where=place(view, view.failure(bound.task)),
        )


def blocked(view: View) -> Iterator[Diagnosis]:
    """Controls: an ephemeral source port; other UDP to the same cloud."""
    for bound, control in _exchanges(view):
        tasks = [bound.task, *([control.task] if control else [])]
        found = [f for f in view.open("ntp.reach") if f.task in tasks]
        if not any(f.task == bound.task and view.matters(f.task) for f in found):
            continue
        because = [f.title for f in found]
        other = [m for m in view.of_kind("stun") if view.worked(m.task)]
        failure = view.failure(bound.task)
        refused = failure is not None and failure.icmp is not None
        if other:
            because.append(f"other UDP passes: {listing(str(m.target) for m in other[:2])} answered")
        if refused and failure is not None:
            because.append(failure.detail)
        if not other and not refused:
            # Nothing shows that the far end is alive, or that UDP passes at all.
            continue
        yield diagnosis(
            "ntp.blocked",
            "certain" if refused and failure and failure.reporter != bound.target.host else "likely",
            "firewall",
            f"NTP to {bound.target.host} is blocked",
            because=because,
            fix="Allow UDP to port 123 of the Calling subnets, from any source port and from 51494.",
            explains=found,
            scope=Scope(protocol="udp", source_ports=[], ports=["123"], destinations=_destinations(view, bound)),
            where=place(view, failure),
        )


def _destinations(view: View, bound: Measurement) -> list[str]:
    prefixes = [prefix for each in view.requirements([bound.task]) for prefix in each.prefixes]
    return list(dict.fromkeys(prefixes)) or [bound.target.host]
