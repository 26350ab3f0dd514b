"""200 TLS handshakes with the bed's SIP edge: as the check makes them, beside asyncio's own TLS."""

from __future__ import annotations

import asyncio
import ssl
import sys
import time
from pathlib import Path

from probe.model.address import Endpoint
from probe.net.real import RealNet
from tests.bed.bed import Bed

from .figure import process, show

COUNT = 200
AT_ONCE = 32


def run(bed: Bed) -> None:
    command = [sys.executable, "-m", "tests.bench.tls_handshakes", str(bed.roots), *bed.cloud_data.edges[:8]]
    ours, theirs = map(float, process(bed.site.command(command), env=bed.site.env).output.split()[-2:])
    show(
        f"{COUNT} TLS handshakes",
        f"{ours / theirs:.2f} x asyncio's time",
        f"({ours:.2f} s with chain, trust and name judged; asyncio, verifying, {theirs:.2f} s)",
    )


async def _ours(roots: Path, to: Endpoint, net: RealNet) -> None:
    stream = await net.connect(to)
    secured = await net.secure(stream, server_name="da01.sipconnect-us.bcld.webex.com")
    trust = secured.evidence.public_trust
    if trust is None or not trust.trusted:
        raise RuntimeError(f"the bed's own chain is not trusted: {trust}")
    secured.close()


async def _theirs(roots: Path, to: Endpoint, context: ssl.SSLContext) -> None:
    _, writer = await asyncio.open_connection(
        to.address, to.port, ssl=context, server_hostname="da01.sipconnect-us.bcld.webex.com"
    )
    writer.transport.abort()


async def main(roots: Path, addresses: list[str]) -> None:
    net = RealNet(seed=0, user_agent="bench", public_roots=roots)
    context = ssl.create_default_context(cafile=str(roots))
    targets = [Endpoint(addresses[i % len(addresses)], 8934) for i in range(COUNT)]
    seconds = []
    for attempt in (lambda to: _ours(roots, to, net), lambda to: _theirs(roots, to, context)):
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(to: Endpoint, attempt=attempt, gate=gate) -> None:  # type: ignore[no-untyped-def]
            async with gate:
                await attempt(to)

        await one(targets[0])
        began = time.perf_counter()
        await asyncio.gather(*map(one, targets))
        seconds.append(time.perf_counter() - began)
    print(*seconds)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2:]))
