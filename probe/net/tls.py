"""TLS handshakes over any stream (RFC 8446, RFC 5246): what the server said is evidence, whether it is liked or not."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from probe.model.address import Endpoint
from probe.model.evidence import CertificateRequest, TlsEvidence
from probe.model.failure import Failure, FailureKind
from probe.ports import NetFailure, Stream

from . import trust
from .classify import from_tls

if TYPE_CHECKING:
    from OpenSSL import SSL

_HANDSHAKE_LIMIT = 256 * 1024
"""Bytes of one handshake; RFC 8446 allows 2^24 for a certificate message alone."""
_ALERT_WAIT = 0.5
_STATE_CERTIFICATE_REQUEST = b"SSLv3/TLS read server certificate request"

# RFC 8446 §6.2, RFC 5246 §7.2.2
_ALERTS = {
    0: "close_notify", 10: "unexpected_message", 20: "bad_record_mac", 40: "handshake_failure", 42: "bad_certificate",
    43: "unsupported_certificate", 44: "certificate_revoked", 45: "certificate_expired", 46: "certificate_unknown",
    47: "illegal_parameter", 48: "unknown_ca", 49: "access_denied", 50: "decode_error", 51: "decrypt_error",
    70: "protocol_version", 71: "insufficient_security", 80: "internal_error", 86: "inappropriate_fallback",
    109: "missing_extension", 110: "unsupported_extension", 112: "unrecognized_name", 113: "bad_certificate_status",
    115: "unknown_psk_identity", 116: "certificate_required", 120: "no_application_protocol",
}  # fmt: skip


class _Handshake:
    """What the handshake's messages told, kept as they pass."""

    def __init__(self, server_name: str, alpn: Sequence[str]) -> None:
        from OpenSSL import SSL

        self.alert: str | None = None
        self.asked_for_certificate = False
        context = SSL.Context(SSL.TLS_CLIENT_METHOD)
        context.set_min_proto_version(SSL.TLS1_2_VERSION)
        context.set_verify(SSL.VERIFY_NONE, _accept_any)
        context.set_info_callback(self._told)
        if alpn:
            context.set_alpn_protos([each.encode() for each in alpn])
        self.connection = SSL.Connection(context, None)
        self.connection.set_connect_state()
        if not server_name.replace(".", "").isdecimal() and ":" not in server_name:
            # RFC 6066 §3: no literal addresses in server_name.
            self.connection.set_tlsext_host_name(server_name.encode("idna" if not server_name.isascii() else "ascii"))

    def _told(self, connection: SSL.Connection, where: int, value: int) -> None:
        from OpenSSL import SSL

        if where & SSL.SSL_CB_LOOP and connection.get_state_string() == _STATE_CERTIFICATE_REQUEST:
            self.asked_for_certificate = True
        if where & SSL.SSL_CB_READ == SSL.SSL_CB_READ and where & SSL.SSL_CB_ALERT and value & 0xFF:
            self.alert = _ALERTS.get(value & 0xFF, f"alert {value & 0xFF}")


def _accept_any(*_: Any) -> bool:
    return True


class TlsByteStream:
    """Application data inside TLS."""

    def __init__(self, stream: Stream, handshake: _Handshake, evidence: TlsEvidence) -> None:
        self._stream = stream
        self._handshake = handshake
        self.evidence = evidence

    @property
    def local(self) -> Endpoint:
        return self._stream.local

    @property
    def remote(self) -> Endpoint:
        return self._stream.remote

    async def send(self, data: bytes) -> None:
        from OpenSSL import SSL

        try:
            self._handshake.connection.sendall(data)
        except SSL.Error as error:
            raise NetFailure(_failure(error, self._handshake), self.evidence) from error
        await _flush(self._handshake.connection, self._stream)

    async def receive(self) -> bytes:
        from OpenSSL import SSL

        while True:
            try:
                return self._handshake.connection.recv(65536)
            except SSL.WantReadError:
                await _flush(self._handshake.connection, self._stream)
                data = await self._stream.receive()
                if not data:
                    return b""
                self._handshake.connection.bio_write(data)
            except SSL.ZeroReturnError:
                return b""
            except SSL.Error as error:
                raise NetFailure(_failure(error, self._handshake), self.evidence) from error

    def close(self) -> None:
        self._stream.close()


async def secure(stream: Stream, *, server_name: str, alpn: Sequence[str], roots: trust.Roots) -> TlsByteStream:
    """Raises NetFailure; where a ServerHello was seen, the failure carries the evidence."""
    from OpenSSL import SSL

    handshake = _Handshake(server_name, alpn)
    connection = handshake.connection
    received = 0
    while True:
        try:
            connection.do_handshake()
            break
        except SSL.WantReadError:
            await _flush(connection, stream)
            data = await stream.receive()
            if not data:
                failure = Failure(kind=FailureKind.CLOSED, detail="connection closed during the TLS handshake")
                raise NetFailure(failure, _evidence(handshake, server_name, roots)) from None
            received += len(data)
            if received > _HANDSHAKE_LIMIT:
                failure = Failure(kind=FailureKind.TOO_LARGE, detail=f"TLS handshake above {_HANDSHAKE_LIMIT} bytes")
                raise NetFailure(failure) from None
            connection.bio_write(data)
        except SSL.Error as error:
            await _flush_quietly(connection, stream)
            raise NetFailure(_failure(error, handshake), _evidence(handshake, server_name, roots)) from error
    await _flush(connection, stream)
    secured = TlsByteStream(stream, handshake, _evidence(handshake, server_name, roots))
    if handshake.asked_for_certificate and secured.evidence.version == "TLSv1.3":
        await _await_alert(secured, handshake)
    return secured


async def _await_alert(secured: TlsByteStream, handshake: _Handshake) -> None:
    """In TLS 1.3 the refusal of a missing client certificate comes only after the handshake (RFC 8446 §4.4.2.4)."""
    try:
        async with asyncio.timeout(_ALERT_WAIT):
            await secured.receive()
    except (TimeoutError, NetFailure):
        pass
    if handshake.alert:
        secured.evidence = msgspec.structs.replace(secured.evidence, alert=handshake.alert)


async def _flush(connection: SSL.Connection, stream: Stream) -> None:
    from OpenSSL import SSL

    while True:
        try:
            data = connection.bio_read(65536)
        except SSL.WantReadError:
            return
        await stream.send(data)


async def _flush_quietly(connection: SSL.Connection, stream: Stream) -> None:
    """Sends our own alert; the handshake has failed already, whether it arrives or not."""
    try:
        await _flush(connection, stream)
    except NetFailure:
        return


def _failure(error: SSL.Error, handshake: _Handshake) -> Failure:
    reasons = [str(part[-1]) for part in error.args[0]] if error.args and isinstance(error.args[0], list) else []
    return from_tls("; ".join(filter(None, reasons)), handshake.alert)


def _evidence(handshake: _Handshake, server_name: str, roots: trust.Roots) -> TlsEvidence:
    """Raises NetFailure where a certificate cannot be read."""
    with trust.reading():
        return _read_evidence(handshake, server_name, roots)


def _read_evidence(handshake: _Handshake, server_name: str, roots: trust.Roots) -> TlsEvidence:
    connection = handshake.connection
    chain = connection.get_peer_cert_chain(as_cryptography=True) or []
    request = None
    if handshake.asked_for_certificate:
        request = CertificateRequest(authorities=[_name(each) for each in connection.get_client_ca_list()][:32])
    return msgspec.structs.replace(
        trust.evidence(chain, server_name, roots),
        version=connection.get_protocol_version_name() if chain else None,
        cipher=connection.get_cipher_name(),
        alpn=connection.get_alpn_proto_negotiated().decode("ascii", "replace") or None,
        certificate_request=request,
        alert=handshake.alert,
    )


def _name(name: Any) -> str:
    return ", ".join(f"{key.decode()}={value.decode('utf-8', 'replace')}" for key, value in name.get_components())
