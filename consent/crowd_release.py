"""What does the marketplace hand to a buyer when the rounds are over, and what does it open to?

The buyer gets, by place, the ephemeral keys of the cohort, who shared and who was heard, and of the heard
their ciphertexts, terms and sealed words; and what at least `threshold` of them revealed. No credential, no
handle and no signature of a person is among it: a buyer learns how many took part and not who. The price of
that is stated where it belongs: that the members are people with signed records is what every wallet checked
of every other, and what the marketplace checked of each term; the buyer believes it of the marketplace, which
signs for it. What the buyer checks itself is that the sum is that of the terms.

The marketplace holds all of this too, apart from the result key. Without it the masked words stay closed, and
with them the sum.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final

from consent.crowd_message import open_word
from consent.crowd_order import CrowdOrder
from consent.crowd_run import numbers_of, run_of
from consent.crowd_terms import MOST_PEOPLE
from consent.errors import MismatchError
from consent.score_function import ScoreFunction
from consent.score_request import read_request_id
from consent.signed import read_digest, read_signed
from crypto.curve import ORDER, POINT_BYTES, SCALAR_BYTES, Point
from crypto.encoding import Json, b64url_encode, digest_of
from crypto.errors import MalformedError
from crypto.functional.one_label_collect import Collected, collect, collect_blinding
from crypto.functional.one_label_messages import Ciphertext, KeyShare, Revealed
from crypto.linked.one_label_link import open_terms
from crypto.reading import Fields, utc_text
from crypto.sealing import KEY_BYTES, SealingKey
from crypto.signing import SigningKey, VerifyingKey
from ssi.jws import sign_jws

RELEASE_TYP = "crowd-release+jwt"
_NORMAL_95: Final = 1.96
_MOST_BYTES: Final = 100_000


@dataclass(frozen=True)
class HeardPart:
    """What one member who was heard sent: c_i, S_i and its word, which is sealed to the buyer."""

    ciphertext: bytes = field(repr=False)
    term: bytes = field(repr=False)
    sealed: bytes = field(repr=False)


@dataclass(frozen=True)
class CrowdMaterial:
    """Everything that opens a sum, for whoever has the result key.

    `keys` are agreement and mask key of every member, by place; `partners` shared, `heard` sent words.
    """

    cohort_digest: str
    keys: tuple[tuple[bytes, bytes], ...] = field(repr=False)
    partners: frozenset[int]
    heard: Mapping[int, HeardPart] = field(repr=False, hash=False)
    revealed: tuple[bytes, ...] = field(repr=False)

    @property
    def digest(self) -> str:
        """The digest that the marketplace signs."""
        return digest_of(self.to_json())

    def to_json(self) -> dict[str, Json]:
        """The material as a document."""
        return {
            "cohort_digest": self.cohort_digest,
            "keys": [{"agreement": b64url_encode(a), "mask": b64url_encode(m)} for a, m in self.keys],
            "partners": sorted(self.partners),
            "heard": [
                {
                    "place": place,
                    "ciphertext": b64url_encode(part.ciphertext),
                    "term": b64url_encode(part.term),
                    "sealed": b64url_encode(part.sealed),
                }
                for place, part in sorted(self.heard.items())
            ],
            "revealed": [b64url_encode(each) for each in self.revealed],
        }

    @classmethod
    def from_json(cls, document: object) -> "CrowdMaterial":
        """Read what `to_json` wrote.

        Raises:
            MalformedError: a member is missing, unknown, too long or not of its form.
        """
        fields = Fields.of(document, "crowd material")
        keys = tuple(_keys(each) for each in fields.objects("keys", least=1, most=MOST_PEOPLE))
        heard = dict(_heard(each, len(keys)) for each in fields.objects("heard", most=MOST_PEOPLE))
        revealed = _binaries(fields, "revealed")
        material = cls(
            read_digest(fields, "cohort_digest"), keys, _places(fields, len(keys)), heard, revealed
        )
        fields.done()
        return material


@dataclass(frozen=True)
class CrowdRelease:
    """The marketplace's word: this material is of `people` verified people in a cohort of `size`."""

    order_id: str
    order_digest: str
    material_digest: str
    size: int
    people: int
    released_at: datetime

    def to_json(self) -> dict[str, Json]:
        """The signed members."""
        return {
            "order_id": self.order_id,
            "order_digest": self.order_digest,
            "material_digest": self.material_digest,
            "size": self.size,
            "people": self.people,
            "released_at": utc_text(self.released_at),
        }


def sign_release(release: CrowdRelease, key: SigningKey) -> str:
    """Sign a release with the marketplace's key."""
    return sign_jws(release.to_json(), key, typ=RELEASE_TYP)


def verify_release(
    token: str, marketplace_key: VerifyingKey, order: CrowdOrder, material: CrowdMaterial
) -> CrowdRelease:
    """The release of this order with exactly this material.

    Raises:
        MalformedError: it is not a release.
        SignatureError: another key signed it, or a byte was changed.
        MismatchError: it is about another order, or other material or people.
    """
    fields = read_signed(token, marketplace_key, typ=RELEASE_TYP, where="crowd release")
    release = CrowdRelease(
        order_id=read_request_id(fields, "order_id"),
        order_digest=read_digest(fields, "order_digest"),
        material_digest=read_digest(fields, "material_digest"),
        size=fields.integer("size", least=1, most=MOST_PEOPLE),
        people=fields.integer("people", least=1, most=MOST_PEOPLE),
        released_at=fields.moment("released_at"),
    )
    fields.done()
    named = (release.order_id, release.order_digest, release.material_digest)
    if named != (order.order_id, order.digest, material.digest):
        raise MismatchError("crowd release: it is about another order or other material")
    if (release.size, release.people) != (len(material.keys), len(material.heard)):
        raise MismatchError("crowd release: it is about other people than the material")
    return release


@dataclass(frozen=True)
class OpenedCrowd:
    """A sum in the units of the attributes.

    `value` is off by noise of the standard deviation `noise_sd`; `interval95` holds the sum without noise in
    95 of 100 cases. `people` are in it, `size` were in the cohort.
    """

    value: Decimal
    noise_sd: float
    interval95: tuple[float, float]
    people: int
    size: int
    function: ScoreFunction


def open_crowd(material: CrowdMaterial, order: CrowdOrder, key: SealingKey) -> OpenedCrowd:
    """The sum, after these checks, in this order; the code carries the numbers.

    1. The numbers of the order allow a cohort of this size, and enough people were heard. 2. Every word opens
    with the order's own key, for its place in this run. 3. Masks and ciphertexts give a possible result. 4.
    That result is the sum of the terms that were proven.

    Raises:
        MismatchError, TermsError: step 1 fails.
        SealError, MalformedError: step 2 fails.
        ShareError, ProtocolError, DecryptionError: step 3 fails.
        ProofError: step 4 fails: a wallet masked something else than its record.
    """
    numbers = numbers_of(order, len(material.keys))  # 1
    run = run_of(order, [agreement for agreement, _ in material.keys])
    digest = material.cohort_digest
    words = {
        place: _word(open_word(part.sealed, order, key, cohort_digest=digest, place=place))
        for place, part in material.heard.items()
    }  # 2
    collected = Collected(
        run=run,
        roster={place: mask for place, (_, mask) in enumerate(material.keys)},
        partners=material.partners,
        masked={place: share for place, (share, _) in words.items()},
        ciphertexts={place: Ciphertext.decode(part.ciphertext) for place, part in material.heard.items()},
    )
    revealed = [Revealed.decode(each) for each in material.revealed]
    total = collect(collected, revealed)  # 3
    blinding = collect_blinding(collected, revealed) + sum(own for _, own in words.values())
    open_terms([Point.from_bytes(part.term) for part in material.heard.values()], total, blinding)  # 4
    return _opened(
        total,
        len(material.heard),
        numbers.noise_sd(len(material.heard)),
        numbers.function,
        run.function.cohort.size,
    )


def word_bytes(share: KeyShare, own: int) -> bytes:
    """A masked key share and the scalar beside it, to be sealed: 44 and 32 bytes."""
    return share.encode() + own.to_bytes(SCALAR_BYTES, "big")


def _word(raw: bytes) -> tuple[KeyShare, int]:
    share, own = KeyShare.decode(raw[:-SCALAR_BYTES]), int.from_bytes(raw[-SCALAR_BYTES:], "big")
    if own >= ORDER:
        raise MalformedError("crowd word: the scalar is not reduced")
    return share, own


def _opened(total: int, people: int, noise: float, function: ScoreFunction, size: int) -> OpenedCrowd:
    origin, step = function.in_units(0), function.in_units(1) - function.in_units(0)
    value, noise_sd = total * step + people * origin, noise * float(step)
    margin = _NORMAL_95 * noise_sd
    return OpenedCrowd(
        value, noise_sd, (float(value) - margin, float(value) + margin), people, size, function
    )


def _keys(fields: Fields) -> tuple[bytes, bytes]:
    pair = fields.binary("agreement", length=KEY_BYTES), fields.binary("mask", length=KEY_BYTES)
    fields.done()
    return pair


def _heard(fields: Fields, size: int) -> tuple[int, HeardPart]:
    place = fields.integer("place", least=0, most=size - 1)
    part = HeardPart(
        _bounded(fields, "ciphertext"), fields.binary("term", length=POINT_BYTES), _bounded(fields, "sealed")
    )
    fields.done()
    return place, part


def _places(fields: Fields, size: int) -> frozenset[int]:
    entries = fields.entries("partners", most=MOST_PEOPLE)
    if not all(isinstance(each, int) and not isinstance(each, bool) and 0 <= each < size for each in entries):
        raise MalformedError(f"{fields.where}.partners: expected places of the cohort")
    return frozenset(each for each in entries if isinstance(each, int))


def _binaries(fields: Fields, name: str) -> tuple[bytes, ...]:
    texts = fields.texts(name, most=MOST_PEOPLE, max_length=_MOST_BYTES)
    numbered = Fields({str(at): text for at, text in enumerate(texts)}, f"{fields.where}.{name}")
    return tuple(_bounded(numbered, str(at)) for at in range(len(texts)))


def _bounded(fields: Fields, name: str) -> bytes:
    raw = fields.binary(name)
    if len(raw) > _MOST_BYTES:
        raise MalformedError(f"{fields.where}.{name}: expected at most {_MOST_BYTES} bytes")
    return raw
