"""Whom do the three nodes compute on? Exactly those whom all three admit, as each of them works out alone.

Where data sets are joined, a *row* stands on two consents and is named by both; else it is one consent, and
is called by its id throughout.

Each node tells the others which consents of the manifest it refuses, by a signed admission statement, and for
each one it admits a *row digest*: of the signed consent, the inputs and the public attributes it will compute
with. Two nodes that were given different papers of one person therefore leave that person out instead of
computing nonsense. From the same three messages every honest node works out the same set:

1. nobody whom any of the three refuses, or about whom two of them hold different papers,
2. nobody whose crowd or budget does not allow the set that is left, and nobody of a public group that is too
   small to be computed; as the set shrinks, this is repeated.

A node can leave people out by refusing them: nobody can be forced to compute on somebody. It cannot bring
anyone in, because the other two check as well.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from consent.job import MOST_CONTRIBUTIONS, admitted_root
from consent.joining import is_row
from consent.statement import AdmissionStatement, sign_admission, verify_admission
from crypto.encoding import canonical_json
from crypto.errors import CryptoError, MalformedError
from crypto.reading import Fields
from crypto.signing import SigningKey, VerifyingKey

NODES_DISAGREE = "nodes_disagree"
CROWD_TOO_SMALL = "crowd_too_small"
BUDGET_SPENT = "budget_spent"
MAX_STATEMENT = 16_000_000
_DIGEST_LENGTH = 43


@dataclass(frozen=True)
class Position:
    """What one node brings to the agreement.

    `rows` holds the row digest of everybody it admits. `cannot_afford` are those of them whose budget does
    not cover this query once more, and `charged_roots` the sets of people that were charged for this job
    already: computing on such a set again costs them nothing.
    """

    statement: AdmissionStatement
    rows: Mapping[str, str] = field(repr=False)
    cannot_afford: frozenset[str] = frozenset()
    charged_roots: frozenset[str] = frozenset()

    def allows(self, consent_id: str, root: str) -> bool:
        """Whether this node's ledger lets a person take part in a set with this root."""
        return root in self.charged_roots or consent_id not in self.cannot_afford


@dataclass(frozen=True)
class Agreed:
    """The set all three compute on, in the order of the rows, and why the others of the manifest are out."""

    consent_ids: tuple[str, ...]
    refusals: Mapping[str, str]

    @property
    def root(self) -> str:
        """The Merkle root of the set, to which everything after is bound."""
        return admitted_root(self.consent_ids)


def nobody(_: Sequence[str]) -> Collection[str]:
    """Where there are no groups, nobody is in one that is too small."""
    return ()


def encode_position(position: Position, key: SigningKey) -> bytes:
    """Write a position for the peers, its statement signed."""
    return canonical_json(
        {
            "statement": sign_admission(position.statement, key),
            "rows": dict(position.rows),
            "cannot_afford": sorted(position.cannot_afford),
            "charged_roots": sorted(position.charged_roots),
        }
    )


def decode_position(
    raw: bytes, key: VerifyingKey, *, expected: AdmissionStatement, manifest: Iterable[str]
) -> Position:
    """Read a peer's position and hold it against the manifest.

    `expected` is a statement of this attempt with the peer's role; what it admits is not compared.

    Raises:
        MalformedError: the peer did not sign it, it is about another attempt or role, or its statement, its
            rows and the manifest contradict each other.
    """
    fields = Fields.parse(raw, "position")
    try:
        statement = verify_admission(fields.text("statement", max_length=MAX_STATEMENT), key)
    except CryptoError as error:
        raise MalformedError(f"position.statement: {error}") from error
    position = Position(
        statement,
        _read_rows(fields),
        frozenset(fields.texts("cannot_afford", most=MOST_CONTRIBUTIONS)),
        frozenset(fields.texts("charged_roots")),
    )
    fields.done()
    check_position(position, expected, manifest)
    return position


def check_position(position: Position, expected: AdmissionStatement, manifest: Iterable[str]) -> None:
    """Return only if a position is about this attempt and does not contradict itself or the manifest's rows.

    Raises:
        MalformedError: it does.
    """
    if position.statement.refusals_digest is not None:
        raise MalformedError("position.statement: expected the refusals themselves")
    _check_run(position.statement, expected)
    _check_sums(position, frozenset(manifest))


def agree(
    positions: Sequence[Position],
    manifest: Iterable[str],
    permits: Callable[[str, int], bool],
    exposed: Callable[[Sequence[str]], Collection[str]] = nobody,
) -> Agreed:
    """Work out the set from the three positions, own one first.

    `permits(consent_id, cohort_size)` says whether the consent, which this node admits, also holds in a
    crowd of that size, and `exposed` who of a set would be in too small a group. The result is the same at
    every node that holds the same positions.
    """
    refusals: dict[str, str] = {}
    for position in positions:
        for consent_id, reason in position.statement.refusals.items():
            refusals.setdefault(consent_id, reason)
    left = [consent_id for consent_id in sorted(manifest) if consent_id not in refusals]
    for consent_id in left:
        if len({position.rows[consent_id] for position in positions}) > 1:
            refusals[consent_id] = NODES_DISAGREE

    def hidden(left: Sequence[str]) -> tuple[str, ...]:
        return hidden_enough(left, permits, exposed, refusals)

    return _settle([each for each in left if each not in refusals], positions, hidden, refusals)


def _settle(
    left: Sequence[str],
    positions: Sequence[Position],
    hidden: Callable[[Sequence[str]], tuple[str, ...]],
    refusals: dict[str, str],
) -> Agreed:
    while True:
        left = hidden(left)
        root = admitted_root(left)
        broke = [each for each in left if not all(position.allows(each, root) for position in positions)]
        if not broke:
            return Agreed(left, refusals)
        refusals.update(dict.fromkeys(broke, BUDGET_SPENT))
        left = [each for each in left if each not in refusals]


def hidden_enough(
    left: Sequence[str],
    permits: Callable[[str, int], bool],
    exposed: Callable[[Sequence[str]], Collection[str]],
    refusals: dict[str, str],
) -> tuple[str, ...]:
    """Those who are left once everybody has gone whose crowd or group is too small; notes why they went."""
    while True:
        out = {each for each in left if not permits(each, len(left))}
        out = out or set(exposed(left))
        if not out:
            return tuple(left)
        refusals.update(dict.fromkeys(out, CROWD_TOO_SMALL))
        left = [each for each in left if each not in refusals]


def _read_rows(fields: Fields) -> dict[str, str]:
    section = fields.section("rows")
    named = fields.any("rows")
    consent_ids = list(named) if isinstance(named, Mapping) else []
    if len(consent_ids) > MOST_CONTRIBUTIONS or not all(map(is_row, consent_ids)):
        raise MalformedError("position.rows: expected consent ids with digests")
    return {consent_id: section.text(consent_id, max_length=_DIGEST_LENGTH) for consent_id in consent_ids}


def _check_run(got: AdmissionStatement, expected: AdmissionStatement) -> None:
    for name in ("job_id", "attempt", "role", "manifest_digest"):
        if getattr(got, name) != getattr(expected, name):
            raise MalformedError(f"position.statement: it is about another {name}")


def _check_sums(position: Position, manifest: frozenset[str]) -> None:
    statement = position.statement
    admitted = manifest - set(statement.refusals)
    if not set(statement.refusals) <= manifest or set(position.rows) != admitted:
        raise MalformedError("position: every consent of the manifest is either refused or has a row")
    if (statement.admitted, statement.admitted_root) != (len(admitted), admitted_root(admitted)):
        raise MalformedError("position.statement: its root is not that of the people it admits")
