"""Faults as people write them: read strictly, with one line that says what, where and what to do."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.ranges import PortRange
from catalog.strict import Invalid
from probe.lab.faults import KINDS, Faults, parse


@pytest.mark.parametrize("kind", KINDS)
def test_every_documented_example_is_read(kind: str) -> None:
    fault = parse(KINDS[kind].example)
    assert fault.kind == kind
    assert fault.text == KINDS[kind].example
    assert KINDS[kind].means


def test_values_are_read() -> None:
    assert parse("udp-drop:30000-40000, 9000").ports == (PortRange(30000, 40000), PortRange(9000, 9000))
    assert parse("tls-expired").ports == ()
    assert parse("clock-skew:-400").number == -400
    assert parse(" loss:0.05 ").number == 0.05
    assert parse("dns-nxdomain:IdBroker.Webex.com.").name == "idbroker.webex.com"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("udp-drop", "'udp-drop': 'udp-drop' needs a value; write it as in udp-drop:30000-40000"),
        (
            "udp-drop:40000-30000",
            "'udp-drop:40000-30000': '40000-30000' is not within 1-65535, lowest first; "
            "write it as in udp-drop:30000-40000",
        ),
        ("tls-stall:", "'tls-stall:': no port follows the colon; write tls-stall for all ports, or as in "
                       "tls-stall:8934"),
        ("ntp-dead:1", "'ntp-dead:1': 'ntp-dead' takes no value; write ntp-dead"),
        ("delay:soon", "'delay:soon': 'soon' is not a number of seconds; write it as in delay:0.08"),
        ("delay:-1", "'delay:-1': '-1' is not within 0 and 60 s; write it as in delay:0.08"),
        ("clock-skew:nan", "'clock-skew:nan': 'nan' is not a number of seconds; write it as in clock-skew:400"),
        ("loss:5", "'loss:5': '5' is not a share between 0 and 1; write 5 % as in loss:0.05"),
        ("dns-nxdomain:a b", "'dns-nxdomain:a b': 'a b' is not a host name; write it as in "
                             "dns-nxdomain:idbroker.webex.com"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_in_one_line(text: str, told: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse(text)
    assert str(caught.value) == told


def test_an_unknown_kind_names_the_nearest_and_all() -> None:
    with pytest.raises(Invalid, match="there is no 'udp-dorp'; did you mean udp-drop") as caught:
        parse("udp-dorp:1")
    assert all(kind in str(caught.value) for kind in KINDS)


@given(st.text())
def test_reading_is_total(text: str) -> None:
    with contextlib.suppress(Invalid):
        assert parse(text).kind in KINDS


def test_faults_are_asked_by_kind_and_port() -> None:
    faults = Faults(map(parse, ["udp-drop:9000", "tls-expired", "delay:0.1", "delay:0.2", "dns-nxdomain:a.example"]))
    assert faults.on("udp-drop", 9000)
    assert not faults.on("udp-drop", 9001)
    assert not faults.on("tcp-drop", 9000)
    assert faults.on("tls-expired", 443)
    assert faults.number("delay") == 0.2
    assert faults.number("loss") == 0
    assert faults.names("dns-nxdomain") == {"a.example"}
