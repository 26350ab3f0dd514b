"""Short ways to write down the parts of a report."""

from __future__ import annotations

from typing import Any

from probe.model.address import Endpoint, Target
from probe.model.evidence import (
    Certificate,
    CertificateRequest,
    ConnectEvidence,
    DnsEvidence,
    Evidence,
    RangeEvidence,
    SipEvidence,
    StunEvidence,
    TlsEvidence,
    Trust,
)
from probe.model.failure import Failure, FailureKind
from probe.model.measurement import Measurement, Metric, Observation, Operation
from probe.model.plan import Cost, Task
from probe.model.verdict import Coverage, Proof, RequirementResult, RequirementStatus

SITE = "192.168.20.15"
COST = Cost(packets=12, bytes=4096, seconds=2.0)


def task(kind: str, target: Target) -> Task:
    return Task(id=f"{kind}:{target}", kind=kind, target=target, deadline=10.0, cost=COST)


def seen(
    number: int, operation: Operation, target: Target, duration: float, what: Evidence | Failure | None = None
) -> Observation:
    failure = what if isinstance(what, Failure) else None
    return Observation(
        id=f"o{number}",
        operation=operation,
        target=str(target),
        started=number * 0.05,
        duration=duration,
        failure=failure,
        evidence=None if isinstance(what, Failure) else what,
    )


def measured(kind: str, target: Target, *observations: Observation, **more: Any) -> Measurement:
    fields: dict[str, Any] = {"status": "done", **more}
    return Measurement(task=f"{kind}:{target}", kind=kind, target=target, observations=list(observations), **fields)


def silence(kind: FailureKind = FailureKind.TIMEOUT, detail: str = "no answer", **more: Any) -> Failure:
    return Failure(kind=kind, detail=detail, **more)


def connected(address: str, port: int) -> ConnectEvidence:
    return ConnectEvidence(local=Endpoint(SITE, 41230), remote=Endpoint(address, port))


def handshaken(name: str, *, mutual: bool = False) -> TlsEvidence:
    leaf = Certificate(
        subject=f"CN={name}",
        issuer="CN=HydrantID Server CA O1",
        not_before="2026-03-01T00:00:00Z",
        not_after="2027-03-01T00:00:00Z",
        names=[name],
        sha256="5f" * 32,
        key="RSA 2048",
    )
    return TlsEvidence(
        server_name=name,
        server_hello=True,
        version="TLSv1.2",
        cipher="ECDHE-RSA-AES256-GCM-SHA384",
        chain=[leaf],
        public_trust=Trust(trusted=True),
        machine_trust=Trust(trusted=True),
        name_matches=True,
        certificate_request=CertificateRequest() if mutual else None,
        checked_at="2026-11-22T09:30:04Z",
    )


def resolved(name: str, address: str) -> DnsEvidence:
    server = Endpoint("192.168.20.1", 53)
    return DnsEvidence(name=name, rdtype="A", server=server, transport="udp", rcode="NOERROR", answers=[address])


def sip_answer() -> SipEvidence:
    return SipEvidence(status=403, reason="Forbidden", received="203.0.113.9", rport=41230)


def bound(address: str, port: int) -> StunEvidence:
    return StunEvidence(
        mapped=Endpoint("203.0.113.9", 20017),
        sends=1,
        local=Endpoint(SITE, 19560),
        remote=Endpoint(address, port),
    )


def swept(destination: str, *, answered: str = "") -> RangeEvidence:
    silent = "" if answered else "19560-65535"
    return RangeEvidence(destination=destination, probed="19560-65535", answered=answered, silent=silent)


def count(name: str, value: float) -> Metric:
    return Metric(name=name, value=value, unit="count")


def result(
    id_: str,
    persona: str,
    status: RequirementStatus,
    title: str,
    *,
    proof: Proof = "none",
    level: Any = "required",
    coverage: Coverage | None = None,
    detail: str = "",
) -> RequirementResult:
    return RequirementResult(
        id=id_,
        persona=persona,
        status=status,
        proof=proof,
        coverage=coverage or Coverage(asked=1, proven=int(status == "met")),
        detail=detail,
        row=id_.split("/", maxsplit=1)[0],
        level=level,
        title=title,
    )
