"""What the use cases about letters need from outside."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from wallet.domain.letterbox import Address, Letter, Letterbox


class LetterStore(Protocol):
    """Keeps letterboxes, addresses and letters; it reads none of them."""

    def box(self, wallet_id: str) -> Letterbox | None:
        """The letterbox of a wallet, if it has one."""
        ...

    def keep_box(self, box: Letterbox) -> Letterbox:
        """Keep a letterbox; where there is one already, that one stays and is returned."""
        ...

    def address(self, address_id: str) -> Address | None:
        """An address, or none."""
        ...

    def addresses(self, wallet_id: str) -> tuple[Address, ...]:
        """The addresses of a wallet."""
        ...

    def keep_address(self, address: Address) -> None:
        """Keep a new or changed address."""
        ...

    def broker_verifiers(self) -> tuple[tuple[str, str], ...]:
        """Every address of every wallet that a broker can know, by name, with what it knows it by."""
        ...

    def remove_address(self, wallet_id: str, address_id: str) -> None:
        """Forget an address of a wallet, and its letters; without it nothing happens."""
        ...

    def waiting(self, wallet_id: str) -> tuple[int, int]:
        """How many letters wait, and how many bytes they have."""
        ...

    def post(self, letter: Letter) -> None:
        """Keep a letter.

        Raises:
            NotInWalletError: its address is gone.
        """
        ...

    def letters(self, address_id: str, before: datetime, limit: int) -> tuple[Letter, ...]:
        """The letters at an address that came before a moment, the oldest first."""
        ...

    def drop(self, wallet_id: str, letter_ids: Sequence[str]) -> None:
        """Forget letters; those that are not there are no error."""
        ...
