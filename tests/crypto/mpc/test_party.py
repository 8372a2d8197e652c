"""Keys that two roles share give zero shares, random shares and coins, and no stream is ever used twice."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import OutOfRangeError, ProtocolError
from crypto.goldilocks import PRIME
from crypto.mpc.party import KeyStream, _coin_digest, coin, meet
from crypto.mpc.rounds import HEAD_BYTES
from crypto.sharing.replicated import ROLES, following, preceding
from tests.crypto.mpc.trio import BINDING, KEYS, flip, parties, play, run

OTHER_BINDING = bytes(reversed(BINDING))


def met(binding=BINDING, seeds=KEYS):
    return play([meet(role, seeds[role], binding) for role in ROLES], binding=binding)


@given(st.integers(0, 300))
def test_zero_words_cancel_and_random_shares_are_held_twice(count):
    zeros = [party.zero_words(count) for party in parties()]
    pairs = [party.random_words(count) for party in parties()]
    elements = [party.random_elements(count) for party in parties()]

    assert not (zeros[0] ^ zeros[1] ^ zeros[2]).any()
    assert all(words.size == count for words in zeros)
    for shares in (pairs, elements):
        for role in ROLES:
            assert np.array_equal(shares[role][1], shares[following(role)][0])
    assert all(int(word) < PRIME for first, _ in elements for word in first)


def test_after_meeting_each_key_is_known_to_its_role_and_the_one_before():
    played = met()

    draws = [party.random_words(4) for party in played.results]
    for role in ROLES:
        assert np.array_equal(draws[role][1], draws[following(role)][0])
    assert [set(inbox) for inbox in played.inboxes[0].values()] == [{following(role)} for role in ROLES]
    assert played.rounds == 1
    assert [party.before for party in played.results] == [preceding(role) for role in ROLES]


def test_no_two_draws_runs_keys_or_roles_share_a_stream():
    streams = Counter(
        bytes(words.tobytes())
        for binding in (BINDING, OTHER_BINDING)
        for party in parties(binding)
        for words in (*party.random_words(4), *party.random_words(4))
    )

    # Each of 3 keys, 2 draws and 2 runs has one stream, held by two roles.
    assert len(streams) == 12
    assert set(streams.values()) == {2}


def test_a_longer_draw_begins_like_a_shorter_one_and_large_ones_do_not_repeat():
    stream = KeyStream(KEYS[0], BINDING)
    short, long = stream.words(1, 10), stream.words(1, 300_000)

    assert np.array_equal(short, long[:10])
    assert np.unique(long).size == long.size


def test_elements_are_the_words_below_the_prime():
    stream = KeyStream(KEYS[1], BINDING)

    elements = stream.elements(3, 1000)

    assert np.array_equal(elements, stream.words(3, 1000))


class Scripted(KeyStream):
    """A stream whose first words are no elements."""

    def words(self, draw, count):
        words = super().words(draw, count).copy()
        words[:3] = 2**64 - 1
        return words


def test_words_that_are_no_elements_are_left_out():
    elements = Scripted(KEYS[1], BINDING).elements(1, 100)

    assert np.array_equal(elements, KeyStream(KEYS[1], BINDING).words(1, 103)[3:])


def test_what_only_a_role_knows_differs_by_purpose_draw_and_run():
    party, again, other = parties()[0], parties()[0], parties(OTHER_BINDING)[0]

    drawn = [party.private("salt", 32), party.private("salt", 32), party.private("key", 32)]

    assert again.private("salt", 32) == drawn[0]
    assert len({*drawn, other.private("salt", 32)}) == 4


def test_a_coin_is_the_same_for_all_and_nobodys_piece():
    played = run(coin, "check")

    assert len(set(played.results)) == 1
    assert len(played.results[0]) == 32
    assert run(coin, "another").results[0] != played.results[0]
    assert run(coin, "check", binding=OTHER_BINDING).results[0] != played.results[0]


@pytest.mark.parametrize("sender", ROLES)
@pytest.mark.parametrize("word", [0, 5])
def test_a_role_that_opens_another_coin_is_named(sender, word):
    with pytest.raises(ProtocolError) as refused:
        run(coin, "check", tamper=flip(2, sender, following(sender), word=word))

    assert refused.value.culprits == (sender,)


def test_a_role_that_tosses_one_coin_here_and_another_there_is_noticed():
    """Both openings fit what their receivers were told; only together the two see that they are not one."""
    other = bytes(64)
    digest = _coin_digest(BINDING, "check", 2, other)

    def tamper(number, sender, receiver, raw):
        if (sender, receiver) != (2, 0):
            return raw
        return raw[:HEAD_BYTES] + (digest if number == 1 else other + raw[HEAD_BYTES + 64 :])

    with pytest.raises(ProtocolError, match="say different things of one commitment") as refused:
        run(coin, "check", tamper=tamper)

    assert 2 in refused.value.culprits


def test_a_role_that_repeats_a_commitment_wrongly_is_among_the_culprits():
    with pytest.raises(ProtocolError, match="say different things") as refused:
        run(coin, "check", tamper=flip(2, 1, 0, word=9))

    assert refused.value.culprits == (1, 2)


def test_without_commitments_the_last_to_speak_would_choose_the_coin():
    def naive(pieces):
        return bytes(a ^ b ^ c for a, b, c in zip(*pieces, strict=True))

    honest, wanted = (bytes([1] * 32), bytes([2] * 32)), bytes(32)
    chosen = bytes(a ^ b ^ c for a, b, c in zip(*honest, wanted, strict=True))

    assert naive((*honest, chosen)) == wanted
    # Here the piece would have to be fixed before the others are seen.
    played = run(coin, "check")
    commitments, openings = played.inboxes
    assert set(commitments[0]) == set(openings[0]) == {1, 2}


@pytest.mark.parametrize(
    ("role", "seed", "binding"), [(3, KEYS[0], BINDING), (0, bytes(31), BINDING), (0, KEYS[0], bytes(33))]
)
def test_a_role_out_of_form_does_not_meet(role, seed, binding):
    with pytest.raises(OutOfRangeError):
        next(meet(role, seed, binding))


def test_no_key_stands_in_the_representation():
    shown = repr(parties()[0])

    assert "KeyStream" not in shown
    assert KEYS[0].hex() not in shown
    assert repr(KEYS[0]) not in shown
