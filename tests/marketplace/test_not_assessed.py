"""Nothing about health is bought before two operators approved an assessment: no answer, score or sum."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from uuid import uuid4

import pytest

from consent.record_document import Notice
from consent.score_consent import ScoreConsent, sign_score_consent
from consent.score_function import scored_columns
from consent.score_offer import EncryptedRecord, ScoreOffer, encrypt_record
from crypto.encoding import sha256
from crypto.functional.als16 import setup
from marketplace.api.app import create_api_app
from marketplace.domain.account import Account, AccountKind
from marketplace.domain.crowd import CrowdState
from marketplace.domain.job import JobState
from marketplace.domain.score import ScoreState
from marketplace.errors import NotAssessedError
from marketplace.services.desk import Terms
from marketplace.storage.store import open_store
from ssi.credential import present
from ssi.dataset import data_set
from ssi.issuance import Subject, issue_credential, person_handle
from ssi.issuance import Terms as Lasting
from ssi.record import Record
from ssi.status_list import StatusReference
from tests.marketplace.crowd import ordered, token_of
from tests.marketplace.described import described_client
from tests.marketplace.market import PASSWORD, Market, open_market
from tests.marketplace.mpc_node.parties import ISSUER, MARKET, NOW, STATUS_URI, YEAR, es256, random_of
from tests.marketplace.mpc_node.people import _digest
from tests.marketplace.scorers import TERMS, request_for
from tests.marketplace.test_api import problem
from tests.marketplace.web.crowd import let_in, patients
from tests.marketplace.web.queries import HEALTH

HEART = data_set("framingham/1")
ACCEPT = 1_000_000
AGE_AND_PRESSURE = {"age": 1, "systolic": 1}


@dataclass(frozen=True)
class Patient:
    """Somebody who offers scores of a record about her heart."""

    id: str = "urn:uuid:00000000-0000-4000-8000-00000000c0de"

    @cached_property
    def record(self) -> Record:
        """What her doctor measured."""
        values: dict[str, object] = {
            "age": 52,
            "sex": "female",
            "systolic": 131.5,
            "diastolic": 84.0,
            "current_smoker": "no",
            "diabetes": "no",
            "age_band": "fifties",
        }
        return Record.commit(HEART, values, random_of("heart record"))

    def encrypted(self) -> EncryptedRecord:
        """Her record, encrypted with the proof; the same each time."""
        key = setup(len(scored_columns(HEART)), random_of("heart key"))
        of = (self.record.commitment, HEART, self.id)
        told = self.record.encoded, self.record.blinding
        return encrypt_record(key, *told, of=of, random=random_of("heart encrypted"))

    def offer(self) -> ScoreOffer:
        """What her wallet hands in."""
        key = es256("heart holder")
        subject = person_handle(sha256(b"pairwise"), data_set=HEART.ref, person="heart")
        credential = issue_credential(
            self.record,
            Subject(subject, key.public),
            issuer=ISSUER,
            terms=Lasting(StatusReference(STATUS_URI, 77), NOW - YEAR, NOW + YEAR),
            random=random_of("heart salts"),
        )
        record = self.encrypted()
        consent = ScoreConsent(
            consent_id=self.id,
            subject=subject,
            controller=MARKET,
            terms=replace(TERMS, data_set=HEART.ref),
            credential_digest=_digest(credential),
            inputs_digest=record.digest,
            notice=Notice.of("I agree.", "en"),
        )
        return ScoreOffer(
            sign_score_consent(consent, key), present(credential, frozenset({"age_band"})), record
        )


PATIENT = Patient()


@pytest.fixture(params=["memory", "sql"])
def strict(request: pytest.FixtureRequest, database_url: str) -> Iterator[Market]:
    """A market that demands assessments, with offers of health checks and of scores about a heart."""
    store = open_store(database_url) if request.param == "sql" else None
    market = open_market(store, terms=Terms(require_dpia=True))
    with market.store.writing() as books:
        let_in(books, patients(60))
    market.services.scores.accept_offer(PATIENT.offer().to_json())
    yield market
    if store is not None:
        store.database.close()


def order(market: Market, buyer: Account) -> Any:
    return market.services.place_order(
        buyer.account_id, order_id=str(uuid4()), query=HEALTH, accepted_price_cents=ACCEPT
    )


def score(market: Market, buyer: Account) -> Any:
    token = request_for(PATIENT, AGE_AND_PRESSURE, data_set=HEART.ref)  # type: ignore[arg-type]
    return market.services.scores.ask(buyer.account_id, token, accepted_price_cents=ACCEPT)


def crowd_sum(market: Market, buyer: Account) -> Any:
    token = token_of(ordered(data_set=HEART.ref, weights=AGE_AND_PRESSURE))
    return market.services.crowds.place(buyer.account_id, token, accepted_price_cents=ACCEPT)


def approve(market: Market, ref: str) -> None:
    for name in ("one", "two"):
        email = f"{name}@market.example"
        operator = market.services.add_account(email, PASSWORD, kind=AccountKind.OPERATOR)
        market.services.oversight.assessments.approve(ref, operator.account_id, "DSFA 2026/3, version 2")


@pytest.mark.parametrize(
    ("buy", "ref", "state"),
    [
        (order, "health/1", JobState.QUEUED),
        (score, HEART.ref, ScoreState.ASKED),
        (crowd_sum, HEART.ref, CrowdState.JOINING),
    ],
    ids=["order", "score", "crowd sum"],
)
def test_nothing_about_health_is_bought_before_two_operators_approved(
    strict: Market, buy: Callable[[Market, Account], Any], ref: str, state: str
):
    buyer = strict.buyer()
    with pytest.raises(NotAssessedError, match=ref):
        buy(strict, buyer)
    assert strict.services.read_statement(buyer.account_id).held_cents == 0

    approve(strict, ref)

    assert buy(strict, buyer).state is state
    assert strict.services.read_statement(buyer.account_id).held_cents > 0


def test_one_operator_and_another_data_sets_assessment_open_nothing(strict: Market):
    buyer = strict.buyer()
    approve(strict, "health/1")
    operator = strict.services.add_account("three@market.example", PASSWORD, kind=AccountKind.OPERATOR)
    strict.services.oversight.assessments.approve(HEART.ref, operator.account_id, "DSFA 2026/4")

    for buy in (score, crowd_sum):
        with pytest.raises(NotAssessedError):
            buy(strict, buyer)


def test_the_catalogue_says_what_may_be_asked(strict: Market):
    approve(strict, "health/1")

    open_ones = {each.data_set.ref for each in strict.services.show_catalogue() if each.may_be_asked}

    assert {"exam/1", "health/1"} <= open_ones
    assert HEART.ref not in open_ones


def test_programs_get_a_problem_of_its_own_kind(strict: Market):
    web = described_client(create_api_app(strict.services))
    secret = strict.services.make_api_key(strict.buyer().account_id, "tests").secret
    documents = {
        "quotes": {"query": HEALTH.to_json()},
        "orders": {"order_id": str(uuid4()), "query": HEALTH.to_json(), "accepted_price_cents": ACCEPT},
        "score-requests": {
            "request": request_for(PATIENT, AGE_AND_PRESSURE, data_set=HEART.ref),  # type: ignore[arg-type]
            "accepted_price_cents": ACCEPT,
        },
        "crowd-orders": {
            "order": token_of(ordered(data_set=HEART.ref, weights=AGE_AND_PRESSURE)),
            "accepted_price_cents": ACCEPT,
        },
    }
    key = {"Authorization": f"Bearer {secret}"}
    for path, document in documents.items():
        refused: Any = web.post(f"/api/v1/{path}", json=document, headers=key)
        assert problem(refused) == (422, "not-assessed"), path
        assert "no assessment of the risks to people is approved" in refused.json["detail"]
