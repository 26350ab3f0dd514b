"""Small plans and measurements, built by hand for the pure stages."""

from __future__ import annotations

from probe.model.address import Endpoint, Target
from probe.model.evidence import RangeEvidence, StunEvidence
from probe.model.failure import Failure, FailureKind
from probe.model.measurement import Measurement, Observation, Status
from probe.model.plan import Cost, Plan, Requirement, Rule, Task, Way
from probe.model.verdict import Finding

COST = Cost(packets=1, bytes=1, seconds=1)
LOCAL, REMOTE = Endpoint("192.168.50.10", 40000), Endpoint("23.89.0.10", 5004)


def requirement(
    name: str,
    *ways: Way,
    level: str = "required",
    use: str = "sip-tls",
    rule: Rule = "any",
    persona: str = "desk-phone",
    unmeasured: str | None = None,
) -> Requirement:
    return Requirement(
        id=name,
        row=name,
        persona=persona,
        level=level,  # type: ignore[arg-type]
        use=use,  # type: ignore[arg-type]
        title=name,
        protocol="tcp",
        ports="8934",
        source_ports="ephemeral",
        destination="A",
        ways=list(ways),
        rule=rule,
        unmeasured=unmeasured,
    )


def way(*tasks: str, conclusive: bool = True) -> Way:
    return Way(name=" or ".join(tasks), tasks=list(tasks), conclusive=conclusive)


def finding(task: str, verdict: str, name: str = "reach") -> Finding:
    return Finding(id=f"{task}:{name}", code=f"tls.{name}", verdict=verdict, task=task, title=f"{task} {verdict}")  # type: ignore[arg-type]


def measurement(task: str, *observations: Observation, kind: str = "tls", status: Status = "done") -> Measurement:
    host, _, port = task.partition(":")
    target = Target(host=host, port=int(port or 8934), protocol="tcp")
    return Measurement(task=task, kind=kind, target=target, status=status, observations=list(observations))


def plan(*requirements: Requirement, tasks: tuple[Task, ...] = ()) -> Plan:
    personas = list(dict.fromkeys(each.persona for each in requirements))
    return Plan(tasks=list(tasks), requirements=list(requirements), skipped=[], personas=personas, seed=0)


def silence(task: str, operation: str = "connect") -> Observation:
    failure = Failure(kind=FailureKind.TIMEOUT, detail="no answer within 1.5 s")
    return Observation(id=f"{task}#1", operation=operation, target=task, started=0, duration=1.5, failure=failure)  # type: ignore[arg-type]


def stun_answer(task: str, mapped: Endpoint) -> Observation:
    evidence = StunEvidence(mapped=mapped, sends=1, local=LOCAL, remote=REMOTE)
    return Observation(id=f"{task}#1", operation="exchange", target=task, started=0, duration=0.02, evidence=evidence)


def range_answer(task: str, **states: str) -> Observation:
    evidence = RangeEvidence(destination=REMOTE.address, **states)
    return Observation(id=f"{task}#1", operation="probe", target=task, started=0, duration=1, evidence=evidence)
