"""A person's wallet takes part in sums over many: it joins, speaks in three rounds, and is paid."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from consent.crowd_cohort import unverified_join
from consent.crowd_message import Round
from consent.crowd_offer import CrowdOffer, verify_crowd_offer
from consent.record import verify_withdrawal
from consent.record_document import Notice
from consent.score_terms import ScoreRefusal
from consent.vocabulary import Purpose
from crypto.encoding import b64url_encode
from crypto.errors import MalformedError
from crypto.functional.multi_client_labels import UsedLabels
from ssi.dataset import data_set
from tests.consent.crowds import others
from tests.crowd_sitters import sum_of
from tests.ssi import parties
from tests.wallet.crowd_steps import (
    CHOICES,
    heard,
    holder_key,
    joined,
    offered,
    part_in,
    refreshed,
)
from tests.wallet.score_market import EQUAL
from wallet.domain.crowd_choices import most_private_crowd
from wallet.domain.crowd_memory import CrowdMemory, first_crowd_memory
from wallet.domain.crowd_news import CrowdPapers
from wallet.domain.crowd_part import PartState
from wallet.domain.held_crowd_offer import CrowdOfferState
from wallet.domain.offer_news import EndedRequest
from wallet.domain.score_choices import ScoreChoices
from wallet.domain.use import Outcome, Proof
from wallet.errors import ChoiceError, NotInWalletError, PartnerRefusedError, PartnerUnreachableError

# Offering.


def test_an_offer_reaches_the_market_signed_and_with_nothing_of_the_record(world, anna):
    held = offered(world, anna)

    offer = world.crowds.offers[held.consent_id]
    verified = verify_crowd_offer(offer, parties.registry(), marketplace="market", now=world.clock())
    assert verified.consent.terms == held.terms
    assert not verified.credential.claims
    assert verified.consent.notice == Notice.of(held.notice, "en")
    assert held.state(world.clock()) is CrowdOfferState.ACTIVE
    assert offer == CrowdOffer.from_json(offer.to_json())


def test_an_offer_that_cannot_be_sent_is_kept_and_sent_later(world, anna):
    world.crowds.down = True
    held = offered(world, anna)
    assert held.state(world.clock()) is CrowdOfferState.SENDING

    world.crowds.down = False
    refreshed(world, anna)

    (held,) = world.services.crowds.read.offers(anna)
    assert held.state(world.clock()) is CrowdOfferState.ACTIVE


def test_an_offer_that_is_refused_is_not_kept(world, anna):
    world.crowds.says_no = True

    with pytest.raises(PartnerRefusedError):
        offered(world, anna)

    assert not world.services.crowds.read.offers(anna)


def test_an_offer_that_is_refused_later_says_why(world, anna):
    world.crowds.down = True
    offered(world, anna)
    world.crowds.down, world.crowds.says_no = False, True

    world.services.refresh(anna)

    (held,) = world.services.crowds.read.offers(anna)
    assert held.state(world.clock()) is CrowdOfferState.REFUSED


def test_one_record_is_offered_once_at_a_time(world, anna):
    held = offered(world, anna)

    with pytest.raises(ChoiceError, match="already"):
        world.services.crowds.offer(anna, held.credential_id, CHOICES)


def test_a_record_without_enough_numbers_has_no_sums(world, anna):
    record = world.services.receive_credential(anna, world.issuers.offer(parties.HEALTH, "health/1"))

    with pytest.raises(ChoiceError, match="no sums"):
        world.services.crowds.offer(anna, record.credential_id, replace(CHOICES, explicit_consent=True))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"purposes": ()}, "purposes"),
        ({"recipient_kinds": ()}, "recipient_kinds"),
        ({"crowd_floor": 9}, "crowd_floor"),
        ({"crowd_floor": 256}, "crowd_floor"),
        ({"epsilon_total": Decimal(1)}, "epsilon_total"),
        ({"compensation_cents": -1}, "compensation_cents"),
        ({"months": 13}, "months"),
    ],
)
def test_choices_that_cannot_be_offered_name_the_field(world, anna, change, field):
    with pytest.raises(ChoiceError) as refusal:
        offered(world, anna, replace(CHOICES, **change))

    assert refusal.value.field == field


def test_the_form_begins_with_what_protects_most():
    choices = most_private_crowd(data_set("exam/1"))

    assert (choices.crowd_floor, choices.epsilon_per_sum) == (50, Decimal("0.5"))
    assert not most_private_crowd(data_set("health/1")).purposes


# Taking part.


def test_a_wallet_takes_part_in_four_looks_and_the_sum_opens(world, anna):
    offered(world, anna)

    played = heard(world, anna)

    opened = played.opened(holder_key(world, anna))
    mine = 2 * 0.261 - 1.5
    true = sum_of(others(), played.order.weights) + mine
    assert opened.people == 12
    assert abs(float(opened.value) - true) < 16 * opened.noise_sd
    assert part_in(world, anna, played).state is PartState.REVEALED


def test_a_sum_opens_without_somebody_who_fell_silent(world, anna):
    offered(world, anna)
    played = joined(world, anna)
    refreshed(world, anna)
    played.end_sharing()
    refreshed(world, anna)
    played.end_masking(silent=[0, 1])
    refreshed(world, anna)

    assert played.opened(holder_key(world, anna), silent=[0, 1]).people == 10


def test_a_wallet_says_the_same_again_when_it_could_not_be_heard(world, anna):
    offered(world, anna)
    played = joined(world, anna)
    say, world.crowds.say = world.crowds.say, _unreachable
    refreshed(world, anna)
    unsent = part_in(world, anna, played).unsent
    assert part_in(world, anna, played).state is PartState.SHARED

    world.crowds.say = say
    refreshed(world, anna)

    assert played.said[Round.SHARING] == unsent
    assert part_in(world, anna, played).unsent is None


def _unreachable(_message):
    raise PartnerUnreachableError("The marketplace cannot be reached now.")


def test_a_wallet_speaks_once_in_a_round_however_often_it_looks(world, anna):
    offered(world, anna)
    played = joined(world, anna)
    refreshed(world, anna)
    first = played.said[Round.SHARING]

    refreshed(world, anna)

    assert played.said == {Round.SHARING: first}


def test_what_the_terms_do_not_allow_is_not_joined(world, anna):
    offered(world, anna)
    asked: tuple[dict[str, Any], ...] = (
        {"compensation_cents": 49},
        {"purpose": Purpose.PERSONNEL_HIRING},
        {"epsilon": Decimal(9)},
        {"kind": "insurer"},
    )
    for number, changes in enumerate(asked, start=1):
        world.crowds.ask(number, **changes)

    refreshed(world, anna)

    (held,) = world.services.crowds.read.offers(anna)
    assert not held.parts
    assert not any(each.wallet_join for each in world.crowds.sums.values())


def test_a_paid_sum_is_shown_with_receipt_and_proof_and_the_seed_is_gone(world, anna):
    offered(world, anna)
    played = heard(world, anna)
    assert part_in(world, anna, played).seed
    world.crowds.pay(played)

    assert not refreshed(world, anna)

    part = part_in(world, anna, played)
    assert (part.state, part.seed) == (PartState.PAID, b"")
    (use,) = world.services.history(anna)
    assert (use.outcome, use.amount_cents, use.proof) == (Outcome.PAID, 50, Proof.CHECKED)
    assert use.crowd == 10
    assert world.services.earnings(anna).total_cents == 50


def test_a_sum_that_came_to_nothing_says_why(world, anna):
    held = offered(world, anna)
    played = joined(world, anna)
    world.crowds.ended.append((held.consent_id, EndedRequest(played.order.order_id, "too few people")))

    refreshed(world, anna)

    part = part_in(world, anna, played)
    assert (part.state, part.ended, part.seed) == (PartState.ENDED, "too few people", b"")


# Ending.


def test_who_ends_her_offer_takes_no_further_step_and_forgets_the_seed(world, anna):
    held = offered(world, anna)
    played = joined(world, anna)
    refreshed(world, anna)
    key = holder_key(world, anna)

    ended = world.services.crowds.end(anna, held.consent_id)

    played.end_sharing()
    refreshed(world, anna)
    assert verify_withdrawal(world.crowds.withdrawals[held.consent_id], key.public)
    assert ended.state(world.clock()) is CrowdOfferState.WITHDRAWN
    part = part_in(world, anna, played)
    assert (part.state, part.seed) == (PartState.ENDED, b"")
    assert Round.MASKING not in played.said
    assert world.services.crowds.end(anna, held.consent_id).ended == ended.ended


def test_an_end_reaches_the_market_later_if_it_is_down(world, anna):
    held = offered(world, anna)
    world.crowds.down = True
    world.services.crowds.end(anna, held.consent_id)
    world.crowds.down = False

    refreshed(world, anna)

    assert held.consent_id in world.crowds.withdrawals


def test_an_offer_runs_out(world, anna):
    held = offered(world, anna)
    world.clock.forward(days=400)

    assert held.state(world.clock()) is CrowdOfferState.EXPIRED


def test_one_wallet_knows_nothing_of_the_offers_of_another(world, anna, ben):
    held = offered(world, anna)

    assert not world.services.crowds.read.offers(ben)
    with pytest.raises(NotInWalletError):
        world.services.crowds.end(ben, held.consent_id)
    with pytest.raises(NotInWalletError):
        world.services.crowds.read.offer(ben, held.row_id)


# With scores.


def test_what_sums_told_is_taken_off_the_budget_of_scores(world, anna):
    held = offered(world, anna)
    choices = ScoreChoices(budget_bits=16, asks_first=False)
    offer = world.services.scores.offer(anna, held.credential_id, choices)
    for number in (1, 2):
        played = joined(world, anna, number)
        refreshed(world, anna)
        assert part_in(world, anna, played).state is PartState.SHARED
        world.crowds.sums.clear()

    world.services.scores.end(anna, offer.consent_id)
    tight = replace(choices, budget_bits=14)
    told = world.services.scores.offer.propose(anna, held.credential_id, tight).spent_bits
    offer = world.services.scores.offer(anna, held.credential_id, tight)
    request = world.scores.ask(offer.consent_id, EQUAL)
    refreshed(world, anna)

    assert told > 1
    assert world.scores.answered(request).refusal is ScoreRefusal.BUDGET_SPENT


def test_who_sold_a_score_can_still_be_in_a_sum(world, anna):
    held = offered(world, anna)
    offer = world.services.scores.offer(
        anna, held.credential_id, ScoreChoices(budget_bits=20, asks_first=False)
    )
    world.scores.ask(offer.consent_id, EQUAL)
    refreshed(world, anna)

    played = joined(world, anna)
    refreshed(world, anna)

    assert part_in(world, anna, played).state is PartState.SHARED


# Keeping.


def test_offers_and_memories_survive_storing(stored_world):
    anna = stored_world.services.create_wallet("anna", "a quiet harbour")
    offered(stored_world, anna)
    played = heard(stored_world, anna)
    stored_world.crowds.pay(played)

    refreshed(stored_world, anna)

    (held,) = stored_world.services.crowds.read.offers(anna)
    (memory,) = stored_world.stores.crowd_memories.all(anna)
    assert held.parts[0].state is PartState.PAID
    assert memory.sums[0].order_id == played.order.order_id
    assert len(memory.sums[0].handles) == 12
    assert memory.used.digests


def test_nothing_of_a_sum_stands_readable_in_the_database(stored_world):
    anna = stored_world.services.create_wallet("anna", "a quiet harbour")
    offered(stored_world, anna)
    heard(stored_world, anna)
    (held,) = stored_world.services.crowds.read.offers(anna)
    secret = b64url_encode(held.parts[0].seed).encode()

    offers, memories = stored_world.stores.crowd_offers, stored_world.stores.crowd_memories
    with offers.database.reading() as session:
        rows = [*session.scalars(select(offers.row)), *session.scalars(select(memories.row))]
    kept = b"".join(row.sealed_document for row in rows)
    assert len(rows) == 2
    assert not any(word in kept for word in (secret, held.consent_id.encode(), b"company"))


def test_without_its_memory_a_wallet_answers_nothing(world, anna):
    offered(world, anna)
    played = joined(world, anna)
    (memory,) = world.stores.crowd_memories.all(anna)
    world.stores.crowd_memories.remove(anna, memory.row_id)

    with pytest.raises(NotInWalletError):
        world.services.refresh(anna)

    assert not played.said


def test_a_memory_only_grows(world, anna):
    held = offered(world, anna)
    memory = first_crowd_memory(world.services.crowds.offer.credentials.get(anna, held.credential_id))
    used = memory.using(UsedLabels().use("one"))

    with pytest.raises(MalformedError):
        used.using(UsedLabels())
    assert CrowdMemory.from_document(used.to_document(), used.row_id, 0) == used


def test_a_part_shows_no_secret_when_it_is_printed(world, anna):
    offered(world, anna)
    played = joined(world, anna)
    part = part_in(world, anna, played)

    assert repr(part.seed) not in repr(part)
    assert unverified_join(part.join).agreement_key == part.secrets.agreement_key.public
    assert isinstance(
        world.crowds.papers(played.consent_id, played.order.order_id, holder_key(world, anna)), CrowdPapers
    )
