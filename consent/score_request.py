"""Who asks for which score of whom, at what price, and how is the answer to be sealed?

A request is signed with the key of the buyer's organisation credential and sent with that credential and the
marketplace's receipt for the money held, so that the wallet believes neither of them without a signature. Its
id is a random UUID made by the buyer: it is the nonce that keeps one answer from standing for another
request, and each request has a result key of its own, so that showing one key opens one answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from consent.errors import ExpiredDocumentError, MismatchError
from consent.policy import MOST_COMPENSATION_CENTS
from consent.score_function import read_weights, weights_to_json
from consent.signed import MAX_ID, read_consent_id, read_digest, read_signed
from consent.vocabulary import Purpose
from crypto.encoding import Json, b64url_encode, digest_of
from crypto.errors import MalformedError
from crypto.reading import Fields, utc_text
from crypto.sealing import KEY_BYTES, SealingPublicKey
from crypto.signing import SigningKey, VerifyingKey
from ssi.jws import parse_jws, sign_jws

SCORE_REQUEST_TYP = "score-request+jwt"
MOST_LIFETIME = timedelta(days=14)


@dataclass(frozen=True)
class ScoreRequest:
    """One request. `inputs_digest` names the ciphertext that the buyer has checked.

    `compensation_cents` is what the person receives; `result_key` is an X25519 public key of 32 bytes, fresh
    for this request. It may be answered from `issued_at` until just before `valid_until`.
    """

    request_id: str
    consent_id: str
    inputs_digest: str
    buyer: str
    marketplace: str
    data_set: str
    weights: Mapping[str, int] = field(hash=False)
    purpose: Purpose
    compensation_cents: int
    result_key: bytes
    issued_at: datetime
    valid_until: datetime

    @property
    def digest(self) -> str:
        """The digest by which receipts and answers name the request."""
        return digest_of(self.to_json())

    def to_json(self) -> dict[str, Json]:
        """The signed members."""
        return {
            "request_id": self.request_id,
            "consent_id": self.consent_id,
            "inputs_digest": self.inputs_digest,
            "buyer": self.buyer,
            "marketplace": self.marketplace,
            "data_set": self.data_set,
            "weights": weights_to_json(self.weights),
            "purpose": self.purpose.value,
            "compensation_cents": self.compensation_cents,
            "result_key": b64url_encode(self.result_key),
            "issued_at": utc_text(self.issued_at),
            "valid_until": utc_text(self.valid_until),
        }


def sign_score_request(request: ScoreRequest, key: SigningKey) -> str:
    """Sign a request with the key of the buyer's organisation credential."""
    return sign_jws(request.to_json(), key, typ=SCORE_REQUEST_TYP)


def verify_score_request(
    token: str, buyer_key: VerifyingKey, *, buyer: str, marketplace: str, now: datetime
) -> ScoreRequest:
    """The request that a buyer signed for this marketplace.

    Raises:
        MalformedError: it is not a score request, may be answered for longer than 14 days, or names a result
            key of small order.
        SignatureError: another key signed it, or a byte was changed.
        MismatchError: it is of another buyer or for another marketplace.
        ExpiredDocumentError: it may not be answered at this moment.
    """
    request = _read(read_signed(token, buyer_key, typ=SCORE_REQUEST_TYP, where="score request"))
    if (request.buyer, request.marketplace) != (buyer, marketplace):
        raise MismatchError("score request: it is of another buyer or for another marketplace")
    if not request.issued_at <= now < request.valid_until:
        raise ExpiredDocumentError("score request: it cannot be answered at this moment")
    return request


def unverified_score_request(token: str) -> ScoreRequest:
    """The members of a request whose signature was checked before, or is about to be; believe nothing of it.

    Raises:
        MalformedError: it is not a score request.
    """
    return _read(Fields(parse_jws(token, "score request").payload, "score request"))


def is_request_id(text: str) -> bool:
    """Whether a text has the form of a request id: a UUID in small letters."""
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def read_request_id(fields: Fields, name: str = "request_id") -> str:
    """A request id.

    Raises:
        MalformedError: the member is missing or not a UUID in small letters.
    """
    request_id = fields.text(name, max_length=MAX_ID)
    if not is_request_id(request_id):
        raise MalformedError(f"{fields.where}.{name}: expected a UUID in small letters")
    return request_id


def _read(fields: Fields) -> ScoreRequest:
    request = ScoreRequest(
        request_id=read_request_id(fields),
        consent_id=read_consent_id(fields),
        inputs_digest=read_digest(fields, "inputs_digest"),
        buyer=fields.text("buyer", max_length=MAX_ID),
        marketplace=fields.text("marketplace", max_length=MAX_ID),
        data_set=fields.text("data_set", max_length=MAX_ID),
        weights=read_weights(fields, "weights"),
        purpose=fields.choice("purpose", Purpose),
        compensation_cents=fields.integer("compensation_cents", least=0, most=MOST_COMPENSATION_CENTS),
        result_key=fields.binary("result_key", length=KEY_BYTES),
        issued_at=fields.moment("issued_at"),
        valid_until=fields.moment("valid_until"),
    )
    fields.done()
    SealingPublicKey.from_bytes(request.result_key)  # a key that anybody could open is found here
    if not timedelta(0) < request.valid_until - request.issued_at <= MOST_LIFETIME:
        raise MalformedError(
            f"{fields.where}: expected a request that may be answered for up to {MOST_LIFETIME.days} days"
        )
    return request
