"""What does a wallet say in each round of a crowd sum, and what is it told by the marketplace?

A message is signed with the holder key of the member's credential and names order and cohort, so it counts in
no other run. In three rounds a wallet sends

- SHARING: its two secrets, cut and sealed to every other member;
- MASKING: its encrypted numbers, the proof about them (`crypto.linked.one_label_link`), and its masked key
  share, sealed to the buyer with the scalar that hides the sum from everybody else;
- REVEALING: for everybody who shared, one of two secrets.

In any round it may say LEAVING with a reason, so that nobody waits for it.

*Places* are the marketplace's signed word on who shared, and later on who was heard. A wallet answers one
such word in each round and keeps it: two different ones with the marketplace's signature prove that it told
different wallets different things.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from consent.crowd_order import CrowdOrder
from consent.crowd_terms import MOST_PEOPLE, CrowdRefusal
from consent.errors import MismatchError
from consent.score_request import read_request_id
from consent.signed import read_consent_id, read_digest, read_signed
from crypto.encoding import Json, b64url_encode, canonical_json
from crypto.errors import MalformedError
from crypto.reading import Fields
from crypto.sealing import SealingKey, SealingPublicKey, open_sealed, seal
from crypto.signing import SigningKey, VerifyingKey
from ssi.jws import parse_jws, sign_jws

MESSAGE_TYP = "crowd-message+jwt"
PLACES_TYP = "crowd-places+jwt"
CIPHERTEXT, TERM, SEALED, REVEALED = "ciphertext", "term", "sealed", "revealed"
_WORD_USE: Final = "argonauta crowd word v1"
_MOST_PART_BYTES: Final = 40_000
_MOST_PARTS: Final = MOST_PEOPLE
_MAX_PART_NAME: Final = 20


class Round(StrEnum):
    """Which round a message belongs to."""

    SHARING = "sharing"
    MASKING = "masking"
    REVEALING = "revealing"
    LEAVING = "leaving"


_PARTS: Final[Mapping[Round, frozenset[str]]] = {
    Round.MASKING: frozenset({CIPHERTEXT, TERM, SEALED}),
    Round.REVEALING: frozenset({REVEALED}),
    Round.LEAVING: frozenset(),
}


@dataclass(frozen=True)
class CrowdMessage:
    """What one member says in one round; `parts` are bytes by name, in SHARING by the receiver's place."""

    order_id: str
    cohort_digest: str
    consent_id: str
    round: Round
    parts: Mapping[str, bytes] = field(default_factory=dict, repr=False, hash=False)
    refusal: CrowdRefusal | None = None

    def __post_init__(self) -> None:
        """Refuse parts that are not those of the round.

        Raises:
            MalformedError: they are not.
        """
        expected = _PARTS.get(self.round)
        names = frozenset(self.parts)
        fits = all(map(_is_place, names)) if expected is None else names == expected
        if not fits or (self.refusal is not None) != (self.round is Round.LEAVING):
            raise MalformedError("crowd message: expected the parts of its round")

    @property
    def sealed_to(self) -> dict[int, bytes]:
        """In SHARING, what is sealed to whom, by place."""
        return {int(place): sealed for place, sealed in self.parts.items()}

    def to_json(self) -> dict[str, Json]:
        """The signed members."""
        return {
            "order_id": self.order_id,
            "cohort_digest": self.cohort_digest,
            "consent_id": self.consent_id,
            "round": self.round.value,
            "parts": {name: b64url_encode(part) for name, part in self.parts.items()},
            "refusal": None if self.refusal is None else self.refusal.value,
        }


def sign_message(message: CrowdMessage, key: SigningKey) -> str:
    """Sign a message with the holder key of the member's credential."""
    return sign_jws(message.to_json(), key, typ=MESSAGE_TYP)


def verify_message(
    token: str, holder_key: VerifyingKey, *, order_id: str, cohort_digest: str, consent_id: str
) -> CrowdMessage:
    """The message that a member signed in this run.

    Raises:
        MalformedError: it is not a crowd message, or its parts are not those of its round.
        SignatureError: another key signed it, or a byte was changed.
        MismatchError: it is of another run or member.
    """
    fields = read_signed(token, holder_key, typ=MESSAGE_TYP, where="crowd message")
    message = _read_message(fields)
    named = (message.order_id, message.cohort_digest, message.consent_id)
    if named != (order_id, cohort_digest, consent_id):
        raise MismatchError("crowd message: it is of another run or member")
    return message


def unverified_sender(token: str) -> tuple[str, str]:
    """Order and consent that a message claims to be about: only for finding the key to verify it.

    Raises:
        MalformedError: not a signed token that names them.
    """
    fields = Fields(parse_jws(token, "crowd message").payload, "crowd message")
    return read_request_id(fields, "order_id"), read_consent_id(fields)


@dataclass(frozen=True)
class Places:
    """Who counts in a round: in MASKING who shared, in REVEALING who was heard."""

    order_id: str
    cohort_digest: str
    round: Round
    places: frozenset[int]

    def to_json(self) -> dict[str, Json]:
        """The signed members."""
        return {
            "order_id": self.order_id,
            "cohort_digest": self.cohort_digest,
            "round": self.round.value,
            "places": [str(place) for place in sorted(self.places)],
        }


def sign_places(places: Places, key: SigningKey) -> str:
    """Sign who counts, with the marketplace's key."""
    return sign_jws(places.to_json(), key, typ=PLACES_TYP)


def verify_places(
    token: str, marketplace_key: VerifyingKey, *, order_id: str, cohort_digest: str, round: Round
) -> Places:
    """Who counts in a round of this run, as the marketplace signed it.

    Raises:
        MalformedError: it is no such word, or the places are not in their one form.
        SignatureError: another key signed it, or a byte was changed.
        MismatchError: it is about another run or round.
    """
    fields = read_signed(token, marketplace_key, typ=PLACES_TYP, where="crowd places")
    named = read_request_id(fields, "order_id"), read_digest(fields, "cohort_digest")
    told = fields.choice("round", Round)
    texts = fields.texts("places", most=MOST_PEOPLE)
    fields.done()
    if not all(map(_is_place, texts)) or sorted(set(map(int, texts))) != list(map(int, texts)):
        raise MalformedError("crowd places: expected places in ascending order")
    if (*named, told) != (order_id, cohort_digest, round):
        raise MismatchError("crowd places: they are about another run or round")
    return Places(*named, told, frozenset(map(int, texts)))


def seal_word(word: bytes, order: CrowdOrder, *, cohort_digest: str, place: int) -> bytes:
    """Seal a masked key share and its scalar to the buyer, for this place in this run.

    Raises:
        MalformedError: the result key of the order is a point of small order.
    """
    to = SealingPublicKey.from_bytes(order.result_key)
    return seal(word, to, context=_word_context(order, cohort_digest, place))


def open_word(sealed: bytes, order: CrowdOrder, key: SealingKey, *, cohort_digest: str, place: int) -> bytes:
    """What `seal_word` sealed.

    Raises:
        SealError: it was sealed to another key, place or run.
    """
    return open_sealed(sealed, key, context=_word_context(order, cohort_digest, place))


def _word_context(order: CrowdOrder, cohort_digest: str, place: int) -> bytes:
    return canonical_json({"use": _WORD_USE, "order": order.digest, "cohort": cohort_digest, "place": place})


def _read_message(fields: Fields) -> CrowdMessage:
    named = fields.any("parts")
    names = list(named) if isinstance(named, Mapping) else []
    if len(names) > _MOST_PARTS or not all(0 < len(name) <= _MAX_PART_NAME for name in names):
        raise MalformedError(f"{fields.where}.parts: expected at most {_MOST_PARTS} parts")
    section = fields.section("parts")
    parts = {name: section.binary(name) for name in names}
    if any(len(part) > _MOST_PART_BYTES for part in parts.values()):
        raise MalformedError(f"{fields.where}.parts: expected at most {_MOST_PART_BYTES} bytes each")
    message = CrowdMessage(
        order_id=read_request_id(fields, "order_id"),
        cohort_digest=read_digest(fields, "cohort_digest"),
        consent_id=read_consent_id(fields),
        round=fields.choice("round", Round),
        parts=parts,
        refusal=fields.choice("refusal", CrowdRefusal) if fields.has("refusal") else None,
    )
    fields.done()
    return message


def _is_place(text: str) -> bool:
    return text.isascii() and text.isdigit() and str(int(text)) == text and int(text) < MOST_PEOPLE
