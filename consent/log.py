"""What happened, provably and for good? Entries of the append-only log, its checkpoints and its proofs.

The log is a Merkle tree after RFC 9162 §2.1; a checkpoint is its size and root as a signed note in the form
of C2SP `tlog-checkpoint`. What is hashed into the tree for an entry is its kind, its moment and a salted
digest of its body. Erasing body and salt leaves the tree and every proof valid and says nothing about the
body: the salt has 32 random bytes, so guessing the body does not help.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from consent.errors import MismatchError
from consent.note import decode_base64, sign_note, verify_note
from consent.signed import read_digest
from crypto.encoding import Json, b64url_encode, canonical_json, sha256
from crypto.errors import MalformedError
from crypto.merkle import leaf_hash, verify_consistency, verify_inclusion
from crypto.randomness import RandomBytes, random_bytes
from crypto.reading import Fields, utc_text
from crypto.signing import SigningKey, VerifyingKey

SALT_BYTES = 32
ROOT_BYTES = 32
MAX_KIND = 100
MAX_PROOF_HASHES = 64
MOST_ENTRIES = 2**53 - 1
MAX_NOTE = 10_000
MAX_SIZE_DIGITS = 16
_CHECKPOINT_LINES = 3


@dataclass(frozen=True)
class Leaf:
    """What stands in the tree for one entry: enough to verify its place, nothing about its body."""

    kind: str
    at: datetime
    body_digest: str

    def encode(self) -> bytes:
        """The bytes that are hashed as the leaf: its canonical JSON, members in the order of their names."""
        return b'{"at":"%s","body_digest":"%s","kind":%s}' % (
            utc_text(self.at).encode("ascii"),
            self.body_digest.encode("ascii"),
            _spelled(self.kind),
        )

    @classmethod
    def decode(cls, raw: bytes) -> "Leaf":
        """Read what `encode` wrote; no other spelling of it is a leaf.

        Raises:
            MalformedError: it is not one.
        """
        fields = Fields.parse(raw, "log entry")
        leaf = cls(
            fields.text("kind", max_length=MAX_KIND), fields.moment("at"), read_digest(fields, "body_digest")
        )
        fields.done()
        if leaf.encode() != raw:
            raise MalformedError("log entry: expected its canonical form")
        return leaf


@dataclass(frozen=True)
class Entry:
    """One entry with its body; `salt` has 32 random bytes and is as confidential as the body."""

    kind: str
    at: datetime
    body: Mapping[str, Json] = field(repr=False)
    salt: bytes = field(repr=False)

    @classmethod
    def of(
        cls, kind: str, at: datetime, body: Mapping[str, Json], random: RandomBytes = random_bytes
    ) -> "Entry":
        """An entry with a fresh salt."""
        return cls(kind, at, body, random(SALT_BYTES))

    @property
    def leaf(self) -> Leaf:
        """What stands in the tree for it."""
        digest = sha256(self.salt + canonical_json(dict(self.body)))
        return Leaf(self.kind, self.at, b64url_encode(digest))

    def to_json(self) -> dict[str, Json]:
        """The entry with body and salt, for whom it concerns."""
        return {
            "kind": self.kind,
            "at": utc_text(self.at),
            "body": dict(self.body),
            "salt": b64url_encode(self.salt),
        }

    @classmethod
    def from_fields(cls, fields: Fields) -> "Entry":
        """Read what `to_json` wrote.

        Raises:
            MalformedError: a member is missing or not of its form.
        """
        body = fields.any("body")
        if not isinstance(body, dict):
            raise MalformedError(f"{fields.where}.body: expected an object")
        return cls(fields.text("kind", max_length=MAX_KIND), fields.moment("at"), body, fields.binary("salt"))


@dataclass(frozen=True)
class Checkpoint:
    """The state of a log: whose, how many entries, which root."""

    origin: str
    size: int
    root: bytes

    def to_text(self) -> str:
        """The three lines of C2SP `tlog-checkpoint`."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode('ascii')}\n"


class LogState(NamedTuple):
    """Up to where somebody looked at a log that both sides know: entries, at least one, and their root."""

    size: int
    root: bytes

    def to_json(self) -> dict[str, Json]:
        """The state as a member of a document."""
        return {"size": self.size, "root": b64url_encode(self.root)}

    @classmethod
    def from_fields(cls, fields: Fields) -> "LogState":
        """Read what `to_json` wrote.

        Raises:
            MalformedError: a member is missing, unknown or not of its form.
        """
        state = cls(
            fields.integer("size", least=1, most=MOST_ENTRIES), fields.binary("root", length=ROOT_BYTES)
        )
        fields.done()
        return state


@dataclass(frozen=True)
class InclusionProof:
    """That an entry stands in the log: its leaf, its place, the sibling hashes, the signed checkpoint."""

    leaf: Leaf
    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str

    def to_json(self) -> dict[str, Json]:
        """The document that a person's wallet keeps."""
        return {
            "kind": self.leaf.kind,
            "at": utc_text(self.leaf.at),
            "body_digest": self.leaf.body_digest,
            "index": self.index,
            "hashes": [b64url_encode(each) for each in self.hashes],
            "checkpoint": self.checkpoint,
        }

    @classmethod
    def from_json(cls, document: object, where: str = "inclusion proof") -> "InclusionProof":
        """Read what `to_json` wrote.

        Raises:
            MalformedError: a member is missing, unknown or not of its form.
        """
        fields = Fields.of(document, where)
        leaf = Leaf(
            fields.text("kind", max_length=MAX_KIND), fields.moment("at"), read_digest(fields, "body_digest")
        )
        proof = cls(
            leaf=leaf,
            index=fields.integer("index", least=0, most=MOST_ENTRIES),
            hashes=read_hashes(fields, "hashes"),
            checkpoint=fields.text("checkpoint", max_length=MAX_NOTE),
        )
        fields.done()
        return proof

    def verify(self, origin: str, key: VerifyingKey) -> Checkpoint:
        """The checkpoint under which the entry stands in the log.

        Raises:
            MalformedError: the checkpoint is not one.
            SignatureError: the log did not sign the checkpoint.
            ProofError: the leaf does not stand there.
        """
        checkpoint = verify_checkpoint(self.checkpoint, origin, key)
        verify_inclusion(
            leaf_hash(self.leaf.encode()), self.index, checkpoint.size, self.hashes, checkpoint.root
        )
        return checkpoint

    def verify_entry(self, entry: Entry, origin: str, key: VerifyingKey) -> Checkpoint:
        """The checkpoint under which this entry, body and all, stands in the log.

        Raises:
            MismatchError: the proof is about another entry.
            MalformedError: the checkpoint is not one.
            SignatureError: the log did not sign the checkpoint.
            ProofError: the leaf does not stand there.
        """
        if entry.leaf.encode() != self.leaf.encode():
            raise MismatchError("inclusion proof: it is about another entry")
        return self.verify(origin, key)


def sign_checkpoint(checkpoint: Checkpoint, key: SigningKey) -> str:
    """Sign a checkpoint with the log's Ed25519 key; the key's name is the log's origin.

    Raises:
        MalformedError: the origin cannot stand in a note, or the key is not Ed25519.
    """
    return sign_note(checkpoint.to_text(), checkpoint.origin, key)


def verify_checkpoint(note: str, origin: str, key: VerifyingKey) -> Checkpoint:
    """The checkpoint that the log of this origin signed.

    Raises:
        MalformedError: it is not a checkpoint, or not of this origin.
        SignatureError: the log did not sign it.
    """
    checkpoint = _read_checkpoint(verify_note(note, origin, key))
    if checkpoint.origin != origin:
        raise MalformedError("checkpoint: it is of another log")
    return checkpoint


def verify_growth(old: Checkpoint, new: Checkpoint, hashes: Sequence[bytes]) -> None:
    """Return only if the later state of a log begins with all entries of the earlier one.

    Raises:
        MismatchError: the checkpoints are of two logs.
        ProofError: entries were changed, removed or put in between.
    """
    if old.origin != new.origin:
        raise MismatchError("checkpoint: expected two checkpoints of one log")
    verify_consistency(old.size, new.size, proof=hashes, old_root=old.root, new_root=new.root)


def read_hashes(fields: Fields, name: str) -> tuple[bytes, ...]:
    """The hashes of a proof, lowest first, each 32 bytes in base64url.

    Raises:
        MalformedError: an entry is not such a hash, or there are more than a log can need.
    """
    entries = fields.entries(name, most=MAX_PROOF_HASHES)
    numbered = Fields({str(index): entry for index, entry in enumerate(entries)}, f"{fields.where}.{name}")
    return tuple(numbered.binary(str(index), length=ROOT_BYTES) for index in range(len(entries)))


@lru_cache(maxsize=64)
def _spelled(kind: str) -> bytes:
    return canonical_json(kind)


def _read_checkpoint(text: str) -> Checkpoint:
    lines = text.split("\n")[:-1]
    if len(lines) != _CHECKPOINT_LINES:
        raise MalformedError("checkpoint: expected the lines origin, size and root")
    origin, size, encoded = lines
    if not (size.isascii() and size.isdigit()) or len(size) > MAX_SIZE_DIGITS or str(int(size)) != size:
        raise MalformedError("checkpoint: the size is not a whole number")
    root = decode_base64(encoded, "checkpoint")
    if not origin or len(root) != ROOT_BYTES:
        raise MalformedError(f"checkpoint: expected an origin and a root of {ROOT_BYTES} bytes")
    return Checkpoint(origin, int(size), root)
