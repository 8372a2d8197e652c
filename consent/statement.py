"""What does a node vouch for? Its statements about admission, its digests and its output.

`AdmissionStatement` goes to the other nodes before anything is computed, `SummandStatement` to the node that
holds the same summand, `OutputStatement` to the buyer with the sealed output.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from consent.job import MOST_ATTEMPTS, MOST_CONTRIBUTIONS
from consent.joining import is_row
from consent.policy import NODES
from consent.signed import MAX_ID, read_digest, read_signed
from crypto.encoding import Json
from crypto.errors import MalformedError
from crypto.reading import Fields, utc_text
from crypto.signing import SigningKey, VerifyingKey
from ssi.jws import sign_jws

ADMISSION_TYP = "admission-statement+jwt"
SUMMAND_TYP = "summand-digest+jwt"
OUTPUT_TYP = "output-statement+jwt"
MAX_REASON = 100


@dataclass(frozen=True)
class AdmissionStatement:
    """Which rows of a manifest a node admits: all but the refused ones, each with the reason's code.

    Of a manifest with a roll, `refusals_digest` stands for the refusals: the SHA-256 of the reasons in
    canonical JSON and the byte for each row, which go along (`consent.outcomes`).
    """

    job_id: str
    attempt: int
    role: int
    manifest_digest: str
    admitted_root: str
    admitted: int
    refusals: Mapping[str, str] = field(default_factory=dict)
    refusals_digest: str | None = None

    def to_json(self) -> dict[str, Json]:
        """The signed members."""
        return {
            **_run(self.job_id, self.attempt, self.role),
            "manifest_digest": self.manifest_digest,
            "admitted_root": self.admitted_root,
            "admitted": self.admitted,
            **self._refused(),
        }

    def _refused(self) -> dict[str, Json]:
        if self.refusals_digest is not None:
            return {"refusals_digest": self.refusals_digest}
        return {"refusals": dict(self.refusals)}


@dataclass(frozen=True)
class SummandStatement:
    """The digest of the summand that a role computed in a run; `binding` is that of the run in base64url."""

    job_id: str
    attempt: int
    role: int
    binding: str
    digest: str

    def to_json(self) -> dict[str, Json]:
        """The signed members."""
        return {
            **_run(self.job_id, self.attempt, self.role),
            "binding": self.binding,
            "digest": self.digest,
        }


@dataclass(frozen=True)
class OutputStatement:
    """What a node released: for which query and admitted set, which cells, which summands, which envelope.

    `cells_digest` is the digest of the computation (`Computation.digest`), `own_digest` and `held_digest` are
    of the two summands in the envelope, and `envelope_digest` is of the sealed envelope.
    """

    job_id: str
    attempt: int
    role: int
    query_digest: str
    admitted_root: str
    admitted: int
    cells_digest: str
    own_digest: str
    held_digest: str
    envelope_digest: str
    released_at: datetime

    def to_json(self) -> dict[str, Json]:
        """The signed members."""
        return {
            **_run(self.job_id, self.attempt, self.role),
            "query_digest": self.query_digest,
            "admitted_root": self.admitted_root,
            "admitted": self.admitted,
            "cells_digest": self.cells_digest,
            "own_digest": self.own_digest,
            "held_digest": self.held_digest,
            "envelope_digest": self.envelope_digest,
            "released_at": utc_text(self.released_at),
        }


def sign_admission(statement: AdmissionStatement, key: SigningKey) -> str:
    """Sign an admission statement with the node's key."""
    return sign_jws(statement.to_json(), key, typ=ADMISSION_TYP)


def verify_admission(token: str, node_key: VerifyingKey) -> AdmissionStatement:
    """The admission statement that a node signed; whether it fits the manifest is for the caller to compare.

    Raises:
        MalformedError: it is not an admission statement.
        SignatureError: another key signed it, or a byte was changed.
    """
    fields = read_signed(token, node_key, typ=ADMISSION_TYP, where="admission statement")
    job_id, attempt, role = _read_run(fields)
    digested = fields.has("refusals_digest")
    statement = AdmissionStatement(
        job_id=job_id,
        attempt=attempt,
        role=role,
        manifest_digest=read_digest(fields, "manifest_digest"),
        admitted_root=read_digest(fields, "admitted_root"),
        admitted=fields.integer("admitted", least=0, most=MOST_CONTRIBUTIONS),
        refusals={} if digested else _read_refusals(fields),
        refusals_digest=read_digest(fields, "refusals_digest") if digested else None,
    )
    fields.done()
    return statement


def sign_summand(statement: SummandStatement, key: SigningKey) -> str:
    """Sign a summand's digest with the key of the node that computed it."""
    return sign_jws(statement.to_json(), key, typ=SUMMAND_TYP)


def verify_summand(token: str, node_key: VerifyingKey) -> SummandStatement:
    """The summand statement that a node signed.

    Raises:
        MalformedError: it is not a summand statement.
        SignatureError: another key signed it, or a byte was changed.
    """
    fields = read_signed(token, node_key, typ=SUMMAND_TYP, where="summand statement")
    job_id, attempt, role = _read_run(fields)
    statement = SummandStatement(
        job_id, attempt, role, binding=read_digest(fields, "binding"), digest=read_digest(fields, "digest")
    )
    fields.done()
    return statement


def sign_output(statement: OutputStatement, key: SigningKey) -> str:
    """Sign an output statement with the node's key."""
    return sign_jws(statement.to_json(), key, typ=OUTPUT_TYP)


def verify_output(token: str, node_key: VerifyingKey) -> OutputStatement:
    """The output statement that a node signed; the buyer compares it with the others and with the envelope.

    Raises:
        MalformedError: it is not an output statement.
        SignatureError: another key signed it, or a byte was changed.
    """
    fields = read_signed(token, node_key, typ=OUTPUT_TYP, where="output statement")
    job_id, attempt, role = _read_run(fields)
    statement = OutputStatement(
        job_id=job_id,
        attempt=attempt,
        role=role,
        query_digest=read_digest(fields, "query_digest"),
        admitted_root=read_digest(fields, "admitted_root"),
        admitted=fields.integer("admitted", least=0, most=MOST_CONTRIBUTIONS),
        cells_digest=read_digest(fields, "cells_digest"),
        own_digest=read_digest(fields, "own_digest"),
        held_digest=read_digest(fields, "held_digest"),
        envelope_digest=read_digest(fields, "envelope_digest"),
        released_at=fields.moment("released_at"),
    )
    fields.done()
    return statement


def _run(job_id: str, attempt: int, role: int) -> dict[str, Json]:
    return {"job_id": job_id, "attempt": attempt, "role": role}


def _read_run(fields: Fields) -> tuple[str, int, int]:
    return (
        fields.text("job_id", max_length=MAX_ID),
        fields.integer("attempt", least=1, most=MOST_ATTEMPTS),
        fields.integer("role", least=0, most=NODES - 1),
    )


def _read_refusals(fields: Fields) -> dict[str, str]:
    section = fields.section("refusals")
    named = fields.any("refusals")
    rows = list(named) if isinstance(named, Mapping) else []
    if len(rows) > MOST_CONTRIBUTIONS or not all(map(is_row, rows)):
        raise MalformedError(f"{section.where}: expected rows, by their consent ids, with reasons")
    return {row: section.text(row, max_length=MAX_REASON) for row in rows}
