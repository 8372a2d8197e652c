"""Who may join a crowd sum and say what in which round, and what becomes of who leaves."""

from dataclasses import replace
from decimal import Decimal

import pytest

from consent.crowd_cohort import verify_cohort
from consent.crowd_message import CIPHERTEXT, SEALED, TERM, Round, sign_message
from consent.crowd_terms import CrowdRefusal
from consent.crowd_word import verify_word
from consent.errors import ConsentError
from consent.vocabulary import Purpose, RecipientKind
from crypto.errors import SignatureError
from crypto.functional.multi_client_function import label_digest
from crypto.functional.one_label_messages import Ciphertext
from marketplace.domain.crowd import CrowdState
from marketplace.errors import (
    ContributionRefusedError,
    OrderConflictError,
    UnknownOfferError,
)
from marketplace.services import take_crowd_message
from ssi.errors import CredentialError
from tests.marketplace.crowd import (
    PEOPLE,
    Crowd,
    ordered,
    sitters,
    token_of,
)
from tests.marketplace.mpc_node.parties import NOW, es256, registry

EACH = 50 + 11
"""Each person's 50 cents, and the platform's 15 of 70 parts, rounded up."""

ROUND = 600


# Joining.


def test_a_join_is_taken_once_and_another_of_the_same_person_is_refused(any_crowd):
    any_crowd.offered().placed()
    anna = any_crowd.who[0]
    first, second = (anna.sit(any_crowd.made, es256("any"), NOW) for _ in range(2))

    any_crowd.services.join(first.part.join)

    any_crowd.services.join(first.part.join)
    with pytest.raises(OrderConflictError):
        any_crowd.services.join(second.part.join)


def test_a_join_to_another_order_or_by_another_key_is_refused(crowd):
    crowd.offered().placed()
    anna, ben = crowd.who[:2]
    other = ordered(floor=11)
    stolen = replace(anna, key=ben.key)
    for bad in (anna.sit(other, es256("any"), NOW), stolen.sit(crowd.made, es256("any"), NOW)):
        with pytest.raises(ContributionRefusedError):
            crowd.services.join(bad.part.join)


def test_nobody_joins_what_her_terms_do_not_allow(crowd):
    for change in (
        {"crowd_floor": 11},
        {"compensation_cents": 51},
        {"epsilon_per_sum": Decimal(7)},
        {"purposes": frozenset({Purpose.ACADEMIC_RESEARCH})},
        {"recipient_kinds": frozenset({RecipientKind.COMPANY})},
    ):
        fresh = Crowd(crowd.market, crowd.account, who=sitters()[:1])
        with pytest.raises(ContributionRefusedError):
            _renewed(fresh, change)


def _renewed(crowd, change):
    anna = replace(crowd.who[0], index=crowd.who[0].index + 100 + hash(str(change)) % 1000)
    crowd.who = [anna]
    crowd.offered(**change).placed().joined()


def test_one_person_with_two_offers_joins_once(crowd):
    anna = crowd.who[0]
    again = replace(anna, index=999)
    twice = Crowd(crowd.market, crowd.account, who=[anna, again]).offered().placed()

    with pytest.raises(ContributionRefusedError, match="twice"):
        twice.joined()


def test_nobody_joins_when_the_time_is_over_or_with_a_credential_that_was_taken_back(crowd):
    crowd.offered().placed()
    crowd.market.status_lists.revoked.add(crowd.who[0].handle)
    with pytest.raises(CredentialError):
        crowd.joined()
    crowd.market.clock.forward(seconds=3600)
    with pytest.raises(OrderConflictError):
        crowd.services.join(crowd.sittings[1].part.join)


def test_a_join_to_no_order_or_under_no_offer_is_unknown(crowd):
    crowd.offered()
    with pytest.raises(UnknownOfferError):
        crowd.joined()


# Messages.


def test_the_same_message_again_changes_nothing_and_another_is_refused(any_crowd):
    any_crowd.offered().placed().joined()
    any_crowd.shared(silent={11})
    anna = any_crowd.sittings[0]
    again = anna.share()

    assert any_crowd.say(again).state is CrowdState.SHARING
    changed = replace(anna.rounds.share(), parts={})
    with pytest.raises(OrderConflictError):
        any_crowd.say(anna.signed(changed))


def test_a_message_in_another_round_or_too_late_is_refused(crowd):
    crowd.offered().placed().joined().shared(silent={11})
    late = crowd.sittings[11]
    crowd.market.clock.forward(seconds=ROUND)

    with pytest.raises(OrderConflictError):
        crowd.say(late.share())

    crowd.market.duties.tend_crowds()
    with pytest.raises(OrderConflictError):
        crowd.say(late.share())
    other = crowd.sittings[0]
    arrived = crowd.arrived(other)
    with pytest.raises(OrderConflictError):
        crowd.say(late.signed(replace(other.word(arrived), consent_id=late.who.consent_id)))


def test_shares_for_other_places_than_those_of_the_cohort_are_refused(crowd):
    crowd.offered().placed().joined().shared(silent=range(PEOPLE))
    anna = crowd.sittings[0]
    honest = anna.rounds.share()
    one = next(iter(honest.parts))
    fewer = {place: part for place, part in honest.parts.items() if place != one}

    short, long = ({**honest.parts, one: honest.parts[one][:-1]}, {**honest.parts, one: bytes(81)})
    for parts in (fewer, short, long, {**honest.parts, "99": b"x"}, {**honest.parts, str(anna.place): b"x"}):
        with pytest.raises(ContributionRefusedError):
            crowd.say(anna.signed(replace(honest, parts=parts)))


@pytest.mark.parametrize("way", ["leaves", "withdraws"])
def test_what_she_sealed_is_deleted_when_she_goes_before_the_others_mask(any_crowd, way):
    any_crowd.offered().placed().joined().shared(silent={11})
    anna, ben = any_crowd.sittings[:2]
    if way == "leaves":
        any_crowd.say(anna.signed(anna.rounds.leave(CrowdRefusal.DOMINATED)))
    else:
        any_crowd.services.withdraw_offer(anna.who.withdrawal(any_crowd.market.clock()))

    with any_crowd.market.store.reading() as books:
        inbox = books.crowds.inbox(any_crowd.made.order_id, ben.place)

    assert anna.place not in inbox
    assert any_crowd.sittings[2].place in inbox


def test_a_turn_that_is_over_while_the_proof_is_checked_is_refused(crowd, monkeypatch):
    crowd.offered().placed().joined().shared()
    anna = crowd.sittings[0]
    word = anna.mask(crowd.arrived(anna))
    checked = verify_word

    def slowly(seat, message):
        crowd.market.clock.forward(seconds=ROUND)
        return checked(seat, message)

    monkeypatch.setattr(take_crowd_message, "verify_word", slowly)

    with pytest.raises(OrderConflictError):
        crowd.say(word)


def test_a_message_that_somebody_else_signed_or_of_another_run_is_refused(crowd):
    crowd.offered().placed().joined().shared(silent=range(PEOPLE))
    anna, ben = crowd.sittings[:2]
    message = anna.rounds.share()

    for token in (
        sign_message(message, ben.who.key),
        anna.signed(replace(message, cohort_digest="A" * 43)),
    ):
        with pytest.raises(ContributionRefusedError):
            crowd.say(token)
    with pytest.raises(UnknownOfferError):
        crowd.say(sign_message(replace(message, order_id=ordered(9).order_id), anna.who.key))


def test_a_word_of_another_length_or_under_another_order_is_refused(crowd):
    crowd.offered().placed().joined().shared()
    anna = crowd.sittings[0]
    honest = anna.word(crowd.arrived(anna))
    text = Ciphertext.decode(honest.parts[CIPHERTEXT])
    elsewhere = replace(text, label_digest=label_digest(ordered(9).order_id)).encode()
    narrow = replace(text, words=text.words[:-1]).encode()

    for name, part in (
        (SEALED, honest.parts[SEALED] + b"x"),
        (CIPHERTEXT, elsewhere),
        (CIPHERTEXT, narrow),
        (CIPHERTEXT, b"no ciphertext"),
        (TERM, b"no term"),
    ):
        with pytest.raises(ContributionRefusedError):
            crowd.say(anna.signed(replace(honest, parts={**honest.parts, name: part})))
    crowd.say(anna.signed(honest))


def test_an_answer_about_other_members_than_were_heard_is_refused(crowd):
    crowd.offered().placed().joined().shared().masked()
    anna = crowd.sittings[0]
    arrived = crowd.arrived(anna)
    heard = crowd.places(crowd.now.heard, Round.REVEALING)

    with pytest.raises(ContributionRefusedError):
        crowd.say(anna.reveal(arrived, heard - {anna.place}))


def test_a_wallet_that_leaves_keeps_nobody_waiting(crowd):
    crowd.offered().placed().joined().shared(silent={0})
    anna = crowd.sittings[0]

    went_on = crowd.say(anna.signed(anna.rounds.leave(CrowdRefusal.BUDGET_SPENT)))

    assert went_on.state is CrowdState.MASKING
    crowd.masked(silent={0}).revealed(silent={0})
    assert crowd.opened().people == PEOPLE - 1
    (told,) = crowd.services.read_news(anna.who.consent_id, anna.who.key.public)["ended"]
    assert "limit" in told["reason"]


# Withdrawing.


def test_who_ends_her_offer_before_she_is_heard_is_not_in_the_sum(any_crowd):
    any_crowd.offered().placed().joined().shared().masked(silent={1})
    anna = any_crowd.who[0]

    answer = any_crowd.services.withdraw_offer(anna.withdrawal(NOW))
    any_crowd.say(any_crowd.sittings[1].mask(any_crowd.arrived(any_crowd.sittings[1])))
    any_crowd.revealed(silent={0})

    assert answer["consent_id"] == anna.consent_id
    again = any_crowd.services.withdraw_offer(anna.withdrawal(NOW))
    assert again["withdrawn_at"] == answer["withdrawn_at"]
    assert any_crowd.opened().people == PEOPLE - 1
    with any_crowd.market.store.reading() as books:
        assert books.crowds.offer(anna.consent_id).document is None


def test_who_ends_her_offer_while_others_join_is_gone(crowd):
    crowd.offered(crowd_floor=10).placed()
    early = Crowd(crowd.market, crowd.account, who=sitters()[:11]).joined()
    crowd.services.withdraw_offer(crowd.who[0].withdrawal(NOW))

    early.later(3600)

    assert early.now.state is CrowdState.SHARING
    with crowd.market.store.reading() as books:
        seated = [each for each in books.crowds.members(crowd.made.order_id) if each.place is not None]
    assert crowd.who[0].consent_id not in {each.consent_id for each in seated}
    assert len(seated) == 10


def test_a_withdrawal_of_somebody_else_is_refused(crowd):
    crowd.offered()
    anna, ben = crowd.who[:2]

    with pytest.raises(ContributionRefusedError):
        crowd.services.withdraw_offer(replace(anna, key=ben.key).withdrawal(NOW))
    with pytest.raises(UnknownOfferError):
        crowd.services.withdraw_offer(replace(anna, index=77).withdrawal(NOW))


# What a wallet is told.


def test_a_wallet_is_told_of_orders_that_its_terms_allow_and_of_no_others(any_crowd):
    any_crowd.offered().placed()
    anna, ben = any_crowd.who[:2]
    Crowd(any_crowd.market, any_crowd.account, ordered(2, compensation_cents=49)).placed()

    news = any_crowd.services.read_news(anna.consent_id, anna.key.public)

    (delivered,) = news["orders"]
    assert (delivered["order"], delivered["stage"]) == (token_of(any_crowd.made), "joining")
    with pytest.raises(UnknownOfferError):
        any_crowd.services.read_news(anna.consent_id, ben.key.public)


def test_orders_that_a_wallet_would_not_join_hide_none_that_it_would(crowd, monkeypatch):
    monkeypatch.setattr("marketplace.services.read_crowd_news._MOST_ORDERS", 1)
    crowd.offered().placed()
    for number in (2, 3):
        Crowd(crowd.market, crowd.account, ordered(number, compensation_cents=0)).placed()
    anna = crowd.who[0]

    (shown,) = crowd.services.read_news(anna.consent_id, anna.key.public)["orders"]

    assert shown["order"] == crowd.now.token


def test_papers_are_for_members_in_a_running_round_only(crowd):
    crowd.offered().placed()
    anna = crowd.who[0]
    with pytest.raises(UnknownOfferError):
        crowd.services.read_papers(anna.consent_id, crowd.made.order_id, anna.key.public)
    crowd.services.join(anna.sit(crowd.made, es256("any"), NOW).part.join)

    with pytest.raises(OrderConflictError):
        crowd.services.read_papers(anna.consent_id, crowd.made.order_id, anna.key.public)


def test_everybody_is_shown_the_same_signed_cohort_in_an_order_that_says_nothing(any_crowd):
    any_crowd.offered().placed().joined().shared(silent=range(PEOPLE))

    assert len({any_crowd.cohort(each).digest for each in any_crowd.sittings}) == 1
    assert sorted(each.place for each in any_crowd.sittings) == list(range(PEOPLE))


def test_a_cohort_that_another_key_signed_or_with_other_members_does_not_hold(crowd):
    crowd.offered().placed().joined()
    papers = [each.papers for each in crowd.sittings]
    statement = crowd.papers(crowd.sittings[0])["cohort"]

    with pytest.raises((ConsentError, SignatureError)):
        verify_cohort(statement, papers[:-1], crowd.made, registry(), now=NOW)
