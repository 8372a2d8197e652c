"""A person offers scores and answers, for the tests of scores."""

from dataclasses import replace

from sqlalchemy import select

from consent.order import EscrowReceipt, sign_escrow_receipt
from consent.score_request import sign_score_request
from tests.wallet.score_market import (
    COMPANY_KEY,
    EQUAL,
)
from tests.wallet.world import World
from wallet.domain.held_score_offer import HeldScoreOffer
from wallet.domain.score_choices import ScoreChoices
from wallet.domain.session import Session

CHOICES = ScoreChoices(budget_bits=20)

BY_ITSELF = replace(CHOICES, asks_first=False)

SCORE = 0.261 - 1.5


def offered(world: World, session: Session, choices: ScoreChoices = CHOICES) -> HeldScoreOffer:
    record = world.services.receive_credential(session, world.issuers.offer())
    return world.services.scores.offer(session, record.credential_id, choices)


def answered(world: World, session: Session, weights, number: int = 1, *, agree: bool = True):
    """One request of the company, decided by the person."""
    (held, *_) = [each for each in world.services.scores.read.offers(session) if each.ended is None]
    request = world.scores.ask(held.consent_id, weights, number)
    assert not world.services.refresh(session).alarms
    asked = world.services.scores.answer(session, held.consent_id, request.request_id, agree=agree)
    return request, asked


def held_id(world: World, session: Session) -> str:
    return world.services.scores.read.offers(session)[0].consent_id


def _delivered(world: World, held: HeldScoreOffer, **changes):
    """A request with one thing wrong in what comes with it."""
    request = world.scores.request(
        held.consent_id, changes.pop("weights", EQUAL), **changes.pop("request", {})
    )
    token = sign_score_request(request, changes.pop("key", COMPANY_KEY))
    receipt = EscrowReceipt(request.request_id, request.digest, 1000, 500, world.clock())
    receipt = replace(receipt, **changes.pop("receipt", {}))
    signed = sign_escrow_receipt(receipt, changes.pop("market_key", world.scores.key))
    world.scores.deliver(held.consent_id, token, signed, changes.pop("credential", None))


def _rows(store):
    with store.database.reading() as transaction:
        return list(transaction.scalars(select(store.row)))
