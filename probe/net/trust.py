"""Whether a server's chain leads to a root: of the public web, and of this machine (RFC 5280 §6, RFC 9525)."""

from __future__ import annotations

import datetime
import os
import ssl
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from probe.model.address import is_address
from probe.model.evidence import Certificate, TlsEvidence, Trust
from probe.model.failure import Failure, FailureKind
from probe.ports import NetFailure

if TYPE_CHECKING:
    from cryptography.x509 import Certificate as X509
    from OpenSSL.crypto import X509Store


class Roots:
    """The two root stores. `public` is a PEM file; None: Mozilla's roots as certifi ships them.

    The machine's store is what OpenSSL itself would use, SSL_CERT_FILE and SSL_CERT_DIR honoured.
    """

    def __init__(self, public: Path | None = None) -> None:
        self._public = public

    @cached_property
    def public(self) -> X509Store:
        import certifi
        from OpenSSL.crypto import X509Store

        store = X509Store()
        store.load_locations(str(self._public or certifi.where()))
        return store

    @cached_property
    def machine(self) -> X509Store | None:
        """None where this platform keeps its roots elsewhere (Windows, macOS) or has none."""
        from OpenSSL.crypto import Error, X509Store

        paths = ssl.get_default_verify_paths()
        directory = paths.capath if paths.capath and os.path.isdir(paths.capath) else None
        if not paths.cafile and not directory:
            return None
        store = X509Store()
        try:
            store.load_locations(paths.cafile, directory)
        except Error:
            return None
        return store


@contextmanager
def reading() -> Iterator[None]:
    """Around all that looks into a server's certificates. Raises NetFailure where one cannot be read."""
    from cryptography import x509

    try:
        with warnings.catch_warnings():
            # The library warns of what is merely odd, such as a negative serial number; that is the server's affair.
            warnings.simplefilter("ignore")
            yield
    except (ValueError, x509.InvalidVersion) as error:
        what = " ".join(str(error).split())[:120]
        failure = Failure(kind=FailureKind.MALFORMED, detail=f"a certificate that cannot be read: {what}")
        raise NetFailure(failure) from error


def evidence(chain: Sequence[X509], server_name: str, roots: Roots) -> TlsEvidence:
    """What a chain, as sent and leaf first, shows by itself; the facts of the handshake are the caller's to add."""
    machine = roots.machine
    return TlsEvidence(
        server_name=server_name,
        server_hello=bool(chain),
        chain=[describe(each) for each in chain[:10]],
        public_trust=judge(chain, roots.public) if chain else None,
        machine_trust=judge(chain, machine) if chain and machine is not None else None,
        name_matches=name_matches(chain[0], server_name) if chain else None,
        checked_at=_rfc3339(datetime.datetime.now(datetime.UTC)),
    )


def judge(chain: Sequence[X509], store: X509Store) -> Trust:
    """What OpenSSL says of `chain`, leaf first, at this moment."""
    from OpenSSL.crypto import X509 as PyX509
    from OpenSSL.crypto import X509StoreContext, X509StoreContextError

    leaf, *rest = (PyX509.from_cryptography(each) for each in chain)
    try:
        X509StoreContext(store, leaf, rest).verify_certificate()
    except X509StoreContextError as error:
        code = int(error.errors[0]) if error.errors else None
        return Trust(trusted=False, reason=str(error), code=code)
    return Trust(trusted=True)


def name_matches(leaf: X509, name: str) -> bool:
    """RFC 9525 §6: by subject alternative names only."""
    from service_identity import CertificateError, VerificationError
    from service_identity.cryptography import verify_certificate_hostname, verify_certificate_ip_address

    if _alternative_names(leaf) is None:
        return False
    try:
        if is_address(name):
            verify_certificate_ip_address(leaf, name)
        else:
            verify_certificate_hostname(leaf, name)
    except (VerificationError, CertificateError):
        return False
    return True


def describe(certificate: X509) -> Certificate:
    from cryptography.hazmat.primitives import hashes

    return Certificate(
        subject=certificate.subject.rfc4514_string(),
        issuer=certificate.issuer.rfc4514_string(),
        not_before=_rfc3339(certificate.not_valid_before_utc),
        not_after=_rfc3339(certificate.not_valid_after_utc),
        names=(_alternative_names(certificate) or [])[:64],
        sha256=certificate.fingerprint(hashes.SHA256()).hex(),
        key=_key(certificate),
    )


def _alternative_names(certificate: X509) -> list[str] | None:
    """None where they are missing or unreadable."""
    from cryptography import x509

    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except (x509.ExtensionNotFound, x509.DuplicateExtension, x509.UnsupportedGeneralNameType, ValueError):
        return None
    return [str(each.value) for each in extension.value]


def _key(certificate: X509) -> str:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return "unknown"
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA {key.key_size}"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"EC {key.curve.name}"
    return type(key).__name__.removesuffix("PublicKey")


def _rfc3339(moment: datetime.datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
