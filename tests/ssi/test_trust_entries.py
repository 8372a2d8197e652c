from datetime import timedelta
from typing import Any

import pytest

from crypto.errors import MalformedError
from crypto.reading import Fields, utc_text
from ssi.errors import UnknownIssuerError
from ssi.trust_entries import IssuerEntry, MarketplaceEntry, NodeEntry, certificate_fingerprint
from tests.ssi.parties import HOLDER, ISSUER, NOW, STATUS_PREFIX, certificate, es256, registry

DATES = {"valid_from": utc_text(NOW), "valid_until": utc_text(NOW + timedelta(days=1))}
ISSUER_DOCUMENT = registry().issuers[0].to_json()
NODE_DOCUMENT = registry().nodes[0].to_json()
MARKETPLACE_DOCUMENT = registry().marketplace.to_json()
TWO_CERTIFICATES = certificate("one") + certificate("two")


def test_entries_are_read_as_they_are_written():
    assert IssuerEntry.read(Fields.of(ISSUER_DOCUMENT, "issuer")) == registry().issuers[0]
    assert NodeEntry.read(Fields.of(NODE_DOCUMENT, "node")) == registry().nodes[0]
    assert MarketplaceEntry.read(Fields.of(MARKETPLACE_DOCUMENT, "market")) == registry().marketplace


def test_a_note_of_the_authority_is_kept():
    noted = {**ISSUER_DOCUMENT, "note": "accredited until 2027"}

    entry = IssuerEntry.read(Fields.of(noted, "issuer"))

    assert entry.note == "accredited until 2027"
    assert entry.to_json() == noted


@pytest.mark.parametrize(
    ("address", "endpoint"),
    [
        ("node-a.example:9000", ("node-a.example", 9000)),
        ("127.0.0.1:1", ("127.0.0.1", 1)),
        ("[::1]:65535", ("::1", 65535)),
    ],
)
def test_a_node_may_be_listed_with_an_address_for_its_peers(address: str, endpoint: tuple[str, int]):
    listed = {**NODE_DOCUMENT, "peer_address": address}

    entry = NodeEntry.read(Fields.of(listed, "node"))

    assert entry.peer_endpoint == endpoint
    assert entry.to_json() == listed


@pytest.mark.parametrize(
    ("url", "endpoint"),
    [
        ("https://node-a.example", ("node-a.example", 444)),
        ("https://node-a.example:8443/nodes", ("node-a.example", 8444)),
    ],
)
def test_a_node_of_an_older_registry_hears_its_peers_at_the_next_port(url: str, endpoint: tuple[str, int]):
    entry = NodeEntry.read(Fields.of({**NODE_DOCUMENT, "url": url}, "node"))

    assert entry.peer_endpoint == endpoint
    assert "peer_address" not in entry.to_json()


@pytest.mark.parametrize(
    "address",
    [
        "node-a.example",
        "node-a.example:",
        ":9000",
        "a:b:c",
        "a b:9",
        "u@a:9",
        "a:99999",
        "a:0",
        "a:9/x",
        "a:09",
    ],
)
def test_an_address_for_peers_is_a_host_and_a_port(address: str):
    with pytest.raises(MalformedError, match="peer_address"):
        NodeEntry.read(Fields.of({**NODE_DOCUMENT, "peer_address": address}, "node"))


def test_a_node_at_the_last_port_needs_an_address_for_its_peers():
    with pytest.raises(MalformedError, match="port below 65535"):
        NodeEntry.read(Fields.of({**NODE_DOCUMENT, "url": "https://node-a.example:65535"}, "node"))


def test_an_issuer_may_have_several_keys_and_each_has_its_own_id():
    keys = [{"kid": kid, **es256(kid).public.to_jwk()} for kid in ("2025", "2026")]

    entry = IssuerEntry.read(Fields.of({**ISSUER_DOCUMENT, "keys": keys}, "issuer"))

    assert entry.key("2026") == es256("2026").public
    with pytest.raises(UnknownIssuerError, match="has no key '2027'"):
        entry.key("2027")
    with pytest.raises(UnknownIssuerError, match="has no key"):
        entry.key(None)


@pytest.mark.parametrize(
    ("uri", "covered"),
    [
        (STATUS_PREFIX + "1", True),
        (STATUS_PREFIX, True),
        (STATUS_PREFIX[:-1], False),
        (STATUS_PREFIX + "../x", False),
        (STATUS_PREFIX + "./x", False),
        (STATUS_PREFIX + "%2e%2e/x", False),
        (STATUS_PREFIX + "1?a=b", False),
        (STATUS_PREFIX + "1#a", False),
        (STATUS_PREFIX + "1 ", False),
        ("https://university.example@attacker.example/status-lists/1", False),
        ("http" + STATUS_PREFIX[5:] + "1", False),
    ],
)
def test_a_status_address_stays_under_the_issuers_prefix(uri: str, covered: bool):
    assert registry().issuers[0].covers_status(uri) is covered


WRONG_ISSUERS: dict[str, tuple[dict[str, Any], str]] = {
    "no keys": ({"keys": []}, "keys: expected 1 to"),
    "key without a kid": ({"keys": [HOLDER.public.to_jwk()]}, "kid: missing"),
    "kid twice": (
        {"keys": [{"kid": "a", **es256(name).public.to_jwk()} for name in ("one", "two")]},
        "two keys share the kid 'a'",
    ),
    "private key": ({"keys": [{"kid": "a", **ISSUER.key.public.to_jwk(), "d": "AA"}]}, "no private member"),
    "key is text": ({"keys": ["a"]}, "expected an object"),
    "no types": ({"credential_types": []}, "credential_types: expected 1 to"),
    "an id with an escape sequence": ({"id": "a\x1b[2J"}, "issuer.id: expected text on one line"),
    "a name of two lines": ({"name": "a\nb"}, "issuer.name: expected text on one line"),
    "a name that turns around": ({"name": "a\u202eb"}, "issuer.name: expected text on one line"),
    "a type with a control character": ({"credential_types": ["a\x01"]}, "without control characters"),
    "type twice": ({"credential_types": ["a", "a"]}, "an entry stands twice"),
    "prefix without a slash": ({"status_uri_prefix": "https://university.example"}, "ends in /"),
    "prefix with a query": ({"status_uri_prefix": "https://university.example/?a=/"}, "without query"),
    "prefix is no address": ({"status_uri_prefix": "file:///etc/"}, "starts with https://"),
    "unknown member": ({"trusted": True}, "unknown member 'trusted'"),
    "local time": ({"valid_from": "2026-03-01T12:00:00+01:00"}, "valid_from: expected a moment"),
}


@pytest.mark.parametrize(("changes", "message"), WRONG_ISSUERS.values(), ids=list(WRONG_ISSUERS))
def test_an_issuer_of_another_form_is_refused(changes: dict[str, Any], message: str):
    with pytest.raises(MalformedError, match=message):
        IssuerEntry.read(Fields.of({**ISSUER_DOCUMENT, **changes}, "issuer"))


WRONG_NODES: dict[str, tuple[dict[str, Any], str]] = {
    "plain http": ({"url": "http://node-a.example:7000"}, "starts with https://"),
    "no host": ({"url": "https://"}, "starts with https://"),
    "port that is none": ({"url": "https://node-a.example:99999"}, "starts with https://"),
    "name and password": ({"url": "https://a:b@node-a.example"}, "starts with https://"),
    "fragment": ({"url": "https://node-a.example/#x"}, "without query and fragment"),
    "line break": ({"url": "https://node-a.example/\r\nHost: x"}, "without query and fragment"),
    "id with a line break": ({"id": "a\nb"}, "node.id: expected text on one line"),
    "operator with a control character": ({"operator": "a\x9b"}, "node.operator: expected text on one line"),
    "key is text": ({"verifying_key": "AAAA"}, "expected an object"),
    "sealing key too short": ({"sealing_key": "AAAA"}, "32 bytes"),
    "sealing key of small order": ({"sealing_key": "A" * 43}, "small order"),
    "certificate is text": ({"tls_certificate": "certificate"}, "one X.509 certificate"),
    "two certificates": ({"tls_certificate": TWO_CERTIFICATES}, "one X.509 certificate"),
    "broken certificate": ({"tls_certificate": certificate("a").replace("M", "N")}, "one X.509 certificate"),
    "certificate too long": ({"tls_certificate": certificate("a") + " " * 20_000}, "tls_certificate"),
}


@pytest.mark.parametrize(("changes", "message"), WRONG_NODES.values(), ids=list(WRONG_NODES))
def test_a_node_of_another_form_is_refused(changes: dict[str, Any], message: str):
    with pytest.raises(MalformedError, match=message):
        NodeEntry.read(Fields.of({**NODE_DOCUMENT, **changes}, "node"))


def test_a_marketplace_with_an_unknown_member_is_refused():
    with pytest.raises(MalformedError, match="unknown member 'valid_from'"):
        MarketplaceEntry.read(Fields.of({**MARKETPLACE_DOCUMENT, **DATES}, "marketplace"))


def test_a_fingerprint_is_of_the_certificate_and_not_of_its_spelling():
    pem = certificate("node-a")

    assert certificate_fingerprint(pem) == certificate_fingerprint("a comment\n" + pem)
    assert certificate_fingerprint(pem) != certificate_fingerprint(certificate("node-b"))
    assert len(certificate_fingerprint(pem)) == 43
