"""What a wallet remembers of the public log, so that the log cannot tell it another story later.

The wallet keeps the largest checkpoint it has verified. Every other checkpoint it is shown has to be an
earlier or a later state of the same log (RFC 9162 §2.1.4). One that is not shows that entries were removed or
rewritten, or that people are shown different logs; both signed checkpoints are then kept as evidence.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime

from consent.log import Checkpoint
from crypto.encoding import Json
from crypto.reading import Fields, utc_text


@dataclass(frozen=True)
class LogAlarm:
    """Two checkpoints that the same key signed and that cannot both be of one growing log."""

    found_at: datetime
    words: str
    earlier: str = field(repr=False)
    later: str = field(repr=False)

    def to_document(self) -> dict[str, Json]:
        """The alarm as a document to be sealed."""
        return {
            "found_at": utc_text(self.found_at),
            "words": self.words,
            "earlier": self.earlier,
            "later": self.later,
        }


@dataclass(frozen=True)
class LogMemory:
    """The largest checkpoint seen so far as a signed note, since when the log is intact, and any alarm."""

    row_id: str
    note: str | None = field(default=None, repr=False)
    size: int = 0
    since: datetime | None = None
    checked_at: datetime | None = None
    alarm: LogAlarm | None = None
    revision: int = 0

    def grown(self, note: str, checkpoint: Checkpoint, now: datetime) -> "LogMemory":
        """After a checkpoint was verified as this or a later state of the log."""
        return replace(self, note=note, size=checkpoint.size, since=self.since or now, checked_at=now)

    def alarmed(self, other: str, words: str, now: datetime) -> "LogMemory":
        """After a contradiction; the first one stays, and so does the checkpoint that was seen before it."""
        return replace(self, alarm=self.alarm or LogAlarm(now, words, self.note or "", other))

    def to_document(self) -> dict[str, Json]:
        """The memory as a document to be sealed."""
        return {
            "note": self.note,
            "size": self.size,
            "since": utc_text(self.since) if self.since else None,
            "checked_at": utc_text(self.checked_at) if self.checked_at else None,
            "alarm": self.alarm.to_document() if self.alarm else None,
        }

    @classmethod
    def from_document(cls, document: object, row_id: str, revision: int) -> "LogMemory":
        """Read what `to_document` wrote.

        Raises:
            MalformedError: it has another form.
        """
        fields = Fields.of(document, "log memory")
        memory = cls(
            row_id=row_id,
            note=fields.text("note") if fields.has("note") else None,
            size=fields.integer("size", least=0, most=2**53 - 1),
            since=fields.moment("since") if fields.has("since") else None,
            checked_at=fields.moment("checked_at") if fields.has("checked_at") else None,
            alarm=_alarm(fields.section("alarm")) if fields.has("alarm") else None,
            revision=revision,
        )
        fields.done()
        return memory


def _alarm(fields: Fields) -> LogAlarm:
    alarm = LogAlarm(
        fields.moment("found_at"), fields.text("words"), fields.text("earlier"), fields.text("later")
    )
    fields.done()
    return alarm
