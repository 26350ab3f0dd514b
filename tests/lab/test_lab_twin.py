"""The twin leaves nothing behind: no task, no socket, no file."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from catalog.model import Catalog
from probe.lab import addresses
from probe.lab.faults import parse
from probe.lab.net import LabNet
from probe.lab.twin import Twin
from probe.model.address import Endpoint
from probe.ports import HttpRequest

EDGE = "da01.sipconnect-us.bcld.webex.com"


def _open_sockets() -> set[str]:
    folder = Path("/proc/self/fd")
    if not folder.exists():
        pytest.skip("this platform does not list a process's sockets")
    found = set()
    for each in folder.iterdir():
        try:
            found.add(os.readlink(each))
        except FileNotFoundError:
            continue
    return {each for each in found if each.startswith("socket:")}


async def _turns() -> None:
    """A transport that was closed lets go of its socket in one of the loop's next turns."""
    for _ in range(10):
        await asyncio.sleep(0)


@pytest.mark.parametrize("faults", [[], ["tls-stall"], ["delay:0.01", "tls-untrusted"]])
async def test_everything_is_closed_at_the_end(catalog: Catalog, faults: list[str]) -> None:
    named = addresses.logical(catalog)
    before, tasks = _open_sockets(), asyncio.all_tasks()
    async with Twin(catalog, map(parse, faults)) as twin:
        folder = twin.public_roots.parent
        assert folder.stat().st_mode & 0o777 == 0o700
        net = LabNet(twin, seed=0, user_agent="callready tests")
        # Neither side says goodbye: what is under way must end with the twin.
        streams = [
            await net.connect(to)
            for to in (
                Endpoint(named[EDGE], 8934),
                Endpoint(named[EDGE], 8934),
                Endpoint(named["idbroker.webex.com"], 443),
                twin.resolver,
            )
        ]
        if not faults:
            await net.secure(streams[0], server_name=EDGE)
        assert _open_sockets() > before
    for stream in streams:
        stream.close()
    await _turns()
    assert _open_sockets() == before
    assert asyncio.all_tasks() == tasks
    assert not folder.exists()


async def test_a_twin_that_cannot_open_leaves_nothing(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object, **__: object) -> Endpoint:
        raise OSError("no more sockets")

    before = _open_sockets()
    monkeypatch.setattr(Twin, "_web", broken)
    with pytest.raises(OSError, match="no more sockets"):
        async with Twin(catalog):
            pass
    await _turns()
    assert _open_sockets() == before


async def test_twins_live_side_by_side(catalog: Catalog) -> None:
    to = Endpoint(addresses.logical(catalog)["idbroker.webex.com"], 443)
    request = HttpRequest(url="https://idbroker.webex.com/", to=to)
    async with Twin(catalog) as one, Twin(catalog) as other:
        assert one.locate("tcp", to) != other.locate("tcp", to)
        net = LabNet(one, seed=0, user_agent="callready tests")
        mine = await net.fetch(request)
        theirs = await LabNet(other, seed=0, user_agent="callready tests").fetch(request)
    assert mine.tls is not None
    assert theirs.tls is not None
    assert mine.tls.chain[0].sha256 != theirs.tls.chain[0].sha256
