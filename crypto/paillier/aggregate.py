"""What is published of a sum, and how does anybody check that it is the sum?

An aggregate is one re-randomised ciphertext, the number of contributors, the Merkle root over their
contributions, and a proof that the ciphertext is the sum of exactly these contributions plus an encryption
of zero. Whoever holds the contributions verifies it without any secret (`verify_aggregate`); a contributor
checks by a Merkle proof that hers is among them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from crypto.encoding import sha256
from crypto.errors import MalformedError, OutOfRangeError, ProofError, ShareError
from crypto.merkle import root
from crypto.paillier.ciphertext import Ciphertext, Sum
from crypto.paillier.contribution import DIGEST_BYTES, Contribution
from crypto.paillier.keys import KEY_ID_BYTES, PublicKey
from crypto.paillier.membership import MembershipProof, Statement, proof_bytes
from crypto.paillier.membership_check import verify
from crypto.paillier.schema import QuerySchema
from crypto.randomness import RandomBytes, random_bytes

_VERSION: Final = 1
_COUNT_BYTES: Final = 5
_HEAD_BYTES: Final = 1 + KEY_ID_BYTES + 2 * DIGEST_BYTES + _COUNT_BYTES
_CONTEXT_TAG: Final = b"argonauta paillier aggregate v1"


@dataclass(frozen=True)
class Aggregate:
    """The published sum of a query; its proof holds only if `verify_aggregate` says so."""

    schema_digest: bytes
    transcript: bytes
    """The Merkle root over all contributions, in the order of their contributors' identifiers."""
    contributors: int
    ciphertext: Ciphertext
    proof: MembershipProof

    def encode(self) -> bytes:
        """Write version, key id, schema digest, transcript, count (5 bytes), ciphertext and proof."""
        head = bytes((_VERSION,)) + self.ciphertext.key.key_id + self.schema_digest + self.transcript
        count = self.contributors.to_bytes(_COUNT_BYTES, "big")
        return head + count + self.ciphertext.encode() + self.proof.encode()

    @classmethod
    def decode(cls, raw: bytes, key: PublicKey, schema: QuerySchema) -> "Aggregate":
        """Read the aggregate of this query under this key.

        Raises:
            MalformedError: another version or length, or a count that the schema does not allow.
            ShareError: it is for another key or query.
            OutOfRangeError: a number is no unit modulo n, or not below it.
        """
        end = _HEAD_BYTES + 2 * key.modulus_bytes
        if len(raw) != end + proof_bytes(key, 1) or raw[0] != _VERSION:
            raise MalformedError("expected an aggregate of a known version and length")
        key_id, digest, transcript = (raw[place : place + 32] for place in range(1, 97, 32))
        if (key_id, digest) != (key.key_id, schema.digest):
            raise ShareError("the aggregate is for another key or query")
        count = int.from_bytes(raw[97:_HEAD_BYTES], "big")
        if not 1 <= count <= schema.most_contributors:
            raise MalformedError(f"expected 1 to {schema.most_contributors} contributors, got {count}")
        ciphertext = Ciphertext.decode(raw[_HEAD_BYTES:end], key)
        return cls(digest, transcript, count, ciphertext, MembershipProof.decode(raw[end:], key, 1))


def transcript_leaf(contribution: Contribution) -> bytes:
    """What stands in the transcript for a contribution: the contributor and a hash of the ciphertext."""
    return contribution.contributor + sha256(contribution.ciphertext.encode())


def verify_aggregate(
    schema: QuerySchema,
    aggregate: Aggregate,
    contributions: Sequence[Contribution],
    random: RandomBytes = random_bytes,
) -> Aggregate:
    """The aggregate, once it is shown to be the sum of exactly these contributions.

    Raises:
        ProofError: it is not: another number, transcript or query, or no re-randomisation of their sum.
    """
    ordered = sorted(contributions, key=lambda each: each.contributor)
    if len({each.contributor for each in ordered}) != len(ordered) or len(ordered) != aggregate.contributors:
        raise ProofError("the aggregate counts other contributors")
    if root([transcript_leaf(each) for each in ordered]) != aggregate.transcript:
        raise ProofError("the transcript is over other contributions")
    digests = {each.schema_digest for each in ordered} | {aggregate.schema_digest}
    if digests != {schema.digest}:
        raise ProofError("the aggregate or a contribution is for another query")
    _verify_sum(aggregate, ordered, random)
    return aggregate


def _verify_sum(aggregate: Aggregate, contributions: Sequence[Contribution], random: RandomBytes) -> None:
    summed = Sum(aggregate.ciphertext.key)
    try:
        summed.add(each.ciphertext for each in contributions)
    except OutOfRangeError as error:
        raise ProofError("a contribution is under another key") from error
    blinding = aggregate.ciphertext + summed.total().scale(-1)
    statement = blinding_statement(
        aggregate.schema_digest, aggregate.transcript, aggregate.contributors, blinding
    )
    verify(statement, aggregate.proof, random)


def blinding_statement(digest: bytes, transcript: bytes, count: int, blinding: Ciphertext) -> Statement:
    """What an aggregate proves: that it adds an encryption of zero to the sum of its contributions."""
    context = _CONTEXT_TAG + digest + transcript + count.to_bytes(_COUNT_BYTES, "big")
    return Statement(blinding, (0,), context)
