"""STUN messages: RFC 5769 and RFC 8489 vectors, round trips, hostile bytes."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probe.wire import stun, stun_integrity
from probe.wire.error import WireError
from probe.wire.stun import Class, Message
from probe.wire.stun_attribute import Attribute, Raw
from probe.wire.stun_attributes import (
    AlternateServer,
    ErrorCode,
    Fingerprint,
    MappedAddress,
    MessageIntegrity,
    MessageIntegritySha256,
    Nonce,
    Realm,
    Software,
    UnknownAttributes,
    Username,
    XorMappedAddress,
)
from probe.wire.stun_discovery import ChangeRequest, OtherAddress, Padding, ResponseOrigin, ResponsePort

TRANSACTION = bytes.fromhex("b7e7a701bc34d686fa87dfae")
PASSWORD = stun_integrity.short_term_key("VOkJxbRl1RmTxUk/WvJxBt")

# RFC 5769 §2.1: request with a short-term credential; padded with spaces
REQUEST_2_1 = bytes.fromhex(
    "000100582112a442b7e7a701bc34d686fa87dfae"
    "802200105354554e207465737420636c69656e74"
    "002400046e0001ff"
    "80290008932ff9b151263b36"
    "000600096576746a3a68367659202020"
    "000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2"
    "80280004e57a3bcf"
)
# RFC 5769 §2.2: response with an IPv4 address
RESPONSE_2_2 = bytes.fromhex(
    "0101003c2112a442b7e7a701bc34d686fa87dfae"
    "8022000b7465737420766563746f7220"
    "002000080001a147e112a643"
    "000800142b91f599fd9e90c38c7489f92af9ba53f06be7d7"
    "80280004c07d4c96"
)
# RFC 5769 §2.3: response with an IPv6 address
RESPONSE_2_3 = bytes.fromhex(
    "010100482112a442b7e7a701bc34d686fa87dfae"
    "8022000b7465737420766563746f7220"
    "002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9"
    "00080014a382954e4be67bf11784c97c8292c275bfe3ed41"
    "80280004c8fb0b4c"
)
# RFC 5769 §2.4: request with a long-term credential
REQUEST_2_4 = bytes.fromhex(
    "000100602112a44278ad3433c6ad72c029da412e"
    "00060012e3839ee38388e383aae38383e382afe382b90000"
    "0015001c662f2f3439396b39353464364f4c33346f4c39465354767936347341"
    "0014000b6578616d706c652e6f726700"
    "00080014f67024656dd64a3e02b8e0712e85c9a28ca89666"
)
# RFC 8489 Appendix B.1 as corrected by erratum 6268: SHA-256 long-term credential, PASSWORD-ALGORITHM, USERHASH
REQUEST_B_1 = bytes.fromhex(
    "000100902112a44278ad3433c6ad72c029da412e"
    "001e00204a3cf38fef6992bda952c6780417da0f24819415569e60b205c46e41407f1704"
    "001500296f624d61744a6f73324141414366"
    "2f2f3439396b39353464364f4c33346f4c39465354767936347341000000"
    "0014000b6578616d706c652e6f726700"
    "001d000400020000"
    "001c0020b5c7bf005b6c52a21c51c5e892f81924136296cb927c43149309278cc6518e65"
)
VECTORS = [REQUEST_2_1, RESPONSE_2_2, RESPONSE_2_3, REQUEST_2_4, REQUEST_B_1]
MATRIX = "\u30de\u30c8\u30ea\u30c3\u30af\u30b9"


def test_rfc5769_2_1_request() -> None:
    message = stun.parse(REQUEST_2_1)
    assert (message.kind, message.method, message.transaction_id) == (Class.REQUEST, stun.BINDING, TRANSACTION)
    assert message.find(Software) == Software(text="STUN test client")
    assert message.find(Username) == Username(text="evtj:h6vY")
    assert message.not_understood == (0x0024,)
    assert stun_integrity.verify_fingerprint(REQUEST_2_1) is True
    assert stun_integrity.verify_integrity(REQUEST_2_1, PASSWORD) is True


@pytest.mark.parametrize(
    ("data", "host"), [(RESPONSE_2_2, "192.0.2.1"), (RESPONSE_2_3, "2001:db8:1234:5678:11:2233:4455:6677")]
)
def test_rfc5769_2_2_and_2_3_responses(data: bytes, host: str) -> None:
    message = stun.parse(data)
    assert (message.kind, message.transaction_id) == (Class.SUCCESS, TRANSACTION)
    assert message.mapped == XorMappedAddress(host=host, port=32853)
    assert message.find(Software) == Software(text="test vector")
    assert stun_integrity.verify_fingerprint(data) is True
    assert stun_integrity.verify_integrity(data, PASSWORD) is True


def test_rfc5769_2_4_long_term_credential() -> None:
    message = stun.parse(REQUEST_2_4)
    assert message.find(Username) == Username(text=MATRIX)
    assert message.find(Realm) == Realm(text="example.org")
    assert message.find(Nonce) == Nonce(text="f//499k954d6OL34oL9FSTvy64sA")
    key = stun_integrity.long_term_key(MATRIX, "example.org", "TheMatrIX")
    assert stun_integrity.verify_integrity(REQUEST_2_4, key) is True
    assert stun_integrity.verify_fingerprint(REQUEST_2_4) is None


def test_rfc8489_b_1_sha256() -> None:
    key = stun_integrity.long_term_key(MATRIX, "example.org", "TheMatrIX", "sha256")
    assert stun_integrity.verify_integrity_sha256(REQUEST_B_1, key) is True
    assert stun_integrity.verify_integrity_sha256(REQUEST_B_1, key + b"x") is False
    assert stun_integrity.verify_integrity(REQUEST_B_1, key) is None


@pytest.mark.parametrize("data", [REQUEST_2_1, RESPONSE_2_2, RESPONSE_2_3])
def test_a_changed_bit_breaks_both_check_values(data: bytes) -> None:
    broken = data[:25] + bytes([data[25] ^ 1]) + data[26:]
    assert stun_integrity.verify_fingerprint(broken) is False
    assert stun_integrity.verify_integrity(broken, PASSWORD) is False


def test_rfc8489_5_types_on_the_wire() -> None:
    binding = {kind: bytes(Message(transaction_id=TRANSACTION, kind=kind))[:2].hex() for kind in Class}
    assert binding == {
        Class.REQUEST: "0001",
        Class.INDICATION: "0011",
        Class.SUCCESS: "0101",
        Class.ERROR: "0111",
    }


def test_rfc8489_14_2_masks_with_the_top_half_of_the_cookie() -> None:
    data = bytes(stun.binding_request(TRANSACTION, XorMappedAddress(host="0.0.0.0", port=0)))
    assert data[24:].hex() == "00012112" + "2112a442"


@pytest.mark.parametrize(
    ("attribute", "wire"),
    [
        (ErrorCode(code=420, reason="no"), "0009000600000414" + "6e6f0000"),
        (UnknownAttributes(types=(0x24,)), "000a000200240000"),
        (ChangeRequest(change_address=True, change_port=True), "0003000400000006"),
        (ResponsePort(port=5004), "00270002138c0000"),
        (OtherAddress(host="192.0.2.9", port=3479), "802c000800010d97c0000209"),
        (Padding(length=4), "0026000400000000"),
    ],
)
def test_attributes_on_the_wire(attribute: Attribute, wire: str) -> None:
    data = bytes(stun.binding_request(TRANSACTION, attribute))
    assert data[20:].hex() == wire
    assert stun.parse(data).attributes == (attribute,)


def test_integrity_then_fingerprint_can_be_added_and_verified() -> None:
    plain = bytes(stun.binding_request(TRANSACTION, Username(text="a:b")))
    signed = stun_integrity.add_integrity_sha256(stun_integrity.add_integrity(plain, PASSWORD), PASSWORD)
    whole = stun_integrity.add_fingerprint(signed)
    assert stun_integrity.verify_integrity(whole, PASSWORD) is True
    assert stun_integrity.verify_integrity_sha256(whole, PASSWORD) is True
    assert stun_integrity.verify_fingerprint(whole) is True
    kinds = [type(each) for each in stun.parse(whole).attributes]
    assert kinds == [Username, MessageIntegrity, MessageIntegritySha256, Fingerprint]


def test_fingerprint_must_be_last() -> None:
    tail = stun.parse(stun_integrity.add_fingerprint(bytes(stun.binding_request(TRANSACTION)))).attributes
    late = bytes(stun.binding_request(TRANSACTION, *tail, Software(text="late")))
    assert stun_integrity.verify_fingerprint(late) is False


def test_the_masked_address_wins_over_a_rewritten_one() -> None:
    rewritten = MappedAddress(host="10.0.0.1", port=1)
    true = XorMappedAddress(host="198.51.100.7", port=2)
    assert stun.binding_request(TRANSACTION, rewritten, true).mapped == true
    assert stun.binding_request(TRANSACTION, rewritten).mapped == rewritten
    assert stun.binding_request(TRANSACTION).mapped is None


def test_a_server_answers_a_binding_request() -> None:
    request = stun.binding_request(TRANSACTION)
    answer = stun.answer_binding(request, "2001:db8::7", 51000, "lab")
    assert answer is not None
    assert stun.parse(bytes(answer)) == answer
    assert (answer.kind, answer.mapped) == (Class.SUCCESS, XorMappedAddress(host="2001:db8::7", port=51000))


def test_a_server_names_what_it_does_not_understand_and_answers_nothing_but_requests() -> None:
    answer = stun.answer_binding(stun.parse(REQUEST_2_1), "192.0.2.1", 1, "lab")
    assert answer is not None
    assert answer.find(UnknownAttributes) == UnknownAttributes(types=(0x0024,))
    error = answer.find(ErrorCode)
    assert error is not None
    assert error.code == 420
    assert stun.answer_binding(stun.parse(RESPONSE_2_2), "192.0.2.1", 1, "lab") is None


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "shorter than a STUN header"),
        (REQUEST_2_1[:19], "shorter than a STUN header"),
        (b"\x80" + REQUEST_2_1[1:], "not STUN"),
        (REQUEST_2_1[:4] + b"\0\0\0\0" + REQUEST_2_1[8:], "not STUN"),
        (REQUEST_2_1[:-1], "announces 88 bytes"),
        (REQUEST_2_1 + b"\0", "announces 88 bytes"),
        (REQUEST_2_1[:2] + b"\0\2" + REQUEST_2_1[4:20] + b"\0\0", "no room for its header"),
        (REQUEST_2_1[:2] + b"\0\4" + REQUEST_2_1[4:20] + b"\x80\x22\xff\xff", "runs past the end"),
        (REQUEST_2_1[:2] + b"\0\5" + REQUEST_2_1[4:20] + b"\x80\x22\x00\x01a", "not padded"),
        (REQUEST_2_1[:2] + b"\0\x08" + REQUEST_2_1[4:20] + bytes.fromhex("0020000400010000"), "neither an IPv4"),
        (REQUEST_2_1[:2] + b"\0\x08" + REQUEST_2_1[4:20] + bytes.fromhex("00200004ff030000"), "neither an IPv4"),
        (REQUEST_2_1[:2] + b"\0\x1c" + REQUEST_2_1[4:20] + bytes.fromhex("002000180002") + bytes(22), "24 bytes are"),
        (REQUEST_2_1[:2] + b"\0\x08" + REQUEST_2_1[4:20] + bytes.fromhex("0009000400000000"), "not an error code"),
        (REQUEST_2_1[:2] + b"\0\x08" + REQUEST_2_1[4:20] + bytes.fromhex("0008000400000000"), "length of its digest"),
        (REQUEST_2_1[:2] + b"\0\x08" + REQUEST_2_1[4:20] + bytes.fromhex("0003000100000000"), "instead of 4"),
    ],
)
def test_malformed_messages_say_what_is_wrong(data: bytes, reason: str) -> None:
    with pytest.raises(WireError, match=reason):
        stun.parse(data)


@pytest.mark.parametrize(
    "message",
    [
        Message(transaction_id=b"short"),
        Message(transaction_id=TRANSACTION, method=0x1000),
        stun.binding_request(TRANSACTION, ResponsePort(port=65536)),
        stun.binding_request(TRANSACTION, MappedAddress(host="not an address", port=1)),
        stun.binding_request(TRANSACTION, ErrorCode(code=200)),
        stun.binding_request(TRANSACTION, Fingerprint(digest=b"12345")),
        stun.binding_request(TRANSACTION, Padding(length=65536)),
        stun.binding_request(TRANSACTION, Padding(length=40000), Padding(length=40000)),
        stun.binding_request(TRANSACTION, Raw(code=70000, value=b"")),
    ],
)
def test_what_does_not_fit_is_not_written(message: Message) -> None:
    with pytest.raises(WireError):
        bytes(message)


ports = st.integers(0, 65535)
hosts = st.ip_addresses().map(str)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
codes = st.integers(0, 65535)
attributes = st.one_of(
    *(
        st.builds(kind, host=hosts, port=ports)
        for kind in (MappedAddress, XorMappedAddress, AlternateServer, ResponseOrigin, OtherAddress)
    ),
    *(st.builds(kind, text=texts) for kind in (Username, Realm, Nonce, Software)),
    st.builds(ErrorCode, code=st.integers(300, 699), reason=texts),
    st.builds(UnknownAttributes, types=st.lists(codes, max_size=5).map(tuple)),
    st.builds(MessageIntegrity, digest=st.binary(min_size=20, max_size=20)),
    st.builds(
        MessageIntegritySha256, digest=st.integers(4, 8).flatmap(lambda n: st.binary(min_size=4 * n, max_size=4 * n))
    ),
    st.builds(Fingerprint, digest=st.binary(min_size=4, max_size=4)),
    st.builds(ChangeRequest, change_address=st.booleans(), change_port=st.booleans()),
    st.builds(ResponsePort, port=ports),
    st.builds(Padding, length=st.integers(0, 2000)),
    st.builds(Raw, code=codes.filter(lambda code: code not in stun.KNOWN), value=st.binary(max_size=40)),
)
messages = st.builds(
    Message,
    transaction_id=st.binary(min_size=12, max_size=12),
    kind=st.sampled_from(Class),
    method=st.integers(0, 0xFFF),
    attributes=st.lists(attributes, max_size=6).map(tuple),
)


@given(messages)
def test_parse_reads_what_bytes_wrote(message: Message) -> None:
    data = bytes(message)
    assert len(data) % 4 == 0
    assert stun.is_stun(data)
    assert stun.parse(data) == message


@given(messages)
def test_a_fingerprint_can_be_added_to_any_message(message: Message) -> None:
    plain = bytes(stun.binding_request(message.transaction_id, *_without_fingerprint(message)))
    assert stun_integrity.verify_fingerprint(stun_integrity.add_fingerprint(plain)) is True


@given(hosts, ports, st.binary(min_size=12, max_size=12))
def test_a_masked_address_does_not_show_on_the_wire(host: str, port: int, transaction_id: bytes) -> None:
    data = bytes(stun.binding_request(transaction_id, XorMappedAddress(host=host, port=port)))
    assert data[28:32] != ipaddress.ip_address(host).packed[:4]


def _without_fingerprint(message: Message) -> list[Attribute]:
    return [each for each in message.attributes if not isinstance(each, Fingerprint)]


def assert_total(data: bytes) -> None:
    """A message that can be written and read again, or WireError; the same for the check values."""
    try:
        message = stun.parse(data)
    except WireError:
        return
    assert stun.parse(bytes(message)) == message
    stun_integrity.verify_fingerprint(data)
    stun_integrity.verify_integrity(data, b"key")
    stun_integrity.verify_integrity_sha256(data, b"key")
    stun.answer_binding(message, "192.0.2.1", 1, "x")


@given(st.binary(max_size=200))
def test_parse_is_total_on_any_bytes(data: bytes) -> None:
    assert_total(data)


@given(st.binary(max_size=100).map(lambda body: body[: len(body) & ~3]))
def test_parse_is_total_behind_a_valid_header(body: bytes) -> None:
    assert_total(b"\x01\x01" + len(body).to_bytes(2, "big") + stun.COOKIE + TRANSACTION + body)


@given(st.sampled_from(VECTORS), st.data())
def test_parse_is_total_on_mutated_vectors(vector: bytes, data: st.DataObject) -> None:
    mutated = bytearray(vector)
    for _ in range(data.draw(st.integers(1, 4))):
        mutated[data.draw(st.integers(0, len(mutated) - 1))] = data.draw(st.integers(0, 255))
    assert_total(bytes(mutated[: data.draw(st.integers(0, len(mutated)))]))
    assert_total(bytes(mutated))


def test_the_largest_datagram_full_of_empty_attributes_is_read() -> None:
    body = bytes.fromhex("80990000") * 16383
    message = stun.parse(b"\x01\x01" + len(body).to_bytes(2, "big") + stun.COOKIE + TRANSACTION + body)
    assert len(message.attributes) == 16383
