"""The bed as a whole: started in a few seconds, certain to leave nothing behind."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from catalog.model import Catalog
from catalog.read import load

from .certificates import Certificates, Variant, issue
from .cloud import Cloud, cloud_of
from .holder import Holder, held
from .namespace import Namespace, clean_environment
from .peers import PEERS
from .peers.peer import Peer
from .programs import SEARCH_PATH, require
from .topology import NAMESPACES, NAT, RESOLVER, ROUTERS, script, silence

ROOTS_VARIABLE = "CALLREADY_BED_ROOTS"
HOOKS = {"site": "output", "cloud": "input", **dict.fromkeys(ROUTERS, "forward")}


def _build(holder: Holder, folder: Path, cloud: Cloud) -> None:
    resolv_conf = folder / "resolv.conf"
    resolv_conf.write_text(f"nameserver {RESOLVER}\n")
    done = subprocess.run(
        [*holder.enter(), "/bin/sh", "-eu"],
        input=script(str(resolv_conf), map(str, cloud.prefixes)),
        capture_output=True,
        text=True,
        env={"PATH": SEARCH_PATH},
        check=False,
    )
    assert done.returncode == 0, f"the namespaces could not be built: {done.stderr}"


class Bed:
    """Namespaces, servers and certificates of one bed. Made by `Bed.start`."""

    def __init__(self, folder: Path, holder: Holder, cloud: Cloud, certificates: Certificates) -> None:
        self.folder = folder
        self.cloud_data = cloud
        self.certificates = certificates
        environment = clean_environment()
        inside = {**environment, ROOTS_VARIABLE: str(certificates.roots), "SSL_CERT_FILE": str(certificates.roots)}
        made = {name: Namespace(holder, name, hook=HOOKS[name], env=inside) for name in NAMESPACES}
        self.namespaces = made
        self.site, self.gateway, self.cloud = made["site"], made["gateway"], made["cloud"]
        self.isp1, self.isp2, self.isp3 = made["isp1"], made["isp2"], made["isp3"]
        self._peers: dict[str, Peer] = {}

    @property
    def names(self) -> dict[str, str]:
        """Address of every name that the resolver knows."""
        return self.cloud_data.names

    @property
    def roots(self) -> Path:
        """What to give to `--public-roots`."""
        return self.certificates.roots

    @classmethod
    @contextlib.contextmanager
    def start(
        cls,
        folder: Path,
        *,
        catalog: Catalog | None = None,
        peers: Collection[str] = tuple(PEERS),
        certificates: Mapping[str, Variant] | None = None,
    ) -> Iterator[Bed]:
        """Build a bed with its state in `folder`, an existing directory. Raises Unavailable.

        `certificates` names the peers that show another chain than the valid one.
        """
        require()
        cloud = cloud_of(catalog or load("webex-calling"))
        with contextlib.ExitStack() as ended, held() as holder:
            _build(holder, folder, cloud)
            bed = cls(folder, holder, cloud, issue(folder / "certificates", cloud.names, cloud.apexes))
            ended.callback(bed._bury)
            bed.gateway.nft("-f", "-", ruleset=NAT)
            bed.cloud.nft("-f", "-", ruleset=silence(cloud.stun, cloud.stun_ports, cloud.ntp))
            for name in peers:
                bed._launch(name, (certificates or {}).get(name, "valid"))
            for peer in bed._peers.values():
                peer.wait()
            yield bed

    def _bury(self) -> None:
        for peer in self._peers.values():
            peer.bury()

    def _launch(self, name: str, variant: Variant) -> None:
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        service = PEERS[name](folder, self.cloud_data, self.certificates, variant)
        self._peers[name] = Peer(name, self.namespaces[service.namespace], service, folder / "log")
        self._peers[name].launch()

    def start_peer(self, name: str, variant: Variant = "valid") -> None:
        """Start a server and return when it serves."""
        self._launch(name, variant)
        self._peers[name].wait()

    def stop_peer(self, name: str) -> None:
        self._peers.pop(name).stop()

    def log(self, name: str) -> str:
        """What a server has written so far."""
        return (self.folder / name / "log").read_text(errors="replace")

    @contextlib.contextmanager
    def without(self, name: str) -> Iterator[None]:
        """A time during which this server is not there; its host is, and says so by RST or ICMP."""
        self.stop_peer(name)
        try:
            yield
        finally:
            self.start_peer(name)

    @contextlib.contextmanager
    def certificate(self, variant: Variant, peer: str) -> Iterator[None]:
        """A time during which this server shows another chain."""
        self.stop_peer(peer)
        try:
            self.start_peer(peer, variant)
            yield
        finally:
            if peer in self._peers:
                self.stop_peer(peer)
            self.start_peer(peer)
