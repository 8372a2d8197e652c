"""What does one contributor send into a sum?

A contribution names the key, the schema and the contributor, so that it counts once, in one query, for one
person; then comes the ciphertext and, in a one-hot query, the proof that it is one. Its bytes say nothing
about who the contributor is: the identifier is a pseudonym of 32 bytes, and that its sender is entitled to it
is checked outside, by whoever runs the aggregator.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from crypto.errors import MalformedError, OutOfRangeError, ShareError
from crypto.paillier.ciphertext import Ciphertext
from crypto.paillier.encryption import Encryptor
from crypto.paillier.keys import KEY_ID_BYTES, PublicKey
from crypto.paillier.membership import MembershipProof, proof_bytes
from crypto.paillier.packing import pack
from crypto.paillier.schema import QuerySchema
from crypto.randomness import RandomBytes, random_bytes

CONTRIBUTOR_BYTES: Final = 32
DIGEST_BYTES: Final = 32
_VERSION: Final = 1
_HEAD_BYTES: Final = 1 + KEY_ID_BYTES + DIGEST_BYTES + CONTRIBUTOR_BYTES


@dataclass(frozen=True)
class Contribution:
    """One contributor's encrypted values for one query.

    Raises:
        MalformedError: the contributor's identifier does not have 32 bytes.
    """

    schema_digest: bytes
    contributor: bytes
    ciphertext: Ciphertext
    proof: MembershipProof | None = None

    def __post_init__(self) -> None:
        if len(self.contributor) != CONTRIBUTOR_BYTES:
            raise MalformedError(f"expected a contributor of 32 bytes, got {len(self.contributor)}")

    def encode(self) -> bytes:
        """Write version, key id, schema digest, contributor, ciphertext and, if there is one, the proof."""
        head = bytes((_VERSION,)) + self.ciphertext.key.key_id + self.schema_digest + self.contributor
        return head + self.ciphertext.encode() + (self.proof.encode() if self.proof else b"")

    @classmethod
    def decode(cls, raw: bytes, key: PublicKey, schema: QuerySchema) -> "Contribution":
        """Read a contribution to this query under this key. The proof is read, not verified.

        Raises:
            MalformedError: another version or length.
            ShareError: it is for another key or query.
            OutOfRangeError: a number is no unit modulo n, or not below it.
        """
        end = _HEAD_BYTES + 2 * key.modulus_bytes
        length = end + (proof_bytes(key, schema.bins) if schema.one_hot else 0)
        if len(raw) != length or raw[0] != _VERSION:
            raise MalformedError(f"expected a contribution of a known version and {length} bytes")
        key_id, digest, contributor = (raw[place : place + 32] for place in range(1, _HEAD_BYTES, 32))
        if (key_id, digest) != (key.key_id, schema.digest):
            raise ShareError("the contribution is for another key or query")
        ciphertext = Ciphertext.decode(raw[_HEAD_BYTES:end], key)
        proof = MembershipProof.decode(raw[end:], key, schema.bins) if schema.one_hot else None
        return cls(digest, contributor, ciphertext, proof)


def contribute(
    schema: QuerySchema,
    values: Sequence[int],
    contributor: bytes,
    encryptor: Encryptor,
    random: RandomBytes = random_bytes,
) -> Contribution:
    """Encrypt one contributor's values, one for each bin.

    Raises:
        OutOfRangeError: the schema is one-hot (see `crypto.paillier.one_hot`) or for another key, or the
            values do not fit it.
    """
    schema.check_key(encryptor.key)
    if schema.one_hot:
        raise OutOfRangeError("a one-hot query takes contributions with a proof")
    ciphertext = encryptor.encrypt(pack(schema, values), random)
    return Contribution(schema.digest, contributor, ciphertext)
