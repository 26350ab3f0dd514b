"""What a handshake shows, as evidence: the real network derives it from bytes, here it is what the scenario says."""

from __future__ import annotations

import datetime

from probe.model.evidence import Certificate, CertificateRequest, TlsEvidence, Trust
from probe.model.failure import Failure, FailureKind
from probe.net.classify import from_tls
from probe.ports import NetFailure

from .scenario import Conditions, Shown, matches, within

PUBLIC, PROXY = "CN=World Public CA", "CN=Inspecting Proxy CA"
_TRUSTED = Trust(trusted=True)
_UNKNOWN = Trust(trusted=False, reason="unable to get local issuer certificate", code=20)
_EXPIRED = Trust(trusted=False, reason="certificate has expired", code=10)
_SELF_SIGNED = Trust(trusted=False, reason="self-signed certificate", code=18)


def shown(site: Conditions, name: str, port: int) -> Shown:
    for each in site.tls:
        if within(each.ports, port) and any(matches(pattern, name) for pattern in each.hosts):
            return each.shows
    return "trusted"


def handshake(site: Conditions, name: str, port: int, now: float, *, mutual: bool = False) -> TlsEvidence:
    """Raises NetFailure where it does not come to an end."""
    shows = shown(site, name, port)
    if shows == "too-old":
        raise NetFailure(from_tls("", alert="protocol_version"))
    if shows == "cut":
        raise NetFailure(Failure(kind=FailureKind.RESET, detail="connection reset by the far end"))
    subject = "elsewhere.example" if shows == "wrong-name" else name
    public = {"expired": _EXPIRED, "intercepted": _UNKNOWN, "untrusted": _UNKNOWN, "self-signed": _SELF_SIGNED}
    issuer = {"intercepted": PROXY, "untrusted": PROXY, "self-signed": f"CN={subject}"}
    until = now - 86400 if shows == "expired" else now + 90 * 86400
    leaf = Certificate(
        subject=f"CN={subject}",
        issuer=issuer.get(shows, PUBLIC),
        not_before=_rfc3339(now - 100 * 86400),
        not_after=_rfc3339(until),
        names=[subject],
        sha256="00" * 32,
        key="RSA 3072",
    )
    return TlsEvidence(
        server_name=name,
        server_hello=True,
        version="TLSv1.3",
        cipher="TLS_AES_256_GCM_SHA384",
        chain=[leaf],
        public_trust=public.get(shows, _TRUSTED),
        machine_trust=_TRUSTED if shows == "intercepted" else public.get(shows, _TRUSTED),
        name_matches=shows != "wrong-name",
        certificate_request=CertificateRequest() if mutual else None,
        alert="certificate_required" if mutual else None,
        checked_at=_rfc3339(now),
    )


def _rfc3339(moment: float) -> str:
    return datetime.datetime.fromtimestamp(moment, datetime.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
