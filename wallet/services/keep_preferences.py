"""A person chooses how her wallet speaks to her."""

from dataclasses import dataclass, replace

from wallet.domain.preference import Preference
from wallet.domain.session import Session
from wallet.errors import ConflictError, DamagedError
from wallet.services.ports import Store


@dataclass(frozen=True)
class KeepPreferences:
    """Keeps the choice sealed, so that every browser in which she signs in follows it."""

    preferences: Store[Preference]

    def language(self, session: Session) -> str | None:
        """The language that she chose, if she did; a choice that does not open any more locks nobody out."""
        try:
            found = self._found(session)
        except DamagedError:
            return None
        return found.language if found else None

    def choose_language(self, session: Session, language: str) -> None:
        """Keep a language; of two windows at once one counts, and neither fails."""
        found = self._found(session) or Preference(session.wallet_id, language)
        try:
            self.preferences.save(session, replace(found, language=language))
        except ConflictError:
            return

    def _found(self, session: Session) -> Preference | None:
        # A file of another wallet may have brought a second one in.
        return min(self.preferences.all(session), key=lambda each: each.row_id, default=None)
