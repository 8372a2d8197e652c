"""How does a program buy a weighted sum over many people, and open it?

    wish = CrowdWish("exam/1", {"exam_score": 1}, Purpose.SCIENTIFIC_RESEARCH, people=50, floor=30,
                     epsilon=Decimal(2), compensation_cents=50)
    ordered = order_crowd(buyer, wish)
    wait_for_crowd(buyer, ordered)
    opened = collect_crowd(buyer, ordered)      # opened, held against what the wallets proved, confirmed

No computing node takes part: the wallets add up among themselves while the marketplace carries their
messages. It cannot open the sum. What is believed of it is that the members are people with records that
issuers signed, for which it signs; that is kept from a buyer, who may not learn who took part. What is
checked here is that the sum is that of the terms which the wallets proved, that enough of them are in it, and
how much noise it has.

The key that opens a sum is derived from the buyer's key file and the order's id, so there is one for each
order and nothing else to keep.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from urllib.parse import quote
from uuid import uuid4

from consent.crowd_order import CrowdOrder, sign_crowd_order, verify_crowd_order
from consent.crowd_release import CrowdMaterial, OpenedCrowd, open_crowd, verify_release
from consent.crowd_run import numbers_for
from consent.crowd_wording import describe_crowd_method
from consent.errors import ConsentError
from consent.score_function import ScoreFunction
from consent.vocabulary import Purpose
from crypto.errors import CryptoError
from crypto.reading import Fields
from crypto.sealing import SealingKey
from marketplace.sdk.buyer import API, MAX_CENTS, Buyer
from marketplace.sdk.direct import DirectKind, Progress, Tell, own_handle
from marketplace.sdk.errors import FeeBackError, OrderFailedError, ResultRefusedError, SpoiltSumError
from ssi.dataset import data_set
from ssi.errors import CredentialError
from ssi.trust import TrustRegistry

USUAL_JOINING = timedelta(days=7)
USUAL_ROUND = timedelta(days=2)
MAX_TOKEN = 100_000
ORDERS = DirectKind(
    path="crowd-orders",
    noun="order",
    done="done",
    key_label="argonauta crowd result key v1",
    ready=frozenset({"released", "settled"}),
    over=frozenset({"failed", "disputed"}),
)
"""How the marketplace speaks of sums over wallets."""


@dataclass(frozen=True)
class CrowdWish:
    """What a buyer wants: weights by attribute, over how many people, how exact, and why.

    `people` may take part at most, and at least `floor` are in the sum. `compensation_cents` is what each of
    them receives. Wallets may join for `joining`; each of the three rounds that follow lasts `round_length`
    at most, in whole seconds.
    """

    data_set: str
    weights: Mapping[str, int]
    purpose: Purpose
    people: int
    floor: int
    epsilon: Decimal
    compensation_cents: int
    joining: timedelta = USUAL_JOINING
    round_length: timedelta = USUAL_ROUND


@dataclass(frozen=True)
class CrowdSupply:
    """About how many people could be asked, in words, and the least price of one of them in cents."""

    people: str
    from_cents: int | None


@dataclass(frozen=True)
class OrderedCrowd:
    """An order that was placed; its id is all that is needed to come back to it.

    `most_cents` is what it costs if as many take part as may; whoever is not in the sum is not paid for.
    """

    order_id: str
    most_cents: int


def crowd_supply(buyer: Buyer, data_set: str) -> CrowdSupply:
    """About how many people could be asked for sums of a data set."""
    answer = buyer.client.get_json(f"{API}/crowd-offers?data_set={quote(data_set, safe='/')}")
    fields = Fields.of(answer, "supply")
    price = fields.section("from") if fields.has("from") else None
    least = None if price is None else price.integer("gross_cents", least=0, most=MAX_CENTS)
    return CrowdSupply(fields.section("people").text("text"), least)


def expected_noise(wish: CrowdWish, people: int) -> float:
    """The standard deviation of the noise in a sum over so many people, in the units of the attributes.

    Raises:
        TermsError, UnknownDataSetError: this cannot be computed.
    """
    function = ScoreFunction(data_set(wish.data_set), wish.weights)
    numbers = numbers_for(function, people, floor=min(wish.floor, people), epsilon=wish.epsilon)
    return numbers.noise_sd(people) * float(function.in_units(1) - function.in_units(0))


def order_crowd(
    buyer: Buyer, wish: CrowdWish, *, accept_cents: int | None = None, order_id: str | None = None
) -> OrderedCrowd:
    """Order a sum for at most `accept_cents`, by default whatever it costs.

    The order is made here and signed; for one id the same order is one order, so a caller that repeats it
    passes the id and the marketplace's refusal of another content is harmless.

    Raises:
        TermsError, UnknownDataSetError: the weights are no function of a known data set.
        PeerError: the marketplace refuses: its kinds say why.
    """
    ScoreFunction(data_set(wish.data_set), wish.weights)
    registry, now = buyer.registry(), buyer.clock().replace(microsecond=0)
    own_id = order_id or str(uuid4())
    order = CrowdOrder(
        order_id=own_id,
        buyer=own_handle(buyer),
        marketplace=registry.marketplace.id,
        data_set=wish.data_set,
        weights=dict(wish.weights),
        purpose=wish.purpose,
        people=wish.people,
        floor=wish.floor,
        epsilon=wish.epsilon,
        compensation_cents=wish.compensation_cents,
        result_key=crowd_key(buyer, own_id).public.to_bytes(),
        issued_at=now,
        join_until=now + wish.joining,
        round_seconds=round(wish.round_length.total_seconds()),
    )
    answer = ORDERS.place(buyer, sign_crowd_order(order, buyer.keys.credential_key), accept_cents)
    return OrderedCrowd(own_id, answer.integer("most_cents", least=0, most=MAX_CENTS))


def crowd_progress(buyer: Buyer, ordered: OrderedCrowd) -> Progress:
    """How far an order is now."""
    return ORDERS.progress(buyer, ordered.order_id)


def wait_for_crowd(
    buyer: Buyer,
    ordered: OrderedCrowd,
    *,
    seconds: float = 900.0,
    every: float = 1.0,
    tell: Tell | None = None,
) -> Progress:
    """Wait until the sum can be opened, telling each change.

    Raises:
        OrderFailedError: too few people joined or answered; the money is back, the reason says why.
        StillRunningError: it is not done within `seconds`.
    """
    return ORDERS.wait(buyer, ordered.order_id, seconds=seconds, every=every, tell=tell)


def open_sum(buyer: Buyer, ordered: OrderedCrowd) -> OpenedCrowd:
    """Fetch, check and open a sum, in this order; the code carries the numbers. Confirms nothing.

    1. The order is the one that we signed. 2. The marketplace signed for this material, and for as many
    people as are in it. 3. It opens, over enough people, to the sum of what the wallets proved.

    Raises:
        StillRunningError: it is not done yet.
        OrderFailedError: it came to nothing.
        ResultRefusedError: step 1 or 2 fails.
        SpoiltSumError: step 3 fails: a wallet spoiled it, which a dispute shows.
    """
    fields = ORDERS.fetch(buyer, ordered.order_id)
    ORDERS.require_ready(fields, ordered.order_id)
    registry = buyer.registry()
    try:
        order = _own_order(buyer, fields, registry, ordered)  # 1
        material = CrowdMaterial.from_json(fields.any("material"))
        token = fields.text("release", max_length=MAX_TOKEN)
        verify_release(token, registry.marketplace.verifying_key, order, material)  # 2
    except (CryptoError, ConsentError, CredentialError) as error:
        raise ResultRefusedError(str(error)) from error
    try:
        return open_crowd(material, order, crowd_key(buyer, order.order_id))  # 3
    except (CryptoError, ConsentError) as error:
        raise SpoiltSumError(f"the sum does not open to what was proven: {error}") from error


def confirm_crowd(buyer: Buyer, ordered: OrderedCrowd) -> None:
    """Say that the sum is right, which pays everybody; again changes nothing."""
    ORDERS.confirm(buyer, ordered.order_id)


def dispute_crowd(buyer: Buyer, ordered: OrderedCrowd) -> bool:
    """Show the key of this one order to the marketplace; whether it found that the sum does not open.

    NOTE: where the sum does open, whoever has the key can open this one sum.
    """
    return ORDERS.dispute(buyer, ordered.order_id)


def collect_crowd(buyer: Buyer, ordered: OrderedCrowd) -> OpenedCrowd:
    """Open and confirm a sum; if a wallet spoiled it, dispute it.

    Raises:
        FeeBackError: a member spoiled it: the people in it are paid, and only the platform's fee is back.
        OrderFailedError: it came to nothing and the money is back.
        ResultRefusedError: it does not hold together for another reason; nothing is confirmed.
    """
    try:
        opened = open_sum(buyer, ordered)
    except SpoiltSumError as error:
        if dispute_crowd(buyer, ordered):
            is_paid = crowd_progress(buyer, ordered).is_ready
            raise (FeeBackError if is_paid else OrderFailedError)(str(error), ()) from error
        raise
    confirm_crowd(buyer, ordered)
    return opened


def method_of(opened: OpenedCrowd, language: str = "en") -> str:
    """How the sum came about, and how far it is to be believed, in words to stand beside it.

    Raises:
        TermsError: there are no sentences in this language.
    """
    return describe_crowd_method(opened.people, language)


def crowd_key(buyer: Buyer, order_id: str) -> SealingKey:
    """The key that opens one sum; it says nothing about that of another order."""
    return ORDERS.key(buyer, order_id)


def _own_order(buyer: Buyer, fields: Fields, registry: TrustRegistry, ordered: OrderedCrowd) -> CrowdOrder:
    order = verify_crowd_order(
        fields.text("order", max_length=MAX_TOKEN),
        buyer.keys.credential_key.public,
        buyer=own_handle(buyer),
        marketplace=registry.marketplace.id,
        now=fields.moment("placed_at"),
    )
    if order.order_id != ordered.order_id:
        raise ResultRefusedError("the marketplace handed out another order than was placed")
    return order
