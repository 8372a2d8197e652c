"""What the marketplace tells about one offer of scores, and which of it holds.

Nothing is believed without a signature: a request by the key of the buyer's own credential, the money by the
marketplace's receipt for exactly this request, a payment by a receipt and a place in the public log.
"""

from dataclasses import dataclass, field
from datetime import datetime

from consent.errors import MismatchError
from consent.score_function import ScoreFunction
from consent.score_receipt import verify_score_receipt
from consent.score_request import verify_score_request
from crypto.encoding import Json
from crypto.errors import MalformedError
from crypto.reading import Fields
from ssi.credential import OrganisationCredential, verify_organisation
from ssi.dataset import data_set
from ssi.trust import TrustRegistry
from wallet.domain.asked_score import AskedScore
from wallet.domain.held_score_offer import HeldScoreOffer
from wallet.domain.history import MOST_USES, LoggedReceipt
from wallet.domain.kept_use import MAX_TOKEN, Payment
from wallet.domain.offer_news import EndedRequest, buyer_of, payment_of, require_money


@dataclass(frozen=True)
class DeliveredRequest:
    """A request as the marketplace delivers it, with the buyer's credential and the receipt for the money."""

    request: str = field(repr=False)
    credential: str = field(repr=False)
    escrow_receipt: str = field(repr=False)


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
            ended=tuple(EndedRequest.from_fields(each) for each in fields.objects("ended", most=MOST_USES)),
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
    require_money(delivered.escrow_receipt, market, request.request_id, request, "request")  # 4
    asked = AskedScore(delivered.request, buyer_of(buyer), now.replace(microsecond=0))
    return VerifiedRequest(asked, buyer)


def read_payment(
    logged: LoggedReceipt, held: HeldScoreOffer, registry: TrustRegistry
) -> tuple[AskedScore, Payment]:
    """The request that a receipt pays for, and the payment, whose place in the log is still pending.

    Raises:
        MalformedError, SignatureError: it is no receipt of the marketplace, or about another offer, score or
            amount.
        NotInWalletError: this wallet knows no such request.
    """
    receipt = verify_score_receipt(logged.receipt, registry.marketplace.verifying_key)
    if receipt.consent_id != held.consent_id:
        raise MalformedError("score receipt: it is about another consent")
    asked = held.find(receipt.request_id)
    return asked, payment_of(receipt, asked.request, where="score receipt", what="score")


def _request(fields: Fields) -> DeliveredRequest:
    return DeliveredRequest(
        *(fields.text(name, max_length=MAX_TOKEN) for name in ("request", "credential", "escrow_receipt"))
    )
