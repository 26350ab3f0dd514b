"""Certificates as a hostile or careless server shows them, made when asked for (RFC 5280)."""

from __future__ import annotations

import datetime
import ssl
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = datetime.timedelta(days=1)


class Authority:
    """A root that signs whatever it is asked to."""

    def __init__(self, folder: Path, name: str = "callready test root") -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name(name)
        now = datetime.datetime.now(datetime.UTC)
        builder = _builder(self._name, self._name, self._key.public_key(), now - DAY, now + 30 * DAY)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        self._root = builder.sign(self._key, hashes.SHA256())
        self.roots = folder / "roots.pem"
        self.roots.write_bytes(_pem(self._root))

    def context(
        self,
        name: str = "edge.example",
        *,
        names: Iterable[x509.GeneralName] | None = None,
        valid: tuple[float, float] = (-1, 30),
        more: Sequence[x509.ExtensionType] = (),
        self_signed: bool = False,
        fillers: int = 0,
        tamper: Callable[[bytes], bytes] = bytes,
    ) -> ssl.SSLContext:
        """A server's context. `valid` is in days from now; `fillers` certificates follow the leaf, signed by nobody;
        `tamper` changes the leaf's bytes after it was signed."""
        key = ec.generate_private_key(ec.SECP256R1())
        now = datetime.datetime.now(datetime.UTC)
        subject = _name(name)
        issuer = subject if self_signed else self._name
        builder = _builder(issuer, subject, key.public_key(), now + valid[0] * DAY, now + valid[1] * DAY)
        shown = [x509.DNSName(name)] if names is None else list(names)
        for extension in ([x509.SubjectAlternativeName(shown)] if shown else []) + list(more):
            builder = builder.add_extension(extension, critical=False)
        leaf = builder.sign(key if self_signed else self._key, hashes.SHA256())
        chain = [ssl.DER_cert_to_PEM_cert(tamper(leaf.public_bytes(serialization.Encoding.DER))).encode()]
        chain += [_pem(self._filler(number)) for number in range(fillers)]
        file = self._folder / f"{leaf.serial_number}.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        file.write_bytes(private + b"".join(chain))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def _filler(self, number: int) -> x509.Certificate:
        now = datetime.datetime.now(datetime.UTC)
        subject = _name(f"filler {number}")
        return _builder(subject, subject, self._key.public_key(), now - DAY, now + DAY).sign(self._key, hashes.SHA256())


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _builder(
    issuer: x509.Name,
    subject: x509.Name,
    key: ec.EllipticCurvePublicKey,
    first: datetime.datetime,
    last: datetime.datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .issuer_name(issuer)
        .subject_name(subject)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(first)
        .not_valid_after(last)
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
