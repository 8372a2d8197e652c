"""A passkey in software, as a wallet's forms hand over what it says."""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Any

from tests import soft_passkey
from tests.soft_passkey import HERE, PRESENT
from wallet.domain.proof import PasskeyAnswer
from wallet.services.keep_passkeys import MadePasskey

__all__ = ["HERE", "PRESENT", "SoftPasskey"]


@dataclass
class SoftPasskey(soft_passkey.SoftPasskey):
    """One passkey that derives secrets, too."""

    def secret(self, salt: bytes = b"s" * 32) -> bytes:
        """What it derives from a salt."""
        return hmac.digest(hashlib.sha256(b"inside" + self.name).digest(), salt, "sha256")

    def made(self, challenge: bytes, **changes: Any) -> MadePasskey:
        """Its registration."""
        return MadePasskey(self.registration(challenge, **changes), self.secret(), challenge, self.site)

    def answer(self, challenge: bytes, **changes: Any) -> PasskeyAnswer:
        """Its assertion."""
        return PasskeyAnswer(self.assertion(challenge, **changes), self.secret(), challenge, self.site)
