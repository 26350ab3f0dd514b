"""What each fault does on the lab's wire, port by port."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress

import pytest

from catalog.model import Catalog
from catalog.ranges import PortRange
from probe.context.patience import Patience
from probe.lab import addresses
from probe.lab.faults import parse
from probe.lab.net import FIREWALL, LabNet
from probe.lab.sockets import LOOPBACK, own_address
from probe.lab.twin import Twin
from probe.model.address import Endpoint
from probe.model.failure import Failure, FailureKind
from probe.ports import HttpRequest, NetFailure, SourcePorts
from probe.site import Site, SiteHost
from probe.wire import dns, dns_stream, ntp, sip_exchange, stun

WAIT = 0.2
EDGE, REGISTRATION = "da01.sipconnect-us.bcld.webex.com", 8934
WEB = "idbroker.webex.com"


class Lab:
    """A twin with its net, and the endpoints that the tests ask."""

    def __init__(self, catalog: Catalog, *faults: str, site: Site | None = None) -> None:
        self.twin = Twin(catalog, map(parse, faults), site=site)
        self._names = addresses.logical(catalog)

    async def __aenter__(self) -> Lab:
        await self.twin.__aenter__()
        self.net = LabNet(self.twin, seed=0, user_agent="callready tests")
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.twin.__aexit__(None, None, None)

    def at(self, name: str, port: int) -> Endpoint:
        return Endpoint(self._names[name], port)


async def _ask(lab: Lab, to: Endpoint, data: bytes, source_ports: SourcePorts = None) -> bytes:
    """The answer to one datagram. Raises TimeoutError, NetFailure."""
    socket = await lab.net.datagrams(to, source_ports=source_ports)
    try:
        assert socket.remote == to
        socket.send(data)
        async with asyncio.timeout(WAIT):
            return (await socket.receive()).data
    finally:
        socket.close()


async def _resolve(lab: Lab, name: str, rdtype: str, transport: str = "udp") -> dns.Answer:
    question, query = dns.Question(name=name, type=rdtype), dns.query(name, rdtype, id=7)
    if transport == "udp":
        return dns.parse(await _ask(lab, lab.twin.resolver, query), id=7, question=question)
    async with asyncio.timeout(WAIT):
        stream = await lab.net.connect(lab.twin.resolver)
        await stream.send(dns_stream.frame(query))
        (message,) = dns_stream.Reader().receive(await stream.receive())
        stream.close()
    return dns.parse(message, id=7, question=question)


async def _binding(lab: Lab, to: Endpoint) -> stun.Message:
    return stun.parse(await _ask(lab, to, bytes(stun.binding_request(bytes(12)))))


async def _options(lab: Lab, host: str) -> bytes:
    """What comes back to OPTIONS over TLS. Raises TimeoutError."""
    stream = await lab.net.connect(lab.at(host, REGISTRATION))
    try:
        secured = await lab.net.secure(stream, server_name=host)
        request = sip_exchange.options(
            f"sip:{host}", transport="TLS", sent_by="127.0.0.1:5061", branch="one", from_uri="sip:a@b.example",
            from_tag="two", call_id="three", contact="sip:a@b.example",
        )  # fmt: skip
        await secured.send(bytes(request))
        async with asyncio.timeout(WAIT):
            return await secured.receive()
    finally:
        stream.close()


async def test_streams_and_datagrams_bear_the_logical_address(catalog: Catalog) -> None:
    async with Lab(catalog) as lab:
        to = lab.at(EDGE, REGISTRATION)
        stream = await lab.net.connect(to)
        secured = await lab.net.secure(stream, server_name=EDGE)
        assert secured.remote == stream.remote == to
        assert ipaddress.ip_address(secured.local.address).is_loopback
        trust = secured.evidence.public_trust
        assert trust is not None
        assert trust.trusted
        assert secured.evidence.name_matches
        stream.close()


async def test_echo_returns_what_is_not_stun(catalog: Catalog) -> None:
    async with Lab(catalog) as lab:
        assert await _ask(lab, lab.at(lab.twin.answering[0], 20000), b"\x80rtp") == b"\x80rtp"


async def test_mutual_tls_refuses_the_anonymous_with_an_alert(catalog: Catalog) -> None:
    host = "eun01.sipconnect.bcld.webex.com"
    async with Lab(catalog) as lab:
        stream = await lab.net.connect(lab.at(host, 5062))
        secured = await lab.net.secure(stream, server_name=host)
        stream.close()
    assert secured.evidence.certificate_request is not None
    assert secured.evidence.alert == "certificate_required"


async def test_web_hosts_upgrade_to_websocket(catalog: Catalog) -> None:
    async with Lab(catalog) as lab:
        request = HttpRequest(url=f"https://{WEB}/any", to=lab.at(WEB, 443), websocket=True)
        reply = await lab.net.fetch(request)
    assert (reply.http.status, reply.http.websocket) == (101, True)


async def test_an_address_in_a_url_leads_to_the_twin_too(catalog: Catalog) -> None:
    site = Site(hosts=[SiteHost(name="203.0.113.9", ports="8443")])
    async with Lab(catalog, site=site) as lab:
        url = "https://203.0.113.9:8443/"
        reply = await lab.net.fetch(HttpRequest(url=url, to=Endpoint("203.0.113.9", 8443)))
    assert (reply.http.url, reply.http.status) == (url, 200)
    assert reply.tls is not None
    assert (reply.tls.server_name, reply.tls.name_matches) == ("203.0.113.9", True)


async def test_captive_portal_pages_say_what_the_catalogue_says(catalog: Catalog) -> None:
    async with Lab(catalog) as lab:
        for probe in catalog.portal_probes:
            host = probe.url.split("/")[2]
            reply = await lab.net.fetch(HttpRequest(url=probe.url, to=lab.at(host, 80)))
            assert reply.http.status == probe.status, probe.url


async def test_where_nothing_is_tcp_is_refused_and_udp_unanswered(catalog: Catalog) -> None:
    async with Lab(catalog) as lab:
        to = lab.at(WEB, 81)
        with pytest.raises(NetFailure) as refused:
            await lab.net.connect(to)
        assert refused.value.failure.kind is FailureKind.REFUSED
        with pytest.raises(TimeoutError):
            await _binding(lab, to)


async def test_labs_side_by_side_share_a_source_port(catalog: Catalog) -> None:
    if own_address() == LOOPBACK:
        pytest.skip("this system has one loopback address only")
    source = (PortRange(51494, 51494),)
    async with Lab(catalog) as one, Lab(catalog) as other:
        sockets = [await lab.net.datagrams(lab.twin.sink, source_ports=source) for lab in (one, other)]
        assert [each.local.port for each in sockets] == [51494, 51494]
        for each in sockets:
            each.close()


async def test_no_logical_endpoint_leads_off_this_machine(catalog: Catalog) -> None:
    async with Twin(catalog) as twin:
        anywhere = [Endpoint("8.8.8.8", 53), Endpoint("2001:db8::1", 443), twin.resolver]
        assert [twin.locate("udp", each) for each in anywhere[:2]] == [None, None]
        located = [twin.locate("udp", twin.resolver), twin.locate("tcp", twin.resolver), twin.sink, *twin.shut.values()]
        assert {each.address for each in located if each is not None} == {LOOPBACK}
        assert None not in located


@pytest.mark.parametrize(("fault", "port"), [("udp-drop:9000", 9000), ("udp-drop:20000-20010", 20010)])
async def test_dropped_datagrams_vanish(catalog: Catalog, fault: str, port: int) -> None:
    async with Lab(catalog, fault) as lab:
        to = lab.at(lab.twin.answering[0], port)
        with pytest.raises(TimeoutError):
            await _binding(lab, to)
        assert (await _binding(lab, Endpoint(to.address, 20011))).mapped


async def test_rejected_datagrams_are_answered_by_the_firewall(catalog: Catalog) -> None:
    async with Lab(catalog, "udp-reject:9000") as lab:
        with pytest.raises(NetFailure) as rejected:
            await _binding(lab, lab.at(lab.twin.answering[0], 9000))
    assert rejected.value.failure.kind in {FailureKind.PORT_UNREACHABLE, FailureKind.REFUSED}
    assert rejected.value.failure.reporter in {FIREWALL, None}
    assert LOOPBACK not in rejected.value.failure.detail


async def test_a_dropped_connection_never_completes(catalog: Catalog) -> None:
    async with Lab(catalog, "tcp-drop:8934,443") as lab:
        to = lab.at(EDGE, REGISTRATION)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(lab.net.connect(to), WAIT)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(lab.net.fetch(HttpRequest(url=f"https://{WEB}/", to=lab.at(WEB, 443))), WAIT)
        (await lab.net.connect(lab.at(WEB, 80))).close()


async def test_a_rejected_connection_is_refused(catalog: Catalog) -> None:
    async with Lab(catalog, "tcp-reject:8934") as lab:
        with pytest.raises(NetFailure) as refused:
            await lab.net.connect(lab.at(EDGE, REGISTRATION))
    assert refused.value.failure.kind is FailureKind.REFUSED


async def test_the_resolver_knows_the_twin_and_nothing_else(catalog: Catalog) -> None:
    async with Lab(catalog) as lab:
        for transport in ("udp", "tcp"):
            answer = await _resolve(lab, EDGE, "A", transport)
            assert [each.data for each in answer.records] == [lab.at(EDGE, 1).address]
        assert (await _resolve(lab, EDGE, "AAAA")).records == ()
        (record,) = (await _resolve(lab, f"_sips._tcp.{EDGE}", "SRV")).records
        assert record.service is not None
        assert (record.service.port, record.service.target) == (REGISTRATION, EDGE)
        assert (await _resolve(lab, "example.org", "A")).rcode == "NXDOMAIN"
        assert (await _resolve(lab, "com", "A")).rcode == "NOERROR"


@pytest.mark.parametrize(
    ("fault", "answering"), [("dns-dead", []), ("dns-tcp-drop", ["udp"]), ("loss:0", ["udp", "tcp"])]
)
async def test_a_dead_resolver(catalog: Catalog, fault: str, answering: list[str]) -> None:
    heard = []
    async with Lab(catalog, fault) as lab:
        for transport in ("udp", "tcp"):
            try:
                await _resolve(lab, WEB, "A", transport)
            except TimeoutError:
                continue
            heard.append(transport)
    assert heard == answering


@pytest.mark.parametrize(
    ("fault", "phones", "others"),
    [("ntp-dead", False, False), ("ntp-source-drop", False, True), ("loss:0", True, True)],
)
async def test_time_servers_that_do_not_answer(catalog: Catalog, fault: str, phones: bool, others: bool) -> None:
    async with Lab(catalog, fault) as lab:
        to = lab.at("ntp-jp.bcld.webex.com", 123)
        for source, answers in (((PortRange(51494, 51494),), phones), (None, others)):
            try:
                got = await _ask(lab, to, ntp.request(0.0), source)
            except TimeoutError:
                got = b""
            assert bool(got) is answers


@pytest.mark.parametrize("fault", ["loss:0", "sip-silent"])
async def test_the_edge_answers_options_unless_it_is_silent(catalog: Catalog, fault: str) -> None:
    async with Lab(catalog, fault) as lab:
        if fault == "sip-silent":
            with pytest.raises(TimeoutError):
                await _options(lab, EDGE)
        else:
            assert (await _options(lab, EDGE)).startswith(b"SIP/2.0 200 OK\r\n")


async def test_a_stalled_handshake_waits_for_ever(catalog: Catalog) -> None:
    async with Lab(catalog, "tls-stall:8934") as lab:
        stream = await lab.net.connect(lab.at(EDGE, REGISTRATION))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(lab.net.secure(stream, server_name=EDGE), WAIT)
        stream.close()


async def test_delay_holds_back_what_returns(catalog: Catalog) -> None:
    loop = asyncio.get_running_loop()
    async with Lab(catalog, "delay:0.05") as lab:
        for ask in (_resolve(lab, EDGE, "A"), _secure_edge(lab)):
            began = loop.time()
            await ask
            assert loop.time() - began >= 0.05


async def _secure_edge(lab: Lab) -> None:
    stream = await lab.net.connect(lab.at(EDGE, REGISTRATION))
    secured = await lab.net.secure(stream, server_name=EDGE)
    assert secured.evidence.name_matches
    stream.close()


@pytest.mark.parametrize(("fault", "least", "most"), [("loss:1", 0, 0), ("loss:0.5", 20, 80), ("loss:0", 100, 100)])
async def test_loss_takes_its_share_of_the_answers(catalog: Catalog, fault: str, least: int, most: int) -> None:
    got = 0
    async with Lab(catalog, fault) as lab:
        socket = await lab.net.datagrams(lab.at(lab.twin.answering[0], 20000))
        for number in range(100):
            socket.send(b"%d" % number)
        with contextlib.suppress(TimeoutError):
            while got < 100:
                async with asyncio.timeout(WAIT):
                    await socket.receive()
                got += 1
        socket.close()
    assert least <= got <= most


async def test_a_sweep_tells_open_refused_and_silent_apart(catalog: Catalog) -> None:
    async with Lab(catalog, "tcp-drop:443", "tcp-reject:8934") as lab:
        to = [lab.at(WEB, 443), lab.at(WEB, 80), lab.at(EDGE, REGISTRATION), lab.at(WEB, 81)]
        outcomes = await lab.net.connect_each(to, waits=Patience(unknown=WAIT, ceiling=WAIT), at_once=4)
    kinds = [each.kind if isinstance(each, Failure) else "open" for each in outcomes]
    assert kinds == [FailureKind.TIMEOUT, "open", FailureKind.REFUSED, FailureKind.REFUSED]
