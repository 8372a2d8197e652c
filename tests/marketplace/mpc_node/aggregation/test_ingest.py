"""Encrypted records at the door: what comes in, and what each lie is called."""

from dataclasses import replace

import pytest

from consent.encrypted import EncryptedRecord
from crypto.elgamal.ciphertext import Bin
from tests.marketplace.mpc_node.aggregation.joint import (
    BOTH,
    ENCRYPTED,
    ONLY_ENCRYPTED,
    encryptor,
    entry_of,
    town_with_key,
    with_key,
)
from tests.marketplace.mpc_node.parties import registry
from tests.marketplace.mpc_node.people import Offer, consent_id, contribution_of, people, person
from tests.marketplace.mpc_node.town import Town

HER = person(1)


@pytest.fixture
def town(tmp_path):
    built = town_with_key(tmp_path)
    yield built
    for node in built.nodes.values():
        node.database.close()


def _held(town, someone=HER, name="node-a"):
    records = town.nodes[name].aggregation.records
    return records.held([someone.consent_id], entry_of().key_id) == {someone.consent_id}


def test_a_record_that_holds_comes_in(town):
    (verdict,) = town.contribute("node-a", contribution_of(HER, ENCRYPTED))

    assert verdict == {"consent_id": HER.consent_id, "accepted": True, "reason": None}
    assert _held(town)


def _changed(change):
    def encrypt(someone, own_id):
        record = EncryptedRecord.from_bytes(encryptor()(someone, own_id))
        return change(record).to_bytes()

    return encrypt


def _swapped(record):
    first, second, *rest = record.ciphertext.bins
    return replace(record, ciphertext=replace(record.ciphertext, bins=(second, first, *rest)))


def _shifted(record):
    first, second, *rest = record.ciphertext.bins
    moved = Bin(first.mask, first.masked + second.mask)
    return replace(record, ciphertext=replace(record.ciphertext, bins=(moved, second, *rest)))


def _shorter(record):
    return replace(record, ciphertext=replace(record.ciphertext, bins=record.ciphertext.bins[:-1]))


def _of(other):
    return lambda someone, own_id: encryptor()(person(other), own_id)


@pytest.mark.parametrize(
    ("encrypt", "why"),
    [
        (encryptor(values=(("exam_score", 3.9),)), "not_what_was_signed"),
        (encryptor(consent_id=consent_id(99)), "not_what_was_signed"),
        (_of(2), "not_what_was_signed"),
        (_changed(_swapped), "not_what_was_signed"),
        (_changed(_shifted), "not_what_was_signed"),
        (_changed(_shorter), "malformed"),
        (lambda someone, own_id: b"nothing", "malformed"),
        (encryptor("another key"), "other_key"),
        (None, "not_handed_in"),
    ],
    ids=[
        "other_numbers",
        "made_for_another_consent",
        "of_another_person",
        "swapped_columns",
        "shifted_column",
        "a_column_less",
        "no_record",
        "another_key",
        "nothing",
    ],
)
def test_a_record_that_does_not_hold_is_not_kept_and_the_answer_says_why(town, encrypt, why):
    both = contribution_of(HER, Offer(policy=BOTH, encrypt=encrypt))
    only = contribution_of(HER, Offer(policy=ONLY_ENCRYPTED, encrypt=encrypt))

    (for_both,) = town.contribute("node-a", both)
    (for_one,) = town.contribute("node-b", only)

    assert for_both == {
        "consent_id": HER.consent_id,
        "accepted": True,
        "reason": None,
        "unusable": {"paillier": why},
    }
    assert not _held(town)
    assert for_one == {"consent_id": HER.consent_id, "accepted": False, "reason": "not_encrypted"}


def test_one_liar_in_a_batch_does_not_touch_the_others(town):
    crowd = people(6)
    lying = Offer(policy=BOTH, encrypt=encryptor(values=(("exam_score", 3.9),)))
    made = [contribution_of(each, lying if each.index in {2, 5} else ENCRYPTED) for each in crowd]

    verdicts = town.contribute("node-a", *made)

    assert [("unusable" in each) for each in verdicts] == [False, True, False, False, True, False]
    assert [_held(town, each) for each in crowd] == [True, False, True, True, False, True]


def test_without_a_key_in_the_registry_shares_come_in_alone(town):
    town.registry = registry()

    (verdict,) = town.contribute("node-a", contribution_of(HER, ENCRYPTED))

    assert (verdict["accepted"], verdict["unusable"]) == (True, {"paillier": "no_key"})


def test_a_key_of_other_nodes_than_the_consent_names_is_none(town):
    entry = replace(entry_of(), nodes=("node-a", "node-b", "node-d"))
    town.registry = replace(registry(), aggregation_key=entry)

    (verdict,) = town.contribute("node-a", contribution_of(HER, ENCRYPTED))

    assert (verdict["accepted"], verdict["unusable"]) == (True, {"paillier": "other_nodes"})


def test_what_a_consent_does_not_allow_is_not_kept(town):
    (verdict,) = town.contribute("node-a", contribution_of(HER, Offer(encrypt=encryptor())))

    assert verdict == {"consent_id": HER.consent_id, "accepted": True, "reason": None}
    assert not _held(town)


def test_the_same_contribution_again_is_accepted_again(town):
    first = town.contribute("node-a", contribution_of(HER, ENCRYPTED))

    assert town.contribute("node-a", contribution_of(HER, ENCRYPTED)) == first
    assert _held(town)


def test_another_record_under_the_same_consent_is_refused(town):
    town.contribute("node-a", contribution_of(HER, ENCRYPTED))
    exchanged = replace(contribution_of(HER, ENCRYPTED), encrypted=encryptor()(HER, consent_id(99)))

    (verdict,) = town.contribute("node-a", exchanged)

    assert (verdict["accepted"], verdict["reason"]) == (False, "consent_mismatch")


def test_a_marketplace_that_strips_or_swaps_the_record_is_found_out(town):
    made = contribution_of(HER, ENCRYPTED)
    for encrypted in (None, encryptor()(person(2), HER.consent_id)):
        (verdict,) = town.contribute("node-a", replace(made, encrypted=encrypted))

        assert (verdict["accepted"], verdict["reason"]) == (False, "consent_mismatch")


def test_a_new_key_does_not_bring_old_records_back(tmp_path):
    town = with_key(Town(tmp_path), "a new key")

    (verdict,) = town.contribute("node-a", contribution_of(HER, ENCRYPTED))

    assert verdict["unusable"] == {"paillier": "other_key"}
