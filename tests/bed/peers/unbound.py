"""unbound as the site's configured resolver: it knows the catalogue's names and asks nobody (RFC 1035, RFC 2782)."""

from __future__ import annotations

from pathlib import Path

from ..certificates import Certificates, Variant
from ..cloud import Cloud
from ..topology import RESOLVER
from .peer import Service, Socket

TTL = 300


def configure(folder: Path, cloud: Cloud, certificates: Certificates, variant: Variant) -> Service:
    records = [
        f". {TTL} IN SOA bed.invalid. nobody.invalid. 1 3600 600 86400 {TTL}",
        *(f"{name}. {TTL} IN A {address}" for name, address in cloud.names.items()),
        *(f"_sips._tcp.{name}. {TTL} IN SRV 10 100 {port} {name}." for name, port in cloud.services.items()),
    ]
    path = folder / "unbound.conf"
    path.write_text(
        "\n".join(
            [
                "server:",
                f'directory: "{folder}"',
                f'pidfile: "{folder}/unbound.pid"',
                'username: ""',
                'chroot: ""',
                "do-daemonize: no",
                "use-syslog: no",
                'module-config: "iterator"',
                f"interface: {RESOLVER}",
                "access-control: 0.0.0.0/0 allow",
                "do-ip6: no",
                'local-zone: "." static',
                *(f"local-data: '{record}'" for record in records),
                "remote-control:",
                "control-enable: no",
                "",
            ]
        )
    )
    sockets = {Socket("udp", RESOLVER, 53), Socket("tcp", RESOLVER, 53)}
    return Service("isp1", ["unbound", "-d", "-p", "-c", str(path)], sockets)
