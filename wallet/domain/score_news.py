"""What the marketplace tells about one offer of scores, and which of it holds.

Nothing is believed without a signature: a request by the key of the buyer's own credential, the money by the
marketplace's receipt for exactly this request, a payment by a receipt and a place in the public log.
"""

from dataclasses import dataclass, field
from datetime import datetime

from consent.errors import MismatchError
from consent.order import verify_escrow_receipt
from consent.score_function import ScoreFunction
from consent.score_receipt import verify_score_receipt
from consent.score_request import verify_score_request
from consent.vocabulary import RecipientKind
from crypto.encoding import Json
from crypto.errors import MalformedError
from crypto.reading import Fields
from ssi.credential import OrganisationCredential, verify_organisation
from ssi.dataset import data_set
from ssi.trust import TrustRegistry
from wallet.domain.asked_score import MAX_TOKEN, AskedScore, Payment
from wallet.domain.held_score_offer import HeldScoreOffer
from wallet.domain.history import MOST_USES, LoggedReceipt
from wallet.domain.use import Buyer, Proof

MAX_ID = 500
MAX_REASON = 1000


@dataclass(frozen=True)
class DeliveredRequest:
    """A request as the marketplace delivers it, with the buyer's credential and the receipt for the money."""

    request: str = field(repr=False)
    credential: str = field(repr=False)
    escrow_receipt: str = field(repr=False)


@dataclass(frozen=True)
class EndedRequest:
    """A request that came to nothing, by the marketplace's word."""

    request_id: str
    reason: str


@dataclass(frozen=True)
class ScoreNews:
    """The marketplace's account of an offer: what waits, what was paid, what came to nothing. Unchecked."""

    requests: tuple[DeliveredRequest, ...]
    uses: tuple[LoggedReceipt, ...]
    ended: tuple[EndedRequest, ...]

    @classmethod
    def from_json(cls, document: Json) -> "ScoreNews":
        """Read the answer of the marketplace.

        Raises:
            MalformedError: it does not have the promised form.
        """
        fields = Fields.of(document, "score news")
        return cls(
            requests=tuple(_request(each) for each in fields.objects("requests", most=MOST_USES)),
            uses=tuple(LoggedReceipt.from_fields(each) for each in fields.objects("uses", most=MOST_USES)),
            ended=tuple(_ended(each) for each in fields.objects("ended", most=MOST_USES)),
        )


@dataclass(frozen=True)
class VerifiedRequest:
    """A request that holds, and the credential whose standing has still to be asked for."""

    asked: AskedScore
    credential: OrganisationCredential


def verify_request(
    delivered: DeliveredRequest, held: HeldScoreOffer, registry: TrustRegistry, *, now: datetime
) -> VerifiedRequest:
    """The request, after these checks, in this order; the code carries the numbers.

    1. The buyer's credential is an organisation's, by a trusted issuer, unaltered and in its time. 2. The
    request is signed with that credential's key, for this marketplace, and can be answered now. 3. It is
    about this offer, exactly its ciphertext, and numbers of its data set. 4. The marketplace holds the money
    for exactly this request, and what this person is to receive is what the buyer promised.

    Raises:
        CredentialError: step 1 fails. ExpiredDocumentError: it cannot be answered any more.
        MalformedError, SignatureError, MismatchError, TermsError: another step fails.
    """
    market = registry.marketplace
    buyer = verify_organisation(delivered.credential, registry, now=now)  # 1
    request = verify_score_request(
        delivered.request, buyer.holder_key, buyer=buyer.handle, marketplace=market.id, now=now
    )  # 2
    about = (request.consent_id, request.inputs_digest, request.data_set)
    if about != (held.consent_id, held.inputs_digest, held.terms.data_set):  # 3
        raise MismatchError("score request: it is about another offer or ciphertext")
    ScoreFunction(data_set(request.data_set), request.weights)
    receipt = verify_escrow_receipt(
        delivered.escrow_receipt,
        market.verifying_key,
        order_id=request.request_id,
        query_digest=request.digest,
    )  # 4
    if receipt.compensation_cents != request.compensation_cents:
        raise MismatchError("escrow receipt: it promises another compensation than the request")
    kind = Fields({"kind": buyer.kind}, "credential").choice("kind", RecipientKind)
    named = Buyer(buyer.name, kind, buyer.country)
    return VerifiedRequest(AskedScore(delivered.request, named, now.replace(microsecond=0)), buyer)


def read_payment(
    logged: LoggedReceipt, held: HeldScoreOffer, registry: TrustRegistry
) -> tuple[AskedScore, Payment]:
    """The request that a receipt pays for, and the payment, whose place in the log is still pending.

    Raises:
        MalformedError, SignatureError: it is no receipt of the marketplace, or about another offer.
        NotInWalletError: this wallet knows no such request.
    """
    receipt = verify_score_receipt(logged.receipt, registry.marketplace.verifying_key)
    if receipt.consent_id != held.consent_id:
        raise MalformedError("score receipt: it is about another consent")
    asked = held.find(receipt.request_id)
    if (receipt.purpose, dict(receipt.weights)) != (asked.request.purpose, dict(asked.weights)):
        raise MalformedError("score receipt: it is for another score than was asked")
    payment = Payment(receipt.amount_cents, receipt.used_at, receipt.log_index, Proof.PENDING)
    return asked, payment


def verify_payment(
    logged: LoggedReceipt, asked: AskedScore, payment: Payment, registry: TrustRegistry
) -> str:
    """The checkpoint under which the log holds this very payment.

    Raises:
        MalformedError: the entry is about something else, or stands elsewhere.
        MismatchError, SignatureError, ProofError: the proof is of another entry, log or place.
    """
    body, request = logged.entry.body, asked.request
    told = (body.get("request_id"), body.get("consent_id"), body.get("amount_cents"))
    if told != (request.request_id, request.consent_id, payment.amount_cents):
        raise MalformedError("log entry: it is about something else than the receipt")
    if logged.proof.index != payment.log_index:
        raise MalformedError("log entry: it stands elsewhere than the receipt says")
    market = registry.marketplace
    logged.proof.verify_entry(logged.entry, market.id, market.verifying_key)
    return logged.proof.checkpoint


def _request(fields: Fields) -> DeliveredRequest:
    return DeliveredRequest(
        *(fields.text(name, max_length=MAX_TOKEN) for name in ("request", "credential", "escrow_receipt"))
    )


def _ended(fields: Fields) -> EndedRequest:
    return EndedRequest(
        fields.text("request_id", max_length=MAX_ID), fields.text("reason", max_length=MAX_REASON)
    )
