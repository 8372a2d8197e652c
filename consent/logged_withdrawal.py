"""Does a withdrawal stand in the log? Its entry with body and salt, and the proof of its place.

The marketplace shows it to the person, and to each node that deleted on her word: body and salt are told to
nobody else. The entry names the consent and a digest of the signed withdrawal. Whether that digest is the one
of the withdrawal that somebody holds is not asked: she may have signed twice, and an entry that says that her
consent ended binds the marketplace either way.
"""

from dataclasses import dataclass
from typing import Final

from consent.errors import MismatchError
from consent.log import Checkpoint, Entry, InclusionProof
from consent.signed import read_consent_id
from crypto.encoding import Json
from crypto.reading import Fields
from crypto.signing import VerifyingKey

WITHDRAWAL: Final = "withdrawal"
"""The kind of the entry."""


@dataclass(frozen=True)
class LoggedWithdrawal:
    """An entry and where it stands. Nothing is checked before `verify`."""

    entry: Entry
    proof: InclusionProof

    @property
    def index(self) -> int:
        """The place that the proof is about."""
        return self.proof.index

    def consent_id(self) -> str:
        """The consent that the entry says was withdrawn.

        Raises:
            MismatchError: the entry is about something else.
            MalformedError: its body names no consent.
        """
        if self.entry.kind != WITHDRAWAL:
            raise MismatchError(f"expected an entry about a withdrawal, got one about {self.entry.kind!r}")
        return read_consent_id(Fields(self.entry.body, "log entry"))

    def verify(self, origin: str, key: VerifyingKey) -> Checkpoint:
        """The checkpoint under which the entry, body and salt, stands in the log of this origin and key.

        Raises:
            MismatchError: the proof is about another entry.
            MalformedError: the checkpoint is not one.
            SignatureError: the log did not sign the checkpoint.
            ProofError: the entry does not stand there.
        """
        return self.proof.verify_entry(self.entry, origin, key)

    def to_json(self) -> dict[str, Json]:
        """The document in which it is shown."""
        return {"entry": self.entry.to_json(), "proof": self.proof.to_json()}

    @classmethod
    def from_fields(cls, fields: Fields) -> "LoggedWithdrawal":
        """Read what `to_json` wrote.

        Raises:
            MalformedError: a member is missing, unknown or not of its form.
        """
        section = fields.section("entry")
        shown = cls(Entry.from_fields(section), InclusionProof.from_json(fields.any("proof"), fields.where))
        section.done()
        fields.done()
        return shown
