"""What has ever been told of one record by scores: it outlives every offer, because nobody forgets a score.

The functions that were granted are kept for the *record*, meaning for all versions of it that its issuer made
out to this person, and not for an offer: ending an offer and making a new one starts with the same list. It
is stored before a function key leaves the wallet.
"""

import re
from dataclasses import dataclass, replace
from uuid import UUID

from consent.score_authority import Function
from crypto.encoding import Json, sha256
from crypto.errors import MalformedError
from crypto.reading import Fields
from wallet.domain.credential import HeldCredential

_ROW_TAG = b"argonauta score memory row v1"
_ROW_BYTES = 16
MOST_FUNCTIONS = 10_000
_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,18})", re.ASCII)


@dataclass(frozen=True)
class ScoreMemory:
    """The functions granted so far for one record, oldest first."""

    row_id: str
    issuer_id: str
    handle: str
    data_set: str
    functions: tuple[Function, ...] = ()
    revision: int = 0

    def is_of(self, held: HeldCredential) -> bool:
        """Whether this is about a credential's record."""
        return (self.issuer_id, self.handle, self.data_set) == (held.issuer_id, held.handle, held.data_set)

    def granting(self, functions: tuple[Function, ...]) -> "ScoreMemory":
        """The memory once more was granted. It only ever grows."""
        if functions[: len(self.functions)] != self.functions:
            raise MalformedError("score memory: what was granted cannot be taken back")
        return replace(self, functions=functions)

    def to_document(self) -> dict[str, Json]:
        """The memory as a document to be sealed."""
        return {
            "issuer_id": self.issuer_id,
            "handle": self.handle,
            "data_set": self.data_set,
            "functions": [write_function(function) for function in self.functions],
        }

    @classmethod
    def from_document(cls, document: object, row_id: str, revision: int) -> "ScoreMemory":
        """Read what `to_document` wrote.

        Raises:
            MalformedError: it has another form.
        """
        fields = Fields.of(document, "score memory")
        memory = cls(
            row_id=row_id,
            issuer_id=fields.text("issuer_id"),
            handle=fields.text("handle"),
            data_set=fields.text("data_set"),
            functions=tuple(
                read_function(entry) for entry in fields.entries("functions", most=MOST_FUNCTIONS)
            ),
            revision=revision,
        )
        fields.done()
        return memory


def first_memory(held: HeldCredential) -> ScoreMemory:
    """The empty memory of a record.

    Its row is named by a digest of the holder key, so that two windows which begin at once make one row, of
    which the second is refused, and the database learns of no connection to the credential's row.
    """
    digest = sha256(_ROW_TAG, held.holder_key.to_pem())
    row_id = str(UUID(bytes=digest[:_ROW_BYTES], version=4))
    return ScoreMemory(row_id, held.issuer_id, held.handle, held.data_set)


def write_function(function: Function) -> list[Json]:
    """Weights as text, because they reach beyond the whole numbers that JSON carries exactly."""
    return [str(weight) for weight in function]


def read_function(entry: Json) -> Function:
    """Read what `write_function` wrote.

    Raises:
        MalformedError: it has another form.
    """
    if not isinstance(entry, list):
        raise MalformedError("score memory: expected weights")
    return tuple(_weight(text) for text in entry)


def _weight(text: Json) -> int:
    if not isinstance(text, str) or _WHOLE.fullmatch(text) is None:
        raise MalformedError("score memory: expected a whole number below 2^63")
    return int(text)
