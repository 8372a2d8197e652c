"""An offer of scores as the wallet keeps it: what was signed, its master key, and everything that was asked.

The master key opens any score of the record, so it is as secret as the record: it stands in the sealed
document, and is forgotten when the offer ends.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from consent.score_terms import ScoreTerms
from crypto.encoding import Json, b64url_encode
from crypto.functional.als16 import MasterSecretKey
from crypto.functional.als16_wire import decode_secret_key, encode_secret_key
from crypto.reading import Fields, utc_text
from wallet.domain.asked_score import AskedScore, AskState
from wallet.domain.held_consent import MAX_NOTICE, GivenReceipt
from wallet.errors import NotInWalletError

MOST_REQUESTS = 10_000


class ScoreOfferState(StrEnum):
    """How an offer stands for the person; the first two are still going, the others have ended."""

    SENDING = "sending"
    ACTIVE = "active"
    REFUSED = "refused"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"

    @property
    def is_active(self) -> bool:
        """Whether there is something to end."""
        return self in {ScoreOfferState.SENDING, ScoreOfferState.ACTIVE}


@dataclass(frozen=True)
class EndedOffer:
    """A signed withdrawal on its way to the marketplace."""

    signed: str = field(repr=False)
    at: datetime
    marketplace_told: bool = False


@dataclass(frozen=True)
class HeldScoreOffer:
    """One offer. `notice` are the words the person agreed to; `signed` is the consent she signed.

    `document` is what has to reach the marketplace, kept until it did; `inputs_digest` names its ciphertext.
    """

    row_id: str
    consent_id: str
    credential_id: str
    terms: ScoreTerms
    inputs_digest: str
    signed: str = field(repr=False)
    notice: str = field(repr=False)
    master_key: MasterSecretKey | None = field(repr=False)
    document: Json = field(default=None, repr=False, hash=False)
    receipt: GivenReceipt | None = None
    refusal: str | None = None
    ended: EndedOffer | None = None
    asked: tuple[AskedScore, ...] = ()
    refreshed_at: datetime | None = None
    revision: int = 0

    def state(self, now: datetime) -> ScoreOfferState:
        """How the offer stands at a moment."""
        if self.ended is not None:
            return ScoreOfferState.WITHDRAWN
        if self.refusal is not None:
            return ScoreOfferState.REFUSED
        if now >= self.terms.valid_until:
            return ScoreOfferState.EXPIRED
        return ScoreOfferState.SENDING if self.receipt is None else ScoreOfferState.ACTIVE

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

    def arrived(self, receipt: GivenReceipt) -> "HeldScoreOffer":
        """After the marketplace gave its receipt; what was to be sent is let go of."""
        return replace(self, document=None, receipt=receipt)

    def end(self, ended: EndedOffer) -> "HeldScoreOffer":
        """After the person ended it: the master key is forgotten, and nothing can be answered any more."""
        return replace(self, ended=ended, document=None, master_key=None)

    def to_document(self) -> dict[str, Json]:
        """The offer as a document to be sealed."""
        key = self.master_key
        return {
            "consent_id": self.consent_id,
            "credential_id": self.credential_id,
            "terms": self.terms.to_json(),
            "inputs_digest": self.inputs_digest,
            "signed": self.signed,
            "notice": self.notice,
            "master_key": None if key is None else b64url_encode(encode_secret_key(key)),
            "document": self.document,
            "receipt": self.receipt.to_document() if self.receipt else None,
            "refusal": self.refusal,
            "ended": None if self.ended is None else _ended_document(self.ended),
            "asked": [each.to_document() for each in self.asked],
            "refreshed_at": utc_text(self.refreshed_at) if self.refreshed_at else None,
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
            consent_id=fields.text("consent_id"),
            credential_id=fields.text("credential_id"),
            terms=ScoreTerms.from_fields(fields.section("terms")),
            inputs_digest=fields.text("inputs_digest"),
            signed=fields.text("signed"),
            notice=fields.text("notice", max_length=MAX_NOTICE),
            master_key=key,
            document=fields.any("document"),
            receipt=GivenReceipt.from_fields(fields.section("receipt")) if fields.has("receipt") else None,
            refusal=fields.text("refusal") if fields.has("refusal") else None,
            ended=_read_ended(fields.section("ended")) if fields.has("ended") else None,
            asked=tuple(AskedScore.from_fields(each) for each in fields.objects("asked", most=MOST_REQUESTS)),
            refreshed_at=fields.moment("refreshed_at") if fields.has("refreshed_at") else None,
            revision=revision,
        )
        fields.done()
        return held


def _ended_document(ended: EndedOffer) -> dict[str, Json]:
    return {"signed": ended.signed, "at": utc_text(ended.at), "marketplace_told": ended.marketplace_told}


def _read_ended(fields: Fields) -> EndedOffer:
    ended = EndedOffer(fields.text("signed"), fields.moment("at"), fields.boolean("marketplace_told"))
    fields.done()
    return ended
