"""Keep copies of credentials, and hand each out once as long as there are unused ones."""

from dataclasses import dataclass
from datetime import datetime

from wallet.domain.session import Session
from wallet.domain.showing_copy import Copy, ShowingCopy, least_used
from wallet.errors import ConflictError, NotInWalletError
from wallet.services.ports import Store

_TRIES = 5


@dataclass(frozen=True)
class KeepCopies:
    """`services.showing_ports.ShowingCopies` over a store."""

    copies: Store[ShowingCopy]

    def of(self, session: Session, credential_id: str) -> tuple[ShowingCopy, ...]:
        """All copies of a credential."""
        return tuple(copy for copy in self.copies.all(session) if copy.credential_id == credential_id)

    def take(self, session: Session, credential_id: str, *, now: datetime) -> Copy:
        """A copy to show, marked as used before it is handed out.

        Raises:
            NotInWalletError: there is no copy of it that holds now.
            ConflictError: others take copies of it at the same time, again and again.
        """
        for _ in range(_TRIES):
            chosen = least_used(self.of(session, credential_id), now=now)
            if chosen is None:
                raise NotInWalletError("There is no copy of this record that can be shown now.")
            try:
                self.copies.save(session, chosen.used(now))
            except ConflictError:
                continue  # another window took this very copy; the next look finds another one
            return Copy(chosen.token, chosen.holder_key, reused=chosen.uses > 0)
        raise ConflictError("Other windows are showing this record at the same time. Try once more.")

    def remove_all(self, session: Session, credential_id: str) -> None:
        """Forget every copy of a credential."""
        for copy in self.of(session, credential_id):
            self.copies.remove(session, copy.row_id)
