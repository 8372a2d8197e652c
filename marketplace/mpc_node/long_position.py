"""How does a node tell its position on a million people? In pieces that come ahead of its signed message.

The position is that of `agreement`, in the order of the manifest's roll: a byte for each row with what became
of it (`consent.outcomes`), a byte whether its budget is spent, and the row digest, 32 bytes, of each row that
is admitted. The signed admission statement names the digest of the first part instead of every refusal, and
the message names the pieces. Every piece begins with the digest of the manifest, so that it belongs to one
attempt and can be dropped once it is read.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import compress
from typing import Final

from consent.job import MOST_PIECES
from consent.outcomes import MAX_REASON, MOST_REASONS, Outcomes
from consent.roll import DIGEST_BYTES, PIECE_BYTES, FindPiece, digest_of_piece
from consent.signed import DIGEST_CHARACTERS
from consent.statement import AdmissionStatement, sign_admission, verify_admission
from crypto.encoding import b64url_decode, b64url_encode, canonical_json, sha256
from crypto.errors import CryptoError, MalformedError
from crypto.reading import Fields
from crypto.signing import SigningKey, VerifyingKey
from marketplace.mpc_node.agreement import MAX_STATEMENT, Position, check_position

_CHUNK: Final = PIECE_BYTES - DIGEST_BYTES


@dataclass(frozen=True)
class Parcel:
    """A message and the pieces that it names, which are to arrive before it."""

    body: bytes = field(repr=False)
    pieces: tuple[bytes, ...] = field(default=(), repr=False)


def pack_position(position: Position, key: SigningKey, *, order: Sequence[str]) -> Parcel:
    """Write a position on the rows of a roll for the peers, its statement signed."""
    outcomes = Outcomes.of(order, position.statement.refusals)
    spent = bytes(row in position.cannot_afford for row in order)
    digests = b"".join(
        b64url_decode(position.rows[row], length=DIGEST_BYTES) for row in _admitted(outcomes, order)
    )
    bulk = outcomes.codes + spent + digests
    head = b64url_decode(position.statement.manifest_digest, length=DIGEST_BYTES)
    pieces = tuple(head + bulk[start : start + _CHUNK] for start in range(0, len(bulk), _CHUNK))
    statement = replace(position.statement, refusals={}, refusals_digest=_digest(outcomes))
    body = canonical_json(
        {
            "statement": sign_admission(statement, key),
            "reasons": list(outcomes.reasons),
            "charged_roots": sorted(position.charged_roots),
            "pieces": [digest_of_piece(piece) for piece in pieces],
        }
    )
    return Parcel(body, pieces)


def named_pieces(body: bytes) -> tuple[str, ...]:
    """The pieces that a message names.

    Raises:
        MalformedError: it is no such message.
    """
    return _pieces(Fields.parse(body, "position"))


def unpack_position(
    body: bytes, key: VerifyingKey, *, expected: AdmissionStatement, order: Sequence[str], find: FindPiece
) -> Position:
    """Read a peer's position on the rows of a roll, and hold it against them.

    `expected` is a statement of this attempt with the peer's role; `find` gives the pieces that it sent.

    Raises:
        MalformedError: the peer did not sign it, it is about another attempt or role, a piece is missing, or
            its statement, its rows and the roll contradict each other.
    """
    fields = Fields.parse(body, "position")
    try:
        statement = verify_admission(fields.text("statement", max_length=MAX_STATEMENT), key)
    except CryptoError as error:
        raise MalformedError(f"position.statement: {error}") from error
    reasons = fields.texts("reasons", most=MOST_REASONS, max_length=MAX_REASON)
    bulk = _joined(_pieces(fields), find, statement.manifest_digest)
    charged = frozenset(fields.texts("charged_roots"))
    fields.done()
    rows = len(order)
    codes, spent, digests = bulk[:rows], bulk[rows : 2 * rows], bulk[2 * rows :]
    if len(spent) != rows or max(codes, default=0) > len(reasons) or max(spent, default=0) > 1:
        raise MalformedError("position.pieces: expected two codes for each row")
    outcomes = Outcomes(reasons, codes)
    if statement.refusals or statement.refusals_digest != _digest(outcomes):
        raise MalformedError("position.statement: its refusals are others than those in the pieces")
    admitted = _admitted(outcomes, order)
    if len(digests) != DIGEST_BYTES * len(admitted):
        raise MalformedError("position.pieces: expected a digest for each row that is admitted")
    found = (digests[at : at + DIGEST_BYTES] for at in range(0, len(digests), DIGEST_BYTES))
    position = Position(
        replace(statement, refusals=outcomes.refusals(order), refusals_digest=None),
        dict(zip(admitted, map(b64url_encode, found), strict=True)),
        frozenset(compress(order, spent)),
        charged,
    )
    check_position(position, expected, order)
    return position


def _admitted(outcomes: Outcomes, order: Sequence[str]) -> tuple[str, ...]:
    return outcomes.admitted(order)


def _pieces(fields: Fields) -> tuple[str, ...]:
    return fields.texts("pieces", most=MOST_PIECES, max_length=DIGEST_CHARACTERS)


def _joined(digests: Sequence[str], find: FindPiece, manifest_digest: str) -> bytes:
    head, bulk = b64url_decode(manifest_digest, length=DIGEST_BYTES), []
    for digest in digests:
        piece = find(digest)
        if piece is None or not piece.startswith(head):
            raise MalformedError("position.pieces: one is missing, or belongs to another attempt")
        bulk.append(piece[DIGEST_BYTES:])
    return b"".join(bulk)


def _digest(outcomes: Outcomes) -> str:
    return b64url_encode(sha256(canonical_json(list(outcomes.reasons)), outcomes.codes))
