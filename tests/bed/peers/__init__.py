"""The servers of the bed, by name: each is configured from what the cloud carries and a chain to show."""

from __future__ import annotations

from . import chrony, coturn, kamailio, nginx, unbound
from .peer import Configure

PEERS: dict[str, Configure] = {
    "unbound": unbound.configure,
    "chrony": chrony.configure,
    "coturn": coturn.configure,
    "kamailio": kamailio.configure,
    "nginx": nginx.configure,
}
