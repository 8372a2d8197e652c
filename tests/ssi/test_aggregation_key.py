"""The joint key in the trust registry: who has to say it, and what contradicts itself."""

import json
from dataclasses import replace

import pytest

from crypto.encoding import b64url_encode
from crypto.errors import MalformedError
from crypto.reading import Fields
from ssi.aggregation_key import AggregationKeyEntry, aggregation_key_part
from ssi.errors import RegistryError
from ssi.trust import sign_registry, verify_registry
from tests.marketplace.mpc_node.aggregation.joint import entry_of
from tests.marketplace.mpc_node.parties import NAMES, NOW, assembled, ed25519, node_keys, parts, registry

ENTRY = entry_of()


def _word(name, entry=ENTRY, *, signer=None):
    return aggregation_key_part(entry, name, node_keys(signer or name).signing)


WORDS = [_word(name) for name in NAMES]


def test_the_words_of_all_three_nodes_bring_the_key_into_the_registry():
    assert assembled([*parts(), *WORDS]).aggregation_key == ENTRY


def test_a_signed_registry_carries_the_key():
    authority = ed25519("authority")
    token = sign_registry(replace(registry(), aggregation_key=ENTRY), authority)

    assert verify_registry(token, authority.public, now=NOW).aggregation_key == ENTRY


def test_a_registry_without_a_key_is_what_it_was_before():
    token = sign_registry(registry(), ed25519("authority"))

    assert verify_registry(token, ed25519("authority").public, now=NOW).aggregation_key is None


@pytest.mark.parametrize(
    "words",
    [
        WORDS[:2],
        [*WORDS[:2], WORDS[0]],
        [*WORDS, WORDS[0]],
        [*WORDS[:2], _word("node-c", entry_of("another key"))],
        [*WORDS[:2], _word("node-c", replace(ENTRY, transcript=bytes(32)))],
        [*WORDS[:2], _word("node-c", signer="node-a")],
        [*WORDS[:2], _word("node-d")],
        [*WORDS, _word("node-d")],
        [*WORDS[:2], {"aggregation_key": "no token"}],
    ],
    ids=[
        "one_is_missing",
        "one_twice",
        "one_too_many",
        "another_key",
        "another_transcript",
        "signed_by_another",
        "a_stranger_for_one",
        "a_stranger_besides",
        "no_token",
    ],
)
def test_without_the_same_word_of_each_of_the_three_there_is_no_registry(words):
    with pytest.raises(RegistryError):
        assembled([*parts(), *words])


def test_a_part_with_the_key_and_something_else_is_refused():
    with pytest.raises(RegistryError):
        assembled([*parts(), {**WORDS[0], "node": {}}])


def test_a_key_of_nodes_that_the_registry_does_not_name_is_refused():
    with pytest.raises(RegistryError, match="does not name"):
        replace(registry(), aggregation_key=entry_of(nodes=("node-a", "node-b", "node-x")))


def test_parties_are_the_nodes_in_order():
    assert [ENTRY.party_of(name) for name in NAMES] == [1, 2, 3]
    with pytest.raises(RegistryError):
        ENTRY.party_of("node-d")


def test_a_key_is_held_by_its_nodes_in_any_order_and_by_no_others():
    assert ENTRY.is_held_by(tuple(reversed(NAMES)))
    assert not ENTRY.is_held_by(("node-a", "node-b", "node-d"))
    assert not ENTRY.is_held_by(("node-a", "node-a", "node-b", "node-c"))


@pytest.mark.parametrize(
    "change",
    [
        {"public_key": b64url_encode(b"\x01\x02")},
        {"nodes": ["node-a", "node-b"]},
        {"nodes": ["node-a", "node-a", "node-b"]},
        {"transcript": b64url_encode(bytes(31))},
        {"threshold": 1},
        {"public_key": b64url_encode(bytes((1, 4)) + ENTRY.public_key.encode()[2:])},
    ],
    ids=["no_key", "two_nodes", "one_twice", "short_transcript", "unknown_member", "four_parties"],
)
def test_hostile_entries_are_refused_by_name(change):
    document = {**json.loads(json.dumps(ENTRY.to_json())), **change}

    with pytest.raises(MalformedError):
        AggregationKeyEntry.read(Fields.of(document, "aggregation_key"))


def test_an_entry_reads_what_it_wrote():
    assert AggregationKeyEntry.read(Fields.of(ENTRY.to_json(), "aggregation_key")) == ENTRY
