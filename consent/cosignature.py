"""Who else saw this state of the log? Timestamped cosignatures of witnesses (C2SP `tlog-cosignature`).

A witness cosigns a checkpoint only after it saw that the log grew from the last one that it cosigned. A state
that enough witnesses cosigned is therefore one history for everybody: two states that contradict each other
can both have it only if a witness broke its word. What a witness signs are the lines ``cosignature/v1`` and
``time <seconds>`` before the text of the checkpoint, so it never passes for a signature of another kind.

*Which* witnesses count is the policy's: here the computation nodes of the trust registry, of which more than
half must have cosigned. Their keys come from there, never from the note.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from consent.errors import UnwitnessedError
from consent.log import Checkpoint, verify_checkpoint
from consent.note import SignatureLine, key_id, read_note
from crypto.errors import MalformedError, SignatureError
from crypto.signing import SigningKey, VerifyingKey
from ssi.trust import TrustRegistry

COSIGNATURE: Final = 0x04
ALLOWED_AHEAD: Final = timedelta(minutes=1)
"""How far the clock of a witness may be ahead of the one who reads its cosignature."""

_TIME_BYTES: Final = 8
_SIGNATURE_BYTES: Final = 64
_LATEST: Final = int(datetime(9999, 1, 1, tzinfo=UTC).timestamp())


@dataclass(frozen=True)
class Witnessed:
    """A checkpoint that enough witnesses cosigned: by whom, and when each saw it last."""

    checkpoint: Checkpoint
    seen: Mapping[str, datetime] = field(hash=False)
    quorum: int

    @property
    def fresh_at(self) -> datetime:
        """The latest moment of which enough witnesses say: this was the largest state that I knew of."""
        return sorted(self.seen.values(), reverse=True)[self.quorum - 1]


@dataclass(frozen=True)
class LogPolicy:
    """Which log, by origin and key; whose cosignatures count, by name; how many a checkpoint needs."""

    origin: str
    key: VerifyingKey
    witnesses: Mapping[str, VerifyingKey] = field(hash=False)
    quorum: int

    @classmethod
    def of(cls, registry: TrustRegistry, *, now: datetime) -> "LogPolicy":
        """The marketplace's log, and more than half of the nodes that the registry names at this moment."""
        keys = {node.id: node.verifying_key for node in registry.nodes if node.holds_at(now)}
        return cls(registry.marketplace.id, registry.marketplace.verifying_key, keys, len(keys) // 2 + 1)

    def verify(self, note: str, *, now: datetime, max_age: timedelta | None = None) -> Witnessed:
        """The checkpoint that as many witnesses cosigned as this policy wants.

        1. The log signed it. 2. Each cosignature of a known witness is looked at; those that do not verify,
        or come from the future, do not count; of one witness the latest does. 3. There are enough, and with
        `max_age` enough that are not older.

        Raises:
            MalformedError: it is not a checkpoint, or not of this origin.
            SignatureError: the log did not sign it.
            UnwitnessedError: too few witnesses cosigned it, or too long ago.
        """
        checkpoint = verify_checkpoint(note, self.origin, self.key)  # 1
        seen = self._seen(note, now)  # 2
        if self.quorum < 1 or len(seen) < self.quorum:  # 3
            raise UnwitnessedError(f"checkpoint: expected {self.quorum} cosignatures, got {len(seen)}")
        witnessed = Witnessed(checkpoint, seen, self.quorum)
        if max_age is not None and now - witnessed.fresh_at > max_age:
            seconds = int(max_age.total_seconds())
            raise UnwitnessedError(f"checkpoint: expected {self.quorum} cosignatures of the last {seconds} s")
        return witnessed

    def _seen(self, note: str, now: datetime) -> dict[str, datetime]:
        text, lines = read_note(note)
        seen: dict[str, datetime] = {}
        for line in lines:
            if line.name not in self.witnesses:
                continue
            try:
                at = verify_cosignature(line, text, line.name, self.witnesses[line.name])
            except (MalformedError, SignatureError):
                continue  # somebody else's word under a witness's name says nothing about the others
            if at <= now + ALLOWED_AHEAD:
                seen[line.name] = max(at, seen.get(line.name, at))
        return seen


def cosign(text: str, name: str, key: SigningKey, at: datetime) -> SignatureLine:
    """Cosign the text of a checkpoint as a witness.

    Raises:
        MalformedError: the name has spaces or a plus sign, or the key is not Ed25519.
    """
    seconds = int(at.timestamp())
    signature = key.sign(_message(text, seconds))
    return SignatureLine(
        name, key_id(name, key.public, COSIGNATURE), seconds.to_bytes(_TIME_BYTES, "big") + signature
    )


def verify_cosignature(line: SignatureLine, text: str, name: str, key: VerifyingKey) -> datetime:
    """When this witness cosigned the text of a checkpoint.

    Raises:
        MalformedError: the line is no cosignature.
        SignatureError: it is not of this witness, or not about this text.
    """
    if not line.is_of(name, key, COSIGNATURE):
        raise SignatureError(f"note: no cosignature of {name}")
    if len(line.signature) != _TIME_BYTES + _SIGNATURE_BYTES:
        raise MalformedError("note: a cosignature is a moment and a signature")
    seconds = int.from_bytes(line.signature[:_TIME_BYTES], "big")
    if seconds > _LATEST:
        raise MalformedError("note: a cosignature is of a moment that nobody will see")
    key.verify(line.signature[_TIME_BYTES:], _message(text, seconds))
    return datetime.fromtimestamp(seconds, UTC)


def _message(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()
