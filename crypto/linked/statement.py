"""What is claimed: that a ciphertext holds chosen columns of a committed record; three equations say it.

Witness: ρ and x_1 … x_m, which open the signed commitment, and one mask R. With weights e_j,

    (1)  C = ρ·H + Σ x_j·G_j        over all columns,
    (2)  P = R·G,
    (3)  Q = (Σ e_j x_j)·G + R·K    over the chosen ones,

where an encryption scheme says what the points P, Q and the key K are: sums of its ciphertext's and key's
points, each times a weight.

Why one equation is enough for many ciphertexts. The weights are 128 bits each, expanded from a hash of
everything that is claimed: context, domain, columns, key, C and the ciphertext. So all of that is fixed
before they are known, and so are x, by C, which binds, and the masks of the ciphertext, by its first points.
If a chosen column differs from its ciphertext by a point d_j that is not infinity, (2) and (3) together ask
for Σ e_j d_j = 0, which random weights fulfil with probability 2^-128 (Bellare, Garay, Rabin, Eurocrypt 1998,
the test applied to the statement). Equation (1) must stand alone: joined to the others with a weight, it
would leave the prover a number to choose after the weights.

The weights are this statement's own and equal for prover and verifier; a weight of 1 for all, or weights that
do not depend on the ciphertext, would let two errors cancel.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Generic, NamedTuple, TypeVar

from crypto.base_point import BASE
from crypto.commitments import generators
from crypto.curve import ORDER, Point
from crypto.encoding import sha256
from crypto.errors import OutOfRangeError
from crypto.linked.preimage import Equation, Form, Statement, Term, Weighted
from crypto.linked.proof import MAX_RESPONSES, Proof
from crypto.randomness import expand

MAX_COLUMNS: Final = MAX_RESPONSES - 2
_MAX_TEXT_BYTES: Final = 0xFFFF
_TAG: Final = b"argonauta linked ciphertext v1"
_WEIGHT_LABEL: Final = "argonauta linked ciphertext weights v1"
_WEIGHT_BYTES: Final = 16

CiphertextT = TypeVar("CiphertextT")


@dataclass(frozen=True)
class Context:
    """What a proof is made for besides its points, in the verifier's words: it fails for any other.

    The consent names person and purpose; data set and schema say what the columns mean. Ids or digests, none
    of them empty.
    """

    consent: str
    dataset: str
    schema: str

    def __post_init__(self) -> None:
        self.encode()

    def encode(self) -> bytes:
        """Each text with its length, 2 bytes.

        Raises:
            OutOfRangeError: a text is empty, longer than 65535 bytes or not Unicode.
        """
        return b"".join(map(_text_bytes, (self.consent, self.dataset, self.schema)))


@dataclass(frozen=True)
class Terms:
    """Of which record, and for what: `chosen` are the places, ascending, among `columns` of a domain.

    `domain` and `columns` are those of `crypto.commitments`: a verifier takes them from the schema, never
    from the sender, since commitments to (1, 2) and (1, 2, 0) are equal.
    """

    context: Context
    domain: str
    columns: int
    chosen: tuple[int, ...]

    def __post_init__(self) -> None:
        if not 1 <= self.columns <= MAX_COLUMNS:
            raise OutOfRangeError(f"expected 1 to {MAX_COLUMNS} columns, got {self.columns}")
        ascending = all(low < high for low, high in zip(self.chosen, self.chosen[1:], strict=False))
        if not self.chosen or not ascending or self.chosen[0] < 0 or self.chosen[-1] >= self.columns:
            raise OutOfRangeError(f"expected ascending places below {self.columns} of the chosen columns")
        _text_bytes(self.domain)

    def encode(self) -> bytes:
        """Context, domain, number of columns (2 bytes), of chosen ones and their places (2 bytes each)."""
        numbers = (self.columns, len(self.chosen), *self.chosen)
        places = b"".join(number.to_bytes(2, "big") for number in numbers)
        return self.context.encode() + _text_bytes(self.domain) + places

    def chosen_of(self, values: Sequence[int]) -> list[int]:
        """What stands in the chosen columns of a record.

        Raises:
            OutOfRangeError: the record has not as many columns as these terms say.
        """
        if len(values) != self.columns:
            raise OutOfRangeError(f"expected a record of {self.columns} columns, got {len(values)}")
        return [values[place] for place in self.chosen]


@dataclass(frozen=True)
class LinkedCiphertext(Generic[CiphertextT]):
    """What one person sends, as a verifier holds it: `terms` are its own, `commitment` the issuer's."""

    terms: Terms
    commitment: Point
    ciphertext: CiphertextT
    proof: Proof


class Joined(NamedTuple):
    """A ciphertext under weights: P, Q and K of the equations, as points with factors."""

    mask: Weighted
    masked: Weighted
    key: Weighted


def digest_of(scheme: bytes, terms: Terms, key_id: bytes, commitment: Point, ciphertext: bytes) -> bytes:
    """The digest of everything that is claimed, all bases included: 32 bytes.

    `key_id` is the digest of the whole key and `ciphertext` its canonical form; the scheme is named by a
    constant of 1 byte, so that no part can be read as another.

    Raises:
        OutOfRangeError: the commitment is infinity.
    """
    bases = _record_of(terms.domain, terms.columns).digest
    parts = (scheme, key_id, bases, commitment.to_bytes(), sha256(terms.encode()), sha256(ciphertext))
    return sha256(_TAG, *parts)


def weights_of(digest: bytes, count: int) -> tuple[int, ...]:
    """So many weights of 128 bits."""
    raw = expand(digest, _WEIGHT_LABEL, count * _WEIGHT_BYTES)
    starts = range(0, len(raw), _WEIGHT_BYTES)
    return tuple(int.from_bytes(raw[at : at + _WEIGHT_BYTES], "big") for at in starts)


def state(
    digest: bytes, terms: Terms, commitment: Point, weights: tuple[int, ...], joined: Joined
) -> Statement:
    """The three equations; `weights` are those of the chosen columns, in order."""
    mask = terms.columns + 1
    record = _record_of(terms.domain, terms.columns)
    values = Form(tuple(place + 1 for place in terms.chosen), weights)
    key = (Term(point, Form((mask,), (factor,))) for point, factor in zip(*joined.key, strict=True))
    equations = (
        Equation(Weighted((commitment,), (1,)), record.terms, shared=True),
        Equation(joined.mask, (Term(BASE, Form((mask,), (1,))),)),
        Equation(joined.masked, (Term(BASE, values), *key)),
    )
    return Statement(digest, mask + 1, equations)


def witness_of(blinding: int, values: tuple[int, ...], mask: int) -> tuple[int, ...]:
    """ρ, x_1 … x_m and R, in the order of the equations."""
    return (blinding, *values, mask % ORDER)


class _Record(NamedTuple):
    terms: tuple[Term, ...]
    digest: bytes


@lru_cache(maxsize=64)
def _record_of(domain: str, columns: int) -> _Record:
    """The right side of the first equation, with a digest of its bases, and of G."""
    bases = generators(domain, columns)
    points = (bases.blinding, *bases.values)
    terms = tuple(Term(point, Form((place,), (1,))) for place, point in enumerate(points))
    return _Record(terms, sha256(*(point.to_bytes() for point in (BASE, *points))))


def _text_bytes(text: str) -> bytes:
    try:
        raw = text.encode()
    except UnicodeEncodeError as error:
        raise OutOfRangeError("expected a text that is Unicode") from error
    if not 0 < len(raw) <= _MAX_TEXT_BYTES:
        raise OutOfRangeError(f"expected a text of 1 to {_MAX_TEXT_BYTES} bytes, got {len(raw)}")
    return len(raw).to_bytes(2, "big") + raw
