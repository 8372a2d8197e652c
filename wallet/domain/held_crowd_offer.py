"""An offer to take part in crowd sums as the wallet keeps it: what was signed, and every sum it came to."""

from dataclasses import dataclass, replace

from consent.crowd_terms import CrowdTerms
from crypto.encoding import Json
from crypto.reading import Fields
from wallet.domain.crowd_part import CrowdPart
from wallet.domain.held_offer import EndedOffer, HeldOffer, OfferState, read_shared

MOST_PARTS = 10_000

CrowdOfferState = OfferState
"""Offers of scores and offers to crowds stand in the same states."""


@dataclass(frozen=True, kw_only=True)
class HeldCrowdOffer(HeldOffer):
    """One offer, and the wallet's part in every sum under it."""

    terms: CrowdTerms
    parts: tuple[CrowdPart, ...] = ()

    @property
    def earned_cents(self) -> int:
        """What was paid for it so far."""
        return sum(each.payment.amount_cents for each in self.parts if each.payment is not None)

    @property
    def running(self) -> tuple[CrowdPart, ...]:
        """The sums in which the wallet still has something to do or to wait for."""
        return tuple(each for each in self.parts if not each.state.is_over)

    def part(self, order_id: str) -> CrowdPart | None:
        """The part in an order, if the wallet has one."""
        return next((each for each in self.parts if each.order.order_id == order_id), None)

    def with_part(self, changed: CrowdPart) -> "HeldCrowdOffer":
        """The offer with a new or changed part."""
        order_id = changed.order.order_id
        others = tuple(each for each in self.parts if each.order.order_id != order_id)
        ordered = sorted((*others, changed), key=lambda each: (each.arrived_at, each.order.order_id))
        return replace(self, parts=tuple(ordered))

    def end(self, ended: EndedOffer, reason: str) -> "HeldCrowdOffer":
        """After the person ended it: no further step is taken in any sum, and the seeds are forgotten."""
        held = replace(self, ended=ended, document=None)
        for part in self.running:
            held = held.with_part(part.over(reason))
        return held

    def to_document(self) -> dict[str, Json]:
        """The offer as a document to be sealed."""
        return {**super().to_document(), "parts": [each.to_document() for each in self.parts]}

    @classmethod
    def from_document(cls, document: object, row_id: str, revision: int) -> "HeldCrowdOffer":
        """Read what `to_document` wrote.

        Raises:
            MalformedError: it has another form.
        """
        fields = Fields.of(document, "crowd offer")
        held = cls(
            row_id=row_id,
            **read_shared(fields),
            terms=CrowdTerms.from_fields(fields.section("terms")),
            parts=tuple(CrowdPart.from_fields(each) for each in fields.objects("parts", most=MOST_PARTS)),
            revision=revision,
        )
        fields.done()
        return held
