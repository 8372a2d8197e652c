"""What those who show credentials need: copies to show, each for one verifier."""

from datetime import datetime
from typing import Protocol

from wallet.domain.session import Session
from wallet.domain.showing_copy import Copy, ShowingCopy


class ShowingCopies(Protocol):
    """Hands out the copies of credentials, unused ones first."""

    def of(self, session: Session, credential_id: str) -> tuple[ShowingCopy, ...]:
        """All copies of a credential, to look at what showing one would say; none is marked as used."""
        ...

    def take(self, session: Session, credential_id: str, *, now: datetime) -> Copy:
        """A copy to show to one verifier, marked as used before it is handed out.

        When none is left unused, the least used is handed out, and `reused` says so.

        Raises:
            NotInWalletError: there is no copy of it that holds now.
            ConflictError: others take copies of it at the same time, again and again.
        """
        ...
