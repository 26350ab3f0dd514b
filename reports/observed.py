"""One observation in one line: what was tried, how long it took and what was seen."""

from __future__ import annotations

from probe.model.evidence import (
    ConnectEvidence,
    DnsEvidence,
    Evidence,
    HttpEvidence,
    NtpEvidence,
    PathEvidence,
    QuicEvidence,
    RangeEvidence,
    SipEvidence,
    StunEvidence,
    TlsEvidence,
    Trust,
)
from probe.model.measurement import Observation

from .outcome import failure_line
from .quantity import seconds


def describe(observation: Observation) -> str:
    """Without the target, which the reader sees beside it."""
    seen = evidence_line(observation.evidence) if observation.evidence else ""
    if observation.failure:
        return "; ".join(part for part in (failure_line(observation), seen) if part)
    line = f"{observation.operation} in {seconds(observation.duration)}"
    return f"{line}: {seen}" if seen else line


def evidence_line(evidence: Evidence) -> str:
    match evidence:
        case ConnectEvidence():
            return f"{evidence.local} → {evidence.remote}"
        case DnsEvidence():
            return _dns(evidence)
        case TlsEvidence():
            return _tls(evidence)
        case SipEvidence():
            return _parts(f"SIP {evidence.status} {evidence.reason}", _named("server", evidence.server))
        case StunEvidence():
            return _stun(evidence)
        case NtpEvidence():
            return _ntp(evidence)
        case HttpEvidence():
            return _http(evidence)
        case QuicEvidence():
            return f"HTTP/3 status {evidence.status} ({evidence.alpn})"
        case RangeEvidence():
            return _range(evidence)
        case PathEvidence():
            return _path(evidence)


def _parts(*parts: str | None) -> str:
    return ", ".join(part for part in parts if part)


def _named(name: str, value: object) -> str | None:
    return None if value is None or value == "" else f"{name} {value}"


def _dns(seen: DnsEvidence) -> str:
    answers = [*seen.answers, *(f"{s.target}:{s.port}" for s in seen.services)]
    shown = ", ".join(answers[:4]) + (f" and {len(answers) - 4} more" if len(answers) > 4 else "")
    return _parts(
        f"{seen.name} {seen.rdtype} from {seen.server} over {seen.transport}: {seen.rcode}",
        shown,
        "truncated" if seen.truncated else None,
    )


def _trust(store: str, trust: Trust | None) -> str | None:
    if trust is None:
        return None
    return f"{store} roots: trusted" if trust.trusted else f"{store} roots: not trusted ({trust.reason or 'no reason'})"


def _tls(seen: TlsEvidence) -> str:
    leaf = seen.chain[0] if seen.chain else None
    return _parts(
        seen.version or ("TLS spoken" if seen.server_hello else "no TLS answer"),
        seen.cipher,
        _named("subject", leaf and leaf.subject),
        _named("issuer", leaf and leaf.issuer),
        _named("valid until", leaf and leaf.not_after),
        _trust("public", seen.public_trust),
        _trust("machine", seen.machine_trust),
        None if seen.name_matches is None else f"name {'matches' if seen.name_matches else 'does not match'}",
        "asked for a client certificate" if seen.certificate_request else None,
        _named("alert", seen.alert),
    )


def _stun(seen: StunEvidence) -> str:
    return _parts(
        f"{seen.local} seen as {seen.mapped}" if seen.mapped else _named("STUN error", seen.error_code),
        f"{seen.sends} sent",
        _named("MAPPED-ADDRESS differs:", seen.plain_mapped if seen.plain_mapped != seen.mapped else None),
        _named("software", seen.software),
    )


def _ntp(seen: NtpEvidence) -> str:
    return _parts(
        f"stratum {seen.stratum}",
        None if seen.offset is None else f"offset {seconds(seen.offset)}",
        None if seen.delay is None else f"delay {seconds(seen.delay)}",
        _named("not usable:", seen.unusable),
    )


def _http(seen: HttpEvidence) -> str:
    return _parts(
        f"{seen.version} status {seen.status}",
        _named("server", seen.server),
        _named("moved to", seen.location),
        _named("proxy", seen.via_proxy),
        None if seen.websocket is None else f"WebSocket {'granted' if seen.websocket else 'not granted'}",
    )


def _path(seen: PathEvidence) -> str:
    hops = " ".join(", ".join(hop.addresses) or "*" for hop in seen.hops) or "no router answered"
    return f"{hops}{', arrived' if seen.reached else ''}"


def _range(seen: RangeEvidence) -> str:
    parts = {
        "answered": seen.answered,
        "unreachable": seen.unreachable,
        "rejected": seen.rejected,
        "silent": seen.silent,
    }
    return _parts(f"{seen.destination} ports {seen.probed}", *(_named(k, v) for k, v in parts.items()))
