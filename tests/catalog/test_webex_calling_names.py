"""Domains, hosts and edges of the built-in catalogue against names written down by hand from the facts."""

from __future__ import annotations

from collections import Counter

from catalog.read import load
from catalog.syntax import covers


def words(text: str) -> list[str]:
    return text.split()


DOMAINS = words(
    """
    *.broadcloudpbx.com *.broadcloud.com.au *.broadcloud.eu *.broadcloudpbx.net *.webex.com *.cisco.com
    *.ucmgmt.cisco.com *.wbx2.com *.ciscospark.com webexapis.com *.webexcontent.com *.accompany.com
    *.appdynamics.com *.eum-appdynamics.com *.sipflash.com *.walkme.com *.walkmeusercontent.com *.google.com
    *.googleapis.com
    """
)

WIDER_DOMAINS = words(
    """
    *.webexapis.com *.cloudfront.net *.akamaiedge.net *.akamai.net *.akamaitechnologies.com *.fastly.net
    *.sparkpostmail.com *.sparkpostmail1.com *.amplitude.com *.slido.com *.sli.do *.giphy.com
    safebrowsing.googleapis.com *.vbrickrev.com *.livestream.webex.com *.livestreaming.webex.com *.intel.com
    """
)

WITHOUT_A_NAMED_HOST = words(
    """
    *.broadcloudpbx.com *.broadcloudpbx.net *.ucmgmt.cisco.com *.webexcontent.com *.accompany.com
    *.appdynamics.com *.eum-appdynamics.com *.walkme.com
    """
)

NAMED_HOSTS = words(
    """
    activate.cisco.com webapps.cisco.com activation.webex.com cloudupgrader.webex.com upgrade.cisco.com
    binaries.webex.com sudirenewal.cisco.com cscan.webex.com idbroker.webex.com idbroker-b-us.webex.com
    idbroker-eu.webex.com idbroker-ca.webex.com idbroker-sg.webex.com idbroker-in.webex.com
    idbroker-ae.webex.com idbroker-au.webex.com idbroker-secondary.webex.com atlas-a.wbx2.com admin.webex.com
    user.webex.com webexapis.com api.ciscospark.com ds.ciscospark.com u2c.wbx2.com u2c-a.wbx2.com
    mobius-us-east-1.prod.infra.webex.com mobius-ca-central-1.prod.infra.webex.com
    mobius-eu-central-1.prod.infra.webex.com mobius-ap-southeast-2.prod.infra.webex.com api-us.bcld.webex.com
    broadworks-idp-proxy-a.wbx2.com broadworks-idp-proxy-k.wbx2.com broadworks-idp-proxy-r.wbx2.com
    broadworks-idp-proxy-d.wbx2.com broadworks-idp-proxy-m.wbx2.com jp.bcld.webex.com client-jp.bcld.webex.com
    ty6-wxt-jp.bcld.webex.com os1-wxt-jp.bcld.webex.com
    """
)

PROVISIONING = {
    "cisco.sipflash.com": "us",
    "cisco.broadcloud.eu": "eu",
    "cisco.broadcloud.com.au": "au",
    "cisco-ca.bcld.webex.com": "ca",
    "cisco-jp.bcld.webex.com": "jp",
    "cisco-eun.bcld.webex.com": None,
    "cisco-uk.bcld.webex.com": None,
    "cisco-ksa.bcld.webex.com": None,
    "cisco-in.bcld.webex.com": None,
    "cisco.broadcloudgov.us": None,
}

PUSH = [
    "mtalk.google.com",
    "mtalk4.google.com",
    *(f"alt{number}-mtalk.google.com" for number in range(1, 9)),
    "android.apis.google.com",
    "device-provisioning.googleapis.com",
    "firebaseinstallations.googleapis.com",
    "1-courier.push.apple.com",
]

OTHER_HOSTS = ["s3.walkmeusercontent.com", "safebrowsing.googleapis.com"]

EDGES = {  # region, prefixes, first and last number, names
    "registration-us": ("us", "da ch", 1, 12, 24),
    "registration-ca": ("ca", "tr vr", 4, 15, 24),
    "registration-eu": ("eu", "fr ld", 3, 14, 24),
    "registration-jp": ("jp", "os ty", 3, 14, 24),
    "registration-au": ("au", "sy me", 3, 14, 24),
    "registration-sg": ("jp", "sg", 4, 5, 2),
}

CATALOG = load("webex-calling")


def test_domains() -> None:
    assert len(DOMAINS) == 19
    assert [row.domain for row in CATALOG.domains[:19]] == DOMAINS
    assert [row.id for row in CATALOG.domains] == [f"D{number:02}" for number in range(1, 39)]
    corrected = {row.domain: row.printed for row in CATALOG.domains if row.mark == "corrected"}
    assert corrected == {
        "*.webexcontent.com": "*.webexconnect.com",
        "*.google.com": "info@google.com",
        "*.googleapis.com": "info@googleapis.com",
    }
    wider = [row for row in CATALOG.domains if row.source == "NR"]
    assert [row.domain for row in wider] == WIDER_DOMAINS
    assert {row.level for row in wider} == {"informational"}


def test_every_domain_with_a_published_name_has_a_host() -> None:
    silent = [row for row in DOMAINS if not any(covers(row, host.name) for host in CATALOG.hosts)]
    assert silent == WITHOUT_A_NAMED_HOST


def test_hosts() -> None:
    assert len(NAMED_HOSTS) == 35 + 4
    assert len(PUSH) == 14
    found = {host.name for host in CATALOG.hosts}
    assert found == {*NAMED_HOSTS, *PROVISIONING, *PUSH, *OTHER_HOSTS}
    assert len(CATALOG.hosts) == len(found) + 1, "cloudupgrader.webex.com has two rows"


def test_paths() -> None:
    found = {host.name: host.path for host in CATALOG.hosts if host.path != "/"}
    assert found == {
        "webexapis.com": "/v1",
        "api.ciscospark.com": "/v1",
        "ds.ciscospark.com": "/v1/region",
        "u2c.wbx2.com": "/u2c/api/v1",
        "u2c-a.wbx2.com": "/u2c/api/v1",
        **{name: "/api/v1/calling/web/" for name in NAMED_HOSTS if name.startswith("mobius-")},
        **{name: "/broadworks-idp-proxy/api/v1/ping" for name in NAMED_HOSTS if name.startswith("broadworks-")},
    }


def test_hosts_on_other_ports_than_443() -> None:
    other = {(host.name, host.ports) for host in CATALOG.hosts if host.ports != "443"}
    assert {each for each in other if "mtalk" not in each[0]} == {
        ("cloudupgrader.webex.com", "6970"),
        ("sudirenewal.cisco.com", "80"),
        ("1-courier.push.apple.com", "443, 5223"),
    }
    assert {ports for name, ports in other if "mtalk" in name} == {"443, 5228-5230"}


def test_regional_provisioning() -> None:
    found = {host.name: host for host in CATALOG.hosts if host.name in PROVISIONING}
    assert {name: host.region for name, host in found.items()} == PROVISIONING
    assert {host.row for host in found.values()} == {"P7"}
    assert all((host.level == "required") == (host.region is not None) for host in found.values())


def test_hosts_that_a_persona_cannot_do_without() -> None:
    required = Counter(
        (persona, host.name)
        for host in CATALOG.hosts
        if host.level == "required" and host.name not in PROVISIONING
        for persona in host.personas
    )
    phone = {name for persona, name in required if persona == "desk-phone"}
    assert phone == {"activate.cisco.com", "activation.webex.com", "binaries.webex.com"}
    apps = {"idbroker.webex.com", "webexapis.com", "u2c.wbx2.com", "ds.ciscospark.com"}
    for persona in ("webex-app", "webex-app-mobile"):
        assert {name for each, name in required if each == persona} == apps
    browser = {name for each, name in required if each == "webex-web-app"}
    assert browser - apps == {host.name for host in CATALOG.hosts if host.websocket}
    assert {host.region for host in CATALOG.hosts if host.websocket} == {"us", "ca", "eu", "au"}


def test_edge_hosts_per_region() -> None:
    groups = {group.id: group for group in CATALOG.edge_groups if group.trunk == "registration"}
    found = {
        key: (group.region, " ".join(group.prefixes), group.first, group.last, len(group.names))
        for key, group in groups.items()
    }
    assert found == EDGES
    names = [name for group in groups.values() for name in group.names]
    assert len(names) == len(set(names)) == 122
    assert {(group.port, group.srv) for group in groups.values()} == {(8934, True)}
    assert names[0] == "da01.sipconnect-us.bcld.webex.com"
    assert "vr15.sipconnect-ca.bcld.webex.com" in names
    assert names[-1] == "sg05.sipconnect-jp.bcld.webex.com"


def test_certificate_trunk_edges() -> None:
    groups = [group for group in CATALOG.edge_groups if group.trunk == "certificate"]
    assert [(group.names, group.region, group.port, group.mark) for group in groups] == [
        (("eun01.sipconnect.bcld.webex.com",), "eu", 5062, "other"),
        (("us01.sipconnect.bcld.webex.com",), "us", 5062, "unverified"),
        (("eu01.sipconnect.bcld.webex.com",), "eu", 5062, "unverified"),
    ]


def test_edges_that_answer_strangers() -> None:
    assert [(edge.name, edge.use, edge.ports, edge.region) for edge in CATALOG.edges] == [
        ("stun01a-us.bcld.webex.com", "stun", "5004, 9000", "us"),
        ("stun02a-us.bcld.webex.com", "stun", "5004, 9000", "us"),
        ("ntp-jp.bcld.webex.com", "ntp", "123", "jp"),
    ]
