"""What the marketplace tells about any offer of weighted sums, and what is checked whatever the kind of sum.

`wallet.domain.score_news` and `wallet.domain.crowd_news` read the two kinds of news.
"""

from dataclasses import dataclass

from consent.crowd_order import CrowdOrder
from consent.errors import MismatchError
from consent.order import verify_escrow_receipt
from consent.score_request import ScoreRequest
from consent.vocabulary import RecipientKind
from consent.weighed_receipt import WeighedReceipt
from crypto.errors import MalformedError
from crypto.reading import Fields
from ssi.credential import OrganisationCredential
from ssi.trust import TrustRegistry
from ssi.trust_entries import MarketplaceEntry
from wallet.domain.history import LoggedReceipt
from wallet.domain.kept_use import Payment
from wallet.domain.use import Buyer, Proof

MAX_ID = 500
MAX_REASON = 1000


@dataclass(frozen=True)
class EndedRequest:
    """A request that came to nothing, by the marketplace's word."""

    request_id: str
    reason: str

    @classmethod
    def from_fields(cls, fields: Fields) -> "EndedRequest":
        """Read one request that came to nothing.

        Raises:
            MalformedError: it does not have the promised form.
        """
        return cls(fields.text("request_id", max_length=MAX_ID), fields.text("reason", max_length=MAX_REASON))


def require_money(
    token: str, market: MarketplaceEntry, request_id: str, signed: ScoreRequest | CrowdOrder, what: str
) -> None:
    """Return only if the marketplace holds the money for exactly this, and pays what the buyer promised.

    `what` is how errors name what the buyer signed.

    Raises:
        MalformedError, SignatureError: it is no receipt of the marketplace.
        MismatchError: it is for something else, or promises another compensation.
    """
    receipt = verify_escrow_receipt(
        token, market.verifying_key, order_id=request_id, query_digest=signed.digest
    )
    if receipt.compensation_cents != signed.compensation_cents:
        raise MismatchError(f"escrow receipt: it promises another compensation than the {what}")


def buyer_of(credential: OrganisationCredential) -> Buyer:
    """Who asks, by a verified credential.

    Raises:
        MalformedError: the kind of organisation is not known here.
    """
    kind = Fields({"kind": credential.kind}, "credential").choice("kind", RecipientKind)
    return Buyer(credential.name, kind, credential.country, credential.handle)


def payment_of(
    receipt: WeighedReceipt, signed: ScoreRequest | CrowdOrder, *, where: str, what: str
) -> Payment:
    """The payment that a receipt names for what was asked; its place in the log is still pending.

    Raises:
        MalformedError: it is about something else than was asked, or about another amount.
    """
    if (receipt.purpose, dict(receipt.weights)) != (signed.purpose, dict(signed.weights)):
        raise MalformedError(f"{where}: it is for another {what} than was asked")
    if receipt.amount_cents != signed.compensation_cents:
        raise MalformedError(f"{where}: it is about another amount than was promised")
    return Payment(receipt.amount_cents, receipt.used_at, receipt.log_index, Proof.PENDING)


def verify_payment(
    logged: LoggedReceipt, payment: Payment, registry: TrustRegistry, *, request_id: str, consent_id: str
) -> str:
    """The checkpoint under which the log holds this very payment.

    Raises:
        MalformedError: the entry is about something else, or stands elsewhere.
        MismatchError, SignatureError, ProofError: the proof is of another entry, log or place.
    """
    body = logged.entry.body
    told = (body.get("request_id"), body.get("consent_id"), body.get("amount_cents"))
    if told != (request_id, consent_id, payment.amount_cents):
        raise MalformedError("log entry: it is about something else than the receipt")
    if logged.proof.index != payment.log_index:
        raise MalformedError("log entry: it stands elsewhere than the receipt says")
    market = registry.marketplace
    logged.proof.verify_entry(logged.entry, market.id, market.verifying_key)
    return logged.proof.checkpoint
