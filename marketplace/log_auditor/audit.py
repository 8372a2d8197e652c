"""The audit, step by step: what is published, who confirmed it, what it continues, what it is made of."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from consent.cosignature import LogPolicy, Witnessed
from consent.errors import UnwitnessedError
from consent.log import Checkpoint, Leaf, verify_checkpoint
from crypto.errors import CryptoError, MalformedError, ProofError
from crypto.log_tree import Place, consistency_ranges, frontier_of, places_of, root_of, roots_of
from crypto.merkle import HASH_BYTES, leaf_hash, verify_consistency
from crypto.tiles import HEIGHT, WIDTH, Slice, Tile, decode_bundle, nodes_of, path_of, tiles_of
from marketplace.log_auditor.errors import (
    AlteredLogError,
    ForkedLogError,
    TruncatedLogError,
    UncheckedError,
    UnconfirmedLogError,
    UnsignedLogError,
)
from marketplace.log_auditor.state import AuditState, ReadSoFar

SAVE_EVERY: Final = 64
"""After how many bundles what was read is kept for an audit that is broken off."""


class PublicLog(Protocol):
    """What a log serves to anybody (C2SP tlog-tiles)."""

    def checkpoint(self) -> str:
        """The published state."""
        ...

    def tile(self, level: int, wanted: Slice) -> bytes:
        """A tile of hashes."""
        ...

    def bundle(self, wanted: Slice) -> bytes:
        """The entries under a tile of level 0."""
        ...


@dataclass(frozen=True)
class Finding:
    """An audit without a fault: the state, how many entries were read anew, and of which kinds they are."""

    state: Witnessed
    read_anew: int
    before: int
    kinds: Mapping[str, int] = field(hash=False)


@dataclass(frozen=True)
class Audit:
    """One audit of one log.

    `keep` is called with what is to be remembered, `tell` with how many entries were read of how many.
    """

    log: PublicLog
    policy: LogPolicy
    keep: Callable[[AuditState], None]
    tell: Callable[[int, int], None] = lambda read, size: None

    def __call__(self, state: AuditState, *, now: datetime, max_age: timedelta | None = None) -> Finding:
        """Audit the log.

        1. The marketplace signed what is published, and enough nodes confirmed it, lately if asked for. 2. It
        is not shorter than before. 3. Its tiles lead to the signed root, and it begins with the state that
        was published before. 4. The entries are those of the tiles, and all of them lead to the signed root.

        Raises:
            UnsignedLogError, UnconfirmedLogError: (1) does not hold.
            TruncatedLogError: (2) does not hold. ForkedLogError: (3) does not hold.
            AlteredLogError: (4) does not hold, or the tiles do not lead to the signed root.
            UncheckedError: the log cannot be read, or what was seen before is of another log.
        """
        note = self.log.checkpoint()
        found = self._confirmed(note, now, max_age)  # 1
        self._require_growth(state, found.checkpoint, note)  # 2, 3
        reading, kinds = self._read(state, found.checkpoint)  # 4
        self.keep(AuditState(note, reading))
        return Finding(found, sum(kinds.values()), state.verified.size, kinds)

    def _confirmed(self, note: str, now: datetime, max_age: timedelta | None) -> Witnessed:
        try:
            return self.policy.verify(note, now=now, max_age=max_age)
        except UnwitnessedError as error:
            raise UnconfirmedLogError(str(error), evidence=(note,)) from error
        except CryptoError as error:
            raise UnsignedLogError(str(error)) from error

    def _require_growth(self, state: AuditState, found: Checkpoint, note: str) -> None:
        before = self._before(state)
        evidence = (state.note or "", note)
        if before is not None and found.size < before.size:
            raise TruncatedLogError(
                f"the log had {before.size} entries and has {found.size} now", evidence=evidence
            )
        self._require_root(found)
        if before is None:
            return
        ranges = consistency_ranges(before.size, found.size)
        try:
            hashes = roots_of(ranges, self._nodes(places_of(ranges), found.size))
            verify_consistency(
                before.size, found.size, proof=hashes, old_root=before.root, new_root=found.root
            )
        except ProofError as error:
            raise ForkedLogError(
                f"the log of {found.size} entries does not begin with that of {before.size}",
                evidence=evidence,
            ) from error

    def _before(self, state: AuditState) -> Checkpoint | None:
        if state.note is None:
            return None
        try:
            before = verify_checkpoint(state.note, self.policy.origin, self.policy.key)
        except CryptoError as error:
            raise UncheckedError(f"the state file is about another log or key: {error}") from error
        if state.verified.size != before.size or state.verified.root() != before.root:
            raise UncheckedError("the state file contradicts itself")
        return before

    def _require_root(self, found: Checkpoint) -> None:
        places = frontier_of(found.size)
        if root_of(found.size, self._nodes(places, found.size)) != found.root:
            raise AlteredLogError(f"the tiles of {found.size} entries do not lead to the signed root")

    def _nodes(self, places: Collection[Place], size: int) -> dict[Place, bytes]:
        tiles = {tile: self._tile(tile, size) for tile in tiles_of(places)}
        try:
            return nodes_of(places, tiles)
        except ProofError as error:
            raise AlteredLogError(f"a tile is too short: {error}") from error

    def _tile(self, tile: Tile, size: int) -> bytes:
        width = min((size >> (HEIGHT * tile.level)) - tile.number * WIDTH, WIDTH)
        hashes = self.log.tile(tile.level, Slice(tile.number, width))
        if len(hashes) != width * HASH_BYTES:
            raise AlteredLogError(f"tile {tile.level}/{tile.number}: expected {width} hashes")
        return hashes

    def _read(self, state: AuditState, found: Checkpoint) -> tuple[ReadSoFar, Counter[str]]:
        reading, kinds = state.furthest, Counter[str]()
        if reading.size > found.size:
            reading = state.verified  # what was broken off had come further than what is published
        bundles = 0
        while reading.size < found.size:
            reading, leaves = self._read_bundle(reading, found.size)
            kinds.update(leaf.kind for leaf in leaves)
            self.tell(reading.size, found.size)
            bundles += 1
            if bundles % SAVE_EVERY == 0:
                self.keep(replace(state, progress=reading))
        if reading.root() != found.root:
            self.keep(replace(state, progress=None))
            raise AlteredLogError(f"the {found.size} entries do not lead to the signed root")
        return reading, kinds

    def _read_bundle(self, before: ReadSoFar, size: int) -> tuple[ReadSoFar, list[Leaf]]:
        """Read to the end of a bundle; hold every tile that is full then, or the last, to what is served."""
        number, known = divmod(before.size, WIDTH)
        wanted = Slice(number, min(size - number * WIDTH, WIDTH))
        entries = self._entries(wanted)
        hashes = [leaf_hash(entry) for entry in entries]
        if known and b"".join(hashes[:known]) != before.edge[Tile(0, number)]:
            raise AlteredLogError(f"entries below {before.size} are others than those read before")
        after, tiles = before.then(hashes[known:])
        for tile, computed in sorted(tiles.items()):
            full = len(computed) == WIDTH * HASH_BYTES
            served = self._tile(tile, size)[: len(computed)] if full or after.size == size else computed
            if served != computed:
                raise AlteredLogError(_difference(tile, served, computed))
        try:
            return after, [Leaf.decode(entry) for entry in entries[known:]]
        except MalformedError as error:
            raise AlteredLogError(f"bundle {path_of(wanted)}: {error}") from error

    def _entries(self, wanted: Slice) -> list[bytes]:
        try:
            return decode_bundle(self.log.bundle(wanted), width=wanted.width)
        except MalformedError as error:
            raise AlteredLogError(f"bundle {path_of(wanted)}: {error}") from error


def _difference(tile: Tile, served: bytes, computed: bytes) -> str:
    pairs = enumerate(zip(served, computed, strict=True))
    first = next(place for place, (one, other) in pairs if one != other)
    place = (tile.number * WIDTH + first // HASH_BYTES) << (HEIGHT * tile.level)
    if tile.level == 0:
        return f"entry {place} is another one than its tile says"
    return f"tile {tile.level}/{tile.number} does not follow from the entries from {place} on"
