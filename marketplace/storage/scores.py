"""Offers of scores and requests for them in SQL."""

from collections.abc import Sequence

from consent.score_terms import ScoreTerms
from marketplace.domain.score import ScoreOffering, ScoreOrder, ScoreState
from marketplace.storage.direct_books import (
    DirectRow,
    SqlDirectBook,
    read_direct_purchase,
    read_standing_offer,
    read_terms,
)
from marketplace.storage.score_tables import score_offers, score_requests


class SqlScores(SqlDirectBook[ScoreOffering, ScoreOrder, ScoreState]):
    """The `ScoreBook` of one transaction."""

    _offers = score_offers
    _purchases = score_requests

    def of_consent(self, consent_id: str) -> Sequence[ScoreOrder]:
        """The requests under one offer, newest first."""
        return self._newest(score_requests.c.consent_id == consent_id)

    def _offered(self, offer: ScoreOffering) -> dict[str, object]:
        return {"public": dict(offer.public)}

    def _read_offer(self, row: DirectRow) -> ScoreOffering:
        terms = ScoreTerms.from_fields(read_terms(row))
        return ScoreOffering(**read_standing_offer(row), terms=terms, public=row.public)

    def _placed(self, purchase: ScoreOrder) -> dict[str, object]:
        return {
            "request_id": purchase.request_id,
            "consent_id": purchase.consent_id,
            "valid_until": purchase.valid_until,
        }

    def _changing(self, purchase: ScoreOrder) -> dict[str, object]:
        due = {ScoreState.ASKED: purchase.valid_until, ScoreState.ANSWERED: purchase.settle_at}
        return {
            "offer": purchase.offer,
            "answer": purchase.answer,
            "settle_at": purchase.settle_at,
            "due_at": due.get(purchase.state),
            "use_log_index": purchase.use_log_index,
        }

    def _read_purchase(self, row: DirectRow) -> ScoreOrder:
        return ScoreOrder(
            **read_direct_purchase(row),
            request_id=row.request_id,
            consent_id=row.consent_id,
            offer=row.offer,
            valid_until=row.valid_until,
            answer=row.answer,
            settle_at=row.settle_at,
            use_log_index=row.use_log_index,
        )
