"""What a wallet remembers of the public log, so that the log cannot tell it another story later.

The wallet keeps the largest checkpoint it has verified. Every other checkpoint it is shown has to be an
earlier or a later state of the same log (RFC 9162 §2.1.4). One that is not shows that entries were removed or
rewritten, or that people are shown different logs; both signed checkpoints are then kept as evidence.

Beside it stands the largest state that enough witnesses confirmed (`consent.cosignature`). What the log holds
beyond that is its own word: only entries within it count as proven.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime

from consent.cosignature import Witnessed
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
class WitnessedState:
    """The largest state that enough witnesses confirmed, and until when they knew of no larger one."""

    note: str = field(repr=False)
    size: int
    fresh_at: datetime

    def to_document(self) -> dict[str, Json]:
        """The state as a document to be sealed."""
        return {"note": self.note, "size": self.size, "fresh_at": utc_text(self.fresh_at)}


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
    witnessed: WitnessedState | None = None

    def holds(self, index: int | None) -> bool:
        """Whether the entry at an index lies within what the witnesses confirmed."""
        return index is not None and self.witnessed is not None and index < self.witnessed.size

    def confirmed(self, note: str, state: Witnessed) -> "LogMemory":
        """After a state with enough cosignatures was tied to the log as it is remembered."""
        return replace(self, witnessed=WitnessedState(note, state.checkpoint.size, state.fresh_at))

    def grown(self, note: str, checkpoint: Checkpoint, now: datetime) -> "LogMemory":
        """After a checkpoint was verified as this or a later state of the log."""
        return replace(self, note=note, size=checkpoint.size, since=self.since or now, checked_at=now)

    def alarmed(self, other: str, words: str, now: datetime, *, earlier: str | None = None) -> "LogMemory":
        """After a contradiction of `earlier`, or of the largest checkpoint; the first alarm stays."""
        before = self.note if earlier is None else earlier
        return replace(self, alarm=self.alarm or LogAlarm(now, words, before or "", other))

    def to_document(self) -> dict[str, Json]:
        """The memory as a document to be sealed."""
        return {
            "note": self.note,
            "size": self.size,
            "since": utc_text(self.since) if self.since else None,
            "checked_at": utc_text(self.checked_at) if self.checked_at else None,
            "alarm": self.alarm.to_document() if self.alarm else None,
            "witnessed": self.witnessed.to_document() if self.witnessed else None,
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
            witnessed=_witnessed(fields.section("witnessed")) if fields.has("witnessed") else None,
        )
        fields.done()
        return memory


def _witnessed(fields: Fields) -> WitnessedState:
    state = WitnessedState(
        fields.text("note"), fields.integer("size", least=0, most=2**53 - 1), fields.moment("fresh_at")
    )
    fields.done()
    return state


def _alarm(fields: Fields) -> LogAlarm:
    alarm = LogAlarm(
        fields.moment("found_at"), fields.text("words"), fields.text("earlier"), fields.text("later")
    )
    fields.done()
    return alarm
