"""What can be offered as scores, and how it is kept."""

from dataclasses import replace

import pytest

from consent.vocabulary import RecipientKind
from crypto.encoding import b64url_encode
from crypto.errors import MalformedError
from crypto.functional.als16_wire import encode_secret_key
from ssi.dataset import data_set
from tests.ssi import parties
from tests.wallet.score_market import (
    EQUAL,
)
from tests.wallet.scoring import CHOICES, _rows, answered, offered
from wallet.domain.asked_score import AskState
from wallet.domain.held_score_offer import ScoreOfferState
from wallet.domain.score_choices import most_private_scores
from wallet.domain.score_memory import ScoreMemory, first_memory
from wallet.errors import ChoiceError, NotInWalletError, PartnerRefusedError


def test_one_record_has_one_running_offer(world, anna):
    held = offered(world, anna)

    with pytest.raises(ChoiceError, match="offered already"):
        world.services.scores.offer(anna, held.credential_id, CHOICES)


def test_a_record_without_enough_numbers_has_no_scores(world, anna):
    record = world.services.receive_credential(anna, world.issuers.offer(parties.HEALTH, "health/1"))

    with pytest.raises(ChoiceError, match="no scores"):
        world.services.scores.offer(anna, record.credential_id, replace(CHOICES, explicit_consent=True))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"purposes": ()}, "purposes"),
        ({"recipient_kinds": ()}, "recipient_kinds"),
        ({"compensation_cents": -1}, "compensation_cents"),
        ({"budget_bits": 0}, "budget_bits"),
        ({"months": 13}, "months"),
    ],
    ids=str,
)
def test_a_choice_that_cannot_be_offered_is_named(world, anna, changes, field):
    record = world.services.receive_credential(anna, world.issuers.offer())

    with pytest.raises(ChoiceError) as refused:
        world.services.scores.offer(anna, record.credential_id, replace(CHOICES, **changes))

    assert refused.value.field == field


def test_a_refused_offer_is_not_kept(world, anna):
    record = world.services.receive_credential(anna, world.issuers.offer())
    world.scores.says_no = True

    with pytest.raises(PartnerRefusedError):
        world.services.scores.offer(anna, record.credential_id, CHOICES)

    assert not world.services.scores.read.offers(anna)


def test_an_offer_that_could_not_be_sent_is_sent_at_the_next_refresh(world, anna):
    world.scores.down = True
    held = offered(world, anna)
    assert held.state(world.clock()) is ScoreOfferState.SENDING

    world.scores.down = False
    world.services.refresh(anna)

    assert held.consent_id in world.scores.offers


def test_nobody_else_can_decide_or_end(world, anna, ben):
    held = offered(world, anna)
    request = world.scores.ask(held.consent_id, EQUAL)
    world.services.refresh(anna)

    with pytest.raises(NotInWalletError):
        world.services.scores.answer(ben, held.consent_id, request.request_id, agree=True)
    with pytest.raises(NotInWalletError):
        world.services.scores.end(ben, held.consent_id)


@pytest.mark.database
def test_everything_survives_a_real_database_and_is_sealed_in_it(stored_world):
    anna = stored_world.services.create_wallet("anna", "a quiet harbour")
    held = offered(stored_world, anna)
    request, _ = answered(stored_world, anna, EQUAL)
    stored_world.scores.pay(request)
    stored_world.services.refresh(anna)

    (kept,) = stored_world.services.scores.read.offers(anna)
    assert kept.find(request.request_id).state is AskState.PAID
    assert kept.master_key == held.master_key
    (memory,) = stored_world.stores.score_memories.all(anna)
    assert memory.functions == ((1, 1, 0),)
    assert held.master_key is not None
    secret = encode_secret_key(held.master_key)
    rows = [
        row.sealed_document
        for store in (stored_world.stores.score_offers, stored_world.stores.score_memories)
        for row in _rows(store)
    ]
    assert len(rows) == 2
    for plain in (secret, b64url_encode(secret).encode(), b"Harbour Works", b"functions", b"exam/1"):
        assert not any(plain in row for row in rows)


def test_a_memory_reads_what_it_wrote_and_never_shrinks(world, anna):
    offered(world, anna)
    (memory,) = world.stores.score_memories.all(anna)
    grown = memory.granting(((1, 2**60, -3),))

    assert ScoreMemory.from_document(grown.to_document(), grown.row_id, grown.revision) == grown
    with pytest.raises(MalformedError, match="cannot be taken back"):
        grown.granting(())
    for weight in (1, "01", "1.0", "", "-", "9" * 20, None):
        document = {**grown.to_document(), "functions": [[weight]]}
        with pytest.raises(MalformedError):
            ScoreMemory.from_document(document, "row", 1)


def test_two_windows_that_offer_at_once_begin_the_same_memory(world, anna):
    record = world.services.receive_credential(anna, world.issuers.offer())
    held = world.stores.credentials.get(anna, record.credential_id)

    assert first_memory(held) == first_memory(held)
    assert held.row_id not in first_memory(held).row_id


def test_health_data_begin_with_nothing_chosen_and_need_a_tick():
    exam, health = most_private_scores(data_set("exam/1")), most_private_scores(data_set("framingham/1"))

    assert exam.asks_first
    assert exam.recipient_kinds == (RecipientKind.COMPANY,)
    assert not health.purposes
    with pytest.raises(ChoiceError, match="explicitly agree"):
        replace(exam, explicit_consent=False).terms(data_set("framingham/1"), now=parties.NOW)
