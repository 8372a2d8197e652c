"""From where is an attempt gone on with, and where do the logs of all attempts lie?

The opening of a log is what a run started from besides what the node's database holds: the seed, the people
that the three nodes agreed on, and the boot of the machine. It is sealed with the rest of the log.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from crypto.encoding import b64url_encode, canonical_json, parse_json, sha256
from crypto.errors import MalformedError
from crypto.reading import Fields
from crypto.sealing import Vault
from marketplace.mpc_node.agreement import Agreed
from marketplace.mpc_node.checkpoint import AttemptLog, boot_id
from marketplace.mpc_node.errors import CheckpointError

FOLDER = "attempts"
MAX_OPENING = 500_000_000
"""More than the names of 2,000,000 rows of two consents take; a node reads its own sealed log only."""
_SUFFIX = ".log"


@dataclass(frozen=True)
class Opening:
    """What an attempt computes on, and the seed of all that it sends. The seed stays out of ``repr``."""

    seed: bytes = field(repr=False)
    agreed: Agreed
    cells_digest: str

    def encode(self, boot: str) -> bytes:
        """The opening as it stands in the log."""
        return canonical_json(
            {
                "boot": boot,
                "seed": b64url_encode(self.seed),
                "agreed": _write_rows(self.agreed.consent_ids),
                "refused": [
                    {"reason": reason, "rows": _write_rows(rows)}
                    for reason, rows in _by_reason(self.agreed.refusals).items()
                ],
                "cells_digest": self.cells_digest,
            }
        )

    @classmethod
    def decode(cls, raw: bytes, boot: str) -> "Opening":
        """Read the opening of a log that this boot of the machine has written.

        Raises:
            CheckpointError: it is none, or of another boot.
        """
        try:
            fields = Fields.of(parse_json(raw, max_bytes=MAX_OPENING), "opening")
            if not boot or fields.text("boot") != boot:
                raise CheckpointError("the machine was started anew since")
            refusals: dict[str, str] = {}
            for each in fields.objects("refused"):
                refusals |= dict.fromkeys(_read_rows(each), each.text("reason"))
                each.done()
            agreed = Agreed(_read_rows(fields, "agreed"), refusals)
            opening = cls(fields.binary("seed"), agreed, fields.text("cells_digest"))
            fields.done()
        except MalformedError as error:
            raise CheckpointError(f"the log's opening is none: {error}") from error
        return opening


@dataclass(frozen=True)
class Checkpoints:
    """The logs of a node's attempts, in a folder of their own. `boot` names the machine's present boot."""

    folder: Path
    vault: Vault = field(repr=False)
    boot: Callable[[], str] = boot_id

    def begin(self, job_id: str, attempt: int, opening: Opening) -> AttemptLog:
        """Begin the log of an attempt.

        Raises:
            CheckpointError: there is one already, or it cannot be written.
        """
        name = _name(job_id, attempt)
        return AttemptLog.create(self._path(name), name, self.vault, opening.encode(self.boot()))

    def resume(self, job_id: str, attempt: int) -> tuple[AttemptLog, Opening]:
        """Go on with the log of an attempt.

        Raises:
            CheckpointError: there is none, another process uses it, it is damaged, or a loss of power may
                have shortened it.
        """
        name = _name(job_id, attempt)
        log = AttemptLog.reopen(self._path(name), name, self.vault)
        try:
            return log, Opening.decode(log.opening, self.boot())
        except CheckpointError:
            log.close()
            raise

    def forget_all_but(self, going_on: Collection[tuple[str, int]]) -> None:
        """Remove the logs of attempts that are over, such as those that a crash left behind."""
        kept = {self._path(_name(*each)) for each in going_on}
        for path in self.folder.glob(f"*{_SUFFIX}"):
            if path not in kept:
                path.unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}{_SUFFIX}"


def _by_reason(refusals: Mapping[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row, reason in refusals.items():
        found.setdefault(reason, []).append(row)
    return found


def _write_rows(rows: Iterable[str]) -> str:
    """The names of rows on one line: a million of them are one text and not a million."""
    return " ".join(rows)


def _read_rows(fields: Fields, name: str = "rows") -> tuple[str, ...]:
    text = fields.any(name)
    if not isinstance(text, str):
        raise MalformedError(f"{fields.where}.{name}: expected text")
    return tuple(text.split())


def _name(job_id: str, attempt: int) -> str:
    return sha256(canonical_json([job_id, attempt])).hex()
