"""What an audit remembers for the next one: the last state that was right, and how far it came."""

from dataclasses import dataclass, field
from pathlib import Path

from crypto.encoding import Json, b64url_encode, canonical_json
from crypto.errors import MalformedError
from crypto.log_tree import frontier_of, root_of
from crypto.merkle import HASH_BYTES
from crypto.reading import Fields
from crypto.tiles import TILE_BYTES, WIDTH, Tile, edge_of, grown, nodes_of
from marketplace.log_auditor.errors import UncheckedError
from ssi.hosting.files import write_private

MOST_ENTRIES = 2**53 - 1
MAX_NOTE = 10_000
MAX_STATE = 1_000_000


@dataclass(frozen=True)
class ReadSoFar:
    """A tree by its size and its partial tiles: all that is needed to go on and to know its root."""

    size: int = 0
    edge: dict[Tile, bytes] = field(default_factory=dict, hash=False, repr=False)

    def root(self) -> bytes:
        """The root of what was read."""
        return root_of(self.size, nodes_of(frontier_of(self.size), self.edge))

    def then(self, leaf_hashes: list[bytes]) -> tuple["ReadSoFar", dict[Tile, bytes]]:
        """After more entries, with the tiles that began or grew."""
        tiles = grown(self.size, self.edge, leaf_hashes)
        size = self.size + len(leaf_hashes)
        known = {**self.edge, **tiles}
        return ReadSoFar(size, {tile: known[tile] for tile in edge_of(size)}), tiles

    def to_json(self) -> dict[str, Json]:
        """The tree as a document."""
        edge: list[Json] = [[level, b64url_encode(hashes)] for (level, _), hashes in self.edge.items()]
        return {"size": self.size, "edge": edge}

    @classmethod
    def read(cls, fields: Fields) -> "ReadSoFar":
        """Read what `to_json` wrote.

        Raises:
            MalformedError: it has another form, or tiles that do not fit the size.
        """
        size = fields.integer("size", least=0, most=MOST_ENTRIES)
        raw = fields.entries("edge", most=HASH_BYTES)
        edge = {}
        for tile, entry in zip(edge_of(size), raw, strict=False):
            if not isinstance(entry, list) or len(entry) != 2:  # noqa: PLR2004 — a level and its hashes
                raise MalformedError("audit state: expected tiles of the edge")
            pair = Fields({"level": entry[0], "hashes": entry[1]}, "audit state.edge")
            if pair.integer("level", least=0, most=HASH_BYTES) != tile.level:
                raise MalformedError("audit state: the tiles do not fit the size")
            edge[tile] = pair.binary("hashes")
        fits = all(
            len(hashes) == ((size >> (8 * tile.level)) % WIDTH) * HASH_BYTES < TILE_BYTES
            for tile, hashes in edge.items()
        )
        if len(raw) != len(edge_of(size)) or not fits:
            raise MalformedError("audit state: the tiles do not fit the size")
        fields.done()
        return cls(size, edge)


@dataclass(frozen=True)
class AuditState:
    """The published state that was right last, the tree up to there, and how far an unfinished audit came."""

    note: str | None = field(default=None, repr=False)
    verified: ReadSoFar = field(default_factory=ReadSoFar)
    progress: ReadSoFar | None = None

    @property
    def furthest(self) -> ReadSoFar:
        """Where to go on."""
        return self.progress or self.verified

    def to_bytes(self) -> bytes:
        """The state file's content."""
        document: dict[str, Json] = {"note": self.note, "verified": self.verified.to_json()}
        if self.progress is not None:
            document["progress"] = self.progress.to_json()
        return canonical_json(document) + b"\n"

    @classmethod
    def from_bytes(cls, raw: bytes) -> "AuditState":
        """Read what `to_bytes` wrote.

        Raises:
            MalformedError: it has another form.
        """
        fields = Fields.parse(raw, "audit state")
        state = cls(
            fields.text("note", max_length=MAX_NOTE) if fields.has("note") else None,
            ReadSoFar.read(fields.section("verified")),
            ReadSoFar.read(fields.section("progress")) if fields.has("progress") else None,
        )
        fields.done()
        return state


@dataclass(frozen=True)
class StateFile:
    """Keeps the state of audits in a file."""

    path: Path

    def load(self) -> AuditState:
        """The state, or that of a first audit.

        Raises:
            UncheckedError: there is a file, and it is no state. Nothing is forgotten by itself.
        """
        try:
            with self.path.open("rb") as file:
                return AuditState.from_bytes(file.read(MAX_STATE))
        except FileNotFoundError:
            return AuditState()
        except (OSError, MalformedError) as error:
            raise UncheckedError(f"the state file cannot be used: {error}") from error

    def save(self, state: AuditState) -> None:
        """Put a state in the place of the one before.

        Raises:
            UncheckedError: it cannot be written.
        """
        try:
            write_private(self.path, state.to_bytes())
        except OSError as error:
            raise UncheckedError(f"the state file cannot be written: {error.strerror}") from error
