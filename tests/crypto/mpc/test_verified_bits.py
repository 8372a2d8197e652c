"""A lie in an AND is caught before anything is released, by triples that nobody could choose."""

from itertools import combinations
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.errors import CryptoError, ProtocolError
from crypto.mpc import verified_bits
from crypto.mpc.bits import and_outer, and_planes
from crypto.mpc.packing import unpack
from crypto.mpc.party import KeyStream
from crypto.mpc.rounds import HEAD_BYTES
from crypto.mpc.verified_bits import SOUNDNESS_BITS, copies, verify_ands
from crypto.sharing.replicated import ROLES, following, preceding
from tests.crypto.mpc.trio import flip, opened_planes, parties, play, share_planes

RECORDS = 100
LEFT, RIGHT = [number * 7 % 16 for number in range(RECORDS)], [number * 5 % 16 for number in range(RECORDS)]
AND, TRIPLES, COMMIT, TOSS, SHOW, VIEW, ERRORS = range(1, 8)
"""The rounds of one AND and its verification."""


def audited(party, left, right):
    """The AND of two tables of planes, verified."""
    party.audit = []
    product = yield from and_planes(party, left, right)
    yield from verify_ands(party)
    return product


def run(protocol=audited, left=LEFT, right=RIGHT, tamper=None, keys=None):
    inputs = [share_planes(values, 4) for values in (left, right)]
    roles = parties() if keys is None else parties(keys=keys)
    return play([protocol(party, *(each[party.role] for each in inputs)) for party in roles], tamper=tamper)


@settings(max_examples=15)
@given(
    st.lists(st.tuples(st.integers(0, 15), st.integers(0, 15)), min_size=1, max_size=70),
    st.lists(st.binary(min_size=32, max_size=32), min_size=3, max_size=3),
)
def test_an_honest_computation_passes_whatever_the_keys(chosen, keys):
    left, right = ([pair[side] for pair in chosen] for side in (0, 1))

    played = run(left=left, right=right, keys=keys)

    assert opened_planes(played.results) == [one & other for one, other in chosen]
    assert played.rounds == ERRORS


@pytest.mark.parametrize("receiver", ROLES)
@pytest.mark.parametrize("number", [AND, TRIPLES, SHOW, VIEW, ERRORS])
def test_one_flipped_bit_anywhere_stops_the_run(receiver, number):
    senders = {AND: following, TRIPLES: following, SHOW: preceding, VIEW: following, ERRORS: preceding}

    with pytest.raises(ProtocolError) as refused:
        run(tamper=flip(number, senders[number](receiver), receiver, bit=17))

    assert len(refused.value.culprits) == 2


def test_without_verification_a_flipped_bit_is_a_wrong_result():
    def plain(party, left, right):
        return and_planes(party, left, right)

    def lie(number, sender, receiver, raw):
        return flip(AND, 1, 0, bit=3)(number, sender, receiver, raw)

    played = run(plain, tamper=lie)

    # Role 1 keeps to its lie, so its summand is what role 0 was told.
    shares = played.results
    told = unpack(shares[0].first ^ shares[0].second ^ shares[2].first, RECORDS)
    honest = opened_planes(run(plain).results)
    assert [place for place in range(RECORDS) if told[place] != honest[place]] == [3]


def test_a_lie_that_is_repeated_in_all_random_triples_does_not_pass():
    """Without opened triples it would: every AND and every triple is wrong in the same bit."""
    count = copies(8) * 9

    def lie(number, sender, receiver, raw):
        if (sender, receiver) != (1, 0) or number not in {AND, TRIPLES}:
            return raw
        words = np.frombuffer(raw[HEAD_BYTES:], dtype=np.uint64) ^ np.uint64(1)
        assert words.size in {8, count}
        return raw[:HEAD_BYTES] + words.tobytes()

    with pytest.raises(ProtocolError):
        run(tamper=lie)


def test_a_lie_in_one_and_and_as_many_triples_passes_only_if_the_shuffle_brings_them_together():
    beside = copies(8)
    passed = 0
    for start in range(20):

        def lie(number, sender, receiver, raw, start=start):
            if (sender, receiver) != (1, 0) or number not in {AND, TRIPLES}:
                return raw
            words = np.frombuffer(raw[HEAD_BYTES:], dtype=np.uint64).copy()
            places = [0] if number == AND else [start + place for place in range(beside)]
            words[places] ^= np.uint64(1)
            return raw[:HEAD_BYTES] + words.tobytes()

        try:
            run(tamper=lie)
        except ProtocolError:
            continue
        passed += 1

    assert passed == 0


@pytest.mark.parametrize(("words", "beside"), [(1, 2), (2, 2), (2, 3), (3, 2)])
def test_the_chance_of_the_best_lie_is_that_of_a_single_one(words, beside):
    """Counted over all places that the wrong triples may come to; the first `beside` places are opened."""
    total = (words + 1) * beside
    chances = []
    for wrong in range(1, words + 1):
        needed = tuple(range(beside, beside + wrong * beside))  # beside the first `wrong` noted words
        placings = list(combinations(range(total), wrong * beside))
        chances.append(placings.count(needed) / len(placings))

    assert max(chances) == chances[0] == 1 / comb(total, beside)


@given(st.integers(1, 2**22))
def test_the_number_of_triples_is_the_smallest_that_is_enough(words):
    count = copies(words)

    assert comb((words + 1) * count, count) >= 2**SOUNDNESS_BITS
    assert count == 1 or comb((words + 1) * (count - 1), count - 1) < 2**SOUNDNESS_BITS


def test_two_triples_an_and_are_enough_from_741455_words_on():
    assert (copies(741_454), copies(741_455)) == (3, 2)


def test_a_permutation_is_one_and_the_same_for_all():
    orders = [verified_bits._permutation(KeyStream(bytes(32), bytes(32)), 1000) for _ in range(2)]

    assert orders[0].tolist() == orders[1].tolist()
    assert sorted(orders[0].tolist()) == list(range(1000))


def test_every_kind_of_and_is_verified(monkeypatch):
    monkeypatch.setattr(verified_bits, "BATCH_WORDS", 5)

    def protocol(party, left, right):
        party.audit = []
        first = yield from and_planes(party, left, right)
        yield from and_outer(party, first.take(0), right)
        noted = sum(each[0].first.size for each in party.audit)
        yield from verify_ands(party)
        assert party.audit == []
        return noted

    played = run(protocol)

    assert played.results == [16] * 3
    assert played.rounds == 2 + 4 * 6


def test_the_refusal_never_tells_which_and_was_wrong():
    def refusal(bit, word):
        with pytest.raises(ProtocolError) as refused:
            run(tamper=flip(AND, 1, 0, word=word, bit=bit))
        return str(refused.value), refused.value.culprits

    assert len({refusal(bit, word) for bit in (0, 63) for word in range(8)}) == 1


def test_a_made_up_difference_is_noticed_before_the_errors_are_compared():
    """Or the digest of the errors would tell whoever made it up a bit of b, and with it of a factor."""
    rounds = []

    def lie(number, sender, receiver, raw):
        rounds.append(number)
        return flip(SHOW, 1, 2, word=3 * copies(8))(number, sender, receiver, raw)

    with pytest.raises(ProtocolError):
        run(tamper=lie)

    assert max(rounds) == VIEW


@pytest.mark.parametrize("role", ROLES)
def test_what_a_role_receives_has_one_length_whatever_the_values(role):
    lengths = [
        [len(body) for body in run(left=values, right=values).received(role)]
        for values in ([0] * RECORDS, [15] * RECORDS)
    ]

    assert lengths[0] == lengths[1]


def test_a_role_that_notes_nothing_has_nothing_to_verify():
    with pytest.raises(CryptoError):
        run(lambda party, left, right: verify_ands(party))


def test_no_share_stands_in_the_representation():
    assert repr(verified_bits.Triples(0, np.zeros((2, 6), dtype=np.uint64))) == "Triples(role=0)"


@pytest.mark.slow
def test_a_lie_in_one_of_a_million_ands_is_caught():
    numbers = list(range(1 << 18))
    left, right = ([number % 16 for number in numbers], [number // 16 % 16 for number in numbers])

    assert opened_planes(run(left=left, right=right).results) == [
        a & b for a, b in zip(left, right, strict=True)
    ]
    with pytest.raises(ProtocolError):
        run(left=left, right=right, tamper=flip(AND, 1, 0, word=9999, bit=63))
