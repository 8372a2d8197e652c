"""What the marketplace tells about one offer to crowds, and which of it holds.

Nothing is believed without a signature: an order by the key of the buyer's own credential, the money by the
marketplace's receipt for exactly this order, the cohort by every member's own signature, a payment by a
receipt and a place in the public log.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from consent.crowd_cohort import JoinPapers
from consent.crowd_order import CrowdOrder, verify_crowd_order
from consent.crowd_receipt import verify_crowd_receipt
from consent.crowd_run import function_of
from consent.crowd_terms import MOST_PEOPLE
from consent.errors import MismatchError
from crypto.encoding import Json
from crypto.errors import MalformedError
from crypto.reading import Fields
from ssi.credential import OrganisationCredential, verify_organisation
from ssi.trust import TrustRegistry
from wallet.domain.crowd_part import CrowdPart
from wallet.domain.held_crowd_offer import HeldCrowdOffer
from wallet.domain.history import MOST_USES, LoggedReceipt
from wallet.domain.kept_use import MAX_TOKEN, Payment
from wallet.domain.offer_news import EndedRequest, buyer_of, payment_of, require_money
from wallet.domain.use import Buyer
from wallet.errors import NotInWalletError

MOST_SEALED = 1000


class Stage(StrEnum):
    """Where an order stands, by the marketplace's word."""

    JOINING = "joining"
    SHARING = "sharing"
    MASKING = "masking"
    REVEALING = "revealing"


@dataclass(frozen=True)
class DeliveredOrder:
    """An order as the marketplace delivers it, with the buyer's credential and the receipt for the money."""

    order: str = field(repr=False)
    credential: str = field(repr=False)
    escrow_receipt: str = field(repr=False)
    stage: Stage


@dataclass(frozen=True)
class CrowdNews:
    """The marketplace's account of an offer: what runs, what was paid, what came to nothing. Unchecked."""

    orders: tuple[DeliveredOrder, ...]
    uses: tuple[LoggedReceipt, ...]
    ended: tuple[EndedRequest, ...]

    @classmethod
    def from_json(cls, document: Json) -> "CrowdNews":
        """Read the answer of the marketplace.

        Raises:
            MalformedError: it does not have the promised form.
        """
        fields = Fields.of(document, "crowd news")
        return cls(
            orders=tuple(_order(each) for each in fields.objects("orders", most=MOST_USES)),
            uses=tuple(LoggedReceipt.from_fields(each) for each in fields.objects("uses", most=MOST_USES)),
            ended=tuple(EndedRequest.from_fields(each) for each in fields.objects("ended", most=MOST_USES)),
        )


@dataclass(frozen=True)
class CrowdPapers:
    """What a member needs for the round that an order is in. Unchecked.

    `cohort` is the marketplace's statement about `members`; `places` its word on who counts in this round,
    and `inbox` what they sealed to this member, by their places.
    """

    stage: Stage
    cohort: str = field(repr=False)
    members: tuple[JoinPapers, ...] = field(repr=False)
    places: str | None = field(default=None, repr=False)
    inbox: Mapping[int, bytes] = field(default_factory=dict, repr=False, hash=False)

    @classmethod
    def from_json(cls, document: Json) -> "CrowdPapers":
        """Read the answer of the marketplace.

        Raises:
            MalformedError: it does not have the promised form.
        """
        fields = Fields.of(document, "crowd papers")
        inbox = [_sealed(each) for each in fields.objects("inbox", most=MOST_PEOPLE)]
        return cls(
            stage=fields.choice("stage", Stage),
            cohort=fields.text("cohort", max_length=MAX_TOKEN),
            members=tuple(
                JoinPapers.from_fields(each) for each in fields.objects("members", most=MOST_PEOPLE)
            ),
            places=fields.text("places", max_length=MAX_TOKEN) if fields.has("places") else None,
            inbox=dict(inbox),
        )


@dataclass(frozen=True)
class VerifiedOrder:
    """An order that holds, who asks, and the credential whose standing has still to be asked for."""

    order: CrowdOrder
    buyer: Buyer
    credential: OrganisationCredential


def verify_delivered(
    delivered: DeliveredOrder, held: HeldCrowdOffer, registry: TrustRegistry, *, now: datetime
) -> VerifiedOrder:
    """The order, after these checks, in this order; the code carries the numbers.

    1. The buyer's credential is an organisation's, by a trusted issuer, unaltered and in its time. 2. The
    order is signed with that credential's key, for this marketplace, and open now. 3. It is a function of the
    record that is offered. 4. The marketplace holds the money for exactly this order, and what each person is
    to receive is what the buyer promised.

    Raises:
        CredentialError: step 1 fails. ExpiredDocumentError: it is over.
        MalformedError, SignatureError, MismatchError, TermsError: another step fails.
    """
    market = registry.marketplace
    buyer = verify_organisation(delivered.credential, registry, now=now)  # 1
    order = verify_crowd_order(
        delivered.order, buyer.holder_key, buyer=buyer.handle, marketplace=market.id, now=now
    )  # 2
    if order.data_set != held.terms.data_set:  # 3
        raise MismatchError("crowd order: it is about another data set than the offer")
    function_of(order)
    require_money(delivered.escrow_receipt, market, order.order_id, order, "order")  # 4
    return VerifiedOrder(order, buyer_of(buyer), buyer)


def read_crowd_payment(
    logged: LoggedReceipt, held: HeldCrowdOffer, registry: TrustRegistry
) -> tuple[CrowdPart, Payment]:
    """The part that a receipt pays for, and the payment, whose place in the log is still pending.

    Raises:
        MalformedError, SignatureError: it is no receipt of the marketplace, or about another offer, sum or
            amount.
        NotInWalletError: this wallet knows no such part.
    """
    receipt = verify_crowd_receipt(logged.receipt, registry.marketplace.verifying_key)
    if receipt.consent_id != held.consent_id:
        raise MalformedError("crowd receipt: it is about another consent")
    part = held.part(receipt.order_id)
    if part is None:
        raise NotInWalletError("Your wallet was not in this sum.")
    return part, payment_of(receipt, part.order, where="crowd receipt", what="sum")


def _order(fields: Fields) -> DeliveredOrder:
    return DeliveredOrder(
        order=fields.text("order", max_length=MAX_TOKEN),
        credential=fields.text("credential", max_length=MAX_TOKEN),
        escrow_receipt=fields.text("escrow_receipt", max_length=MAX_TOKEN),
        stage=fields.choice("stage", Stage),
    )


def _sealed(fields: Fields) -> tuple[int, bytes]:
    sealed = fields.binary("sealed")
    if len(sealed) > MOST_SEALED:
        raise MalformedError(f"{fields.where}.sealed: expected at most {MOST_SEALED} bytes")
    return fields.integer("place", least=0, most=MOST_PEOPLE - 1), sealed
