"""coturn as the STUN servers of the Calling addresses, with RFC 5780 where it has two of them (RFC 8489)."""

from __future__ import annotations

from pathlib import Path

from ..certificates import Certificates, Variant
from ..cloud import Cloud
from .peer import Service, Socket


def configure(folder: Path, cloud: Cloud, certificates: Certificates, variant: Variant) -> Service:
    first, *others = cloud.stun_ports
    argv = [
        *("turnserver", "-n", "--stun-only", "--no-cli", "--no-tcp", "--no-tls", "--no-dtls", "--no-tcp-relay"),
        *("--log-file=stdout", "--simple-log", f"--pidfile={folder}/turnserver.pid", f"--db={folder}/turndb"),
        *(f"--listening-ip={address}" for address in cloud.stun),
        f"--listening-port={first}",
        *(f"--alt-listening-port={port}" for port in others),
    ]
    return Service("cloud", argv, {Socket("udp", address, port) for address in cloud.stun for port in cloud.stun_ports})
