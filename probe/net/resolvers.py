"""The resolvers that this machine is configured to use: resolv.conf(5), or the platform's own setting."""

from __future__ import annotations

from probe.model.address import Endpoint


def configured() -> list[Endpoint]:
    """In the order the machine asks them; empty where none is configured."""
    import dns.exception
    import dns.resolver

    try:
        resolver = dns.resolver.Resolver(configure=True)
    except (dns.exception.DNSException, OSError):
        return []
    return [
        Endpoint(str(each), resolver.port) for each in resolver.nameservers if isinstance(each, str) and "/" not in each
    ]
