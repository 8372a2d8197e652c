"""What a role can do with bit-planes: see nothing, shift results by lying, and be refused for noise."""

from collections import Counter
from fractions import Fraction

import numpy as np
import pytest

from crypto.errors import MalformedMessageError, ProtocolError
from crypto.mpc.bits import and_planes
from crypto.mpc.comparison import less_than
from crypto.mpc.conversion import bits_to_field, integers_to_planes
from crypto.mpc.counting import count
from crypto.mpc.integers import Integers
from crypto.mpc.output import Digests, combine
from crypto.mpc.party import Party
from crypto.mpc.ranks import quantile_planes
from crypto.mpc.release import finish
from crypto.mpc.rounds import HEAD_BYTES
from crypto.mpc.tally import histogram_of_codes, top_categories
from crypto.sharing.replicated import ROLES, preceding
from tests.crypto.mpc.trio import (
    BINDING,
    flip,
    opened_planes,
    parties,
    play,
    run,
    share_integers,
    share_planes,
)

OTHER = b"\x01" * 32
ZEROS, MIXED = [0] * 128, [place % 8 for place in range(128)]


def comparing(party, codes):
    return less_than(party, codes, codes)


def converting(party, codes):
    integers = Integers(party.role, codes.first[0], codes.second[0])
    return integers_to_planes(party, integers, 16)


def ranking(party, codes):
    return quantile_planes(party, codes, codes.take(0), (Fraction(1, 2),))


def ordering(party, codes):
    return top_categories(party, codes, 2)


def counting(party, codes):
    return count(party, codes, few=0)


def tallying(party, codes):
    return histogram_of_codes(party, codes, 8)


PROTOCOLS = [comparing, converting, ranking, ordering, counting, tallying, bits_to_field]


def looks_uniform(raw):
    """255 degrees of freedom: a chi-square above 341 would have probability 0.0003."""
    counts = Counter(raw)
    mean = counts.total() / 256
    return sum((counts[byte] - mean) ** 2 / mean for byte in range(256)) < 341


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("codes", [ZEROS, MIXED], ids=["zeros", "mixed"])
def test_what_a_role_receives_looks_uniform_whatever_the_records(protocol, codes):
    received: dict[int, list[bytes]] = {role: [] for role in ROLES}
    for number in range(12):
        binding = bytes([number]) * 32
        played = run(protocol, share_planes(codes, 3, binding), binding=binding)
        for role in ROLES:
            received[role] += played.received(role)

    for role in ROLES:
        assert looks_uniform(b"".join(received[role]))


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_what_a_role_receives_has_the_same_lengths_for_all_records(protocol):
    lengths = [
        [list(map(len, run(protocol, share_planes(codes, 3)).received(role))) for role in ROLES]
        for codes in (ZEROS, MIXED)
    ]

    assert lengths[0] == lengths[1]


def released(party, codes):
    """A whole run: codes in, sealed counts out."""
    counts = yield from histogram_of_codes(party, codes, 8)
    return (yield from finish(party, counts))


def answer(played):
    """What the buyer reads, or an error that names who may have lied."""
    digests = [Digests(each.own_digest, each.held_digest) for each in played.results]
    return combine([each.output for each in played.results], digests, binding=BINDING)


HONEST = run(released, share_planes(MIXED, 3))


def test_an_honest_run_gives_the_counts():
    assert answer(HONEST) == [16] * 8


def answer_or_culprits(tamper):
    try:
        return answer(run(released, share_planes(MIXED, 3), tamper=tamper))
    except ProtocolError as error:
        return error.culprits


@pytest.mark.parametrize("sender", ROLES)
@pytest.mark.parametrize("number", range(1, HONEST.rounds + 1))
def test_a_flipped_word_changes_the_answer_or_is_caught_unless_that_copy_is_never_read(number, sender):
    receiver = preceding(sender)
    size = (len(HONEST.inboxes[number - 1][receiver][sender]) - HEAD_BYTES) // 8

    outcomes = [
        answer_or_culprits(flip(number, sender, receiver, word=word)) for word in {0, size // 2, size - 1}
    ]

    # Of a summand's two copies a conversion may read the sender's alone; then the flip is without effect.
    assert any(outcome != [16] * 8 for outcome in outcomes)
    assert all(
        set(outcome) == {sender, receiver} or outcome == (sender,)
        for outcome in outcomes
        if isinstance(outcome, tuple)
    )


@pytest.mark.parametrize("liar", ROLES)
def test_a_role_that_flips_what_it_sends_still_receives_noise(liar):
    received = b""
    for number in range(20):
        binding = bytes([number]) * 32
        codes = share_planes(ZEROS, 3, binding)
        lie = flip(1, liar, preceding(liar), word=1, bit=7)
        received += b"".join(run(ranking, codes, binding=binding, tamper=lie).received(liar))

    assert looks_uniform(received)


class Liar(Party):
    """A role that flips the first bit of its part of every AND, for itself and for its neighbour."""

    def zero_words(self, count):
        words = super().zero_words(count)
        words[0] ^= np.uint64(1)
        return words


def three_in_a_row(party, x, y, z):
    product = yield from and_planes(party, x, y)
    party.__class__ = Party  # the liar tells the truth from here on
    return (yield from and_planes(party, product, z))


@pytest.mark.parametrize("secret", [0, 1])
def test_a_lie_between_two_ands_shows_in_the_answer_what_it_met_so_verify_before_release(secret):
    shares = [share_planes([value], 1, bytes([place]) * 32) for place, value in enumerate((0, 1, secret))]
    met = parties()
    met[1] = Liar(1, BINDING, met[1]._first, met[1]._second, met[1]._own)

    answer = play([three_in_a_row(*each) for each in zip(met, *shares, strict=True)]).results

    # Honest: 0 AND 1 AND secret = 0. A liar in league with the buyer reads the secret bit.
    assert opened_planes(answer) == [secret]


@pytest.mark.parametrize("sender", ROLES)
def test_a_message_of_another_round_is_refused(sender):
    receiver = preceding(sender)
    earlier = HONEST.inboxes[0][receiver][sender]

    def replay(number, origin, target, raw):
        return earlier if (number, origin, target) == (2, sender, receiver) else raw

    with pytest.raises(ProtocolError) as refused:
        run(released, share_planes(MIXED, 3), tamper=replay)

    assert refused.value.culprits == (sender,)


@pytest.mark.parametrize("change", [lambda raw: raw[:-8], lambda raw: raw + bytes(8), lambda raw: b""])
def test_a_message_of_another_length_is_refused(change):
    def tamper(number, origin, _target, raw):
        return change(raw) if (number, origin) == (3, 1) else raw

    with pytest.raises(MalformedMessageError) as refused:
        run(released, share_planes(MIXED, 3), tamper=tamper)

    assert refused.value.culprits == (1,)


def test_a_message_of_another_run_is_refused():
    other = run(released, share_planes(MIXED, 3), binding=OTHER)

    def replay(number, origin, target, raw):
        return other.inboxes[1][0][1] if (number, origin, target) == (2, 1, 0) else raw

    with pytest.raises(ProtocolError) as refused:
        run(released, share_planes(MIXED, 3), tamper=replay)

    assert refused.value.culprits == (1,)


def test_a_run_repeats_itself_byte_for_byte():
    again = run(released, share_planes(MIXED, 3))

    assert again.inboxes == HONEST.inboxes


def test_shares_of_integers_that_are_all_masks_convert_to_the_values():
    values = [5, 2**16 - 1, 0]
    integers = [Integers(role, *pair) for role, pair in enumerate(share_integers(values))]

    assert opened_planes(run(integers_to_planes, integers, 16).results) == values
