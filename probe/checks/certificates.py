"""What the TLS evidence of one handshake shows, for every check that makes one (RFC 8446, RFC 9525)."""

from __future__ import annotations

from probe.model.evidence import TlsEvidence
from probe.model.failure import FailureKind
from probe.model.measurement import Measurement, Observation
from probe.model.verdict import Finding

from .finding import finding

_SOURCE = "TLS-1"


def findings(measurement: Measurement, seen: Observation, tls: TlsEvidence) -> list[Finding]:
    """`trust` and `name`, where a certificate was seen."""
    if not tls.chain:
        return []
    found = []
    leaf = tls.chain[0]
    if tls.public_trust is not None and tls.public_trust.trusted:
        found.append(finding(measurement, "trust", "pass", f"chain leads to a public root ({leaf.issuer})", seen))
    elif tls.public_trust is not None:
        by_machine = tls.machine_trust is not None and tls.machine_trust.trusted
        title = f"{tls.server_name} shows a certificate that no public root vouches for: {tls.public_trust.reason}"
        if by_machine:
            title += "; this machine trusts it all the same"
        value = tls.public_trust.reason
        found.append(finding(measurement, "trust", "fail", title, seen, value=value, source=_SOURCE))
    if tls.name_matches is False:
        names = ", ".join(leaf.names[:4]) or leaf.subject
        title = f"the certificate is for {names}, not for {tls.server_name}"
        found.append(finding(measurement, "name", "fail", title, seen, value=names, limit=tls.server_name))
    return found


def too_old(measurement: Measurement, seen: Observation) -> list[Finding]:
    """`version`, where the handshake failed for it.

    A server either answers with an old version, or has understood ours and sends an alert (RFC 8446 §4.2.1).
    """
    failure = seen.failure
    if failure is None:
        return []
    answered = failure.kind is FailureKind.TLS_FAILED and "unsupported protocol" in failure.detail
    refused = failure.kind is FailureKind.TLS_ALERT and "protocol_version" in failure.detail
    if not answered and not refused:
        return []
    title = f"{measurement.target} offers nothing newer than TLS 1.1"
    return [finding(measurement, "version", "fail", title, seen, limit="TLSv1.2", source=_SOURCE)]
