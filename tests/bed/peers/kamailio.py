"""kamailio as the signalling edge: SIP over TLS on 8934, mutual TLS on 5062, OPTIONS answered with 200 (RFC 3261)."""

from __future__ import annotations

from pathlib import Path

from ..certificates import Certificates, Variant
from ..cloud import Cloud
from .peer import Service, Socket

REGISTRATION_PORT = 8934
CERTIFICATE_PORT = 5062

ROUTING = """
loadmodule "sl.so"
loadmodule "tls.so"
modparam("tls", "config", "{folder}/tls.cfg")

request_route {{
    if (method == "OPTIONS") {{
        sl_send_reply("200", "OK");
    }} else {{
        sl_send_reply("403", "Forbidden");
    }}
}}
"""


def _domain(name: str, chain: Path, certificates: Certificates, *, mutual: bool) -> str:
    lines = [f"[server:{name}]", "method = TLSv1.2+", f"certificate = {chain}", f"private_key = {certificates.key}"]
    if mutual:
        lines += ["verify_certificate = yes", "require_certificate = yes", f"ca_list = {certificates.roots}"]
    else:
        lines += ["verify_certificate = no", "require_certificate = no"]
    return "\n".join([*lines, ""])


def configure(folder: Path, cloud: Cloud, certificates: Certificates, variant: Variant) -> Service:
    chain = certificates.chains[variant]
    domains = [_domain(f"{address}:{CERTIFICATE_PORT}", chain, certificates, mutual=True) for address in cloud.edges]
    (folder / "tls.cfg").write_text("\n".join([_domain("default", chain, certificates, mutual=False), *domains]))
    path = folder / "kamailio.cfg"
    listening = [(address, port) for address in cloud.edges for port in (REGISTRATION_PORT, CERTIFICATE_PORT)]
    path.write_text(
        "\n".join(
            [
                "debug=1",
                "log_stderror=yes",
                "children=1",
                "tcp_children=2",
                "enable_tls=yes",
                "auto_aliases=no",
                "dns=no",
                "rev_dns=no",
                "server_signature=no",
                *(f"listen=tls:{address}:{port}" for address, port in listening),
                ROUTING.format(folder=folder),
            ]
        )
    )
    argv = ["kamailio", "-f", str(path), "-DD", "-E", "-Y", str(folder), "-w", str(folder), "-m", "64", "-M", "16"]
    sockets = {Socket("tcp", address, port) for address, port in listening}
    # It listens before its workers are there, and cannot be stopped until they are.
    proof = ["openssl", "s_client", "-brief", "-connect", f"{cloud.edges[0]}:{REGISTRATION_PORT}"]
    return Service("cloud", argv, sockets, proof)
