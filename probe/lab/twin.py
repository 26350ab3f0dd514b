"""The twin: one listener per service on loopback, standing in for every logical endpoint that offers the service."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import tempfile
from collections.abc import Iterable
from pathlib import Path
from random import Random
from types import TracebackType
from typing import TYPE_CHECKING, Literal

from catalog.model import Catalog
from probe.model.address import Endpoint
from probe.site import Site

from . import addresses, places, sockets, streams
from .certificates import Certificates, Variant
from .datagram import Answer, DatagramService
from .faults import Fault, Faults
from .names import DnsService, Zone
from .places import Places, Protocol, Service
from .sip import SipService
from .streams import Listeners
from .udp_services import TimeServer, stun_or_echo

if TYPE_CHECKING:
    from aiohttp import web

Fate = Literal["pass", "drop", "reject"]

_TLS: tuple[Service, ...] = ("web", "sip", "mutual-sip")
_VARIANTS: dict[str, Variant] = {
    "tls-untrusted": "untrusted",
    "tls-wrong-name": "wrong-name",
    "tls-expired": "expired",
}
"""By fault; where several concern one port, the first of these wins."""
_DEAD: dict[str, tuple[Protocol, Service]] = {
    "dns-tcp-drop": ("tcp", "dns"),
    "ntp-dead": ("udp", "ntp"),
}


class Twin:
    """`async with Twin(catalog) as twin`: everything that it opens is closed at the end. `seed` draws what is lost."""

    def __init__(
        self, catalog: Catalog, faults: Iterable[Fault] = (), seed: int = 0, *, site: Site | None = None
    ) -> None:
        self._catalog = catalog
        self._faults = Faults(faults)
        self._random = Random(seed)
        self._site = site or Site()
        self._places = Places(catalog, self._site)
        self._avoiding = places.fixed_source_ports(catalog)
        self._listening: dict[tuple[Protocol, Service, Variant], Endpoint] = {}
        self._stack = contextlib.AsyncExitStack()
        self.resolver = places.RESOLVER
        self.answering = self._places.answering
        """Hosts that answer on the media ranges."""
        self.delay = self._faults.number("delay")
        """Seconds by which answers come later."""
        self.public_roots: Path
        """PEM file of what counts as the public web PKI."""
        self.sink: Endpoint
        """Takes datagrams and never answers."""
        self.shut: dict[Protocol, Endpoint]
        """Refuses everybody."""

    async def __aenter__(self) -> Twin:
        async with contextlib.AsyncExitStack() as stack:
            await self._open(stack)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    def fate(self, protocol: Protocol, to: Endpoint) -> Fate:
        """What the faults do to packets towards a logical endpoint."""
        service = self._places.service(protocol, to)
        dead = any((protocol, service) == each and self._faults.on(kind) for kind, each in _DEAD.items())
        if dead or (service == "dns" and self._faults.on("dns-dead")) or self._faults.on(f"{protocol}-drop", to.port):
            return "drop"
        return "reject" if self._faults.on(f"{protocol}-reject", to.port) else "pass"

    def locate(self, protocol: Protocol, to: Endpoint) -> Endpoint | None:
        """The loopback endpoint that serves a logical one, whatever the faults say; None: nothing is there."""
        service = self._places.service(protocol, to)
        if service is None:
            return None
        if service not in _TLS:
            return self._listening[protocol, service, "valid"]
        if self._faults.on("tls-stall", to.port):
            return self._listening[protocol, "mute", "valid"]
        return self._listening[protocol, service, self._variant(to.port)]

    def _variant(self, port: int) -> Variant:
        return next((variant for kind, variant in _VARIANTS.items() if self._faults.on(kind, port)), "valid")

    async def _open(self, stack: contextlib.AsyncExitStack) -> None:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="callready-lab-")))
        apexes = [each.domain.removeprefix("*.") for each in self._catalog.domains]
        certificates = Certificates(folder, [*self._places.names, sockets.LOOPBACK], apexes)
        self.public_roots = certificates.roots
        self.shut = {
            "tcp": sockets.endpoint(stack.enter_context(sockets.shut(socket.SOCK_STREAM, self._avoiding))),
            "udp": sockets.endpoint(stack.enter_context(sockets.shut(socket.SOCK_DGRAM, self._avoiding))),
        }
        self.sink = self._udp(stack, lambda _, __: None)
        missing = self._faults.names("dns-nxdomain")
        zone = Zone(self._places.names, addresses.srv_ports(self._catalog), missing)
        dns = DnsService(zone, delay=self._faults.number("dns-slow"))
        await self._open_datagrams(stack, certificates, dns)
        await self._open_streams(stack, certificates, dns)

    async def _open_datagrams(
        self, stack: contextlib.AsyncExitStack, certificates: Certificates, dns: DnsService
    ) -> None:
        deaf_to = places.time_source_ports(self._catalog) if self._faults.on("ntp-source-drop") else ()
        clock = TimeServer(ahead=self._faults.number("clock-skew"), deaf_to=deaf_to)
        answers: dict[Service, Answer] = {"stun": stun_or_echo, "ntp": clock.answer}
        for service, answer in answers.items():
            self._listening["udp", service, "valid"] = self._udp(stack, answer)
        slow = self._faults.number("dns-slow")
        self._listening["udp", "dns", "valid"] = self._udp(stack, dns.over_udp, more_delay=slow)
        self._listening["udp", "http3", "valid"] = await self._http3(stack, certificates)

    async def _open_streams(
        self, stack: contextlib.AsyncExitStack, certificates: Certificates, dns: DnsService
    ) -> None:
        listeners = Listeners()
        stack.push_async_callback(listeners.close)
        plain: dict[Service, streams.Serve] = {"dns": dns.over_tcp, "mute": streams.mute}
        for service, serve in plain.items():
            self._listening["tcp", service, "valid"] = await self._tcp(listeners, serve)
        http = self._http(stack)
        self._listening["tcp", "http", "valid"] = await self._web(stack, listeners, http, None)
        silent = self._faults.on("sip-silent")
        variants: list[Variant] = ["valid", *(each for kind, each in _VARIANTS.items() if self._faults.on(kind))]
        for variant in variants:
            context = _context(certificates, variant)
            self._listening["tcp", "web", variant] = await self._web(stack, listeners, http, context)
            sip = SipService(context, silent=silent)
            self._listening["tcp", "sip", variant] = await self._tcp(listeners, sip.serve)
            mutual = SipService(_context(certificates, variant, mutual=True), silent=silent)
            self._listening["tcp", "mutual-sip", variant] = await self._tcp(listeners, mutual.serve)

    def _udp(self, stack: contextlib.AsyncExitStack, answer: Answer, *, more_delay: float = 0.0) -> Endpoint:
        sock = sockets.bound(socket.SOCK_DGRAM, self._avoiding)
        where = sockets.endpoint(sock)
        delay, loss = self.delay + more_delay, self._faults.number("loss")
        stack.callback(DatagramService(sock, answer, delay=delay, loss=loss, random=self._random).close)
        return where

    async def _http3(self, stack: contextlib.AsyncExitStack, certificates: Certificates) -> Endpoint:
        from . import http3

        sock = sockets.bound(socket.SOCK_DGRAM, self._avoiding)
        server = http3.server(certificates.chain("valid"), certificates.key)
        await asyncio.get_running_loop().create_datagram_endpoint(lambda: server, sock=sock)
        stack.callback(server.close)
        return sockets.endpoint(sock)

    async def _tcp(self, listeners: Listeners, serve: streams.Serve) -> Endpoint:
        sock = sockets.bound(socket.SOCK_STREAM, self._avoiding)
        await listeners.add(sock, serve)
        return await self._behind_delay(listeners, sockets.endpoint(sock))

    def _http(self, stack: contextlib.AsyncExitStack) -> web.Server:
        from aiohttp import web

        from .web import Pages

        server = web.Server(Pages(self._catalog.portal_probes).handle, access_log=None)
        stack.push_async_callback(server.shutdown, 0)
        return server

    async def _web(
        self,
        stack: contextlib.AsyncExitStack,
        listeners: Listeners,
        http: web.Server,
        context: ssl.SSLContext | None,
    ) -> Endpoint:
        sock = sockets.bound(socket.SOCK_STREAM, self._avoiding)
        server = await asyncio.get_running_loop().create_server(http, sock=sock, ssl=context, backlog=512)
        stack.callback(server.close)
        return await self._behind_delay(listeners, sockets.endpoint(sock))

    async def _behind_delay(self, listeners: Listeners, to: Endpoint) -> Endpoint:
        if not self.delay:
            return to
        sock = sockets.bound(socket.SOCK_STREAM, self._avoiding)
        await listeners.add(sock, streams.delayed(to, self.delay))
        return sockets.endpoint(sock)


def _context(certificates: Certificates, variant: Variant, *, mutual: bool = False) -> ssl.SSLContext:
    """With `mutual`, whoever shows no certificate of the lab's own gets an alert (RFC 8446 §4.4.2.4)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.num_tickets = 0
    context.load_cert_chain(certificates.chain(variant), certificates.key)
    if mutual:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(certificates.roots)
    return context
