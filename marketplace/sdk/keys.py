"""Where are a buyer's secrets? In one file on the buyer's machine, which the browser can read as well.

    {"version": 1,
     "credential_key_jwk": {"kty": "EC", "crv": "P-256", "x": …, "y": …, "d": …},
     "result_keys": [three X25519 private keys, 32 bytes each, in base64url, by role]}

The first key is the one the organisation credential is bound to: it signs mandates. The other three open
answers, one envelope each. Whoever has the file can order for the organisation and open its answers: it has
mode 0600 and never leaves the machine. The marketplace gets the public halves only.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from consent.order import Mandate, sign_mandate
from crypto.encoding import Json, b64url_decode, b64url_encode, canonical_json
from crypto.errors import MalformedError
from crypto.randomness import RandomBytes, random_bytes
from crypto.reading import Fields
from crypto.sealing import KEY_BYTES, SealingKey
from crypto.signing import SigningKey, generate_es256
from marketplace.sdk.errors import KeyFileError
from marketplace.sdk.private_jwk import read_private_jwk, write_private_jwk
from ssi.hosting.errors import ReadableByOthersError
from ssi.hosting.files import read_private, write_private

VERSION = 1
ROLES = 3


@dataclass(frozen=True)
class BuyerKeys:
    """The secrets of a buyer. They stay out of ``repr``."""

    credential_key: SigningKey = field(repr=False)
    result_keys: tuple[SealingKey, ...] = field(repr=False)

    @classmethod
    def create(cls, random: RandomBytes = random_bytes) -> "BuyerKeys":
        """Draw all keys."""
        return cls(generate_es256(random), _fresh_result_keys(random))

    def renewed(self, random: RandomBytes = random_bytes) -> "BuyerKeys":
        """The same buyer with fresh result keys: needed after a dispute, which showed one of them.

        Answers that were sealed to the earlier keys need the earlier file.
        """
        return BuyerKeys(self.credential_key, _fresh_result_keys(random))

    def mandate(self, *, buyer: str, marketplace: str, now: datetime, valid_for: timedelta) -> str:
        """A signed mandate: this marketplace may run jobs for this organisation, sealed to these keys.

        `buyer` is the handle in the organisation credential, `marketplace` the id in the trust registry.
        """
        issued_at = now.replace(microsecond=0)
        mandate = Mandate(
            buyer=buyer,
            marketplace=marketplace,
            result_keys=tuple(key.public.to_bytes() for key in self.result_keys),
            issued_at=issued_at,
            valid_until=issued_at + valid_for,
        )
        return sign_mandate(mandate, self.credential_key)

    def to_json(self) -> dict[str, Json]:
        """The document of the key file: all secrets in the clear."""
        return {
            "version": VERSION,
            "credential_key_jwk": dict(write_private_jwk(self.credential_key)),
            "result_keys": [b64url_encode(key.to_bytes()) for key in self.result_keys],
        }

    @classmethod
    def from_json(cls, document: bytes | str) -> "BuyerKeys":
        """Read the document of a key file.

        Raises:
            KeyFileError: it is not one.
        """
        try:
            fields = Fields.parse(document, "key file")
            fields.integer("version", least=VERSION, most=VERSION)
            credential_key = read_private_jwk(fields.section("credential_key_jwk"))
            raw = fields.texts("result_keys", least=ROLES, most=ROLES)
            fields.done()
            keys = tuple(SealingKey.from_bytes(b64url_decode(each, length=KEY_BYTES)) for each in raw)
        except MalformedError as error:
            raise KeyFileError(str(error)) from error
        return cls(credential_key, keys)

    def save(self, path: Path) -> None:
        """Write the key file with mode 0600, whole or not at all."""
        write_private(path, canonical_json(self.to_json()) + b"\n")

    @classmethod
    def load(cls, path: Path) -> "BuyerKeys":
        """Read a key file.

        Raises:
            KeyFileError: there is none, others can read it, or it is not one.
        """
        try:
            return cls.from_json(read_private(path))
        except ReadableByOthersError as error:
            raise KeyFileError(str(error)) from error
        except OSError as error:
            raise KeyFileError(f"{path.name} cannot be read") from error


def _fresh_result_keys(random: RandomBytes) -> tuple[SealingKey, ...]:
    return tuple(SealingKey.generate(random) for _ in range(ROLES))
