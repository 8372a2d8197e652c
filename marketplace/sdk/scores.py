"""How does a program ask for a score of one consenting person, and open it?

    offers = list_score_offers(buyer, "exam/1")
    offer = check_score_offer(buyer, offers[0].consent_id)
    wish = ScoreWish({"exam_score": 2, "reading_score": 1}, Purpose.PERSONNEL_HIRING)
    asked = ask_score(buyer, offer, wish)
    wait_for_score(buyer, asked)
    score = collect_score(buyer, asked)      # opened, checked against the issuer's signature, confirmed

What is believed: the issuer's signature over the commitment, that the ciphertext holds exactly the committed
numbers, that the person's own key signed consent and answer, and that the function key opens the sum of the
weights that were asked and nothing else. The marketplace is believed in nothing.

The key that opens an answer is derived from the buyer's key file and the request's id, so there is one for
each request and nothing else to keep.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

from consent.errors import ConsentError
from consent.score_answer import ScoreAnswer, open_function_key, verify_score_answer
from consent.score_function import ScoreFunction
from consent.score_offer import ScoreOffer, VerifiedScoreOffer, verify_score_offer
from consent.score_request import ScoreRequest, sign_score_request, verify_score_request
from consent.score_wording import explain_score_refusal
from consent.vocabulary import Purpose
from crypto.errors import CryptoError
from crypto.reading import Fields
from crypto.sealing import SealingKey
from marketplace.sdk.buyer import MAX_CENTS, Buyer
from marketplace.sdk.direct import DirectKind, Progress, Tell, own_handle
from marketplace.sdk.errors import (
    LyingWalletError,
    OrderFailedError,
    ResultRefusedError,
)
from ssi.errors import CredentialError
from ssi.trust import TrustRegistry

USUAL_LIFETIME = timedelta(days=7)
MAX_TOKEN = 100_000
REQUESTS = DirectKind(
    path="score-requests",
    noun="request",
    done="answered",
    key_label="argonauta score result key v1",
    ready=frozenset({"answered", "settled"}),
    over=frozenset({"refused", "expired", "withdrawn", "disputed"}),
)
"""How the marketplace speaks of scores."""


@dataclass(frozen=True)
class ScoreWish:
    """What a buyer wants: weights by attribute, why, and optionally more than the least compensation."""

    weights: Mapping[str, int]
    purpose: Purpose
    compensation_cents: int | None = None
    valid_for: timedelta = USUAL_LIFETIME


@dataclass(frozen=True)
class AskedScore:
    """A request that was made; its id is all that is needed to come back to it."""

    request_id: str
    price_cents: int


@dataclass(frozen=True)
class OpenedScore:
    """An exact score, in the units of the attributes, of the record that `issuer` signed."""

    score: Decimal = field(repr=False)
    function: ScoreFunction
    issuer: str
    consent_id: str
    request_id: str


def ask_score(
    buyer: Buyer,
    offer: VerifiedScoreOffer,
    wish: ScoreWish,
    *,
    accept_cents: int | None = None,
    request_id: str | None = None,
) -> AskedScore:
    """Ask for a score under a checked offer, for at most `accept_cents`, by default whatever it costs.

    The request is made here and signed; for one id the same request is one request, so a caller that repeats
    it passes the id and the marketplace's refusal of another content is harmless.

    Raises:
        TermsError: the weights are no score of this data set.
        PeerError: the marketplace refuses: its kinds say why.
    """
    ScoreFunction(offer.data_set, wish.weights)
    registry, now = buyer.registry(), buyer.clock().replace(microsecond=0)
    own_id = request_id or str(uuid4())
    terms = offer.consent.terms
    offered = wish.compensation_cents
    request = ScoreRequest(
        request_id=own_id,
        consent_id=offer.consent.consent_id,
        inputs_digest=offer.consent.inputs_digest,
        buyer=own_handle(buyer),
        marketplace=registry.marketplace.id,
        data_set=terms.data_set,
        weights=dict(wish.weights),
        purpose=wish.purpose,
        compensation_cents=terms.compensation_cents if offered is None else offered,
        result_key=result_key(buyer, own_id).public.to_bytes(),
        issued_at=now,
        valid_until=now + wish.valid_for,
    )
    answer = REQUESTS.place(buyer, sign_score_request(request, buyer.keys.credential_key), accept_cents)
    return AskedScore(own_id, answer.section("price").integer("gross_cents", least=0, most=MAX_CENTS))


def score_progress(buyer: Buyer, asked: AskedScore) -> Progress:
    """How far a request is now."""
    return REQUESTS.progress(buyer, asked.request_id)


def wait_for_score(
    buyer: Buyer, asked: AskedScore, *, seconds: float = 900.0, every: float = 1.0, tell: Tell | None = None
) -> Progress:
    """Wait until the person has answered, telling each change.

    Raises:
        OrderFailedError: she refused, or the time ran out; the money is back, the reason says why.
        StillRunningError: she has not answered within `seconds`.
    """
    return REQUESTS.wait(buyer, asked.request_id, seconds=seconds, every=every, tell=tell)


def open_score(buyer: Buyer, asked: AskedScore) -> OpenedScore:
    """Fetch, check and open an answer, in this order; the code carries the numbers. Confirms nothing.

    1. The request is the one that we signed. 2. The offer holds, as it stood when we asked, and is the one
    that the request names. 3. The person signed the answer, to this request. 4. It is a key for the weights
    that we asked, and opens their sum and nothing else. 5. The sum is within what the data set allows.

    Raises:
        StillRunningError: there is no answer yet.
        OrderFailedError: the person refused, or the request came to nothing.
        ResultRefusedError: step 1, 2 or 3 fails.
        LyingWalletError: step 4 or 5 fails: the wallet is to blame, and a dispute proves it.
    """
    fields = REQUESTS.fetch(buyer, asked.request_id)
    REQUESTS.require_ready(fields, asked.request_id)
    registry = buyer.registry()
    try:
        request = _own_request(buyer, fields, registry, asked)  # 1
        offer = _offer_of(fields, request, registry)  # 2
        token = fields.text("answer", max_length=MAX_TOKEN)
        answer = verify_score_answer(token, offer.credential.holder_key, request)  # 3
    except (CryptoError, ConsentError, CredentialError) as error:
        raise ResultRefusedError(str(error)) from error
    if answer.refusal is not None:
        raise OrderFailedError(explain_score_refusal(answer.refusal, "en"), ())
    function = ScoreFunction(offer.data_set, request.weights)
    total = _opened(answer, request, offer, (function, result_key(buyer, request.request_id)))  # 4, 5
    return OpenedScore(
        score=function.in_units(total),
        function=function,
        issuer=offer.credential.issuer,
        consent_id=request.consent_id,
        request_id=request.request_id,
    )


def confirm_score(buyer: Buyer, asked: AskedScore) -> None:
    """Say that the score is right, which pays the person; again changes nothing."""
    REQUESTS.confirm(buyer, asked.request_id)


def dispute_score(buyer: Buyer, asked: AskedScore) -> bool:
    """Show the key of this one request to the marketplace; whether looking into the answer proved a lie.

    NOTE: where the wallet did not lie, whoever has the key can open this one score.
    """
    return REQUESTS.dispute(buyer, asked.request_id)


def collect_score(buyer: Buyer, asked: AskedScore) -> OpenedScore:
    """Open and confirm a score; if the wallet lied, dispute it.

    Raises:
        OrderFailedError: the person refused, or the wallet lied and the money is back.
        ResultRefusedError: the answer does not hold together for another reason; nothing is confirmed.
    """
    try:
        opened = open_score(buyer, asked)
    except LyingWalletError as error:
        if dispute_score(buyer, asked):
            raise OrderFailedError(str(error), ()) from error
        raise
    confirm_score(buyer, asked)
    return opened


def result_key(buyer: Buyer, request_id: str) -> SealingKey:
    """The key that opens the answer to one request; it says nothing about that of another."""
    return REQUESTS.key(buyer, request_id)


def _own_request(buyer: Buyer, fields: Fields, registry: TrustRegistry, asked: AskedScore) -> ScoreRequest:
    placed_at = fields.moment("placed_at")
    request = verify_score_request(
        fields.text("request", max_length=MAX_TOKEN),
        buyer.keys.credential_key.public,
        buyer=own_handle(buyer),
        marketplace=registry.marketplace.id,
        now=placed_at,
    )
    if request.request_id != asked.request_id:
        raise ResultRefusedError("the marketplace handed out another request than was asked for")
    return request


def _offer_of(fields: Fields, request: ScoreRequest, registry: TrustRegistry) -> VerifiedScoreOffer:
    offer = ScoreOffer.from_json(fields.any("offer"))
    verified = verify_score_offer(offer, registry, marketplace=registry.marketplace.id, now=request.issued_at)
    consent = verified.consent
    if (consent.consent_id, consent.inputs_digest) != (request.consent_id, request.inputs_digest):
        raise ResultRefusedError("the marketplace handed out another offer than the request is about")
    return verified


def _opened(
    answer: ScoreAnswer,
    request: ScoreRequest,
    offer: VerifiedScoreOffer,
    how: tuple[ScoreFunction, SealingKey],
) -> int:
    function, key = how
    low, high = function.bounds
    try:
        opened = open_function_key(
            answer, request, function.key_weights, public_key=offer.public_key, result_key=key
        )
        return opened.decrypt(offer.ciphertext, bound=high, least=low)
    except (CryptoError, ConsentError) as error:
        raise LyingWalletError(f"the wallet's answer is not a key for these weights: {error}") from error
