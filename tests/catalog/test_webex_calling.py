"""Evidence, marking, proxies, trust and guidance of the built-in catalogue against the facts it was made from."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.model import Catalog, Row
from catalog.read import load_history, open_catalog


def words(text: str) -> list[str]:
    return text.split()


LOADED = open_catalog("webex-calling")

CATALOG = LOADED.catalog

HISTORY = load_history("webex-calling", CATALOG)

GUIDANCE = {rule.id: rule for rule in CATALOG.guidance}


def rows() -> Iterator[Row]:
    for name in Catalog.__struct_fields__:
        for entry in getattr(CATALOG, name) if isinstance(getattr(CATALOG, name), list) else []:
            if isinstance(entry, Row):
                yield entry
            yield from getattr(entry, "subnets", [])


def test_the_reader_has_nothing_to_say() -> None:
    assert LOADED.warnings == ()


def test_every_row_has_a_known_source_and_a_date_not_after_the_release() -> None:
    keys = {source.key for source in CATALOG.sources}
    every = [*rows(), *HISTORY.changes]
    assert len(every) > 400
    assert [row for row in every if row.source not in keys or row.date > CATALOG.released] == []


def test_sources_are_those_of_the_facts() -> None:
    cited = words("NR CS TS ICE LGM ATA SEC BWN BWD GOV HOT FN MPP SDK LAB 3PA 3PB 3PC 3PD")
    assert len(cited) == 19
    assert {source.key for source in CATALOG.sources} >= {*cited, "DOC", "CR"}
    dates = {source.key: str(source.date) for source in CATALOG.sources if source.date}
    assert dates["NR"] == "2026-03-16"
    assert dates["LGM"] == "2025-09-23"
    assert dates["DOC"] == "2024-07-25"


def test_marks_agree_with_sources() -> None:
    for row in [*rows(), *HISTORY.changes]:
        assert (row.mark in ("doc", "corrected")) <= (row.source == "DOC"), row
        assert (row.mark == "other") <= (row.source not in ("DOC", "CR")), row
        assert (row.mark == "corrected") == (row.printed is not None), row


def test_code_points() -> None:
    assert [(row.id, row.traffic, row.source_ports, row.ports, row.dscp) for row in CATALOG.qos] == [
        ("Q1", "audio", "8500-8599", "8500-8599, 19560-65535", [46]),
        ("Q2", "video", "8600-8699", "8600-8699, 19560-65535", [34]),
        ("Q3", "signalling", "ephemeral", "8934", [0]),
        ("Q4", "audio and video", "19560-19660", "19560-65535", [46, 34]),
        ("Q5", "signalling", "5060-5080", "8934", [24]),
    ]


def test_proxies() -> None:
    found = {row.product: (" ".join(row.configuration), " ".join(row.authentication)) for row in CATALOG.proxies}
    assert found == {
        "Webex for Mac": ("manual wpad pac", "none basic ntlm"),
        "Webex for Windows": ("manual wpad pac gpo", "none basic ntlm negotiate"),
        "Webex for iOS": ("manual wpad pac", "none basic digest ntlm"),
        "Webex for Android": ("manual pac", "none basic digest ntlm"),
        "Webex web app": ("os", "none basic digest ntlm negotiate"),
        "Webex devices": ("wpad pac manual", "none basic digest"),
        "Cisco IP phones": ("manual wpad pac", "none basic digest"),
        "Video Mesh node": ("manual", "none basic digest ntlm"),
    }


def test_inspection_and_exemptions() -> None:
    assert {row.product: (row.custom_ca, row.mark) for row in CATALOG.inspections} == {
        "Webex app": (True, "corrected"),
        "Webex devices": (True, "corrected"),
        "Cisco IP phones": (True, "unverified"),
    }
    exempt = [row.domain for row in CATALOG.exemptions]
    assert exempt == ["*.webex.com", "*mcs*.webex.com", "*cb*.webex.com", "*mcc*.webex.com"]


def test_revocation_portals_and_tls() -> None:
    names = words("quovadisglobal.com digicert.com godaddy.com globalsign.com identrust.com lencr.org intel.com")
    assert [(row.domain, row.port) for row in CATALOG.revocation] == [(f"*.{name}", 80) for name in names]
    assert [row.status for row in CATALOG.portal_probes] == [200, 200, 200, 204]
    assert CATALOG.portal_probes[0].body == "Microsoft NCSI"
    (policy,) = CATALOG.tls
    assert policy.versions == ["TLSv1.2", "TLSv1.3"]
    assert len(policy.ciphers) == 5 + 3


def test_guidance_of_every_section() -> None:
    series = {
        "FW": 5, "NAT": 6, "ALG": 1, "MTU": 1, "DNSNTP": 1, "PX": 10, "PORTS": 4, "LISTS": 2, "QOS": 2, "SIP": 11,
        "CSCAN": 1, "ICE": 1, "NTP": 3, "TLS": 8, "OCSP": 1, "CR": 7,
    }  # fmt: skip
    wanted = {f"{name}-{number}" for name, count in series.items() for number in range(1, count + 1)}
    wanted |= {f"N{number}" for number in range(1, 16)} | {f"U{number}" for number in range(1, 10)}
    wanted |= {f"TH{number}" for number in (1, 2, 3, 4, 5, 6, 18)}
    assert set(GUIDANCE) == wanted


def limits(key: str) -> dict[str, tuple[float, float | None]]:
    return {limit.metric: (limit.good, limit.poor) for limit in GUIDANCE[key].limits}


def test_limits() -> None:
    assert limits("NAT-4") == {"nat.tcp_timeout": (120, 60)}
    assert limits("NAT-5") == {"nat.tcp_timeout": (1800, None)}
    assert limits("NAT-6") == {"nat.tcp_timeout": (120, 120)}
    assert limits("MTU-1") == {"path.mtu": (1500, 1300), "path.mtu_ipv6": (1280, 1280)}
    assert limits("TLS-1") == {"tls.version": (1.2, 1.2)}
    assert limits("TH1") == {"media.loss": (0.05, None), "media.rtt": (0.4, None), "media.jitter": (0.15, None)}
    assert limits("TH2") == {metric: (good / 2, None) for metric, (good, _) in limits("TH1").items()}
    assert limits("TH3") == {"media.scsr": (0.03, 0.07)}
    assert limits("TH4")["media.mos"] == (4.0, None)


def test_a_metric_has_one_unit_and_one_better_direction() -> None:
    seen: dict[str, set[tuple[str, str]]] = {}
    for limit in (limit for rule in CATALOG.guidance for limit in rule.limits):
        seen.setdefault(limit.metric, set()).add((limit.unit, limit.better))
    assert {metric: ways for metric, ways in seen.items() if len(ways) > 1} == {}


def test_what_others_call_good_never_decides() -> None:
    assert {rule.level for key, rule in GUIDANCE.items() if key.startswith("TH") and key != "TH3"} == {"informational"}
    assert {metric: poor for metric, (_, poor) in limits("CR-1").items()} == {
        metric: good for metric, (good, _) in limits("TH2").items()
    }
