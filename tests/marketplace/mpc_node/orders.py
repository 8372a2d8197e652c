"""A buyer with a credential and a mandate, what it asks, and the manifests of the marketplace."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from consent.job import Manifest
from consent.order import EscrowReceipt, Mandate, sign_escrow_receipt, sign_mandate
from consent.query import Query, Statistic
from consent.vocabulary import Purpose, StatisticKind
from crypto.encoding import sha256
from crypto.sealing import SealingKey
from ssi.issuance import (
    IssuerKey,
    Organisation,
    Subject,
    Terms,
    issue_organisation_credential,
    organisation_handle,
)
from ssi.status_list import StatusReference
from tests.marketplace.mpc_node.market_log import BEGUN
from tests.marketplace.mpc_node.parties import (
    MARKET,
    MARKET_KEY,
    NAMES,
    NOW,
    REGISTRAR_KEY,
    REGISTRAR_STATUS_URI,
    YEAR,
    es256,
    random_of,
)
from tests.marketplace.mpc_node.people import PLAIN, Offer, Person, contribution_of

BUYER_KEY = es256("buyer")
BUYER_HANDLE = organisation_handle(sha256(b"pairwise"), organisation="institute")
RESULT_KEYS = tuple(SealingKey.generate(random_of(f"result {role}")) for role in range(3))
EXACT = Query(
    data_set="exam/1",
    purpose=Purpose.ACADEMIC_RESEARCH,
    statistics=(
        Statistic(StatisticKind.COUNT),
        Statistic(StatisticKind.MEAN, "exam_score"),
        Statistic(StatisticKind.STANDARD_DEVIATION, "exam_score"),
    ),
    floor=10,
    epsilon=None,
)
NOISY = replace(EXACT, epsilon=Decimal("1.0"))


@cache
def buyer_credential(
    kind: str = "research_institute",
    *,
    signer: IssuerKey = REGISTRAR_KEY,
    status_uri: str = REGISTRAR_STATUS_URI,
    expires_at: datetime = NOW + YEAR,
) -> str:
    """Who the buyer is."""
    return issue_organisation_credential(
        Organisation("Institute of Education", kind, "AT"),
        Subject(BUYER_HANDLE, BUYER_KEY.public),
        issuer=signer,
        terms=Terms(StatusReference(status_uri, 7), NOW - YEAR, expires_at),
    )


MANDATE = Mandate(
    buyer=BUYER_HANDLE,
    marketplace=MARKET,
    result_keys=tuple(key.public.to_bytes() for key in RESULT_KEYS),
    issued_at=NOW - timedelta(days=1),
    valid_until=NOW + timedelta(days=30),
)


def receipt_for(query: Query, order_id: str = "order-1", *, cents: int = 100, amount: int = 100_000) -> str:
    """The marketplace's word that the money is there."""
    receipt = EscrowReceipt(order_id, query.digest, amount, cents, NOW)
    return sign_escrow_receipt(receipt, MARKET_KEY)


def manifest_for(
    crowd: Sequence[Person],
    query: Query = EXACT,
    *,
    offer: Offer = PLAIN,
    **changes: Any,
) -> Manifest:
    """A manifest over these people, with some members changed."""
    order_id = changes.get("order_id", "order-1")
    named = {someone.consent_id: contribution_of(someone, offer).inputs_digest for someone in crowd}
    made = Manifest(
        job_id="job-1",
        attempt=1,
        order_id=order_id,
        query=query,
        buyer_presentation=buyer_credential(),
        mandate=sign_mandate(MANDATE, BUYER_KEY),
        escrow_receipt=receipt_for(query, order_id),
        nodes=NAMES,
        contributions=named,
        compensation_cents=100,
        issued_at=NOW - timedelta(minutes=1),
        expires_at=NOW + timedelta(hours=1),
        log=BEGUN,
    )
    return replace(made, **changes)
