"""The bed is what it says: every server answers through the NAT, faults come and go, nothing is left behind."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .bed import ROOTS_VARIABLE, Bed
from .peers.kamailio import CERTIFICATE_PORT, REGISTRATION_PORT
from .peers.nginx import TLS_PORTS
from .programs import Unavailable, packages, require
from .site_tools import NTP, OPTIONS, dig, s_client, script, stun

REPOSITORY = Path(__file__).parents[2]
EDGE = "da01.sipconnect-us.bcld.webex.com"
WAN = "203.0.113.2"

HOPS = """
import json, socket, sys
IP_RECVERR = 11
asked = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
asked.setsockopt(socket.SOL_IP, IP_RECVERR, 1)
seen = []
for ttl in range(1, 5):
    asked.setsockopt(socket.SOL_IP, socket.IP_TTL, ttl)
    asked.sendto(b"hop", (sys.argv[1], 30000))
    while True:
        try:
            _, control, _, _ = asked.recvmsg(512, 512, socket.MSG_ERRQUEUE)
            break
        except BlockingIOError:
            import select
            poll = select.poll()
            poll.register(asked, 0)
            assert poll.poll(5000), f"no ICMP for TTL {ttl}"
    ((_, _, data),) = control
    seen.append([data[5], socket.inet_ntoa(data[20:24])])
print(json.dumps(seen))
"""

STRANGER = """
import errno, json, socket, sys
stranger, server = sys.argv[1], sys.argv[2]
asked = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
asked.connect((stranger, 30000))
asked.send(b"hello")
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
    control.settimeout(5)
    control.sendto(b"\\0\\x01\\0\\0\\x21\\x12\\xa4\\x42" + bytes(12), (server, 5004))
    control.recv(2048)
# The control's answer took the same way later: an ICMP error for the stranger would have been here before it.
error = asked.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
print(json.dumps(errno.errorcode.get(error)))
"""

CONNECT = """
import errno, json, socket, sys
asked = socket.socket()
asked.settimeout(5)
print(json.dumps(errno.errorcode.get(asked.connect_ex((sys.argv[1], int(sys.argv[2]))))))
"""

GET = """
import json, sys, urllib.error, urllib.request
try:
    answer = urllib.request.urlopen(sys.argv[1], timeout=10)
except urllib.error.HTTPError as error:
    answer = error
print(json.dumps([answer.status, answer.read().decode()]))
"""

EGRESS = """
table inet only {
    chain out {
        type filter hook forward priority filter; policy drop
        ct state established,related accept
        udp dport 5004 accept
    }
}
"""


def test_the_resolver_knows_every_name(bed: Bed, tmp_path: Path) -> None:
    questions = tmp_path / "names"
    questions.write_text("\n".join(bed.names))
    answers = [line.split() for line in dig(bed, "+noall", "+answer", "-f", str(questions)).splitlines()]
    assert {words[0].rstrip("."): words[4] for words in answers} == bed.names


@pytest.mark.parametrize("transport", ["+notcp", "+tcp"])
def test_the_resolver_gives_the_edge_service_over_both_transports(bed: Bed, transport: str) -> None:
    assert dig(bed, transport, "+short", "SRV", f"_sips._tcp.{EDGE}").strip() == f"10 100 8934 {EDGE}."


def test_the_resolver_denies_what_it_does_not_know(bed: Bed) -> None:
    assert "status: NXDOMAIN" in dig(bed, "nobody.example.org")
    assert "status: NOERROR" in dig(bed, "AAAA", EDGE)


def test_only_the_bed_sees_its_resolver(bed: Bed) -> None:
    assert bed.site.run(["cat", "/etc/resolv.conf"]).stdout == "nameserver 203.0.113.53\n"
    assert "203.0.113.53" not in Path("/etc/resolv.conf").read_text()


def test_every_edge_address_shows_a_good_chain_and_answers_sip(bed: Bed) -> None:
    for address in bed.cloud_data.edges:
        name = next(name for name in bed.cloud_data.services if bed.names[name] == address)
        heard = s_client(bed, address, REGISTRATION_PORT, name, say=OPTIONS)
        assert "Verification: OK" in heard
        assert "No client certificate CA names sent" in heard
        assert "SIP/2.0 200 OK" in heard


def test_every_edge_address_asks_for_a_certificate_on_the_mutual_port(bed: Bed) -> None:
    for address in bed.cloud_data.edges:
        heard = s_client(bed, address, CERTIFICATE_PORT, EDGE, "-tls1_2")
        assert "Acceptable client certificate CA names" in heard
        assert "handshake failure" in heard


def test_the_mutual_port_serves_who_has_a_certificate(bed: Bed) -> None:
    pair = ["-cert_chain", bed.certificates.client, "-cert", bed.certificates.client, "-key", bed.certificates.key]
    heard = s_client(bed, bed.names[EDGE], CERTIFICATE_PORT, EDGE, *map(str, pair), say=OPTIONS)
    assert "SIP/2.0 200 OK" in heard


def test_stun_servers_see_the_gateway(bed: Bed) -> None:
    for address in bed.cloud_data.stun:
        for port in (5004, 9000):
            assert stun(bed, address, port, source=19560) == [WAN, 19560]


def test_coturns_own_client_is_answered(bed: Bed) -> None:
    argv = ["stdbuf", "-oL", "turnutils_stunclient", "-p", "5004", bed.cloud_data.stun[0]]
    with bed.site.popen(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        heard = next(line for line in process.stdout if "UDP reflexive addr" in line)
        process.kill()
    assert WAN in heard


@pytest.mark.parametrize("source", [0, 51494])
def test_the_time_server_answers_from_any_source_port(bed: Bed, source: int) -> None:
    for address in bed.cloud_data.ntp:
        assert script(bed, NTP, address, source) == {"mode": 4, "stratum": 5, "leap": 0}


@pytest.mark.parametrize("port", TLS_PORTS)
def test_web_hosts_show_a_good_chain(bed: Bed, port: int) -> None:
    name = "cloudupgrader.webex.com"
    assert "Verification: OK" in s_client(bed, bed.names[name], port, name)


def test_web_hosts_answer_by_name(bed: Bed) -> None:
    assert script(bed, GET, "https://idbroker.webex.com/") == [200, "ok"]
    assert script(bed, GET, "http://sudirenewal.cisco.com/")[0] == 200


def test_captive_portal_pages_are_as_expected(bed: Bed) -> None:
    assert bed.cloud_data.portal_probes
    for probe in bed.cloud_data.portal_probes:
        assert script(bed, GET, probe.url) == [probe.status, probe.body or ""]


def test_strangers_hear_nothing_over_udp(bed: Bed) -> None:
    to = [bed.names[EDGE], bed.cloud_data.stun[0]]
    assert script(bed, STRANGER, *to) is None
    with bed.gateway.reject("udp dport 30000") as rule:
        assert script(bed, STRANGER, *to) == "EHOSTUNREACH"
        assert rule.packets == 1


def test_closed_tcp_ports_are_reset(bed: Bed) -> None:
    assert script(bed, CONNECT, bed.names[EDGE], 5061) == "ECONNREFUSED"


def test_every_hop_answers_for_expired_packets(bed: Bed) -> None:
    time_exceeded = 11
    hops = ["192.168.50.1", "203.0.113.1", "198.51.100.2", "198.51.100.6"]
    assert script(bed, HOPS, bed.names[EDGE]) == [[time_exceeded, hop] for hop in hops]


def test_a_dropped_port_is_dropped_and_comes_back(bed: Bed) -> None:
    address = bed.cloud_data.stun[0]
    with bed.gateway.drop("udp dport 9000") as rule:
        assert stun(bed, address, 9000, timeout=0.3) is None
        assert stun(bed, address, 5004) is not None
        assert rule.packets == 1
    assert stun(bed, address, 9000) is not None


def test_a_ruleset_is_applied_and_taken_back(bed: Bed) -> None:
    address = bed.cloud_data.stun[0]
    before = bed.gateway.nft("list", "ruleset")
    with bed.gateway.apply(EGRESS):
        assert stun(bed, address, 9000, timeout=0.3) is None
        assert stun(bed, address, 5004) is not None
    assert stun(bed, address, 9000) is not None
    assert bed.gateway.nft("list", "tables") == "table ip nat\n"
    assert "masquerade" in before


@pytest.mark.parametrize(
    ("variant", "complaint"),
    [
        ("expired", "certificate has expired"),
        ("wrong-name", "hostname mismatch"),
        ("intercepted", "self-signed certificate in certificate chain|unable to get local issuer certificate"),
    ],
)
@pytest.mark.parametrize(("peer", "port"), [("kamailio", REGISTRATION_PORT), ("nginx", 443)])
def test_a_server_can_show_another_chain(bed: Bed, variant: str, complaint: str, peer: str, port: int) -> None:
    with bed.certificate(variant, peer=peer):  # type: ignore[arg-type]
        heard = s_client(bed, bed.names[EDGE], port, EDGE)
        assert any(words in heard for words in complaint.split("|"))
    assert "Verification: OK" in s_client(bed, bed.names[EDGE], port, EDGE)


def test_a_machine_may_trust_the_interceptor(bed: Bed) -> None:
    with bed.certificate("intercepted", peer="nginx"):
        url = "https://idbroker.webex.com/"
        trusting = bed.site.run(
            [sys.executable, "-c", GET, url], env={"SSL_CERT_FILE": str(bed.certificates.machine)}, check=True
        )
        assert trusting.stdout.strip() == '[200, "ok"]'
        assert "CERTIFICATE_VERIFY_FAILED" in bed.site.run([sys.executable, "-c", GET, url]).stderr


def test_a_server_can_be_away(bed: Bed) -> None:
    with bed.without("unbound"):
        assert dig(bed, "+short", EDGE).strip() != bed.names[EDGE]
    assert dig(bed, "+short", EDGE).strip() == bed.names[EDGE]


def test_signals_reach_the_command(bed: Bed) -> None:
    with bed.site.popen(["sh", "-c", "echo started; exec sleep 60"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "started\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(5) == -signal.SIGINT


def test_a_command_can_be_without_privilege(bed: Bed) -> None:
    effective = ["awk", "/CapEff/ {print $2}", "/proc/self/status"]
    assert int(bed.site.run(effective, privileged=False).stdout, 16) == 0
    assert int(bed.site.run(effective).stdout, 16) != 0


def test_nothing_of_the_hosts_proxies_is_seen(bed: Bed) -> None:
    assert "_proxy=" not in bed.site.run(["env"]).stdout.lower()


def host_state() -> list[object]:
    links = subprocess.run(["cat", "/proc/net/dev_mcast", "/proc/net/route"], capture_output=True, check=True).stdout
    mounts = sorted(Path("/proc/self/mountinfo").read_text().splitlines())
    names = Path("/run/netns")
    return [links, mounts, sorted(names.iterdir()) if names.exists() else None, sorted(os.listdir("/sys/class/net"))]


def processes_of(folder: str) -> list[int]:
    """Processes that have `folder` in their command line or environment, as all that the bed starts do."""
    found = []
    for each in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if folder.encode() in each.joinpath("cmdline").read_bytes() + each.joinpath("environ").read_bytes():
                found.append(int(each.name))
    return found


def wait_until_gone(folder: str) -> None:
    deadline = time.monotonic() + 10
    while left := processes_of(folder):
        assert time.monotonic() < deadline, f"still running: {left}"
        time.sleep(0.01)


def test_the_host_sees_nothing_during_and_after(bed: Bed, tmp_path: Path) -> None:
    before = host_state()
    with Bed.start(tmp_path) as second:
        assert host_state() == before
        assert len(processes_of(str(tmp_path))) >= 5
        assert stun(second, second.cloud_data.stun[0], 5004) is not None
    wait_until_gone(str(tmp_path))
    assert host_state() == before


def test_everything_ends_when_the_starter_is_killed(bed: Bed, tmp_path: Path) -> None:
    say = f'echo "${ROOTS_VARIABLE}"; exec sleep 600'
    with subprocess.Popen(
        [sys.executable, "-m", "tests.bed", "--quiet", "--", "sh", "-c", say],
        cwd=REPOSITORY,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    ) as starter:
        assert starter.stdout is not None
        folder = Path(starter.stdout.readline().strip()).parents[1]
        assert len(processes_of(str(folder))) >= 6
        starter.kill()
    wait_until_gone(str(folder))
    shutil.rmtree(folder)


def test_a_missing_program_is_named_with_its_package() -> None:
    assert {"coturn", "kamailio", "chrony", "unbound", "nginx"} <= packages().keys()
    with pytest.raises(Unavailable, match="apt-get install no-such-package"):
        require({"no-such-package": ["no-such-program"], "iproute2": ["ip"]})
