"""What do all contributors to one sum agree on before anyone encrypts?

A query schema fixes the key, the number of bins, the range of a value and the largest crowd, and with them
the layout of every plaintext: bin j has its own slot of

    value_bits + ⌈log2 most_contributors⌉ + guard_bits

bits, so that no slot of values in range can run into the next, whoever contributes. There is one scale per
query and it is public; a ciphertext that carried its own exponent would show how large its number is.

The asker signs the schema. Contributors, aggregator and decryptors verify the signature and bind what they
send to the schema's digest, so that no contribution counts in another query.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from crypto.encoding import Json, b64url_encode, canonical_json, sha256
from crypto.errors import MalformedError, OutOfRangeError
from crypto.paillier.keys import KEY_ID_BYTES, PublicKey
from crypto.reading import Fields
from crypto.signing import SigningKey, VerifyingKey

MAX_BINS: Final = 4096
MAX_VALUE_BITS: Final = 64
MAX_CONTRIBUTORS: Final = 1 << 32
MAX_GUARD_BITS: Final = 64
MAX_QUERY_CHARACTERS: Final = 200
_MAX_DOCUMENT_BYTES: Final = 4096
_VERSION: Final = 1
_SIGNED_TAG: Final = b"argonauta paillier query schema v1\x00"


@dataclass(frozen=True)
class QuerySchema:
    """The terms of one sum, checked when they are made.

    Raises:
        OutOfRangeError: a number is out of its range, or the terms contradict each other.
    """

    query: str
    """The query's identifier, 1 to 200 characters, never used twice."""
    key_id: bytes
    bins: int
    """How many values each contributor gives, in [1, 4096]."""
    value_bits: int
    """The length of a value, in [1, 64]: values are in [0, 2^b), or in [-2^(b-1), 2^(b-1)) if signed."""
    most_contributors: int
    """How many contributions are added at most, in [1, 2^32]."""
    guard_bits: int = 2
    """Spare bits a slot, in [0, 64], by which contributions out of range are noticed after decryption."""
    signed: bool = False
    one_hot: bool = False
    """Whether each contribution is 1 in one bin and 0 in all others, and proves it."""

    def __post_init__(self) -> None:
        _check(self.query, 1 <= len(self.query) <= MAX_QUERY_CHARACTERS, "query of 1 to 200 characters")
        _check(len(self.key_id), len(self.key_id) == KEY_ID_BYTES, "key id of 32 bytes")
        _check(self.bins, 1 <= self.bins <= MAX_BINS, "1 to 4096 bins")
        _check(self.value_bits, 1 <= self.value_bits <= MAX_VALUE_BITS, "values of 1 to 64 bits")
        crowd = self.most_contributors
        _check(crowd, 1 <= crowd <= MAX_CONTRIBUTORS, "1 to 2^32 contributors")
        _check(self.guard_bits, 0 <= self.guard_bits <= MAX_GUARD_BITS, "0 to 64 guard bits")
        if self.one_hot and (self.value_bits != 1 or self.signed or self.bins == 1):
            raise OutOfRangeError("expected unsigned values of 1 bit in at least 2 bins for one-hot")

    @property
    def slot_bits(self) -> int:
        """The length of one bin's slot in the plaintext."""
        return self.value_bits + (self.most_contributors - 1).bit_length() + self.guard_bits

    @property
    def offset(self) -> int:
        """What is added to each signed value so that none is negative; 0 if values are not signed."""
        return 1 << (self.value_bits - 1) if self.signed else 0

    @cached_property
    def digest(self) -> bytes:
        """32 bytes that name the schema, by which contributions and proofs are bound to it."""
        return sha256(_SIGNED_TAG, self.encode())

    def check_key(self, key: PublicKey) -> None:
        """Return only if the schema is for this key and its slots fit below n.

        Raises:
            OutOfRangeError: the schema names another key, or n is too short; the message says how many bins
                would fit.
        """
        if key.key_id != self.key_id:
            raise OutOfRangeError("the schema is for another key")
        if self.bins * self.slot_bits > key.bits - 1:
            fitting = (key.bits - 1) // self.slot_bits
            raise OutOfRangeError(
                f"expected at most {fitting} bins of {self.slot_bits} bits, got {self.bins}"
            )

    def encode(self) -> bytes:
        """Write the schema as canonical JSON (RFC 8785)."""
        members: dict[str, Json] = {
            "version": _VERSION,
            "query": self.query,
            "key_id": b64url_encode(self.key_id),
            "bins": self.bins,
            "value_bits": self.value_bits,
            "most_contributors": self.most_contributors,
            "guard_bits": self.guard_bits,
            "signed": self.signed,
            "one_hot": self.one_hot,
        }
        return canonical_json(members)

    @classmethod
    def decode(cls, raw: bytes) -> "QuerySchema":
        """Read a schema; only its canonical bytes are accepted, since they are what is signed.

        Raises:
            MalformedError: not such a document, or terms out of range.
        """
        if len(raw) > _MAX_DOCUMENT_BYTES:
            raise MalformedError(f"schema: expected at most {_MAX_DOCUMENT_BYTES} bytes, got {len(raw)}")
        fields = Fields.parse(raw, "schema")
        fields.integer("version", least=_VERSION, most=_VERSION)
        try:
            schema = cls(
                query=fields.text("query", max_length=MAX_QUERY_CHARACTERS),
                key_id=fields.binary("key_id", length=KEY_ID_BYTES),
                bins=fields.integer("bins", least=1, most=MAX_BINS),
                value_bits=fields.integer("value_bits", least=1, most=MAX_VALUE_BITS),
                most_contributors=fields.integer("most_contributors", least=1, most=MAX_CONTRIBUTORS),
                guard_bits=fields.integer("guard_bits", least=0, most=MAX_GUARD_BITS),
                signed=fields.boolean("signed"),
                one_hot=fields.boolean("one_hot"),
            )
        except OutOfRangeError as error:
            raise MalformedError(f"schema: {error}") from error
        fields.done()
        if schema.encode() != raw:
            raise MalformedError("schema: expected canonical JSON")
        return schema


def sign_schema(schema: QuerySchema, key: SigningKey) -> bytes:
    """Sign a schema; 64 bytes."""
    return key.sign(_SIGNED_TAG + schema.encode())


def verify_schema(unverified: bytes, signature: bytes, key: VerifyingKey) -> QuerySchema:
    """The schema that the holder of this key signed.

    Raises:
        SignatureError: the signature does not verify.
        MalformedError: what was signed is not a schema.
    """
    key.verify(signature, _SIGNED_TAG + unverified)
    return QuerySchema.decode(unverified)


def _check(value: object, holds: bool, expected: str) -> None:
    if not holds:
        raise OutOfRangeError(f"expected a {expected}, got {value!r}")
