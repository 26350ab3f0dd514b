"""The rules, strongest cause first: what one explains, those after it need not."""

from . import dns, host, offline, sip, tcp, time, tls, udp

IN_ORDER = (
    offline.offline,
    host.firewall,
    host.port_in_use,
    dns.unreachable,
    dns.tcp_blocked,
    dns.slow,
    time.skewed,
    tls.intercepted,
    tls.untrusted,
    tls.name_mismatch,
    tls.version_too_old,
    tcp.source_port_blocked,
    tcp.blocked,
    sip.filtered,
    udp.source_port_blocked,
    time.source_port_blocked,
    udp.blocked,
    time.blocked,
    tcp.unreachable,
)
