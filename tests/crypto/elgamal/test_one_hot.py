"""One 1 among zeros is proved, and everything else is caught and named."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.base_point import BASE, multiply_base
from crypto.curve import ORDER
from crypto.elgamal import one_hot
from crypto.elgamal.ciphertext import Bin, encrypt, rerandomize
from crypto.elgamal.one_hot import find_wrong, prove_one_hot, verify_contributions, verify_one_hot
from crypto.elgamal.one_hot_proof import CHALLENGES, Contribution, OneHotProof, challenge_of
from crypto.errors import MalformedError, OutOfRangeError, ProofError
from crypto.randomness import stream
from tests.crypto.elgamal.parties import key_shares
from tests.vectors.make_elgamal_vectors import CONTEXT, cheat

RANDOM = stream(b"\x01" * 16, "proofs")
KEY = key_shares()[0].public
OTHER = key_shares(name="another")[0].public
HERS = CONTEXT
BINS = 3


def vote(place, bins=BINS):
    return tuple(int(index == place) for index in range(bins))


def honest(place=1, context=HERS, bins=BINS):
    return prove_one_hot(KEY, encrypt(KEY, vote(place, bins), RANDOM), context=context, random=RANDOM)


VOTE = honest()
RAW = VOTE.proof.encode()


@settings(max_examples=15)
@given(st.integers(1, 6), st.data())
def test_every_honest_contribution_passes(bins, data):
    made = honest(data.draw(st.integers(0, bins - 1)), bins=bins)

    assert verify_one_hot(KEY, made, RANDOM) == made.ciphertext


@pytest.mark.parametrize(
    ("values", "claimed"),
    [
        ((2, 0, 0), (1, 0, 0)),
        ((2, -1, 0), (1, 0, 0)),
        ((1, 1, 0), (1, 1, 0)),
        ((0, 0, 0), (0, 0, 0)),
        ((0, 0, 0), (1, 0, 0)),
        ((1, 1, -1), (1, 1, 0)),
        ((0, 3, -2), (0, 1, 0)),
        ((2**40, 0, 0), (1, 0, 0)),
    ],
)
def test_what_is_not_one_hot_is_refused(values, claimed):
    forged = cheat(KEY, encrypt(KEY, values, RANDOM), claimed, RANDOM)

    with pytest.raises(ProofError):
        verify_one_hot(KEY, forged, RANDOM)


def test_the_cheating_prover_would_pass_if_it_told_the_truth():
    told = cheat(KEY, encrypt(KEY, (0, 1, 0), RANDOM), (0, 1, 0), RANDOM)

    assert verify_one_hot(KEY, told, RANDOM) == told.ciphertext


@pytest.mark.parametrize("values", [(2, 0), (1, 1), (0, 0), (2, -1)])
def test_an_honest_prover_refuses_to_lie(values):
    with pytest.raises(OutOfRangeError):
        prove_one_hot(KEY, encrypt(KEY, values, RANDOM), context=HERS)


def test_a_proof_replayed_for_another_contributor_or_query_is_refused():
    for context in (b"query 7, contributor 2", b"query 8, contributor 1", b"", HERS + b"\0"):
        with pytest.raises(ProofError):
            verify_one_hot(KEY, replace(VOTE, context=context), RANDOM)


def test_a_term_that_is_nothing_is_multiplied_like_any_other(monkeypatch):
    multiplied = []
    original = multiply_base

    def counted(scalar):
        multiplied.append(scalar % ORDER)
        return original(scalar)

    monkeypatch.setattr(one_hot, "multiply_base", counted)

    honest()

    # Two branches of two multiplications for each bin, and one for the sum.
    assert len(multiplied) == 4 * BINS + 1
    assert 0 not in multiplied


def test_a_copied_and_rerandomised_ciphertext_has_no_proof():
    copied = replace(VOTE, ciphertext=rerandomize(KEY, VOTE.ciphertext, RANDOM))

    with pytest.raises(ProofError):
        verify_one_hot(KEY, copied, RANDOM)


def test_a_proof_for_another_key_is_refused():
    theirs = prove_one_hot(OTHER, encrypt(OTHER, vote(1), RANDOM), context=HERS, random=RANDOM)

    with pytest.raises(ProofError):
        verify_one_hot(KEY, theirs, RANDOM)
    renamed = replace(theirs.ciphertext, key_id=KEY.key_id)
    with pytest.raises(ProofError):
        verify_one_hot(KEY, replace(theirs, ciphertext=renamed), RANDOM)
    with pytest.raises(OutOfRangeError):
        prove_one_hot(KEY, encrypt(OTHER, vote(1), RANDOM), context=HERS)


def test_a_proof_for_other_parties_of_the_same_point_is_refused():
    fewer = replace(KEY, parties=2)
    theirs = prove_one_hot(fewer, encrypt(fewer, vote(1), RANDOM), context=HERS, random=RANDOM)
    assert verify_one_hot(fewer, theirs, RANDOM) == theirs.ciphertext

    with pytest.raises(ProofError):
        verify_one_hot(KEY, theirs, RANDOM)


def test_bins_cannot_change_places_be_added_or_left_out():
    bins = VOTE.ciphertext.bins
    for other in ((bins[1], bins[0], bins[2]), bins[:2], (*bins, bins[0])):
        with pytest.raises(ProofError):
            verify_one_hot(KEY, replace(VOTE, ciphertext=replace(VOTE.ciphertext, bins=other)), RANDOM)


def test_a_challenge_over_less_would_let_a_vote_of_two_through():
    """The weak Fiat-Shamir transform: who chooses the statement after the challenge proves anything.

    If the ciphertext were not hashed, a prover would draw the sum's commitment first and then choose a
    ciphertext that fits the challenge. Played for the sum of a single bin: it passes the naive equations.
    """
    challenge = 12345
    z, mask, commitment = 777, multiply_base(99), Bin(multiply_base(5), KEY.point.multiply(8))
    inverse = pow(challenge, -1, ORDER)
    mask = (multiply_base(z) - commitment.mask).multiply_public(inverse)
    masked = (KEY.point.multiply_public(z) - commitment.masked).multiply_public(inverse) + BASE

    assert multiply_base(z) == commitment.mask + mask.multiply_public(challenge)
    assert KEY.point.multiply_public(z) == commitment.masked + (masked - BASE).multiply_public(challenge)
    # Here the challenge depends on the ciphertext, so another one answers.
    one = replace(VOTE.ciphertext, bins=(Bin(mask, masked),))
    two = replace(VOTE.ciphertext, bins=(Bin(mask, masked + BASE),))
    challenges = {challenge_of(HERS, each, [], commitment) for each in (one, two)}
    assert len(challenges) == 2
    assert challenge not in challenges


def test_neither_value_shows_in_the_shape_of_a_proof():
    for place in range(BINS):
        made = honest(place)
        assert len(made.proof.encode()) == len(RAW)
        # Both branches of each bin hold their equation: nothing tells which was simulated.
        commitments = [branches.commitments for branches in made.proof.bins]
        challenge = challenge_of(HERS, made.ciphertext, commitments, made.proof.sum_commitment)
        for one, branches in zip(made.ciphertext.bins, made.proof.bins, strict=True):
            split = (branches.challenge, (challenge - branches.challenge) % CHALLENGES)
            for v in (0, 1):
                z, commitment = branches.responses[v], branches.commitments[v]
                shifted = one.masked - BASE if v else one.masked
                assert multiply_base(z) == commitment.mask + one.mask.multiply_public(split[v])
                assert KEY.point.multiply(z) == commitment.masked + shifted.multiply_public(split[v])


# Batches.

BATCH = [honest(index % BINS, context=b"contributor %d" % index) for index in range(9)]


def spoiled(made: Contribution) -> Contribution:
    return replace(made, context=b"somebody else")


@pytest.mark.parametrize("size", [0, 1, 2, 9])
def test_a_batch_of_honest_contributions_passes(size):
    expected = tuple(one.ciphertext for one in BATCH[:size])

    assert verify_contributions(KEY, BATCH[:size], RANDOM) == expected


@settings(max_examples=10)
@given(st.sets(st.integers(0, len(BATCH) - 1), min_size=1))
def test_every_wrong_contribution_of_a_batch_is_named(wrong):
    batch = [spoiled(one) if index in wrong else one for index, one in enumerate(BATCH)]

    assert find_wrong(KEY, batch, RANDOM) == tuple(sorted(wrong))
    with pytest.raises(ProofError, match=", ".join(map(str, sorted(wrong)))):
        verify_contributions(KEY, batch, RANDOM)


def test_a_contribution_of_another_key_in_a_batch_is_named():
    theirs = prove_one_hot(OTHER, encrypt(OTHER, vote(1), RANDOM), context=HERS, random=RANDOM)

    assert find_wrong(KEY, [BATCH[0], theirs, BATCH[1]], RANDOM) == (1,)


def test_two_lies_that_cancel_in_a_plain_sum_are_both_found():
    up, down = (
        replace(one.proof, sum_response=(one.proof.sum_response + step) % ORDER)
        for one, step in (
            (BATCH[0], 1),
            (BATCH[1], -1),
        )
    )
    lies = [replace(BATCH[0], proof=up), replace(BATCH[1], proof=down)]

    # Without coefficients the two errors, +G and -G, vanish from the sum.
    naive = sum(one.proof.sum_response for one in lies) - sum(one.proof.sum_response for one in BATCH[:2])
    assert naive % ORDER == 0
    assert find_wrong(KEY, lies, RANDOM) == (0, 1)


def test_coefficients_are_drawn_for_every_equation():
    drawn = []

    def counting(length):
        drawn.append(length)
        return RANDOM(length)

    verify_one_hot(KEY, VOTE, counting)

    # Two branches of two equations for each bin, and two equations for the sum.
    assert drawn == [16] * (4 * BINS + 2)


# Bytes.


def test_proofs_round_trip_in_212_bytes_a_bin():
    assert OneHotProof.decode(RAW) == VOTE.proof
    assert len(RAW) == 3 + BINS * 212 + 98


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        RAW[:-1],
        RAW + b"\0",
        b"\x02" + RAW[1:],
        RAW[:1] + b"\0\0" + RAW[3:],
        RAW[:1] + b"\xff\xff" + RAW[3:],
        RAW[:3] + bytes(33) + RAW[36:],
        RAW[:-32] + ORDER.to_bytes(32, "big"),
    ],
    ids=["empty", "short", "long", "version", "no bins", "many bins", "infinity", "not reduced"],
)
def test_bytes_that_are_no_proof_are_refused(raw):
    with pytest.raises(MalformedError):
        OneHotProof.decode(raw)


@given(st.binary(max_size=350))
def test_arbitrary_bytes_are_no_proof(raw):
    with pytest.raises(MalformedError):
        OneHotProof.decode(raw)


@settings(max_examples=60)
@given(st.integers(0, len(RAW) - 1), st.integers(1, 255))
def test_any_changed_byte_of_a_proof_is_refused(place, change):
    changed = bytearray(RAW)
    changed[place] ^= change

    def verified():
        return verify_one_hot(KEY, replace(VOTE, proof=OneHotProof.decode(bytes(changed))), RANDOM)

    with pytest.raises((MalformedError, ProofError)):
        verified()


@settings(max_examples=40)
@given(st.data())
def test_any_changed_byte_of_a_ciphertext_is_refused(data):
    raw = bytearray(VOTE.ciphertext.encode())
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))

    def verified():
        return verify_one_hot(KEY, replace(VOTE, ciphertext=VOTE.ciphertext.decode(bytes(raw))), RANDOM)

    with pytest.raises((MalformedError, ProofError)):
        verified()


def test_what_the_prover_knows_is_not_in_what_it_sends():
    encryption = encrypt(KEY, vote(1), RANDOM)
    made = prove_one_hot(KEY, encryption, context=HERS, random=RANDOM)

    sent = made.ciphertext.encode() + made.proof.encode()
    assert not any(str(mask) in repr(made) for mask in encryption.masks)
    assert not any(mask.to_bytes(32, "big") in sent for mask in encryption.masks)


def test_a_batch_full_of_lies_costs_a_bounded_multiple_of_one_check(monkeypatch):
    checked = []

    def never(_key, lies, _random) -> bool:
        checked.append(len(lies))
        return False

    monkeypatch.setattr(one_hot, "_holds", never)

    assert find_wrong(KEY, [VOTE] * 256, RANDOM) == tuple(range(256))
    assert checked[0] == 256
    # The first check, three times that for halving, and each by itself.
    assert sum(checked) <= 5 * 256
