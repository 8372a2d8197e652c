"""Why can a wallet not lie about its record? The issuer's commitment to the whole of it.

A record is encoded (see `dataset`) and committed to with a vector Pedersen commitment, which the issuer signs
as part of the credential. It hides the record perfectly. Whoever knows values and blinding can open it in one
way only, as long as discrete logarithms are hard: the wallet cannot later compute with other values.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from crypto.commitments import commit, verify_opening
from crypto.curve import ORDER, Point
from crypto.encoding import b64url_encode
from crypto.errors import CommitmentError
from crypto.randomness import RandomBytes, random_below, random_bytes
from ssi.credential import RecordCredential
from ssi.credential_payload import BLINDING_BYTES, COMMITMENT_SCHEME
from ssi.dataset import DataSet
from ssi.errors import AlteredCredentialError, DataSetError, MalformedCredentialError


@dataclass(frozen=True)
class Record:
    """One person's values in one data set, encoded and committed to. Its contents stay out of ``repr``.

    `values` are in the form of the data set, missing ones left out; `encoded` has one integer per column.
    """

    data_set: DataSet
    values: Mapping[str, int | float | str] = field(repr=False, hash=False)
    encoded: tuple[int, ...] = field(repr=False)
    blinding: int = field(repr=False)
    commitment: Point

    @classmethod
    def commit(
        cls, data_set: DataSet, values: Mapping[str, object], random: RandomBytes = random_bytes
    ) -> "Record":
        """Check, encode and commit to what an issuer knows about a person.

        Raises:
            DataSetError: a value that the data set does not allow.
        """
        encoded = data_set.encode(values)
        blinding = random_below(ORDER, random)
        return cls(
            data_set=data_set,
            values=data_set.parse_values(values),
            encoded=encoded,
            blinding=blinding,
            commitment=commit(encoded, blinding, domain=data_set.commitment_domain, bits=data_set.bits),
        )

    @classmethod
    def open(cls, credential: RecordCredential) -> "Record":
        """The whole record of a credential with all its disclosures, as its holder has it.

        Raises:
            MalformedCredentialError: the opening is not disclosed, or a required attribute is not.
            AlteredCredentialError: the commitment does not open to the disclosed values: one was left out, or
                the issuer signed something else than it shows.
        """
        if credential.blinding is None:
            raise MalformedCredentialError("the credential does not disclose the opening of its commitment")
        data_set, blinding = credential.data_set, int.from_bytes(credential.blinding, "big")
        encoded = _encode(data_set, credential.claims)
        point = Point.from_bytes(credential.commitment.value)
        try:
            verify_opening(point, encoded, blinding, domain=data_set.commitment_domain, bits=data_set.bits)
        except CommitmentError as error:
            raise AlteredCredentialError("the issuer's commitment does not open to the record") from error
        return cls(data_set, credential.claims, encoded, blinding, point)

    def commitment_claim(self) -> dict[str, str]:
        """The claim `commitment` of a credential."""
        return {
            "data_set": self.data_set.ref,
            "scheme": COMMITMENT_SCHEME,
            "value": b64url_encode(self.commitment.to_bytes()),
        }

    def opening_claim(self) -> str:
        """The claim `commitment_opening`: the blinding, 32 bytes big-endian in base64url."""
        return b64url_encode(self.blinding.to_bytes(BLINDING_BYTES, "big"))


def _encode(data_set: DataSet, values: Mapping[str, int | float | str]) -> tuple[int, ...]:
    try:
        return data_set.encode(values)
    except DataSetError as error:
        raise MalformedCredentialError(str(error)) from error
