"""A device sends to a wallet, open or not: what comes is sealed at once."""

import hmac
import uuid
from dataclasses import dataclass, field

from crypto.randomness import RandomBytes, random_bytes
from crypto.sealing import derive_subkey
from wallet.domain.clock import Clock
from wallet.domain.letterbox import (
    MAX_LETTER_BYTES,
    MOST_LETTERS,
    MOST_WAITING_BYTES,
    Address,
    seal_letter,
)
from wallet.errors import LetterboxFullError, LetterRefusedError, NotInWalletError
from wallet.services.letter_ports import LetterStore


@dataclass(frozen=True)
class TakeLetters:
    """Takes letters for whoever they are addressed to; the process needs nobody's key for it."""

    letters: LetterStore
    lookup_key: bytes = field(repr=False)
    clock: Clock
    random: RandomBytes = random_bytes

    def __call__(self, address_id: str, password: str, body: bytes) -> None:
        """Seal a letter and keep it until its wallet is opened.

        Raises:
            LetterRefusedError: there is no such address, or it has another password; which, is not told.
            LetterboxFullError: too much waits, or this one letter is too large; the sender keeps it.
        """
        address = self._address(address_id)
        expected = bytes(32) if address is None else address.password_digest
        if not hmac.compare_digest(self.digest(address_id, password), expected) or address is None:
            raise LetterRefusedError("This address takes no letters.")
        self._keep(address, body)

    def from_broker(self, address_id: str, body: bytes) -> None:
        """The same for a sender whom a broker let in under this address: it has looked at the password.

        Raises:
            LetterRefusedError: there is no such address.
            LetterboxFullError: as above.
        """
        address = self._address(address_id)
        if address is None:
            raise LetterRefusedError("This address takes no letters.")
        self._keep(address, body)

    def digest(self, address_id: str, password: str) -> bytes:
        """What is kept of a password: it is random, so it needs no slow derivation."""
        key = derive_subkey(self.lookup_key, "letter passwords v1")
        return hmac.digest(key, f"{address_id}|{password}".encode(), "sha256")

    def _address(self, address_id: str) -> Address | None:
        return self.letters.address(address_id) if _is_name(address_id) else None

    def _keep(self, address: Address, body: bytes) -> None:
        if len(body) > MAX_LETTER_BYTES:
            raise LetterboxFullError(f"A letter has at most {MAX_LETTER_BYTES} bytes.")
        count, size = self.letters.waiting(address.wallet_id)
        if count >= MOST_LETTERS or size + len(body) > MOST_WAITING_BYTES:
            raise LetterboxFullError("The letterbox is full. Its person has to open her wallet first.")
        box = self.letters.box(address.wallet_id)
        if box is None:
            raise LetterRefusedError("This address takes no letters.")
        name = str(uuid.UUID(bytes=self.random(16), version=4))
        now = self.clock().replace(microsecond=0)
        try:
            self.letters.post(seal_letter(body, box, address.address_id, name, now))
        except NotInWalletError as error:  # it was taken down at this moment
            raise LetterRefusedError("This address takes no letters.") from error


def _is_name(address_id: str) -> bool:
    """Whether an address may have this name at all: the database is asked for nothing else."""
    try:
        return str(uuid.UUID(address_id)) == address_id
    except ValueError:
        return False
