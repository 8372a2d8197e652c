"""An offer of scores as the wallet keeps it: what was signed, its master key, and everything that was asked.

The master key opens any score of the record, so it is as secret as the record: it stands in the sealed
document, and is forgotten when the offer ends.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime

from consent.score_terms import ScoreTerms
from crypto.encoding import Json, b64url_encode
from crypto.functional.als16 import MasterSecretKey
from crypto.functional.als16_wire import decode_secret_key, encode_secret_key
from crypto.reading import Fields
from wallet.domain.asked_score import AskedScore, AskState
from wallet.domain.held_offer import EndedOffer, HeldOffer, OfferState, read_shared
from wallet.errors import NotInWalletError

MOST_REQUESTS = 10_000

ScoreOfferState = OfferState
"""Offers of scores and offers to crowds stand in the same states."""


@dataclass(frozen=True, kw_only=True)
class HeldScoreOffer(HeldOffer):
    """One offer, and everything asked under it; `inputs_digest` names the ciphertext in `document`."""

    terms: ScoreTerms
    inputs_digest: str
    master_key: MasterSecretKey | None = field(repr=False)
    asked: tuple[AskedScore, ...] = ()

    @property
    def earned_cents(self) -> int:
        """What was paid for it so far."""
        return sum(each.payment.amount_cents for each in self.asked if each.payment is not None)

    def waiting(self, now: datetime) -> tuple[AskedScore, ...]:
        """The requests that a decision would still reach."""
        return tuple(
            each for each in self.asked if each.state is AskState.WAITING and now < each.request.valid_until
        )

    def find(self, request_id: str) -> AskedScore:
        """A request by its id.

        Raises:
            NotInWalletError: there is none.
        """
        for each in self.asked:
            if each.request.request_id == request_id:
                return each
        raise NotInWalletError("Nobody has asked this, or it was about another record.")

    def knows(self, request_id: str) -> bool:
        """Whether a request arrived before."""
        return any(each.request.request_id == request_id for each in self.asked)

    def with_asked(self, changed: AskedScore) -> "HeldScoreOffer":
        """The offer with a new or changed request."""
        request_id = changed.request.request_id
        others = tuple(each for each in self.asked if each.request.request_id != request_id)
        ordered = sorted((*others, changed), key=lambda each: (each.arrived_at, each.request.request_id))
        return replace(self, asked=tuple(ordered))

    def refused(self, reason: str) -> "HeldScoreOffer":
        """After the marketplace refused it for good: the master key is forgotten too."""
        return replace(super().refused(reason), master_key=None)

    def end(self, ended: EndedOffer, reason: str) -> "HeldScoreOffer":
        """After the person ended it: the master key is forgotten, and nothing can be answered any more.

        Requests that wait, and keys still to be sent, come to nothing.
        """
        held = replace(self, ended=ended, document=None, master_key=None)
        for each in self.asked:
            if each.state is AskState.WAITING or each.waits_to_be_sent:
                held = held.with_asked(each.over(reason))
        return held

    def to_document(self) -> dict[str, Json]:
        """The offer as a document to be sealed."""
        key = self.master_key
        return {
            **super().to_document(),
            "inputs_digest": self.inputs_digest,
            "master_key": None if key is None else b64url_encode(encode_secret_key(key)),
            "asked": [each.to_document() for each in self.asked],
        }

    @classmethod
    def from_document(cls, document: object, row_id: str, revision: int) -> "HeldScoreOffer":
        """Read what `to_document` wrote.

        Raises:
            MalformedError: it has another form.
        """
        fields = Fields.of(document, "score offer")
        key = decode_secret_key(fields.binary("master_key")) if fields.has("master_key") else None
        held = cls(
            row_id=row_id,
            **read_shared(fields),
            terms=ScoreTerms.from_fields(fields.section("terms")),
            inputs_digest=fields.text("inputs_digest"),
            master_key=key,
            asked=tuple(AskedScore.from_fields(each) for each in fields.objects("asked", most=MOST_REQUESTS)),
            revision=revision,
        )
        fields.done()
        return held
