"""Parties make a key together; whoever does not play along is named and gains nothing."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.base_point import multiply_base
from crypto.curve import INFINITY, ORDER
from crypto.elgamal.key_generation import start
from crypto.elgamal.key_generation_messages import (
    Pair,
    Round,
    Terms,
    encode_pairs,
    encode_parties,
    seal,
    unseal,
)
from crypto.errors import MalformedMessageError, OutOfRangeError, ProtocolError
from crypto.randomness import stream
from crypto.sharing.feldman import commit
from crypto.sharing.shamir import Polynomial, Share, combine_shares
from tests.crypto.elgamal.parties import BINDING, play

TERMS = Terms(5, 3, BINDING)
HONEST = play(TERMS)


def silent(_state):
    return None


def noise(_state):
    return b"\x01\x02\x03"


def saying(kind, me, body):
    return lambda _state: seal(TERMS, kind, me, body)


def secret_of(keys, *, threshold=3):
    return combine_shares([one.key.share for one in keys], threshold=threshold)


def agree(made, parties):
    """Whether these parties saw and made the same."""
    views = {(made[me].transcript, made[me].key.public, made[me].dealers) for me in parties}
    return len(views) == 1


def contribution_of(me, terms=TERMS):
    """The number that a party deals, known from its seed."""
    return start(terms, me, stream(b"\x22" * 32, f"party {me}")).run.polynomial


@pytest.mark.parametrize("chosen", list(combinations(range(1, 6), 3)))
def test_any_threshold_many_shares_hold_the_key(chosen):
    secret = secret_of([HONEST[me] for me in chosen])

    assert multiply_base(secret) == HONEST[1].key.public.point


def test_all_parties_make_the_same_key_of_all_their_numbers_and_blame_nobody():
    assert agree(HONEST, TERMS.everyone)
    assert HONEST[1].dealers == (1, 2, 3, 4, 5)
    assert not any(one.blamed for one in HONEST.values())
    assert secret_of(HONEST.values()) == sum(contribution_of(me).at(0) for me in TERMS.everyone) % ORDER


def test_every_share_belongs_to_the_public_key():
    for me, one in HONEST.items():
        assert one.key.verify().share.party == me
        assert multiply_base(one.key.share.value) == one.key.public.party_points[me - 1]


@settings(max_examples=8)
@given(st.integers(1, 4), st.integers(0, 2), st.binary(min_size=16, max_size=16))
def test_keys_of_any_size_can_be_made(threshold, more, seed):
    terms = Terms(2 * threshold - 1 + more, threshold, BINDING)
    made = play(terms, seed=seed)

    assert agree(made, terms.everyone)
    assert multiply_base(secret_of(made.values(), threshold=threshold)) == made[1].key.public.point


def test_two_runs_make_different_keys():
    other = play(TERMS, seed=b"\x23" * 32)

    assert other[1].key.public != HONEST[1].key.public
    assert other[1].transcript != HONEST[1].transcript


# Bad dealings.


def bad_share(sender, receiver):
    return seal(TERMS, Round.SHARE, sender, bytes(64))


@pytest.mark.parametrize(
    "sent", [bad_share(2, 4), None, b"", b"\xff" * 99], ids=["wrong", "none", "empty", "noise"]
)
def test_a_dealer_that_answers_a_complaint_stays(sent):
    made = play(TERMS, shares={(2, 4): sent})

    assert agree(made, TERMS.everyone)
    assert made[1].dealers == (1, 2, 3, 4, 5)
    assert made[1].key.public == HONEST[1].key.public
    # The one complained for computes with the published share.
    assert made[4].key.verify() == HONEST[4].key


@pytest.mark.parametrize("answer", [silent, noise, saying(Round.ANSWERS, 2, b"")])
def test_a_dealer_that_withholds_a_share_is_out_and_named(answer):
    made = play(TERMS, shares={(2, 4): None}, lies={(3, 2): answer})
    honest = (1, 3, 4, 5)

    assert agree(made, honest)
    assert made[1].dealers == honest
    assert all("did not answer" in made[me].blamed[2] or "sent" in made[me].blamed[2] for me in honest)
    assert multiply_base(secret_of([made[me] for me in honest])) == made[1].key.public.point


def test_a_dealer_that_answers_with_another_wrong_share_is_out_and_named():
    wrong = Pair(Share(4, 1), Share(4, 2))
    lie = saying(Round.ANSWERS, 2, encode_pairs({4: wrong}))
    made = play(TERMS, shares={(2, 4): bad_share(2, 4)}, lies={(3, 2): lie})

    assert made[1].dealers == (1, 3, 4, 5)
    assert made[1].blamed == {2: "did not answer a complaint with a share that fits"}


def test_a_dealer_accused_by_as_many_as_could_not_all_lie_is_out():
    made = play(TERMS, shares={(2, receiver): bad_share(2, receiver) for receiver in (1, 3, 4)})

    assert made[1].dealers == (1, 3, 4, 5)
    assert made[5].blamed == {2: "was accused by too many parties to be honest"}


def test_fewer_liars_than_the_threshold_cannot_throw_an_honest_dealer_out():
    lies = {(2, liar): saying(Round.COMPLAINTS, liar, encode_parties([1])) for liar in (4, 5)}
    made = play(TERMS, lies=lies)

    assert made[1].dealers == (1, 2, 3, 4, 5)
    assert agree(made, (1, 2, 3))


@pytest.mark.parametrize(
    "lie", [silent, noise, lambda state: state.broadcast[:-1]], ids=["none", "noise", "short"]
)
def test_a_party_that_deals_nothing_readable_is_left_out_and_named(lie):
    made = play(TERMS, lies={(1, 3): lie})
    honest = (1, 2, 4, 5)

    assert agree(made, honest)
    assert made[1].dealers == honest
    assert set(made[1].blamed) == {3}


def test_a_copied_dealing_is_of_no_use():
    # Party 5 repeats what party 1 commits to, in the hope that its number cancels or doubles.
    copied = start(TERMS, 1, stream(b"\x22" * 32, "party 1")).broadcast
    body = unseal(TERMS, Round.DEALING, 1, copied)
    made = play(TERMS, lies={(1, 5): saying(Round.DEALING, 5, body)})

    assert made[1].dealers == (1, 2, 3, 4)
    assert "accused" in made[1].blamed[5]


# Bad openings.


@pytest.mark.parametrize(
    "lie",
    [silent, noise, saying(Round.OPENING, 2, commit(Polynomial((1, 2, 3))).encode())],
    ids=["none", "noise", "lie"],
)
def test_a_dealer_that_does_not_open_truly_is_named_and_its_number_rebuilt(lie):
    made = play(TERMS, lies={(4, 2): lie})
    honest = (1, 3, 4, 5)

    assert agree(made, honest)
    assert set(made[1].blamed) == {2}
    # The key is what it would have been: nobody can take a number back.
    assert made[1].dealers == (1, 2, 3, 4, 5)
    assert made[1].key.public == HONEST[1].key.public
    assert secret_of([made[me] for me in honest]) == secret_of(HONEST.values())


def test_two_dealers_that_do_not_open_are_rebuilt_without_them():
    lies = {(number, liar): silent for number in (4, 5, 6) for liar in (2, 5)}
    made = play(TERMS, lies=lies)

    assert agree(made, (1, 3, 4))
    assert made[1].key.public == HONEST[1].key.public


@pytest.mark.parametrize("liar", [1, 5])
def test_false_values_for_the_rebuilding_are_left_out(liar):
    false = saying(Round.REBUILDING, liar, encode_pairs({2: Pair(Share(liar, 1), Share(liar, 2))}))
    made = play(TERMS, lies={(4, 2): silent, (6, liar): false})

    assert made[3].key.public == HONEST[1].key.public


def test_too_few_values_for_the_rebuilding_stop_the_run_and_name_who_is_missing():
    missing = {(6, liar): silent for liar in (3, 4, 5)}

    with pytest.raises(ProtocolError) as stopped:
        play(TERMS, lies={(4, 2): silent, **missing})

    assert stopped.value.culprits == (2, 3, 4, 5)


def test_an_objection_with_invented_values_is_named_and_opens_nobody():
    invented = saying(Round.OBJECTIONS, 5, encode_pairs({1: Pair(Share(5, 1), Share(5, 2))}))
    rebuilding = []

    def listen(state):
        rebuilding.append(state.unopened)
        return state.broadcast

    made = play(TERMS, lies={(5, 5): invented, (6, 2): listen})

    assert rebuilding == [()]
    assert made[1].blamed == {5: "objected without a reason"}


def test_an_objection_without_a_reason_is_named_and_changes_nothing():
    def lie(state):
        return seal(TERMS, Round.OBJECTIONS, 5, encode_pairs({1: state.run.pairs[1]}))

    made = play(TERMS, lies={(5, 5): lie})

    assert made[1].key.public == HONEST[1].key.public
    assert made[1].blamed == {5: "objected without a reason"}


# Bias.


def parity(point):
    return point.to_bytes()[0] & 1


def test_who_speaks_last_bends_the_key_of_the_naive_protocol_but_not_this_one():
    """The rushing adversary of Gennaro, Jarecki, Krawczyk and Rabin: it wants a point with an even y.

    In joint Feldman the parts a_i·G are public before complaints decide whose count. Party 4 waits for those
    of the others and gets itself thrown out if the sum without its own is nicer. Here it does the same at
    the moment when the parts become public.
    """
    terms, runs = Terms(7, 4, BINDING), 24
    naive, ours = 0, 0
    for run in range(runs):
        seed = bytes([run]) * 32
        parts = {
            me: multiply_base(start(terms, me, stream(seed, f"party {me}")).run.polynomial.at(0))
            for me in terms.everyone
        }
        total = sum((parts[me] for me in terms.everyone), INFINITY)
        without = total - parts[4]
        withdraws = parity(total) == 1 and parity(without) == 0
        naive += parity(without if withdraws else total) == 0
        lies = {(4, 4): silent} if withdraws else {}
        made = play(terms, lies=lies, seed=seed)
        ours += parity(made[1].key.public.point) == 0
        assert made[1].key.public.point == total

    # A quarter of the runs is bent: three of four keys are even instead of one of two.
    assert ours < naive
    assert naive / runs > 0.6


def test_nothing_about_the_numbers_is_public_before_the_dealers_are_fixed():
    numbers = {multiply_base(contribution_of(me).at(0)).to_bytes() for me in TERMS.everyone}
    early = []

    def listen(state):
        early.append(state.broadcast)
        return state.broadcast

    play(TERMS, lies={(number, me): listen for number in (1, 2, 3) for me in TERMS.everyone})

    assert len(early) == 15
    assert not any(number in message for number in numbers for message in early)


def test_parties_that_saw_different_broadcasts_have_different_transcripts():
    states = {me: start(TERMS, me, stream(b"\x22" * 32, f"party {me}")) for me in TERMS.everyone}
    twin = start(TERMS, 5, stream(b"\x24" * 32, "party 5"))
    said = {me: state.broadcast for me, state in states.items()}

    one = states[1].receive({**said}, {})
    other = states[2].receive({**said, 5: twin.broadcast}, {})

    assert one.run.transcript != other.run.transcript
    assert states[3].receive({**said}, {}).run.transcript == one.run.transcript


# Terms and messages.


@pytest.mark.parametrize(("parties", "threshold"), [(0, 0), (3, 0), (2, 2), (4, 3), (256, 2)])
def test_terms_that_let_liars_win_are_refused(parties, threshold):
    with pytest.raises(OutOfRangeError):
        Terms(parties, threshold, BINDING)


def test_a_run_needs_a_whole_name():
    with pytest.raises(OutOfRangeError):
        Terms(3, 2, BINDING[:-1])


@pytest.mark.parametrize("me", [0, 6])
def test_a_stranger_cannot_take_part(me):
    with pytest.raises(OutOfRangeError):
        start(TERMS, me)


def test_messages_of_another_run_round_or_sender_are_refused_by_the_name_of_their_sender():
    body = b"body"
    sealed = seal(TERMS, Round.OPENING, 2, body)
    assert unseal(TERMS, Round.OPENING, 2, sealed) == body

    for terms, kind, sender in (
        (Terms(5, 3, b"\x00" * 32), Round.OPENING, 2),
        (TERMS, Round.DEALING, 2),
        (TERMS, Round.OPENING, 3),
    ):
        with pytest.raises(MalformedMessageError) as refused:
            unseal(terms, kind, sender, sealed)
        assert refused.value.culprits == (sender,)


@settings(max_examples=25)
@given(st.integers(1, 6), st.binary(max_size=300))
def test_no_bytes_of_a_party_stop_the_others(number, sent):
    made = play(TERMS, lies={(number, 2): lambda _state: sent})
    honest = (1, 3, 4, 5)

    assert agree(made, honest)
    assert multiply_base(secret_of([made[me] for me in honest])) == made[1].key.public.point


@settings(max_examples=40)
@given(st.integers(1, 6), st.data())
def test_any_changed_byte_of_a_broadcast_leaves_the_others_with_one_key(number, data):
    def lie(state):
        changed = bytearray(state.broadcast)
        changed[data.draw(st.integers(0, len(changed) - 1))] ^= data.draw(st.integers(1, 255))
        return bytes(changed)

    made = play(TERMS, lies={(number, 2): lie})
    honest = (1, 3, 4, 5)

    assert agree(made, honest)
    assert multiply_base(secret_of([made[me] for me in honest])) == made[1].key.public.point


def test_no_secret_stands_in_the_representation():
    state = start(TERMS, 1)
    shown = repr((state, state.run, HONEST[1]))

    assert str(state.run.polynomial.at(0)) not in shown
    assert str(HONEST[1].key.share.value) not in shown
    assert state.outbox[2].hex() not in shown
