"""How does a contributor show that she counts once in one bin, and nobody see in which?

A one-hot contribution encrypts B^j for her bin j, B = 2^slot. With it comes a proof that its plaintext is
one of B^0, …, B^(k-1) (`crypto.paillier.membership`), so it cannot hold two ones, a 2, or a negative
number. The proof is bound to the schema, which names the key, and to the contributor: copied by another, or
into another query, it does not verify.

Size and time for k bins: k · (2|n| + |r| + 344 bits), 28 kB for 32 bins at 3072 bits; proving costs k
fixed-base powers; verifying in a batch some ten short products a bin.
"""

from collections.abc import Sequence
from typing import Final

from crypto.errors import OutOfRangeError, ProofError
from crypto.paillier.ciphertext import Ciphertext
from crypto.paillier.contribution import Contribution
from crypto.paillier.encryption import Encryptor
from crypto.paillier.membership import MembershipProof, Statement, prove
from crypto.paillier.membership_check import wrong_proofs
from crypto.paillier.packing import one_hot_plaintexts, pack_one_hot
from crypto.paillier.schema import QuerySchema
from crypto.randomness import RandomBytes, random_bytes

_TAG: Final = b"argonauta one-hot contribution v1"


def contribute_one_hot(
    schema: QuerySchema,
    place: int,
    contributor: bytes,
    encryptor: Encryptor,
    random: RandomBytes = random_bytes,
) -> Contribution:
    """Encrypt a one in one bin, with its proof.

    Raises:
        OutOfRangeError: the schema is not one-hot or for another key, or has no such bin.
        MalformedError: the contributor's identifier does not have 32 bytes.
    """
    schema.check_key(encryptor.key)
    opened = encryptor.encrypt_opened(pack_one_hot(schema, place), random)
    statement = one_hot_statement(schema, contributor, opened.ciphertext)
    proof = prove(statement, place, opened.exponent, encryptor, random)
    return Contribution(schema.digest, contributor, opened.ciphertext, proof)


def one_hot_statement(schema: QuerySchema, contributor: bytes, ciphertext: Ciphertext) -> Statement:
    """What a one-hot contribution proves."""
    return Statement(ciphertext, one_hot_plaintexts(schema), _TAG + schema.digest + contributor)


def verify_one_hot(
    schema: QuerySchema, contributions: Sequence[Contribution], random: RandomBytes = random_bytes
) -> Sequence[Contribution]:
    """The contributions, once all are proved to be one-hot.

    Raises:
        ProofError: some are not; the message has their positions.
    """
    wrong = wrong_contributions(schema, contributions, random)
    if wrong:
        raise ProofError(f"not proved to be one-hot: contributions {', '.join(map(str, wrong))}")
    return contributions


def wrong_contributions(
    schema: QuerySchema, contributions: Sequence[Contribution], random: RandomBytes = random_bytes
) -> tuple[int, ...]:
    """The positions of the contributions that are not proved to be one-hot, in order.

    Raises:
        OutOfRangeError: the schema is not one-hot.
    """
    if not schema.one_hot:
        raise OutOfRangeError("expected a one-hot schema")
    batch = [
        (one_hot_statement(schema, each.contributor, each.ciphertext), each.proof or MembershipProof(()))
        for each in contributions
    ]
    return wrong_proofs(batch, random)
