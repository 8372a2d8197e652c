"""A sum over many wallets is that of signed records and small noise, whoever lies about its part."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.base_point import BASE, multiply_base
from crypto.commitments import Opening, commit
from crypto.curve import INFINITY, ORDER
from crypto.errors import MalformedError, OutOfRangeError, ProofError
from crypto.functional.multi_client_labels import UsedLabels
from crypto.functional.one_label import encrypt
from crypto.functional.one_label_collect import Collected, collect, collect_blinding
from crypto.functional.one_label_dropout import start
from crypto.functional.one_label_messages import EncryptionKey
from crypto.functional.one_label_run import Run
from crypto.linked import one_label_link
from crypto.linked.interval import BLINDING_BASE, prove_interval
from crypto.linked.one_label_link import Asked, LinkedTerm, link_term, open_terms, verify_term
from crypto.linked.preimage import Claim, holds, prove
from crypto.linked.statement import Context, Terms
from crypto.randomness import random_below, stream
from tests.crypto.functional.cohorts import function, seeds

RANDOM = stream(b"\x62" * 32, "one-label link")
DOMAIN = "argonauta/test/1"
TERMS = Terms(Context("consent", "exam/1", "urn:exam"), DOMAIN, 4, (0, 2))
ASKED = Asked(TERMS, (3, -2), 8, b"run and place")
VALUES, OTHER_VALUES = (50, 7, 20, 1), (99, 7, 20, 1)
NOISE, LABEL, SIZE = 11, "purchase 1", 4


def opening(values=VALUES, name="record"):
    blinding = random_below(ORDER, stream(b"\x63" * 32, name))
    return Opening(commit(values, blinding, domain=DOMAIN), values, blinding)


HERS = opening()
BLINDING = random_below(ORDER, RANDOM)
MADE = link_term(HERS, ASKED, noise=NOISE, blinding=BLINDING, random=RANDOM)


def refused(term, commitment=HERS.commitment, asked=ASKED):
    with pytest.raises(ProofError):
        verify_term(term, commitment, asked, RANDOM)
    return True


def test_an_honest_term_is_the_weighted_sum_and_the_noise():
    point = verify_term(LinkedTerm.decode(MADE.encode()), HERS.commitment, ASKED, RANDOM)

    total = 3 * 50 - 2 * 20 + NOISE
    assert point == multiply_base(total) + BLINDING_BASE.multiply(BLINDING)


@settings(max_examples=10, deadline=None)
@given(
    values=st.tuples(*[st.integers(0, 2**30)] * 4),
    weights=st.tuples(*[st.integers(-1000, 1000)] * 2),
    noise=st.integers(-128, 127),
)
def test_any_record_any_weights_any_noise_of_the_width(values, weights, noise):
    asked = replace(ASKED, weights=weights)
    record = opening(values)

    term = link_term(record, asked, noise=noise, blinding=BLINDING, random=RANDOM)

    point = verify_term(term, record.commitment, asked, RANDOM)
    open_terms([point], weights[0] * values[0] + weights[1] * values[2] + noise, BLINDING)


def test_a_wallet_that_claims_another_number_than_was_signed_is_refused():
    """It knows an opening of some other record, and shows it as if it were of its own."""
    lie = link_term(
        Opening(HERS.commitment, OTHER_VALUES, HERS.blinding),
        ASKED,
        noise=NOISE,
        blinding=BLINDING,
        random=RANDOM,
    )
    assert refused(lie)


def test_a_wallet_that_hides_a_shift_in_its_point_is_refused():
    assert refused(replace(MADE, commitment=MADE.commitment + BASE))


def test_a_wallet_cannot_shift_by_more_than_the_noise_may():
    with pytest.raises(OutOfRangeError):
        link_term(HERS, ASKED, noise=128, blinding=BLINDING, random=RANDOM)
    wide = link_term(HERS, replace(ASKED, noise_width=20), noise=5000, blinding=BLINDING, random=RANDOM)
    assert refused(wide)


def test_a_shift_hidden_in_a_bit_that_is_none_is_refused():
    """The linear equations hold for it; that every bit is a bit is what stops it."""
    interval, noise_blinding = prove_interval(NOISE, ASKED.noise_width, ASKED.digest(HERS.commitment), RANDOM)
    first, *rest = interval.bits
    wide = replace(interval, bits=(first._replace(commitment=first.commitment + multiply_base(5000)), *rest))
    point = MADE.commitment + multiply_base(5000)
    statement = one_label_link._statement(HERS.commitment, point, wide, ASKED)
    witness = (HERS.blinding, *HERS.values, BLINDING - noise_blinding)
    lie = LinkedTerm(point, wide, prove(statement, witness, RANDOM))

    assert holds([Claim(statement, lie.proof)], RANDOM)
    assert refused(lie)


def test_a_term_holds_for_one_record_run_place_and_function():
    assert refused(MADE, commitment=opening(name="another").commitment)
    for other in (
        replace(ASKED, binding=b"run and another place"),
        replace(ASKED, weights=(3, -1)),
        replace(ASKED, weights=(-2, 3)),
        replace(ASKED, terms=replace(TERMS, chosen=(0, 3))),
        replace(ASKED, terms=replace(TERMS, context=Context("other", "exam/1", "urn:exam"))),
        replace(ASKED, terms=replace(TERMS, domain="argonauta/test/2")),
    ):
        assert refused(MADE, asked=other)


def test_parts_of_two_terms_do_not_mix():
    again = link_term(HERS, ASKED, noise=NOISE, blinding=BLINDING, random=RANDOM)
    assert again.commitment == MADE.commitment
    assert refused(replace(MADE, noise=again.noise))
    assert refused(replace(MADE, proof=again.proof))


def test_a_point_at_infinity_is_refused():
    assert refused(replace(MADE, commitment=INFINITY))


def test_a_record_of_another_length_is_not_linked():
    with pytest.raises(OutOfRangeError):
        link_term(opening((1, 2, 3)), ASKED, noise=0, blinding=BLINDING)


def test_weights_that_do_not_fit_the_columns_are_refused():
    for weights in ((1,), (1, 2**63)):
        with pytest.raises(OutOfRangeError):
            Asked(TERMS, weights, 8, b"")


@pytest.mark.parametrize(
    "tamper",
    [
        lambda raw: raw[:-1],
        lambda raw: raw[:40],
        lambda raw: raw[:3],
        lambda raw: b"",
        lambda raw: b"\x07" + raw[1:],
        lambda raw: raw[:33] + b"\xff\xff\xff\xff" + raw[37:],
    ],
    ids=["cut", "no proof", "no point", "empty", "not a point", "length beyond the end"],
)
def test_bytes_of_another_form_are_refused(tamper):
    with pytest.raises(MalformedError):
        LinkedTerm.decode(tamper(MADE.encode()))


# A whole run: terms, masked shares, and what opens both.


class Play:
    """Four wallets whose terms are blinded by their masks and one scalar of their own."""

    def __init__(self, *, heard, shift=0):
        weights = (ASKED.weights,) * SIZE
        self.run = Run(function(weights, (100, 100), noise_bound=128), LABEL, threshold=3, colluding=1)
        random = stream(b"\x64" * 32, "play")
        records = [opening((10 * at, 0, at, 1), name=f"{at}") for at in range(SIZE)]
        keys = [EncryptionKey(bytes([at + 1]) * 32) for at in range(SIZE)]
        begun = [start(self.run, keys[at], seeds(SIZE)[at], random, noise=at) for at in range(SIZE)]
        roster = {at: state.outbox for at, state in enumerate(begun)}
        sharing = [state.receive(roster, random) for state in begun]
        masked = [
            state.receive({other: sharing[other].outbox[at] for other in range(SIZE) if other != at})
            for at, state in enumerate(sharing)
        ]
        self.own = {at: random_below(ORDER, random) for at in heard}
        self.terms = {
            at: link_term(
                records[at],
                replace(ASKED, binding=bytes([at])),
                noise=at,
                blinding=masked[at].blinding + self.own[at],
                random=random,
            ).commitment
            for at in heard
        }
        texts = {
            at: encrypt(
                (10 * at + shift * (at == 1), at), keys[at], UsedLabels(), label=LABEL, bounds=(100, 100)
            )[0]
            for at in heard
        }
        shares = {at: masked[at].outbox for at in heard}
        self.collected = Collected(self.run, roster, frozenset(range(SIZE)), shares, texts)
        self.revealed = [masked[at].reveal(frozenset(heard)) for at in heard]

    def opened(self):
        total = collect(self.collected, self.revealed)
        blinding = collect_blinding(self.collected, self.revealed) + sum(self.own.values())
        open_terms(list(self.terms.values()), total, blinding)
        return total


@pytest.mark.parametrize("heard", [(0, 1, 2, 3), (0, 1, 3), (1, 2, 3)], ids=str)
def test_the_opened_sum_is_held_against_the_terms_of_those_who_were_heard(heard):
    assert Play(heard=heard).opened() == sum(30 * at - 2 * at + at for at in heard)


def test_a_wallet_that_masks_another_number_than_its_term_spoils_the_sum_and_is_found_out():
    with pytest.raises(ProofError, match="not that of the terms"):
        Play(heard=(0, 1, 2, 3), shift=1).opened()


def test_a_term_that_is_left_out_or_counted_twice_is_found_out():
    play = Play(heard=(0, 1, 2, 3))
    total = collect(play.collected, play.revealed)
    blinding = collect_blinding(play.collected, play.revealed) + sum(play.own.values())
    points = list(play.terms.values())
    for wrong in (points[:-1], [*points, points[0]]):
        with pytest.raises(ProofError):
            open_terms(wrong, total, blinding)


def test_without_what_the_wallets_tell_the_buyer_only_the_points_do_not_open():
    """Masks alone would leave (Σ terms)·G, whose small logarithm anybody can search for."""
    play = Play(heard=(0, 1, 2, 3))
    masks = collect_blinding(play.collected, play.revealed)
    left = sum(play.terms.values(), INFINITY) - BLINDING_BASE.multiply_public(masks)
    small = {multiply_base(number) for number in range(-600, 600)}
    assert left not in small
    assert left - BLINDING_BASE.multiply_public(sum(play.own.values())) in small
