"""What does a wallet hand in besides its shares, so that its record can be added up under encryption?

The whole encoded record, one lifted ElGamal ciphertext for each column under the joint key of the trust
registry, and one proof that these are the columns of the commitment that the issuer signed
(`crypto.linked`). The proof is made for one consent, data set and key, and the consent names the digest of
these bytes with its other inputs, so nobody on the way can swap, copy or replay them.

All columns are there, as all columns are shared for the other engine: what may be asked of them is said by
the policy and held by the nodes. A record of 60 columns takes about 6 kB.

Canonical form: the ciphertext, whose head says how long it is, then the proof.
"""

from dataclasses import dataclass, field
from typing import Final

from crypto.curve import POINT_BYTES, SCALAR_BYTES, Point
from crypto.elgamal.ciphertext import BIN_BYTES, Ciphertext
from crypto.elgamal.keys import KEY_ID_BYTES
from crypto.errors import MalformedError
from crypto.linked.elgamal_link import LinkedContribution
from crypto.linked.proof import Proof
from crypto.linked.statement import Context, Terms
from ssi.dataset import DataSet

MOST_COLUMNS: Final = 1024
_HEAD_BYTES: Final = 3 + KEY_ID_BYTES
_MOST_PROOF_BYTES: Final = 1024 + (MOST_COLUMNS + 8) * SCALAR_BYTES + 16 * POINT_BYTES
MOST_BYTES: Final = _HEAD_BYTES + MOST_COLUMNS * BIN_BYTES + _MOST_PROOF_BYTES


@dataclass(frozen=True)
class EncryptedRecord:
    """A record under encryption with its proof; its form is right, and nothing in it is believed yet."""

    ciphertext: Ciphertext = field(repr=False)
    proof: Proof = field(repr=False)

    @property
    def columns(self) -> int:
        """How many columns it has."""
        return len(self.ciphertext.bins)

    def to_bytes(self) -> bytes:
        """The canonical form, about 98 bytes a column."""
        return self.ciphertext.encode() + self.proof.encode()

    @classmethod
    def from_bytes(cls, raw: bytes) -> "EncryptedRecord":
        """Read the canonical form; every other spelling of the same record is refused.

        Raises:
            MalformedError: another version or length, more than 1024 columns, or not a point.
        """
        columns = int.from_bytes(raw[1:3], "big")
        if len(raw) > MOST_BYTES or not 1 <= columns <= MOST_COLUMNS:
            raise MalformedError(f"expected an encrypted record of 1 to {MOST_COLUMNS} columns")
        end = _HEAD_BYTES + columns * BIN_BYTES
        return cls(Ciphertext.decode(raw[:end]), Proof.decode(raw[end:]))

    def linked(self, commitment: Point, terms: Terms) -> LinkedContribution:
        """What a verifier checks; the commitment is the issuer's and the terms are the verifier's own."""
        return LinkedContribution(terms, commitment, self.ciphertext, self.proof)


def is_encryptable(data_set: DataSet) -> bool:
    """Whether records of this data set are small enough to be encrypted column by column."""
    return len(data_set.columns) <= MOST_COLUMNS


def terms_of(consent_id: str, data_set: DataSet) -> Terms:
    """What a wallet proves and a node checks: all columns of this data set, for this consent alone.

    The key stands in the ciphertext, and with it in what is proved.
    """
    columns = len(data_set.columns)
    context = Context(consent_id, data_set.ref, data_set.credential_type)
    return Terms(context, data_set.commitment_domain, columns, tuple(range(columns)))
