"""A purchase survives silent wallets, and a share that was only late stays masked."""

from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.curve import ORDER
from crypto.errors import (
    CryptoError,
    DecryptionError,
    MalformedError,
    OutOfRangeError,
    ProtocolError,
    ShareError,
)
from crypto.functional.decentralised_keys import AgreementKey
from crypto.functional.multi_client_labels import UsedLabels
from crypto.functional.one_label import encrypt
from crypto.functional.one_label_collect import Collected, collect
from crypto.functional.one_label_dropout import start
from crypto.functional.one_label_messages import EncryptionKey, KeyShare, Revealed
from crypto.functional.one_label_run import Run, own_mask, pair_mask
from crypto.randomness import stream
from tests.crypto.functional.cohorts import expected, function, seeds

SIZE, LABEL, BOUNDS = 5, "purchase 1", (100, 1000)
WEIGHTS = ((1, 2), (-3, 0), (7, 1), (2, 2), (0, -5))
TABLE = ((5, 700), (-100, 0), (33, -1000), (1, 1), (99, 10))
RUN = Run(function(WEIGHTS, BOUNDS, noise_bound=50), LABEL, threshold=4, colluding=1)
KEYS = tuple(EncryptionKey(bytes([n + 1]) * 32) for n in range(SIZE))
EVERYBODY = frozenset(range(SIZE))


class Play:
    """A run in which some are silent from a round on."""

    def __init__(self, *, shared=EVERYBODY, heard=EVERYBODY, run=RUN, noise=(0,) * SIZE, name="run"):
        random = stream(b"\x51" * 32, name)
        self.run = run
        self.advertised = [
            start(run, KEYS[at], seeds(SIZE)[at], random, noise=noise[at]) for at in range(SIZE)
        ]
        self.roster = {at: state.outbox for at, state in enumerate(self.advertised)}
        self.sharing = {at: self.advertised[at].receive(self.roster, random) for at in sorted(shared)}
        self.masked = {at: self.sharing[at].receive(self.inbox(at)) for at in sorted(shared)}
        self.heard = frozenset(heard)

    def inbox(self, receiver):
        return {
            sender: state.outbox[receiver] for sender, state in self.sharing.items() if sender != receiver
        }

    def collected(self):
        texts = {
            at: encrypt(TABLE[at], KEYS[at], UsedLabels(), label=LABEL, bounds=BOUNDS)[0] for at in self.heard
        }
        masked = {at: self.masked[at].outbox for at in self.heard}
        return Collected(self.run, self.roster, frozenset(self.masked), masked, texts)

    def revealed(self):
        return [self.masked[at].reveal(self.heard) for at in sorted(self.heard)]

    def result(self):
        return collect(self.collected(), self.revealed())


def total(places):
    return expected([WEIGHTS[at] for at in places], [TABLE[at] for at in places])


def test_with_everybody_there_the_sum_opens():
    assert Play().result() == total(range(SIZE))


@pytest.mark.parametrize("silent", range(SIZE))
def test_a_wallet_that_falls_silent_after_sharing_is_left_out(silent):
    assert Play(heard=EVERYBODY - {silent}).result() == total(sorted(EVERYBODY - {silent}))


@pytest.mark.parametrize("silent", range(SIZE))
def test_a_wallet_that_never_shared_is_left_out(silent):
    left = EVERYBODY - {silent}

    assert Play(shared=left, heard=left).result() == total(sorted(left))


def test_noise_of_those_who_are_heard_is_in_the_sum():
    noise = (3, -50, 7, 0, 40)

    assert Play(noise=noise).result() == total(range(SIZE)) + sum(noise)
    assert Play(heard=EVERYBODY - {1}, noise=noise).result() == total([0, 2, 3, 4]) + sum(noise) + 50


def test_more_silent_wallets_than_the_threshold_allows_end_the_run():
    with pytest.raises(ShareError):
        Play(shared={0, 1, 2})
    with pytest.raises(ShareError):
        Play(heard={0, 1, 2}).revealed()


# Late or silent: never both secrets of one wallet.


def test_a_share_called_silent_and_found_late_is_still_masked():
    """The collector holds the late share, and of its wallet the pairwise masks, but not the own mask."""
    play = Play(heard=EVERYBODY - {2})
    late = play.masked[2].outbox
    assert collect(play.collected(), play.revealed()) == total([0, 1, 3, 4])

    cheating = replace(play.collected(), masked={at: play.masked[at].outbox for at in EVERYBODY})
    texts = {
        **cheating.ciphertexts,
        2: encrypt(TABLE[2], KEYS[2], UsedLabels(), label=LABEL, bounds=BOUNDS)[0],
    }
    answers = [replace(answer, heard=EVERYBODY) for answer in play.revealed()]
    with pytest.raises(DecryptionError):
        collect(replace(cheating, ciphertexts=texts), answers)
    assert abs(np.int64(np.uint64(late.word))) > 2**40


def test_with_pairwise_masks_only_a_late_share_would_open_one_wallet():
    """The naive variant: what takes off a silent wallet's pairwise masks opens its late share."""
    play = Play()
    member, masked = play.advertised[2]._member, play.masked[2]
    late = masked.outbox
    pairwise = sum(
        pair_mask(member.mask_key.seed_with(play.roster[other]), 2, other, late.binding)
        for other in EVERYBODY - {2}
    )
    text = encrypt(TABLE[2], KEYS[2], UsedLabels(), label=LABEL, bounds=BOUNDS)[0]
    weighted = sum(y * int(word) for y, word in zip(WEIGHTS[2], text.words, strict=True))

    def opened(share):
        word = (weighted - share + pairwise) % 2**64
        return word - 2**64 if word >= 2**63 else word

    assert opened(late.word - own_mask(member.own_secret, late.binding)) == total([2])
    assert abs(opened(late.word)) > 2**40


def test_each_answer_has_one_secret_of_each_member():
    play = Play(heard=EVERYBODY - {2})
    (answer, *_) = play.revealed()
    both = play.masked[0].reveal(EVERYBODY)

    assert answer.values.keys() == EVERYBODY
    assert answer.values[2] != both.values[2]
    assert all(answer.values[at] == both.values[at] for at in (0, 1, 3, 4))


@pytest.mark.parametrize(("threshold", "colluding"), [(3, 1), (2, 0), (6, 0), (4, 3), (4, 5), (4, -1)])
def test_a_threshold_at_which_two_lists_of_the_heard_could_be_answered_is_refused(threshold, colluding):
    """With 2t <= n + c a collector could tell two halves different lists and rebuild both secrets."""
    with pytest.raises(OutOfRangeError):
        Run(RUN.function, LABEL, threshold, colluding)


def test_answers_about_different_lists_are_refused_and_named():
    play = Play(heard=EVERYBODY - {2})
    answers = [*play.revealed()[:3], play.masked[4].reveal(EVERYBODY)]

    with pytest.raises(ProtocolError) as refused:
        collect(play.collected(), answers)

    assert refused.value.culprits == (4,)


# Lies.


def test_a_swapped_mask_key_is_seen_by_its_owner():
    play = Play()
    swapped = {**play.roster, 1: AgreementKey.generate(stream(b"\x52" * 32, "thief")).public}

    with pytest.raises(ProtocolError):
        play.advertised[1].receive(swapped)


def test_sealed_shares_do_not_open_under_another_roster_and_name_their_sender():
    play = Play()
    swapped = {**play.roster, 1: AgreementKey.generate(stream(b"\x52" * 32, "thief")).public}
    deceived = play.advertised[0].receive(swapped)

    with pytest.raises(ProtocolError) as refused:
        play.sharing[3].receive({**play.inbox(3), 0: deceived.outbox[3]})

    assert refused.value.culprits == (0,)


@pytest.mark.parametrize("key", [bytes(32), b"short"])
def test_what_is_no_mask_key_is_refused_and_its_place_named(key):
    play = Play()

    with pytest.raises(ProtocolError) as refused:
        play.advertised[0].receive({**play.roster, 3: key})

    assert refused.value.culprits == (3,)


def test_a_roster_of_too_few_or_of_strangers_is_refused():
    play = Play()

    with pytest.raises(ShareError):
        play.advertised[0].receive({at: play.roster[at] for at in range(3)})
    with pytest.raises(ShareError):
        play.advertised[0].receive({**play.roster, 9: play.roster[1]})


def test_a_replayed_or_misdirected_sealed_share_does_not_open():
    play, another = Play(), Play(name="another run")
    sharing = play.sharing[0]

    for forged in (another.sharing[1].outbox[0], play.sharing[1].outbox[2], b"", bytes(80)):
        with pytest.raises(ProtocolError) as refused:
            sharing.receive({**play.inbox(0), 1: forged})
        assert refused.value.culprits == (1,)
    with pytest.raises(ShareError):
        sharing.receive({**play.inbox(0), 9: bytes(80)})


def test_a_wrong_share_of_a_secret_is_noticed():
    play = Play()
    answers = play.revealed()
    lie = replace(answers[0], values={**answers[0].values, 3: 1})

    with pytest.raises(ShareError):
        collect(play.collected(), [lie, *answers[1:]])


def test_a_wrong_mask_key_is_noticed():
    play = Play(heard=EVERYBODY - {2})
    answers = [replace(answer, values={**answer.values, 2: 5}) for answer in play.revealed()]

    with pytest.raises(ShareError):
        collect(play.collected(), answers)


def test_key_shares_and_answers_of_another_run_are_refused_and_named():
    play, another = Play(), Play(name="another run")
    collected = play.collected()
    mixed = replace(collected, masked={**collected.masked, 1: another.masked[1].outbox})

    with pytest.raises(ProtocolError) as refused:
        collect(mixed, play.revealed())
    assert refused.value.culprits == (1,)
    with pytest.raises(ProtocolError) as refused:
        collect(collected, [another.revealed()[0], *play.revealed()[1:]])
    assert refused.value.culprits == (0,)


def test_a_ciphertext_of_another_label_is_refused_and_named():
    play = Play()
    collected = play.collected()
    other = encrypt(TABLE[4], KEYS[4], UsedLabels(), label="purchase 2", bounds=BOUNDS)[0]

    with pytest.raises(ProtocolError) as refused:
        collect(replace(collected, ciphertexts={**collected.ciphertexts, 4: other}), play.revealed())

    assert refused.value.culprits == (4,)


def test_nobody_is_heard_who_shared_nothing():
    left = EVERYBODY - {2}

    with pytest.raises(ShareError):
        Play(shared=left, heard=EVERYBODY).masked[0].reveal(EVERYBODY)


def test_a_member_of_another_cohort_or_with_too_much_noise_does_not_start():
    with pytest.raises(ShareError):
        start(RUN, KEYS[0], seeds(SIZE, "another cohort")[0])
    with pytest.raises(OutOfRangeError):
        start(RUN, KEYS[0], seeds(SIZE)[0], noise=51)


def test_secrets_stay_out_of_repr():
    play = Play()
    member = play.advertised[0]._member

    for state in (member, play.advertised[0], play.sharing[0], play.masked[0], play.revealed()[0]):
        assert str(member.mask_secret) not in repr(state)
        assert str(member.own_secret) not in repr(state)
        assert str(play.revealed()[0].values[1]) not in repr(state)


# Bytes.


def test_answers_round_trip():
    for answer in Play(heard=EVERYBODY - {2}).revealed():
        assert Revealed.decode(answer.encode()) == answer
        assert len(answer.encode()) == 38 + SIZE * 35


@given(st.binary(max_size=120))
def test_arbitrary_bytes_are_read_or_refused_by_name(raw):
    with suppress(MalformedError):
        assert Revealed.decode(raw).encode() == raw


def test_a_share_that_is_not_reduced_and_partners_out_of_order_are_refused():
    answer = Play().revealed()[0]
    too_large = replace(answer, values={**answer.values, 4: ORDER}).encode()
    raw = answer.encode()
    swapped = raw[:38] + raw[73:108] + raw[38:73] + raw[108:]
    marked = raw[:40] + b"\x02" + raw[41:]

    for bad in (too_large, swapped, marked):
        with pytest.raises(MalformedError):
            Revealed.decode(bad)


HONEST = Play()
ANSWERS = HONEST.revealed()
COLLECTED = HONEST.collected()


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 255))
def test_any_changed_byte_of_an_answer_or_share_is_refused(position, change):
    raw = bytearray(ANSWERS[0].encode())
    raw[position % len(raw)] ^= change
    with pytest.raises(CryptoError):
        collect(COLLECTED, [Revealed.decode(bytes(raw)), *ANSWERS[1:]])

    share = bytearray(COLLECTED.masked[0].encode())
    share[position % len(share)] ^= change
    try:
        masked = {**COLLECTED.masked, 0: KeyShare.decode(bytes(share))}
        assert collect(replace(COLLECTED, masked=masked), ANSWERS) != total(range(SIZE))
    except CryptoError:
        pass
