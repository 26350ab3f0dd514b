"""Every web host of the twin in one handler: the pages of the catalogue, 200 elsewhere, WebSocket on any path."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from aiohttp import web

from catalog.model import PortalProbe

from .udp_services import SOFTWARE


class Pages:
    def __init__(self, portal_probes: Iterable[PortalProbe]) -> None:
        self._pages = {(url.hostname, url.path or "/"): each for each in portal_probes for url in [urlsplit(each.url)]}

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.headers.get("Upgrade", "").lower() == "websocket":
            socket = web.WebSocketResponse(timeout=1.0)
            await socket.prepare(request)
            await socket.close()
            return socket
        host = request.host.partition(":")[0].lower()
        page = self._pages.get((host, request.path))
        headers = {"Server": SOFTWARE}
        if page is not None:
            return web.Response(status=page.status, text=page.body, headers=headers)
        if request.path == "/v1/region":
            region = {"clientAddress": request.remote, "clientRegion": "US-WEST", "countryCode": "US"}
            return web.json_response(region, headers=headers)
        return web.Response(text="ok", headers=headers)
