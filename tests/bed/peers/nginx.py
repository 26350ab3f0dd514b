"""nginx as every web host of the catalogue: HTTPS on the hosts' ports, HTTP on 80, the captive-portal pages."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from ..certificates import Certificates, Variant
from ..cloud import Cloud
from .peer import Service, Socket

TLS_PORTS = (443, 2197, 5223, 5228, 5229, 5230, 6970, 8443)
HTTP_PORT = 80


def _answer(status: int, body: str | None) -> str:
    return f"return {status};" if body is None else f'default_type text/plain; return {status} "{body}";'


def _server(listen: list[str], names: str, locations: list[str]) -> str:
    lines = [*(f"listen {each};" for each in listen), f"server_name {names};", *locations]
    return "\n".join(["server {", *(f"    {line}" for line in lines), "}"])


def configure(folder: Path, cloud: Cloud, certificates: Certificates, variant: Variant) -> Service:
    everywhere = [*(f"{port} ssl default_server" for port in TLS_PORTS), f"{HTTP_PORT} default_server"]
    region = """location = /v1/region { default_type application/json;
        return 200 '{"clientAddress":"$remote_addr","clientRegion":"US-WEST","countryCode":"US"}'; }"""
    servers = [_server(everywhere, "_", [region, f"location / {{ {_answer(200, 'ok')} }}"])]
    pages: dict[str, list[str]] = {}
    for probe in cloud.portal_probes:
        url = urlsplit(probe.url)
        page = f"location = {url.path or '/'} {{ {_answer(probe.status, probe.body)} }}"
        pages.setdefault(url.hostname or "", []).append(page)
    servers += [_server(["443 ssl", str(HTTP_PORT)], name, locations) for name, locations in pages.items()]
    temporary = [f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")]
    path = folder / "nginx.conf"
    path.write_text(
        "\n".join(
            [
                "daemon off;",
                "master_process off;",
                "user root root;",
                f"pid {folder}/nginx.pid;",
                "error_log stderr warn;",
                "events { worker_connections 4096; }",
                "http {",
                *temporary,
                "access_log off;",
                "server_names_hash_bucket_size 128;",
                f"ssl_certificate {certificates.chains[variant]};",
                f"ssl_certificate_key {certificates.key};",
                "ssl_protocols TLSv1.2 TLSv1.3;",
                *servers,
                "}",
                "",
            ]
        )
    )
    argv = ["nginx", "-p", str(folder), "-e", "stderr", "-c", str(path)]
    return Service("cloud", argv, {Socket("tcp", "0.0.0.0", port) for port in (*TLS_PORTS, HTTP_PORT)})
