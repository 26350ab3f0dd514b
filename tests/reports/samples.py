"""Reports of sites in several states, as the renderers may meet them."""

from __future__ import annotations

from typing import Any

import msgspec

from probe.model.address import Target
from probe.model.failure import FailureKind
from probe.model.measurement import Measurement, Metric
from probe.model.plan import Plan, Requirement, Skipped
from probe.model.report import CatalogIdentity, Report, Schema, Tool
from probe.model.verdict import (
    Coverage,
    Diagnosis,
    Finding,
    PersonaResult,
    Place,
    RequirementResult,
    Scope,
    Score,
    ScorePart,
)

from .building import (
    bound,
    connected,
    count,
    handshaken,
    measured,
    resolved,
    result,
    seen,
    silence,
    sip_answer,
    swept,
    task,
)

DNS = Target(host="lg1us01.sipconnect-us.bcld.webex.com", port=53)
EDGE = Target(host="lg1us01.sipconnect-us.bcld.webex.com", port=8934, protocol="tcp")
GATE = Target(host="peering1.sipconnect-us.bcld.webex.com", port=5062, protocol="tcp")
STUN = Target(host="23.89.0.10", port=5004, protocol="udp")
RANGE = Target(host="23.89.0.0/16", protocol="udp")
NTP = Target(host="23.89.0.10", port=123, protocol="udp")
WEB = Target(host="idbroker.webex.com", port=443, protocol="tcp")

TITLES = {
    "local-gateway-registration": "Local gateway, registration-based trunk",
    "local-gateway-certificate": "Local gateway, certificate-based trunk",
    "desk-phone": "Desk phone (MPP, ATA)",
    "room-device": "Room device",
    "webex-app": "Webex app",
    "webex-web-app": "Webex web app",
}
SIGNALLING = "Call signalling to Calling, SIP over TLS: TCP 8934"
MUTUAL = "Call signalling to Calling, SIP over TLS: TCP 5062"
BINDING = "Call media to Calling: STUN, SRTP/SRTCP, T.38: UDP 5004"
MEDIA = "Call media to Calling: STUN, SRTP/SRTCP, T.38: UDP 19560-65535"
TIME = "Device time synchronisation: UDP 123"
IDENTITY = "*.webex.com: core services, identity, onboarding"
NO_PROOF = "nothing answers there without a call, and no packet was shown to leave the site"

_USES = {
    "P1a/8934": ("local-gateway-registration",),
    "P1a/5062": ("local-gateway-certificate",),
    "P1b": ("desk-phone", "room-device"),
    "P1c": ("webex-app",),
    "P3a/5004": ("local-gateway-registration", "local-gateway-certificate"),
    "P3b/5004": ("desk-phone", "room-device"),
    "P3c/5004": ("webex-app",),
    "P3a/19560-65535": ("local-gateway-registration", "local-gateway-certificate"),
    "P3b/19560-65535": ("desk-phone", "room-device"),
    "P3c/19560-65535": ("webex-app",),
    "P9": ("desk-phone",),
    "D-webex": tuple(TITLES),
}
_TITLE_BY_PORT = {"8934": SIGNALLING, "5062": MUTUAL, "5004": BINDING, "19560-65535": MEDIA}


def healthy_undetermined() -> Report:
    """Every row with a real answer is met; the media range answers nobody."""
    unverified = {"P3a/19560-65535", "P3b/19560-65535", "P3c/19560-65535"}
    return _report(
        verdict="undetermined",
        score=_score(71, media=None, capped="the media range is not proven"),
        personas=_personas("undetermined", 71, {"webex-web-app": ("ready", 98)}),
        requirements=_results(dict.fromkeys(unverified, ("unverified", NO_PROOF))),
        measurements=_measurements(),
    )


def ready() -> Report:
    """The media range answers too."""
    return _report(
        verdict="ready",
        score=_score(97, media=95.0),
        personas=_personas("ready", 97),
        requirements=_results({}),
        measurements=_measurements(answered="19560-65535"),
        environment={**_ENVIRONMENT, "lab": True},
        plan=None,
    )


def at_risk() -> Report:
    """Everything works; one name server is slow, and a recommended row fails for one client."""
    slow = Finding(
        id="f7",
        code="dns.slow",
        verdict="warn",
        task=f"dns:{DNS}",
        title="Name resolution is slower than good",
        metric="dns.latency",
        value=0.312,
        limit=0.1,
        evidence=["o1"],
        source="Recommended upper limit for interactive use, catalogue row Q-DNS",
    )
    results = _results({"P9": ("partly-met", "one of two time servers answered")})
    results = [msgspec.structs.replace(r, level="recommended") if r.id == "P9" else r for r in results]
    measurements = _measurements(answered="19560-65535")
    measurements[0] = msgspec.structs.replace(
        measurements[0], metrics=[Metric(name="dns.latency", value=0.312, unit="s")]
    )
    return _report(
        verdict="at-risk",
        score=_score(83, media=95.0),
        personas=_personas("at-risk", 83, {"webex-web-app": ("ready", 98)}),
        requirements=results,
        findings=[slow],
        measurements=measurements,
    )


def tcp_blocked() -> Report:
    """A firewall drops TCP 8934; what goes to 5062 and 443 passes."""
    fault = silence(detail="no answer to three connection requests")
    failing = "no edge host could be reached on TCP 8934"
    diagnosis = Diagnosis(
        code="firewall.tcp_blocked",
        confidence="certain",
        owner="firewall",
        title="TCP 8934 is blocked on its way to Webex Calling",
        where=Place(hop=1, address="192.168.20.1"),
        scope=Scope(
            protocol="tcp", source_ports=["1024-65535"], ports=["8934"], destinations=["23.89.0.0/16", "170.72.0.0/16"]
        ),
        because=[
            "Ten edge hosts in two subnets stayed silent on TCP 8934.",
            "The same hosts answered on TCP 5062 and 443 within 40 ms.",
            "The name server and the gateway answered throughout.",
        ],
        fix="Allow outbound TCP from this site to destination port 8934 of the Webex Calling subnets.",
        explains=["f1"],
        evidence=["o4", "o6"],
    )
    finding = Finding(
        id="f1",
        code="tcp.unreachable",
        verdict="fail",
        task=f"tls:{EDGE}",
        title="No connection to TCP 8934",
        evidence=["o4"],
    )
    personas = _personas(
        "not-ready", 30, {"webex-web-app": ("ready", 98), "local-gateway-certificate": ("undetermined", 71)}
    )
    return _report(
        verdict="not-ready",
        score=_score(30, media=None, signalling=33.0, capped="a required row is unmet: P1b"),
        personas=personas,
        requirements=_results(
            {
                **dict.fromkeys(("P1a/8934", "P1b", "P1c"), ("unmet", failing)),
                **{f"P3{letter}/19560-65535": ("unverified", NO_PROOF) for letter in "abc"},
            }
        ),
        diagnoses=[diagnosis],
        findings=[finding],
        measurements=_measurements(blocked=seen(4, "connect", EDGE, 3.0, fault)),
    )


def dead_resolver() -> Report:
    """No configured name server answers, so that hardly anything could be tested."""
    failed = measured("dns", DNS, seen(1, "exchange", DNS, 2.0, silence()), seen(2, "exchange", DNS, 4.1, silence()))
    skipped = [
        measured(kind, target, status="skipped", reason="the name could not be resolved")
        for kind, target in (
            ("tls", EDGE),
            ("tls", GATE),
            ("https", WEB),
            ("stun", STUN),
            ("udp-range", RANGE),
            ("ntp", NTP),
        )
    ]
    diagnosis = Diagnosis(
        code="dns.unreachable",
        confidence="certain",
        owner="lan",
        title="No configured name server answers",
        where=None,
        scope=None,
        because=["192.168.20.1 was silent over UDP and TCP.", "The gateway itself answered."],
        fix="Start the name server at 192.168.20.1, or give this network one that works.",
        explains=["f1"],
        evidence=["o1", "o2"],
    )
    finding = Finding(id="f1", code="dns.silent", verdict="fail", task=f"dns:{DNS}", title="Name server silent")
    return _report(
        verdict="undetermined",
        score=Score(value=None, parts=_score(0, media=None).parts[:1], capped_by=None),
        personas=_personas("undetermined", None),
        requirements=_results(dict.fromkeys(_USES, ("unverified", "the resolver gave nothing to test"))),
        diagnoses=[diagnosis],
        findings=[finding],
        measurements=[failed, *skipped],
    )


def cut_short() -> Report:
    """Ctrl-C after two tasks; another was under way."""
    return _report(
        verdict="undetermined",
        cut_short=True,
        duration=1.3,
        score=_score(20, media=None, capped="the run was cut short"),
        personas=_personas("undetermined", 20),
        requirements=_results({id_: ("unverified", "the run was cut short") for id_ in _USES if id_ != "P1b"}),
        measurements=[
            *_measurements()[:2],
            measured("tls", GATE, status="cut_short", reason="the run was stopped"),
            measured(
                "stun",
                STUN,
                status="broken",
                reason="ValueError: odd",
                traceback="Traceback:\n  line 1\nValueError: odd",
            ),
        ],
    )


SAMPLES = {
    "undetermined": healthy_undetermined,
    "ready": ready,
    "at-risk": at_risk,
    "tcp-blocked": tcp_blocked,
    "dead-resolver": dead_resolver,
    "cut-short": cut_short,
}

_ENVIRONMENT: dict[str, Any] = {
    "system": "Linux 6.8",
    "python": "3.12.4",
    "interfaces": [{"name": "eth0", "addresses": ["192.168.20.15"], "mtu": 1500}],
    "resolvers": ["192.168.20.1"],
    "proxy": None,
}


def _report(**fields: Any) -> Report:
    basis: dict[str, Any] = {
        "schema": Schema(),
        "id": "01JD8Z5W6Q",
        "started_at": "2026-11-22T09:30:00Z",
        "duration": 14.2,
        "cut_short": False,
        "tool": Tool(name="callready", version="0.1.0"),
        "catalog": CatalogIdentity(name="webex-calling", released="2026-11-20", digest="sha256:" + "ab12" * 16),
        "site": {"name": "Branch Lyon"},
        "environment": _ENVIRONMENT,
        "diagnoses": [],
        "findings": [],
        "plan": _plan(),
    }
    return Report(**{**basis, **fields})


def _score(value: int, *, media: float | None, signalling: float = 100.0, capped: str | None = None) -> Score:
    unmeasured = "the media range was not proven"
    parts = [
        ScorePart(name="names and time", weight=15, value=100.0, because="every name server answered"),
        ScorePart(name="signalling", weight=35, value=signalling, because="edge hosts that answered with TLS"),
        ScorePart(name="media", weight=35, value=media, because=unmeasured if media is None else "ports that answered"),
        ScorePart(name="web", weight=15, value=96.0, because="25 of 26 named hosts answered"),
    ]
    return Score(value=value, parts=parts, capped_by=capped)


def _personas(verdict: Any, score: int | None, other: dict[str, Any] | None = None) -> list[PersonaResult]:
    chosen = {id_: (other or {}).get(id_, (verdict, score)) for id_ in TITLES}
    return [PersonaResult(id=id_, title=TITLES[id_], verdict=v, score=s) for id_, (v, s) in chosen.items()]


def _title(id_: str) -> str:
    if "/" in id_:
        return _TITLE_BY_PORT[id_.partition("/")[2]]
    return {"P9": TIME, "D-webex": IDENTITY}.get(id_, SIGNALLING)


def _results(exceptions: dict[str, tuple[Any, str]]) -> list[RequirementResult]:
    results = []
    for id_, personas in _USES.items():
        status, detail = exceptions.get(id_, ("met", "answered"))
        ranged = id_.endswith("19560-65535")
        coverage = Coverage(asked=120 if ranged else 10, proven=0 if status != "met" else 120 if ranged else 10)
        if ranged:
            coverage = msgspec.structs.replace(coverage, unit="ports", bound=0.0247 if status == "met" else None)
        elif status == "unmet":
            coverage = msgspec.structs.replace(coverage, failed=10)
        proof: Any = "answered" if status in ("met", "partly-met") else "none"
        results += [
            result(id_, p, status, _title(id_), proof=proof, coverage=coverage, detail=detail) for p in personas
        ]
    return results


def _measurements(*, blocked: Any = None, answered: str = "") -> list[Measurement]:
    signalling = [
        seen(4, "connect", EDGE, 0.0241, connected("23.89.0.10", 8934)),
        seen(5, "handshake", EDGE, 0.0512, handshaken(EDGE.host)),
        seen(16, "exchange", EDGE, 0.0263, sip_answer()),
    ]
    return [
        measured("dns", DNS, seen(1, "exchange", DNS, 0.0042, resolved(DNS.host, "23.89.0.10"))),
        measured("tls", EDGE, *([blocked] if blocked else signalling)),
        measured(
            "tls",
            GATE,
            seen(6, "connect", GATE, 0.0244, connected("23.89.0.11", 5062)),
            seen(7, "handshake", GATE, 0.0498, handshaken(GATE.host, mutual=True)),
        ),
        measured("stun", STUN, seen(8, "exchange", STUN, 0.0253, bound("23.89.0.10", 5004))),
        measured(
            "udp-range",
            RANGE,
            seen(9, "probe", RANGE, 6.2, swept("23.89.0.0/16", answered=answered)),
            metrics=[
                count("udp.ports_probed", 120),
                Metric(name="udp.answered", value=1.0 if answered else 0.0, unit="ratio"),
            ],
        ),
        measured(
            "ntp",
            NTP,
            seen(
                10,
                "exchange",
                NTP,
                1.0,
                silence(FailureKind.REFUSED, "port closed", reporter="23.89.0.10", icmp=(3, 3)),
            ),
            seen(11, "exchange", NTP, 0.02),
        ),
        measured(
            "https",
            WEB,
            seen(12, "connect", WEB, 0.0181, connected("170.72.0.5", 443)),
            seen(13, "handshake", WEB, 0.0377, handshaken(WEB.host)),
        ),
    ]


def _plan() -> Plan:
    kinds = (
        ("dns", DNS),
        ("tls", EDGE),
        ("tls", GATE),
        ("stun", STUN),
        ("udp-range", RANGE),
        ("ntp", NTP),
        ("https", WEB),
    )
    needs = [(id_, persona) for id_, personas in _USES.items() for persona in personas]
    return Plan(
        tasks=[task(kind, target) for kind, target in kinds],
        requirements=[_requirement(id_, persona) for id_, persona in needs],
        skipped=[
            Skipped(kind="inbound", target=Target(host="Webex Calling"), row="P2", reason="only the cloud can open it"),
            Skipped(
                kind="media",
                target=Target(host="responder"),
                row="quality",
                reason="calls need a responder; none was named",
            ),
        ],
        personas=list(TITLES),
        seed=7,
    )


def _requirement(id_: str, persona: str) -> Requirement:
    ports = id_.partition("/")[2] or {"P9": "123", "D-webex": "443"}.get(id_, "8934")
    return Requirement(
        id=id_,
        row=id_.split("/", maxsplit=1)[0],
        persona=persona,
        level="required",
        title=_title(id_),
        protocol="udp" if id_[:2] in ("P3", "P9") else "tcp",
        ports=ports,
        source_ports="ephemeral",
        destination="webex.com" if id_ == "D-webex" else "A",
        prefixes=[] if id_ == "D-webex" else ["23.89.0.0/16", "170.72.0.0/16"],
        use=_use(ports),
    )


def _use(ports: str) -> str:
    return {"123": "ntp", "443": "https", "5004": "stun", "5062": "sip-mtls", "8934": "sip-tls"}.get(ports, "srtp")
