"""Every code is explained: those of the contract, those that rules give and those that checks find."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from catalog.read import load
from probe.checks.registry import checks
from probe.explanations import read
from probe.explanations.read import Explanation, diagnoses, findings

from .calling import ROOT

_LIST = """
network.offline network.captive_portal network.ipv6_broken network.vpn_in_path
firewall.tcp_blocked firewall.udp_blocked firewall.source_port_blocked firewall.sip_filtered firewall.udp_policed
dns.unreachable dns.tcp_blocked dns.rewritten dns.srv_blocked dns.slow
ntp.blocked ntp.source_port_blocked clock.skewed
tls.intercepted tls.untrusted tls.name_mismatch tls.version_too_old
proxy.required proxy.unreachable proxy.auth_failed proxy.auth_unsupported proxy.breaks_websocket proxy.pac_error
nat.endpoint_dependent nat.udp_timeout_short nat.tcp_timeout_short nat.ports_exhausted nat.carrier_grade
sip.alg_active qos.dscp_rewritten
path.mtu_blackhole path.mtu_low path.loss path.jitter path.latency path.bufferbloat path.reordering path.capacity_short
provider.unreachable responder.unreachable
host.firewall host.port_in_use host.overloaded
"""
CONTRACT = _LIST.split()
"""The closed list of diagnosis codes: it grows, and nothing in it is ever renamed."""

ALL = [*diagnoses().values(), *findings().values()]


def calls(file: Path, *names: str) -> Iterator[ast.Call]:
    """Calls of functions with these names."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            yield node


def words(node: ast.expr) -> set[str]:
    """The texts that an expression can be; fails where they cannot be read off."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {node.value}
    if isinstance(node, ast.IfExp):
        return words(node.body) | words(node.orelse)
    pytest.fail(f"cannot tell the code: {ast.unparse(node)}")


def produced() -> set[str]:
    """Diagnosis codes in the rules: what `diagnosis` is called with, itself or by way of `_local`."""
    found = set()
    for file in sorted((ROOT / "probe/diagnose/rules").glob("*.py")):
        for call in calls(file, "diagnosis"):
            if not isinstance(call.args[0], ast.Name):
                found |= words(call.args[0])
        for call in calls(file, "_local"):
            found |= words(call.args[2])
    return found


def emitted() -> set[str]:
    """Finding codes in the checks: those of a check's own module, and those of the modules that it uses."""
    folder = ROOT / "probe/checks"
    shared = names_in(folder / "certificates.py")
    found = set()
    for kind, check in checks().items():
        file = folder / f"{check.judge.__module__.rpartition('.')[2]}.py"
        names = names_in(file)
        if "certificates.findings(" in file.read_text(encoding="utf-8"):
            names |= shared
        found |= {f"{kind}.{name}" for name in names}
    return found


def names_in(file: Path) -> set[str]:
    names = {name for call in calls(file, "finding") for name in words(call.args[1])}
    return names | {"reach"} if any(calls(file, "unreached")) else names


def test_every_code_of_the_contract_is_explained() -> None:
    assert set(diagnoses()) >= set(CONTRACT)


def test_no_other_diagnosis_is_explained() -> None:
    assert set(diagnoses()) <= set(CONTRACT), "a new code goes into the contract's list first"


def test_every_diagnosis_of_the_rules_is_in_the_contract() -> None:
    assert len(produced()) > 15
    assert produced() <= set(CONTRACT)


def test_explanations_say_which_diagnoses_this_version_gives() -> None:
    assert {each.code for each in diagnoses().values() if each.produced} == produced()


def test_every_finding_of_the_checks_is_explained_and_no_other() -> None:
    assert len(emitted()) > 15
    assert set(findings()) == emitted()


def test_codes_are_unique() -> None:
    assert len({each.code for each in ALL}) == len(ALL)


@pytest.mark.parametrize("each", ALL, ids=lambda each: each.code)
def test_rows_and_sources_exist(each: Explanation) -> None:
    catalogue = load()
    rows = {row.id for table in (catalogue.ports, catalogue.guidance, catalogue.qos) for row in table}
    sources = {source.key for source in catalogue.sources}
    assert set(each.rows) <= rows
    assert {source for source in each.sources if not source.startswith("RFC ")} <= sources


@pytest.mark.parametrize("each", ALL, ids=lambda each: each.code)
def test_texts_are_whole_sentences(each: Explanation) -> None:
    assert each.proven
    assert each.fix
    assert len(each.title) <= 46
    assert not each.title.endswith(".")
    for text in [each.means, *each.proven, *(step.do for step in each.fix)]:
        assert text.endswith((".", ".)"))
        assert text[0].isupper() or text.startswith("`")


def test_unknown_keys_are_refused() -> None:
    good = {"code": "a.b", "title": "t", "means": "m", "proven": ["p"]}
    msgspec.convert(good, Explanation)
    with pytest.raises(msgspec.ValidationError, match="cure"):
        msgspec.convert({**good, "cure": "x"}, Explanation)
    with pytest.raises(msgspec.ValidationError, match="kitchen"):
        msgspec.convert({"at": "kitchen", "do": "x"}, read.Step)
