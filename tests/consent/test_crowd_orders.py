"""What an order of a crowd sum is, and its numbers."""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent.crowd_cohort import unverified_join
from consent.crowd_order import sign_crowd_order, unverified_crowd_order, verify_crowd_order
from consent.crowd_run import numbers_for, numbers_of, run_of, sensitivity_of
from consent.errors import ExpiredDocumentError, MismatchError, TermsError
from consent.score_function import ScoreFunction
from crypto.errors import MalformedError, SignatureError
from crypto.noise import MIN_NODE_VARIANCE
from crypto.randomness import stream
from ssi.dataset import parse_data_set
from ssi.jws import sign_jws
from tests.consent.crowd_papers import ANNA, USE
from tests.consent.crowds import (
    BUYER,
    BUYER_KEY,
    MARKET,
    NOW,
    ordered,
    sittings,
)


def test_an_order_is_over_when_its_last_round_is():
    token = sign_crowd_order(ordered(), BUYER_KEY)
    about = {"buyer": BUYER, "marketplace": MARKET}

    last = ordered().closes_at - timedelta(seconds=1)
    assert verify_crowd_order(token, BUYER_KEY.public, now=last, **about) == ordered()
    with pytest.raises(ExpiredDocumentError):
        verify_crowd_order(token, BUYER_KEY.public, now=ordered().closes_at, **about)
    with pytest.raises(SignatureError):
        verify_crowd_order(token, ANNA.key.public, now=NOW, **about)


def test_what_is_no_order_is_not_read():
    for token in ("", "a.b.c", sign_jws({}, BUYER_KEY, typ="crowd-order+jwt")):
        with pytest.raises(MalformedError):
            unverified_crowd_order(token)


@settings(max_examples=60, deadline=None)
@given(
    size=st.integers(10, 255),
    floor=st.integers(10, 255),
    epsilon=st.decimals(Decimal("0.01"), Decimal(10), places=2),
)
def test_honest_people_of_every_opened_sum_keep_enough_noise(size, floor, epsilon):
    """Whoever is silent and whoever colludes: the noise of the others alone gives the promised privacy."""
    numbers = numbers_for(USE.function, size, floor=min(floor, size), epsilon=epsilon)

    honest = numbers.threshold - numbers.colluding
    needed = Fraction(sensitivity_of(USE.function)) ** 2 / (2 * numbers.rho)
    assert honest * numbers.variance >= needed
    assert numbers.variance >= MIN_NODE_VARIANCE
    assert size + numbers.colluding < 2 * numbers.threshold <= 2 * size
    assert numbers.threshold >= min(floor, size)


def test_drawn_noise_is_within_its_width_and_the_same_for_a_seed():
    numbers = numbers_of(ordered(), 12)
    draws = [numbers.draw_noise(stream(b"s" * 32, f"{at}")) for at in range(200)]

    assert all(-(1 << (numbers.noise_width - 1)) <= each < 1 << (numbers.noise_width - 1) for each in draws)
    assert draws[7] == numbers.draw_noise(stream(b"s" * 32, "7"))
    spread = (sum(each * each for each in draws) / len(draws)) ** 0.5
    assert 0.8 < spread / float(numbers.variance) ** 0.5 < 1.2


@pytest.mark.parametrize("size", [9, 13])
def test_a_cohort_of_another_size_has_no_numbers(size):
    with pytest.raises(TermsError):
        numbers_of(ordered(), size)


def test_noise_that_is_too_wide_to_be_proven_is_refused():
    words = '{"en": "Mark", "de": "Note"}'
    attributes = ",".join(
        f'{{"name": "m{place}", "kind": "number", "label": {words}, "about": {words}, "unit": "1",'
        ' "minimum": 0, "maximum": 2000, "decimals": 6, "bins": [0, 1, 2000], "required": true}'
        for place in range(3)
    )
    text = (
        '{"id": "marks", "version": 1, "credential_type": "urn:argonauta:credential:marks:1",'
        f' "domain": "education", "sensitivity": "personal", "label": {words}, "about": {words},'
        f' "attributes": [{attributes}]}}'
    )
    weights = dict.fromkeys(("m0", "m1", "m2"), 1000)
    function = ScoreFunction(parse_data_set(text, "marks"), weights)

    with pytest.raises(TermsError, match="cannot be proven"):
        numbers_for(function, 12, floor=10, epsilon=Decimal("0.00001"))


def test_an_epsilon_that_is_too_small_to_be_spent_is_refused():
    with pytest.raises(TermsError, match="too small"):
        numbers_for(USE.function, 12, floor=10, epsilon=Decimal("0.000001"))


def test_keys_that_are_no_cohort_make_no_run():
    keys = [unverified_join(each.part.join).agreement_key for each in sittings()]

    assert run_of(ordered(), keys).threshold == 10
    with pytest.raises(MismatchError):
        run_of(ordered(), [keys[0], *keys[:-1]])
