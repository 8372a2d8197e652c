"""Who deals random numbers, as the registry says it: one at most, and nobody who runs a node."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from crypto.errors import MalformedError
from crypto.reading import Fields
from ssi.errors import RegistryError, UnknownDealerError
from ssi.trust import sign_registry, verify_registry
from ssi.trust_entries import DealerEntry, certificate_fingerprint
from ssi.trust_parts import dealer_part
from tests.ssi.parties import AUTHORITY, NOW, VALIDITY, assembled, certificate, ed25519, parts, registry

PART: dict[str, Any] = dealer_part(
    "dealer",
    "Statistics Office",
    url="https://dealer.example:7100",
    verifying_key=ed25519("dealer").public,
    tls_certificate=certificate("dealer"),
)
WITH_DEALER = assembled([*parts(), PART])


def _changed(**changes: Any) -> dict[str, Any]:
    return {"dealer": {**PART["dealer"], **changes}}


def test_a_registry_with_a_dealer_is_read_as_it_was_signed():
    found = verify_registry(sign_registry(WITH_DEALER, AUTHORITY), AUTHORITY.public, now=NOW)

    assert found == WITH_DEALER
    dealer = found.require_dealer(now=NOW)
    assert (dealer.id, dealer.verifying_key) == ("dealer", ed25519("dealer").public)
    assert dealer.tls_fingerprint == certificate_fingerprint(certificate("dealer"))


def test_without_a_dealer_there_is_an_error_and_never_a_default():
    with pytest.raises(UnknownDealerError):
        registry().require_dealer(now=NOW)


def test_a_dealer_counts_only_while_the_authority_says_so():
    entry = WITH_DEALER.require_dealer(now=NOW)
    over = replace(WITH_DEALER, dealer=replace(entry, valid_until=NOW))

    with pytest.raises(UnknownDealerError):
        over.require_dealer(now=NOW)
    with pytest.raises(RegistryError, match="ran out"):
        WITH_DEALER.require_dealer(now=VALIDITY.end + timedelta(days=1))


def test_there_is_one_dealer_at_most():
    with pytest.raises(RegistryError, match="one dealer at most, got 2"):
        assembled([*parts(), PART, PART])


def test_whoever_runs_a_node_does_not_deal():
    operator = WITH_DEALER.nodes[0].operator

    with pytest.raises(RegistryError, match="operator runs a node"):
        assembled([*parts(), _changed(operator=operator)])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"id": "node-a"}, "the same id twice"),
        ({"verifying_key": ed25519("node-a").public.to_jwk()}, "the same key twice"),
        ({"tls_certificate": certificate("node-a")}, "the same TLS certificate twice"),
        ({"url": "https://node-a.example:7000"}, "the same url twice"),
    ],
    ids=["id", "key", "certificate", "url"],
)
def test_a_dealer_shares_nothing_with_another_party(changes: dict[str, Any], message: str):
    with pytest.raises(RegistryError, match=message):
        assembled([*parts(), _changed(**changes)])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"url": "http://dealer.example"}, "starts with https://"),
        ({"verifying_key": "AAAA"}, "expected an object"),
        ({"tls_certificate": "certificate"}, "one X.509 certificate"),
        ({"sealing_key": "AAAA"}, "unknown member 'sealing_key'"),
        ({"operator": 7}, "operator"),
    ],
    ids=["plain http", "no key", "no certificate", "unknown member", "a number"],
)
def test_a_dealer_of_another_form_is_refused(changes: dict[str, Any], message: str):
    document = {**WITH_DEALER.require_dealer(now=NOW).to_json(), **changes}

    with pytest.raises(MalformedError, match=message):
        DealerEntry.read(Fields.of(document, "dealer"))


def test_an_entry_is_read_as_it_is_written():
    entry = WITH_DEALER.require_dealer(now=NOW)

    assert DealerEntry.read(Fields.of(entry.to_json(), "dealer")) == entry
