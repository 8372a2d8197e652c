"""An aggregator adds what it checked, once for each contributor, and cannot hide what it did."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.errors import CryptoError, MalformedError, OutOfRangeError, ProofError, ShareError
from crypto.merkle import leaf_hash, verify_inclusion
from crypto.paillier.aggregate import Aggregate, transcript_leaf, verify_aggregate
from crypto.paillier.aggregation import Aggregator
from crypto.paillier.contribution import Contribution, contribute
from crypto.paillier.decryption import Decryptor
from crypto.paillier.encryption import Encryptor
from crypto.paillier.one_hot import contribute_one_hot
from crypto.paillier.packing import unpack
from crypto.randomness import stream
from tests.crypto.paillier.keyring import DJN, SUBGROUP, contributor, one_hot_schema, schema

PUBLIC = SUBGROUP.public
ENCRYPTOR = Encryptor(PUBLIC, expected=5000)
RANDOM = stream(b"\x01" * 16, "aggregation")
SCHEMA, ONE_HOT = schema(signed=True), one_hot_schema()
rows = st.lists(st.lists(st.integers(-128, 127), min_size=4, max_size=4), min_size=1, max_size=20)


def given_by(number: int, values: list[int]) -> Contribution:
    return contribute(SCHEMA, values, contributor(number), ENCRYPTOR, RANDOM)


def vote(number: int, place: int) -> Contribution:
    return contribute_one_hot(ONE_HOT, place, contributor(number), ENCRYPTOR, RANDOM)


def inbox(*contributions: Contribution) -> dict[bytes, bytes]:
    return {each.contributor: each.encode() for each in contributions}


def aggregator_of(*contributions: Contribution) -> Aggregator:
    aggregator = Aggregator(PUBLIC, SCHEMA)
    assert aggregator.receive_batch(inbox(*contributions)) == {}
    return aggregator


def opened(aggregate: Aggregate) -> list[int]:
    terms = ONE_HOT if aggregate.schema_digest == ONE_HOT.digest else SCHEMA
    return unpack(terms, Decryptor(SUBGROUP).decrypt(aggregate.ciphertext), aggregate.contributors)


CROWD = tuple(given_by(number, [number, -number, 0, 1]) for number in range(5))
PUBLISHED = aggregator_of(*CROWD).publish(ENCRYPTOR, RANDOM)


@settings(max_examples=20)
@given(rows)
def test_the_aggregate_opens_to_the_sums(table):
    contributions = [given_by(number, row) for number, row in enumerate(table)]

    aggregate = aggregator_of(*contributions).publish(ENCRYPTOR)

    assert opened(aggregate) == [sum(column) for column in zip(*table, strict=True)]
    assert verify_aggregate(SCHEMA, aggregate, contributions) == aggregate
    assert Aggregate.decode(aggregate.encode(), PUBLIC, SCHEMA) == aggregate


def test_one_by_one_is_as_good_as_in_a_batch():
    aggregator = Aggregator(PUBLIC, SCHEMA)
    for each in CROWD:
        aggregator.receive(each.encode(), sender=each.contributor)

    aggregate = aggregator.publish(ENCRYPTOR)

    assert aggregate.transcript == PUBLISHED.transcript
    assert opened(aggregate) == opened(PUBLISHED) == [10, -10, 0, 5]


def test_votes_are_counted_and_liars_left_out():
    votes = [vote(number, place) for number, place in enumerate((0, 3, 3, 1))]
    double = Contribution(ONE_HOT.digest, contributor(9), ENCRYPTOR.encrypt(2), votes[0].proof)
    aggregator = Aggregator(PUBLIC, ONE_HOT)

    refused = aggregator.receive_batch(inbox(*votes, double))

    assert {sender: type(error) for sender, error in refused.items()} == {contributor(9): ProofError}
    assert opened(aggregator.publish(ENCRYPTOR)) == [1, 1, 0, 2]


def test_a_second_contribution_of_one_contributor_is_refused():
    aggregator = aggregator_of(CROWD[0])

    with pytest.raises(ShareError, match="already"):
        aggregator.receive(given_by(0, [5, 5, 5, 5]).encode(), sender=contributor(0))

    assert len(aggregator) == 1


def test_a_contribution_in_another_name_is_refused():
    with pytest.raises(ShareError, match="sender"):
        Aggregator(PUBLIC, SCHEMA).receive(CROWD[0].encode(), sender=contributor(1))


def test_the_aggregator_stops_at_the_largest_crowd():
    small = schema(most_contributors=2)
    crowd = [contribute(small, [255] * 4, contributor(number), ENCRYPTOR) for number in range(4)]
    aggregator = Aggregator(PUBLIC, small)

    refused = aggregator.receive_batch(inbox(*crowd[:3]))

    assert {sender: type(error) for sender, error in refused.items()} == {contributor(2): ShareError}
    with pytest.raises(ShareError, match="complete"):
        aggregator.receive(crowd[3].encode(), sender=contributor(3))
    assert len(aggregator) == 2


def test_votes_that_do_not_hold_take_nobodys_place_in_the_crowd():
    small = one_hot_schema(most_contributors=2)
    votes = [contribute_one_hot(small, 1, contributor(number), ENCRYPTOR, RANDOM) for number in range(4)]
    lies = [replace(each, proof=votes[3].proof) for each in votes[:2]]
    aggregator = Aggregator(PUBLIC, small)

    refused = aggregator.receive_batch(inbox(*lies, *votes[2:]), RANDOM)

    assert refused.keys() == {each.contributor for each in lies}
    assert len(aggregator) == 2


def test_whoever_comes_first_in_a_batch_has_the_last_place():
    small = schema(most_contributors=2)
    crowd = [contribute(small, [1, 2, 3, 4], contributor(number), ENCRYPTOR, RANDOM) for number in range(3)]
    aggregator = Aggregator(PUBLIC, small)

    refused = aggregator.receive_batch(inbox(*crowd), RANDOM)

    assert {sender: str(error) for sender, error in refused.items()} == {
        crowd[2].contributor: "the crowd of 2 contributors is complete"
    }
    assert aggregator.publish(ENCRYPTOR, RANDOM).contributors == 2


def test_a_removed_contributor_is_not_in_the_sum_and_may_come_again():
    aggregator = aggregator_of(*CROWD)

    aggregator.remove(contributor(3))
    again = given_by(3, [100, 0, 0, 0])
    aggregator.receive(again.encode(), sender=contributor(3))
    aggregator.remove(contributor(4))
    aggregate = aggregator.publish(ENCRYPTOR)

    assert opened(aggregate) == [103, -3, 0, 3]
    verify_aggregate(SCHEMA, aggregate, [*CROWD[:3], again])


def test_only_who_is_in_the_sum_can_be_taken_out():
    with pytest.raises(ShareError):
        aggregator_of(CROWD[0]).remove(contributor(1))


def test_nothing_changes_after_publication():
    aggregator = aggregator_of(*CROWD[:2])
    aggregator.publish(ENCRYPTOR)

    for refused in (
        lambda: aggregator.receive(CROWD[2].encode(), sender=contributor(2)),
        lambda: aggregator.remove(contributor(0)),
        lambda: aggregator.publish(ENCRYPTOR),
    ):
        with pytest.raises(ShareError, match="published"):
            refused()


def test_an_encryptor_for_another_key_publishes_nothing_and_closes_nothing():
    aggregator = aggregator_of(*CROWD[:1])

    with pytest.raises(OutOfRangeError):
        aggregator.publish(Encryptor(DJN.public))

    assert opened(aggregator.publish(ENCRYPTOR)) == [0, 0, 0, 1]


def test_an_empty_sum_is_not_published():
    with pytest.raises(ShareError):
        Aggregator(PUBLIC, SCHEMA).publish(ENCRYPTOR)


def test_an_aggregator_refuses_a_schema_for_another_key_or_of_too_many_slots():
    for terms in (schema(key_id=DJN.public.key_id), schema(bins=200)):
        with pytest.raises(OutOfRangeError):
            Aggregator(PUBLIC, terms)


def test_the_aggregate_is_not_the_bare_sum():
    bare = CROWD[0].ciphertext + CROWD[1].ciphertext

    aggregate = aggregator_of(*CROWD[:2]).publish(ENCRYPTOR)

    assert aggregate.ciphertext.unit != bare.unit
    assert Decryptor(SUBGROUP).decrypt(aggregate.ciphertext) == Decryptor(SUBGROUP).decrypt(bare)


@pytest.mark.parametrize("number", range(5))
def test_each_contributor_finds_herself_in_the_transcript(number):
    aggregator = aggregator_of(*CROWD)
    aggregate = aggregator.publish(ENCRYPTOR)
    index, proof = aggregator.inclusion(contributor(number))

    hashed = leaf_hash(transcript_leaf(CROWD[number]))
    verify_inclusion(hashed, index, aggregate.contributors, proof, aggregate.transcript)


def test_a_contributor_who_was_left_out_is_not_in_the_transcript():
    with pytest.raises(ShareError):
        aggregator_of(*CROWD[:2]).inclusion(contributor(4))


@pytest.mark.parametrize(
    "lie",
    [
        lambda honest: replace(honest, ciphertext=honest.ciphertext.add_plain(1)),
        lambda honest: replace(honest, ciphertext=ENCRYPTOR.rerandomize(honest.ciphertext)),
        lambda honest: replace(honest, ciphertext=honest.ciphertext + CROWD[0].ciphertext),
        lambda honest: replace(honest, contributors=4),
        lambda honest: replace(honest, transcript=bytes(32)),
        lambda honest: replace(honest, schema_digest=schema().digest),
    ],
    ids=["value", "blinded again", "counted twice", "count", "transcript", "query"],
)
def test_a_lying_aggregator_is_found_out(lie):
    with pytest.raises(ProofError):
        verify_aggregate(SCHEMA, lie(PUBLISHED), CROWD)


def test_an_aggregate_does_not_verify_against_other_contributions():
    foreign = contribute(
        schema(key_id=DJN.public.key_id, signed=True), [0] * 4, contributor(4), Encryptor(DJN.public)
    )
    for others in (
        CROWD[:4],
        (*CROWD[:4], CROWD[3]),
        (*CROWD[:4], given_by(4, [0] * 4)),
        (*CROWD[:4], foreign),
    ):
        with pytest.raises(ProofError):
            verify_aggregate(SCHEMA, PUBLISHED, others)


def test_a_consistent_lie_with_a_ciphertext_of_another_key_is_refused():
    """The digests are those of the query, only the key of the ciphertext is not."""
    foreign = replace(CROWD[4], ciphertext=Encryptor(DJN.public).encrypt(0))
    crowd = (*CROWD[:4], foreign)
    aggregator = aggregator_of(*CROWD)
    aggregator._accepted[foreign.contributor] = foreign

    with pytest.raises(ProofError, match="another key"):
        verify_aggregate(SCHEMA, aggregator.publish(ENCRYPTOR), crowd)


@given(st.binary(max_size=400))
def test_arbitrary_bytes_are_no_aggregate_and_no_contribution(raw):
    with pytest.raises(MalformedError):
        Aggregate.decode(raw, PUBLIC, SCHEMA)
    assert set(Aggregator(PUBLIC, SCHEMA).receive_batch({contributor(0): raw})) == {contributor(0)}


@settings(max_examples=60)
@given(st.integers(0, len(PUBLISHED.encode()) - 1), st.integers(1, 255))
def test_any_changed_byte_of_an_aggregate_is_refused(place, change):
    raw = bytearray(PUBLISHED.encode())
    raw[place] ^= change

    with pytest.raises(CryptoError):
        verify_aggregate(SCHEMA, Aggregate.decode(bytes(raw), PUBLIC, SCHEMA), CROWD)
