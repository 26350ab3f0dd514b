"""The lab's certificate authority, made anew for every twin, and the chains that its servers show (RFC 5280)."""

from __future__ import annotations

import datetime
import ipaddress
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Variant = Literal["valid", "expired", "wrong-name", "untrusted"]

ELSEWHERE = "elsewhere.example.net"
_DAY = datetime.timedelta(days=1)


class Authority:
    """A self-signed root, ECDSA P-256."""

    def __init__(self, common_name: str) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name(common_name)
        self._identifier = x509.SubjectKeyIdentifier.from_public_key(self._key.public_key())
        self.certificate = (
            self._begin(self._name, self._key.public_key(), ends=30 * _DAY)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(authority=True), critical=True)
            .add_extension(self._identifier, critical=False)
            .sign(self._key, hashes.SHA256())
        )

    def issue(self, key: ec.EllipticCurvePublicKey, names: Iterable[str], *, ends: datetime.timedelta) -> bytes:
        """A server's certificate in PEM, which ends this far from now."""
        identifier = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(self._identifier)
        certificate = (
            self._begin(_name("callready lab cloud"), key, ends=ends)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(authority=False), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(identifier, critical=False)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.SubjectAlternativeName([_alternative(name) for name in names]), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        return certificate.public_bytes(serialization.Encoding.PEM)

    def _begin(
        self, subject: x509.Name, key: ec.EllipticCurvePublicKey, *, ends: datetime.timedelta
    ) -> x509.CertificateBuilder:
        now = datetime.datetime.now(datetime.UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - 60 * _DAY)
            .not_valid_after(now + ends)
        )


class Certificates:
    """Files in `folder`: the root, and for each variant that is asked for a chain with its key."""

    def __init__(self, folder: Path, names: Iterable[str], apexes: Iterable[str]) -> None:
        self._folder = folder
        self._names = subject_names(names, apexes)
        self._root = Authority("callready lab root")
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.roots = folder / "roots.pem"
        """What counts as the public web PKI in the lab."""
        self.roots.write_bytes(self._root.certificate.public_bytes(serialization.Encoding.PEM))
        self.key = folder / "key.pem"
        self.key.touch(mode=0o600)
        self.key.write_bytes(
            self._key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )

    def chain(self, variant: Variant) -> Path:
        path = self._folder / f"{variant}.pem"
        if not path.exists():
            authority = Authority("callready lab stranger") if variant == "untrusted" else self._root
            names = [ELSEWHERE] if variant == "wrong-name" else self._names
            ends = -_DAY if variant == "expired" else 7 * _DAY
            path.write_bytes(authority.issue(self._key.public_key(), names, ends=ends))
        return path


def subject_names(names: Iterable[str], apexes: Iterable[str]) -> list[str]:
    """The fewest names and wildcards that cover `names`, no wildcard wider than a domain of `apexes`."""
    domains = set(apexes)
    covered = set()
    for name in names:
        parent = name.partition(".")[2]
        below = any(parent == domain or parent.endswith(f".{domain}") for domain in domains)
        covered.add(f"*.{parent}" if below and not _address(name) else name)
    return sorted(covered)


def _alternative(name: str) -> x509.GeneralName:
    address = _address(name)
    return x509.IPAddress(address) if address else x509.DNSName(name)


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "callready lab"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )
