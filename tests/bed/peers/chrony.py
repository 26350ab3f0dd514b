"""chrony as the time server of the Calling addresses: serves the machine's clock and never sets it (RFC 5905)."""

from __future__ import annotations

from pathlib import Path

from ..certificates import Certificates, Variant
from ..cloud import Cloud
from .peer import Service, Socket


def configure(folder: Path, cloud: Cloud, certificates: Certificates, variant: Variant) -> Service:
    path = folder / "chrony.conf"
    path.write_text(
        "\n".join(
            [
                "local stratum 5",
                "allow all",
                "port 123",
                "cmdport 0",
                "bindcmdaddress /",
                f"pidfile {folder}/chronyd.pid",
                "",
            ]
        )
    )
    return Service(
        "cloud", ["chronyd", "-4", "-d", "-x", "-u", "root", "-f", str(path)], {Socket("udp", "0.0.0.0", 123)}
    )
