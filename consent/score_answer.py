"""What does a person's wallet answer to a request for a score?

Either a function key for exactly the weights that were asked, sealed to the request's own key, or a refusal
with its reason; signed with the holder key of the credential either way. The key is not believed: it is
checked against the weights and against the public key that stands in the offer, so that a wallet that lies
about a score is found out by whoever opens the answer.
"""

from dataclasses import dataclass, field
from datetime import datetime

from consent.errors import MismatchError
from consent.score_request import ScoreRequest, read_request_id
from consent.score_terms import ScoreRefusal
from consent.signed import read_consent_id, read_digest, read_signed
from crypto.encoding import Json, b64url_encode, canonical_json
from crypto.errors import MalformedError
from crypto.functional.als16 import FunctionalKey, MasterPublicKey
from crypto.functional.als16_wire import decode_function_key, encode_function_key
from crypto.linked.als16_link import verify_function_key
from crypto.reading import Fields, utc_text
from crypto.sealing import SealingKey, SealingPublicKey, open_sealed, seal
from crypto.signing import SigningKey, VerifyingKey
from ssi.jws import parse_jws, sign_jws

SCORE_ANSWER_TYP = "score-answer+jwt"
KEY_USE = "argonauta score key v1"
MOST_SEALED_BYTES = 10_000


@dataclass(frozen=True)
class ScoreAnswer:
    """One answer: `sealed` is the function key for the buyer, or `refusal` says why there is none."""

    request_id: str
    consent_id: str
    request_digest: str
    answered_at: datetime
    sealed: bytes | None = field(default=None, repr=False)
    refusal: ScoreRefusal | None = None

    def __post_init__(self) -> None:
        """Refuse an answer that is both or neither.

        Raises:
            MalformedError: it is.
        """
        if (self.sealed is None) == (self.refusal is None):
            raise MalformedError("score answer: expected either a sealed key or a reason")

    def to_json(self) -> dict[str, Json]:
        """The signed members."""
        return {
            "request_id": self.request_id,
            "consent_id": self.consent_id,
            "request_digest": self.request_digest,
            "answered_at": utc_text(self.answered_at),
            "sealed": None if self.sealed is None else b64url_encode(self.sealed),
            "refusal": None if self.refusal is None else self.refusal.value,
        }


def grant(request: ScoreRequest, key: FunctionalKey, *, at: datetime) -> ScoreAnswer:
    """The answer that hands a function key to the buyer.

    Raises:
        MalformedError: the result key of the request is a point of small order.
    """
    to = SealingPublicKey.from_bytes(request.result_key)
    sealed = seal(encode_function_key(key), to, context=key_context(request))
    return ScoreAnswer(request.request_id, request.consent_id, request.digest, at, sealed=sealed)


def refuse(request: ScoreRequest, refusal: ScoreRefusal, *, at: datetime) -> ScoreAnswer:
    """The answer that says no."""
    return ScoreAnswer(request.request_id, request.consent_id, request.digest, at, refusal=refusal)


def sign_score_answer(answer: ScoreAnswer, key: SigningKey) -> str:
    """Sign an answer with the holder key of the credential."""
    return sign_jws(answer.to_json(), key, typ=SCORE_ANSWER_TYP)


def verify_score_answer(token: str, holder_key: VerifyingKey, request: ScoreRequest) -> ScoreAnswer:
    """The answer that the holder of the credential gave to this very request.

    Raises:
        MalformedError: it is not a score answer.
        SignatureError: another key signed it, or a byte was changed.
        MismatchError: it answers another request.
    """
    fields = read_signed(token, holder_key, typ=SCORE_ANSWER_TYP, where="score answer")
    answer = _read(fields)
    named = (answer.request_id, answer.consent_id, answer.request_digest)
    if named != (request.request_id, request.consent_id, request.digest):
        raise MismatchError("score answer: it answers another request")
    return answer


def unverified_request_id(token: str) -> str:
    """The request that an answer claims to be about: only for finding the key to verify it.

    Raises:
        MalformedError: not a signed token that names a request.
    """
    return read_request_id(Fields(parse_jws(token, "score answer").payload, "score answer"))


def open_function_key(
    answer: ScoreAnswer,
    request: ScoreRequest,
    key_weights: tuple[int, ...],
    *,
    public_key: MasterPublicKey,
    result_key: SealingKey,
) -> FunctionalKey:
    """The function key in an answer, after these checks; the code carries the numbers.

    1. There is one, and it opens with the request's own key, for this request. 2. It has the form of one. 3.
    It is for exactly the weights that were asked. 4. It opens the sum of these weights under the public key
    in the offer, and no other number.

    Raises:
        MismatchError: the request was refused, or step 3 fails.
        SealError: step 1 fails.
        MalformedError: step 2 fails.
        ProofError: step 4 fails.
    """
    if answer.sealed is None:
        raise MismatchError("score answer: the request was refused")
    raw = open_sealed(answer.sealed, result_key, context=key_context(request))  # 1
    key = decode_function_key(raw)  # 2
    if key.weights != key_weights:  # 3
        raise MismatchError("score answer: the key is for other weights than were asked")
    return verify_function_key(public_key, key)  # 4


def key_context(request: ScoreRequest) -> bytes:
    """What a function key is sealed for: it opens for this request only."""
    return canonical_json({"use": KEY_USE, "request_id": request.request_id, "request": request.digest})


def _read(fields: Fields) -> ScoreAnswer:
    sealed = fields.binary("sealed") if fields.has("sealed") else None
    if sealed is not None and len(sealed) > MOST_SEALED_BYTES:
        raise MalformedError(f"{fields.where}.sealed: expected at most {MOST_SEALED_BYTES} bytes")
    answer = ScoreAnswer(
        request_id=read_request_id(fields),
        consent_id=read_consent_id(fields),
        request_digest=read_digest(fields, "request_digest"),
        answered_at=fields.moment("answered_at"),
        sealed=sealed,
        refusal=fields.choice("refusal", ScoreRefusal) if fields.has("refusal") else None,
    )
    fields.done()
    return answer
