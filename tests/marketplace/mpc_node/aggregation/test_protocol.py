"""Three roles come to one encrypted sum; each way of cheating in it ends with a name."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.curve import Point
from crypto.elgamal.ciphertext import Bin, Ciphertext, add, encrypt, rerandomize
from crypto.elgamal.decryption import decrypt, decrypt_partially
from crypto.encoding import sha256
from crypto.errors import ProtocolError
from crypto.mpc.rounds import HEAD_BYTES, Exchange
from marketplace.mpc_node.aggregation.known_noise import PROOF_BYTES
from marketplace.mpc_node.aggregation.protocol import Terms, aggregate
from tests.crypto.mpc.trio import BINDING, flip, play
from tests.marketplace.mpc_node.aggregation.joint import shares_of
from tests.marketplace.mpc_node.parties import random_of

KEY = shares_of()[0].public
SUM = encrypt(KEY, [100, 2000], random_of("people")).ciphertext
NOISE = ((3, -4), (-1, 5), (2, 2))
SALT_BYTES = 32
SEEDS = tuple(bytes([role]) * 32 for role in range(3))


def _terms(role, *, noise=True, people_sum=SUM, numbers=NOISE):
    return Terms(role, KEY, people_sum, numbers[role] if noise else None)


def _play(terms, *, binding=BINDING, tamper=None):
    protocols = [aggregate(each, SEEDS[each.role], binding) for each in terms]
    return play(protocols, binding=binding, tamper=tamper)


def _opened(ciphertext):
    partials = [decrypt_partially(share, ciphertext) for share in shares_of()[:2]]
    return decrypt(KEY, ciphertext, partials, low=-(2**20), high=2**20)


def test_the_sum_holds_the_people_and_everybodys_noise():
    results = _play([_terms(role) for role in range(3)]).results

    assert len({each.own_digest for each in results}) == 1
    assert all(each.own_digest == each.held_digest for each in results)
    assert _opened(results[0].ciphertext) == (104, 2003)


def test_an_exact_sum_is_the_peoples_and_nothing_else():
    transcript = _play([_terms(role, noise=False) for role in range(3)])

    assert transcript.rounds == 1
    assert all(each.ciphertext == SUM for each in transcript.results)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(*[st.integers(-500, 500)] * 2), min_size=3, max_size=3))
def test_any_noise_adds_up(numbers):
    results = _play([_terms(role, numbers=numbers) for role in range(3)]).results

    assert _opened(results[0].ciphertext) == (
        100 + sum(each[0] for each in numbers),
        2000 + sum(each[1] for each in numbers),
    )


def test_messages_and_their_lengths_say_nothing_about_the_noise():
    loud = _play([_terms(role, numbers=((10**6, 0),) * 3) for role in range(3)])
    silent = _play([_terms(role, numbers=((0, 0),) * 3) for role in range(3)])

    shapes = [
        [
            {sender: len(raw) for sender, raw in boxes[receiver].items()}
            for boxes in transcript.inboxes
            for receiver in range(3)
        ]
        for transcript in (loud, silent)
    ]
    assert shapes[0] == shapes[1]


def test_another_run_has_other_masks_for_the_same_noise():
    first = _play([_terms(role) for role in range(3)]).results[0]
    protocols = [aggregate(_terms(role), bytes([role + 9]) * 32, BINDING) for role in range(3)]

    second = play(protocols).results[0]

    assert first.ciphertext != second.ciphertext
    assert _opened(first.ciphertext) == _opened(second.ciphertext)


def test_the_same_seed_sends_the_same_messages_so_that_a_crash_can_be_repeated():
    first, second = (_play([_terms(role) for role in range(3)]) for _ in range(2))

    assert first.inboxes == second.inboxes


def test_a_role_with_another_sum_is_named():
    other = encrypt(KEY, [100, 2001], random_of("other people")).ciphertext

    with pytest.raises(ProtocolError, match="the sum over the people") as found:
        _play([_terms(0), _terms(1, people_sum=other), _terms(2)])

    assert found.value.culprits == (1,)


def test_where_all_three_sums_differ_all_three_are_suspects():
    sums = [encrypt(KEY, [1, index], random_of(f"people {index}")).ciphertext for index in range(3)]

    with pytest.raises(ProtocolError) as found:
        _play([_terms(role, people_sum=sums[role], noise=False) for role in range(3)])

    assert found.value.culprits == (0, 1, 2)


def test_noise_that_was_not_committed_to_is_refused_and_its_sender_named():
    with pytest.raises(ProtocolError, match="than it had committed to") as found:
        _play([_terms(role) for role in range(3)], tamper=flip(2, 1, 0, word=1))

    assert found.value.culprits == (1,)


def test_a_role_that_shows_two_things_to_two_peers_is_among_the_named():
    shown: dict[int, bytes] = {}

    def two_faced(number, sender, receiver, raw):
        """Role 1 commits to and shows its second face towards role 2."""
        if sender != 1 or receiver != 2 or number > 2:
            return raw
        return raw[:HEAD_BYTES] + shown[number][HEAD_BYTES:]

    def keep(number, sender, receiver, raw):
        if (sender, receiver) == (1, 2):
            shown[number] = raw
        return raw

    other = ((3, -4), (-1, 6), (2, 2))
    _play([_terms(role, numbers=other) for role in range(3)], tamper=keep)

    with pytest.raises(ProtocolError, match="the noise of role 1") as found:
        _play([_terms(role) for role in range(3)], tamper=two_faced)

    assert 1 in found.value.culprits


@pytest.mark.parametrize("word", [4, 5, 8])
def test_any_changed_word_of_shown_noise_is_refused_by_name(word):
    with pytest.raises(ProtocolError) as found:
        _play([_terms(role) for role in range(3)], tamper=flip(2, 1, 2, word=word))

    assert found.value.culprits == (1,)


@pytest.mark.parametrize("noise", [[1], [1, 2, 3]])
def test_noise_for_fewer_or_more_cells_is_refused_by_name(noise):
    with pytest.raises(ProtocolError) as found:
        _play([_terms(0), replace(_terms(1), noise=noise), _terms(2)])

    assert 1 in found.value.culprits


def test_without_commitments_the_last_to_speak_could_take_all_noise_off():
    """Why round 1 is there: ElGamal is malleable, and this is the whole attack on the naive protocol."""
    shown = [encrypt(KEY, NOISE[role], random_of(f"naive {role}")).ciphertext for role in (0, 1)]

    chosen = Ciphertext(KEY.key_id, tuple(Bin(-one.mask, -one.masked) for one in add(shown).bins))
    rerandomised = add((chosen, encrypt(KEY, [0, 0], random_of("hide")).ciphertext))

    assert isinstance(rerandomised.bins[0].mask, Point)
    assert _opened(add((SUM, *shown, rerandomised))) == (100, 2000)


def test_a_copied_commitment_is_of_another_role_and_does_not_open():
    sent = {}

    def copying(number, sender, receiver, raw):
        """Role 2 says what role 1 said, in both rounds."""
        if sender == 1:
            sent[number, receiver] = raw
        if sender == 2 and number in {1, 2}:
            source = sent.get((number, 0 if receiver == 1 else receiver)) or sent[number, 0]
            return raw[:HEAD_BYTES] + source[HEAD_BYTES:]
        return raw

    with pytest.raises(ProtocolError, match="than it had committed to") as found:
        _play([_terms(role) for role in range(3)], tamper=copying)

    assert found.value.culprits == (2,)


def test_a_role_that_adds_a_record_instead_of_noise_is_named():
    """It commits to and shows a ciphertext that it made of the people's, with a proof of something else."""

    def planting(terms, seed, binding):
        honest = aggregate(terms, seed, binding)
        inbox = yield next(honest)
        opening = honest.send(inbox)
        receiver = terms.peers[0]
        raw = bytearray(opening.send[receiver].tobytes())
        start = SALT_BYTES
        planted = rerandomize(KEY, terms.people_sum, random_of("hide")).encode()
        raw[start : start + len(planted)] = planted
        words = np.frombuffer(bytes(raw), dtype=np.uint64)
        yield Exchange(dict.fromkeys(terms.peers, words), opening.expect)

    def committing(number, sender, receiver, raw):
        if (number, sender) != (1, 1):
            return raw
        shown = planted_opening()
        return raw[:HEAD_BYTES] + sha256(b"argonauta encrypted noise v1", BINDING, b"\x01", shown)

    def planted_opening():
        attack = planting(_terms(1), SEEDS[1], BINDING)
        next(attack)
        empty = {role: np.zeros(4, dtype=np.uint64) for role in (0, 2)}
        words = attack.send(empty).send[0].tobytes()
        length = SALT_BYTES + len(SUM.encode()) + PROOF_BYTES
        return words[:length]

    protocols = [aggregate(_terms(role), SEEDS[role], BINDING) for role in range(3)]
    protocols[1] = planting(_terms(1), SEEDS[1], BINDING)
    with pytest.raises(ProtocolError, match="does not know the noise") as found:
        play(protocols, tamper=committing)

    assert found.value.culprits == (1,)
