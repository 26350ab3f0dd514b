"""HTTP exchanges and WebSocket upgrades by aiohttp (RFC 9110, RFC 6455), towards an address already resolved."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec

from probe.model.address import Endpoint
from probe.model.evidence import HttpEvidence, TlsEvidence
from probe.model.failure import Failure, FailureKind
from probe.ports import HttpReply, HttpRequest, NetFailure

from . import trust
from .classify import from_os_error, from_tls, one_line

if TYPE_CHECKING:
    import aiohttp
    from aiohttp.abc import AbstractResolver, ResolveResult

_BODY_LIMIT = 64 * 1024
_BODY_WAIT = 0.5
_HEADER_LIMIT = 16 * 1024


async def fetch(request: HttpRequest, *, roots: trust.Roots, user_agent: str) -> HttpReply:
    """Raises NetFailure, with the TLS evidence where a chain was seen."""
    import aiohttp

    marks: dict[str, float] = {}
    handshakes: list[ssl.SSLObject] = []
    name = urlsplit(request.url).hostname or request.to.address

    async def connected(_: Any, __: Any, ___: Any) -> None:
        marks["connected"] = time.perf_counter()

    tracing = aiohttp.TraceConfig()
    tracing.on_connection_create_end.append(connected)
    connector = aiohttp.TCPConnector(
        resolver=_fixed(request.to),
        ssl=_accepting_context(handshakes),
        force_close=True,
        use_dns_cache=False,
        happy_eyeballs_delay=None,
    )
    began = time.perf_counter()
    try:
        async with aiohttp.ClientSession(
            connector=connector,
            trace_configs=[tracing],
            auto_decompress=False,
            max_line_size=_HEADER_LIMIT,
            max_field_size=_HEADER_LIMIT,
            headers={"User-Agent": user_agent},
            cookie_jar=aiohttp.DummyCookieJar(),
        ) as session:
            headers = _UPGRADE if request.websocket else {}
            async with session.get(request.url, headers=headers, allow_redirects=False) as reply:
                done = time.perf_counter()
                await _drop_body(reply)
                http = _evidence(request, reply)
    except aiohttp.ClientError as error:
        raise NetFailure(_failure(error), _tls_evidence(handshakes, name, roots)) from error
    except OSError as error:
        raise NetFailure(from_os_error(error)) from error
    except ValueError as error:
        raise NetFailure(
            Failure(kind=FailureKind.MALFORMED, detail=f"unreadable HTTP: {one_line(str(error))}")
        ) from error
    connect_end = marks.get("connected", done)
    return HttpReply(
        http=http,
        tls=_tls_evidence(handshakes, name, roots),
        connect_time=connect_end - began,
        request_time=done - connect_end,
    )


async def _drop_body(reply: aiohttp.ClientResponse) -> None:
    """The status is the answer: a body that is late, cut or malformed takes nothing from it."""
    import aiohttp

    with contextlib.suppress(aiohttp.ClientError, TimeoutError):
        async with asyncio.timeout(_BODY_WAIT):
            await reply.content.read(_BODY_LIMIT)


_UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "Y2FsbHJlYWR5LXByb2JlLg==",
}


def _fixed(to: Endpoint) -> AbstractResolver:
    """Stands in for aiohttp's resolver: the check has resolved the name itself, and recorded how."""
    from aiohttp.abc import AbstractResolver

    class Fixed(AbstractResolver):
        async def resolve(self, host: str, *_: object, **__: object) -> list[ResolveResult]:
            return [
                {
                    "hostname": host,
                    "host": to.address,
                    "port": to.port,
                    "family": socket.AF_INET6 if to.version == 6 else socket.AF_INET,
                    "proto": 0,
                    "flags": socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
                }
            ]

        async def close(self) -> None:
            return None

    return Fixed()


def _accepting_context(handshakes: list[ssl.SSLObject]) -> ssl.SSLContext:
    """Accepts any chain, which is judged afterwards; every completed handshake is added to `handshakes`."""

    class Recorded(ssl.SSLObject):
        def do_handshake(self) -> None:
            super().do_handshake()
            handshakes.append(self)

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.sslobject_class = Recorded
    return context


def _evidence(request: HttpRequest, reply: aiohttp.ClientResponse) -> HttpEvidence:
    version = reply.version
    location = reply.headers.get("Location")
    server = reply.headers.get("Server")
    return HttpEvidence(
        url=request.url,
        status=reply.status,
        version=f"{version.major}.{version.minor}" if version else "1.1",
        server=server[:80] if server else None,
        location=location[:200] if location else None,
        websocket=(reply.status == 101) if request.websocket else None,
    )


def _tls_evidence(handshakes: list[ssl.SSLObject], name: str, roots: trust.Roots) -> TlsEvidence | None:
    """Raises NetFailure where a certificate cannot be read."""
    if not handshakes:
        return None
    with trust.reading():
        return _read_evidence(handshakes[-1], name, roots)


def _read_evidence(tls: ssl.SSLObject, name: str, roots: trust.Roots) -> TlsEvidence:
    from cryptography import x509

    cipher = tls.cipher()
    return msgspec.structs.replace(
        trust.evidence([x509.load_der_x509_certificate(der) for der in _chain(tls)], name, roots),
        server_hello=True,
        version=tls.version(),
        cipher=cipher[0] if cipher else None,
        alpn=tls.selected_alpn_protocol(),
    )


def _chain(tls: Any) -> list[bytes]:
    """DER certificates as sent. SSLObject gained the public method in Python 3.13; before, only its core has it."""
    if hasattr(tls, "get_unverified_chain"):
        return list(tls.get_unverified_chain() or [])
    core = getattr(tls, "_sslobj", None)
    if core is not None and hasattr(core, "get_unverified_chain"):
        return [each.public_bytes(2) for each in core.get_unverified_chain() or []]
    leaf = tls.getpeercert(binary_form=True)
    return [leaf] if leaf else []


def _failure(error: aiohttp.ClientError) -> Failure:
    import aiohttp

    cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    if isinstance(cause, ssl.SSLError):
        return from_tls(cause.reason or str(cause))
    if isinstance(cause, OSError):
        return from_os_error(cause)
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return Failure(kind=FailureKind.CLOSED, detail="connection closed before an HTTP answer")
    if isinstance(error, aiohttp.ClientResponseError):
        detail = f"unreadable HTTP answer: {one_line(error.message) or error.status}"
        return Failure(kind=FailureKind.MALFORMED, detail=detail)
    return Failure(kind=FailureKind.MALFORMED, detail=f"HTTP: {type(error).__name__}")
