"""Where ANDs are noted, conversions are verified: right without lies, stopped by any of them."""

import contextlib
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.errors import ProtocolError
from crypto.mpc.conversion import bits_to_field, planes_to_field
from crypto.mpc.counting import count
from crypto.mpc.packing import pack_bits
from crypto.mpc.party import Party
from crypto.mpc.ranks import quantiles
from crypto.mpc.release import finish
from crypto.mpc.tally import histogram_of_codes, top_categories
from crypto.mpc.verified_bits import verify_ands
from crypto.sharing.replicated import ROLES, following, preceding
from tests.crypto.mpc.trio import (
    BINDING,
    flip,
    opened_elements,
    parties,
    play,
    run,
    share_planes,
    share_words,
)

NUMBERS = [3, 0, 7, 7, 1, 5, 2, 3, 3]


def audited(party, protocol, *arguments):
    """A protocol whose ANDs are verified before anybody sees its result."""
    party.audit = []
    result = yield from protocol(party, *arguments)
    yield from verify_ands(party)
    return result


@given(st.integers(1, 8), st.lists(st.integers(0, 255), min_size=1, max_size=80))
@settings(max_examples=20)
def test_verified_conversions_give_what_the_others_give(bits, numbers):
    shares = share_planes([number % 2**bits for number in numbers], bits)

    for protocol in (bits_to_field, planes_to_field, count):
        plain, verified = run(protocol, shares), run(audited, protocol, shares)
        assert opened_elements(plain.results) == opened_elements(verified.results)
        assert plain.rounds < verified.rounds


def test_verified_quantiles_and_largest_categories_are_those_of_the_records():
    shares = share_planes(NUMBERS, 3)
    crowds = share_words(pack_bits(np.array([[True] * 9, [False] * 9])), 9)
    categories = share_planes([1 << number for number in NUMBERS], 8)

    ranked = run(audited, quantiles, shares, crowds, (Fraction(0), Fraction(1, 2), Fraction(1))).results
    top = run(audited, top_categories, categories, 3).results

    assert opened_elements([each.values for each in ranked]) == [0, 3, 7, 0, 0, 0]
    assert opened_elements([each.counts for each in ranked]) == [9, 0]
    assert opened_elements([each.codes for each in top]) == [3, 7, 0]
    assert opened_elements([each.counts for each in top]) == [3, 2, 1]


def released(party, codes):
    counts = yield from audited(party, histogram_of_codes, codes, 8)
    return (yield from finish(party, counts))


HONEST = run(released, share_planes(NUMBERS, 3))


@pytest.mark.parametrize("sender", ROLES)
@pytest.mark.parametrize("number", range(1, HONEST.rounds + 1))
def test_no_flipped_word_of_a_verified_run_goes_unnoticed(number, sender):
    for receiver in (preceding(sender), following(sender)):
        if sender not in HONEST.inboxes[number - 1][receiver]:
            continue
        flipped = flip(number, sender, receiver, bit=3)
        with contextlib.suppress(ProtocolError):
            played = run(released, share_planes(NUMBERS, 3), tamper=flipped)
            # Not noticed: then the spoiled copy is one that nobody reads, and the answer is right.
            assert digests(played) == digests(HONEST)


def digests(played):
    return [each.own.digest(BINDING) for each in played.results]


class Liar(Party):
    """A role that spoils its part of one draw of masks, in its own copy and in what it sends."""

    spoiled = 1

    def zero_words(self, count):
        words = super().zero_words(count)
        self.spoiled -= 1
        if not self.spoiled:
            words[0] ^= np.uint64(1)
        return words


@pytest.mark.parametrize("draw", [1, 2])
@pytest.mark.parametrize("role", ROLES)
def test_a_consistent_lie_in_an_and_is_noticed(role, draw):
    met = parties()
    met[role] = Liar(role, BINDING, met[role]._first, met[role]._second, met[role]._own)
    met[role].spoiled = draw

    with pytest.raises(ProtocolError):
        play([released(*each) for each in zip(met, share_planes(NUMBERS, 3), strict=True)])


class FieldLiar(Party):
    """A role that shifts its part of one multiplication by one, in its own copy and in what it sends."""

    spoiled = 1

    def mask(self, part):
        super().mask(part)
        self.spoiled -= 1
        if not self.spoiled:
            part[0] = part[0] + np.uint64(1) if part[0] else np.uint64(1)


@pytest.mark.parametrize("draw", [1, 2, 3])
@pytest.mark.parametrize("role", ROLES)
def test_a_consistent_lie_in_a_conversion_is_noticed(role, draw):
    met = parties()
    met[role] = FieldLiar(role, BINDING, met[role]._first, met[role]._second, met[role]._own)
    met[role].spoiled = draw

    with pytest.raises(ProtocolError):
        play(
            [audited(p, bits_to_field, share) for p, share in zip(met, share_planes(NUMBERS, 3), strict=True)]
        )
