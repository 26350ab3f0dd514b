"""The bed's certificate authorities and the chains its servers show (RFC 5280)."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable
from pathlib import Path
from typing import Literal, get_args

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Variant = Literal["valid", "expired", "wrong-name", "intercepted"]
VARIANTS: tuple[Variant, ...] = get_args(Variant)
DAY = datetime.timedelta(days=1)
KEY_BITS = 2048


@dataclasses.dataclass(frozen=True, kw_only=True)
class Certificates:
    """Paths of PEM files."""

    roots: Path
    """What counts as the public web PKI in the bed, for `--public-roots`."""
    machine: Path
    """A machine's own trust store: the public roots and the interceptor's."""
    interceptor: Path
    key: Path
    """Private key of every chain."""
    chains: dict[Variant, Path]
    """Server certificate and intermediate."""
    client: Path
    """A chain that the mutual TLS port accepts, for the same key."""


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "callready test bed"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=not authority,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


class _Authority:
    def __init__(self, common_name: str, signer: _Authority | None = None) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
        self.name = _name(common_name)
        self.certificate = (signer or self).sign(
            self.name, self.key.public_key(), authority=True, path_length=0 if signer else 1
        )

    def sign(
        self,
        subject: x509.Name,
        key: rsa.RSAPublicKey,
        *,
        authority: bool = False,
        path_length: int | None = None,
        names: Iterable[str] = (),
        ends: datetime.timedelta = 30 * DAY,
    ) -> x509.Certificate:
        """A certificate that ends this far from now."""
        now = datetime.datetime.now(datetime.UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - 60 * DAY)
            .not_valid_after(now + ends)
            .add_extension(x509.BasicConstraints(ca=authority, path_length=path_length), critical=True)
            .add_extension(_usage(authority=authority), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
        )
        if not authority:
            purposes = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
            builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False).add_extension(
                x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False
            )
        return builder.sign(self.key, hashes.SHA256())


def subject_names(names: Iterable[str], apexes: Iterable[str]) -> list[str]:
    """The fewest names and wildcards that cover `names`, no wildcard wider than a domain of `apexes`."""
    domains = set(apexes)
    covered = set()
    for name in names:
        parent = name.partition(".")[2]
        below = any(parent == domain or parent.endswith(f".{domain}") for domain in domains)
        covered.add(f"*.{parent}" if below else name)
    return sorted(covered)


def _pem(*certificates: x509.Certificate) -> bytes:
    return b"".join(each.public_bytes(serialization.Encoding.PEM) for each in certificates)


def _write_key(path: Path, key: rsa.RSAPrivateKey) -> None:
    form = serialization.PrivateFormat.TraditionalOpenSSL
    path.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))


def issue(folder: Path, names: Iterable[str], apexes: Iterable[str]) -> Certificates:
    """Make every authority, key and chain of the bed as files in `folder`."""
    folder.mkdir()
    root, interceptor = _Authority("bed root"), _Authority("bed interceptor")
    intermediate = _Authority("bed intermediate", root)
    middlebox = _Authority("bed middlebox", interceptor)
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    covered = subject_names(names, apexes)
    made = Certificates(
        roots=folder / "roots.pem",
        machine=folder / "machine.pem",
        interceptor=folder / "interceptor.pem",
        key=folder / "key.pem",
        chains={variant: folder / f"{variant}.pem" for variant in VARIANTS},
        client=folder / "client.pem",
    )
    made.roots.write_bytes(_pem(root.certificate))
    made.interceptor.write_bytes(_pem(interceptor.certificate))
    made.machine.write_bytes(_pem(root.certificate, interceptor.certificate))
    _write_key(made.key, key)
    leaf, public = _name("bed cloud"), key.public_key()
    leaves = {
        "valid": (intermediate, intermediate.sign(leaf, public, names=covered)),
        "expired": (intermediate, intermediate.sign(leaf, public, names=covered, ends=-DAY)),
        "wrong-name": (intermediate, intermediate.sign(leaf, public, names=["elsewhere.example.net"])),
        "intercepted": (middlebox, middlebox.sign(leaf, public, names=covered)),
    }
    for variant in VARIANTS:
        authority, certificate = leaves[variant]
        made.chains[variant].write_bytes(_pem(certificate, authority.certificate))
    client = intermediate.sign(_name("gateway.example.net"), public, names=["gateway.example.net"])
    made.client.write_bytes(_pem(client, intermediate.certificate))
    return made
