"""What this machine can do for a measurement, found out without sending a packet."""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import socket
import ssl
import sys
from collections.abc import Iterable

import msgspec

from catalog.ranges import PortRange

_TYPES = {"tcp": socket.SOCK_STREAM, "udp": socket.SOCK_DGRAM}
_STA_UNSYNC = 0x40  # linux/timex.h


class Binding(msgspec.Struct, frozen=True, kw_only=True):
    """Which local ports of a range can be bound right now."""

    free: int
    taken: list[int]
    """Held by other programs."""
    forbidden: list[int]
    """Below the first port that this process may bind."""


def try_ports(transport: str, ranges: Iterable[PortRange]) -> Binding:
    """Binds every port of `ranges` once, on all IPv4 addresses, and lets it go."""
    free = 0
    taken: list[int] = []
    forbidden: list[int] = []
    for port in (port for each in ranges for port in each):
        with socket.socket(socket.AF_INET, _TYPES[transport]) as sock:
            try:
                sock.bind(("0.0.0.0", port))
            except OSError as error:
                (forbidden if error.errno in {errno.EACCES, errno.EPERM} else taken).append(port)
            else:
                free += 1
    return Binding(free=free, taken=taken, forbidden=forbidden)


def is_local(address: str) -> bool:
    """Whether packets can be sent from `address`."""
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            sock.bind((address, 0))
        except OSError:
            return False
    return True


def count_roots(file: str | None, directory: str | None = None) -> int | None:
    """Root certificates in a PEM file and in a hashed directory; None where neither can be read."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    found = False
    files = [file] if file else []
    if directory and os.path.isdir(directory):
        files += sorted(os.path.join(directory, name) for name in os.listdir(directory) if name.endswith(".0"))
    for each in files:
        try:
            context.load_verify_locations(each)
        except (OSError, ssl.SSLError):
            continue
        found = True
    return len(set(context.get_ca_certs(binary_form=True))) if found else None


def machine_roots() -> tuple[str | None, str | None]:
    """File and directory that OpenSSL uses here, SSL_CERT_FILE and SSL_CERT_DIR honoured."""
    paths = ssl.get_default_verify_paths()
    return paths.cafile, paths.capath


def openssl() -> str:
    return ssl.OPENSSL_VERSION


class _Timex(ctypes.Structure):
    # struct timex as far as it is read, and room for the rest (adjtimex(2))
    _fields_ = [
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_char * 256),
    ]


def clock_synchronised() -> bool | None:
    """What the kernel says (adjtimex(2), Linux); None where it cannot be told."""
    if sys.platform != "linux":
        return None
    state = _Timex()
    try:
        called = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(state))
    except (OSError, AttributeError):
        return None
    return None if called < 0 else not state.status & _STA_UNSYNC


def system() -> str:
    return f"{platform.system()} {platform.release()}, Python {platform.python_version()}"
