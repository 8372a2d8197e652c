"""A person chooses how her wallet speaks to her, and what it always says no to."""

from dataclasses import dataclass, replace

from wallet.domain.objection import Objection, Objections
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

    def objections(self, session: Session) -> Objections:
        """Everything that she objected to, here or in a wallet that a file brought in; the latest counts.

        Raises:
            DamagedError: it does not open any more, so that nobody knows what she says no to.
        """
        said = {each for kept in self.preferences.all(session) for each in kept.objections.said}
        return Objections(tuple(sorted(said, key=lambda each: (each.at, each.stands, each.what))))

    def object_to(self, session: Session, said: Objection) -> Objections:
        """Keep one more objection, or that one is taken back.

        Raises:
            ConflictError: something was chosen in another window at the same moment; nothing was kept.
        """
        found = self._found(session) or Preference(session.wallet_id, None)
        kept = replace(found, objections=found.objections.with_one(said))
        self.preferences.save(session, kept)
        return self.objections(session)

    def _found(self, session: Session) -> Preference | None:
        # A file of another wallet may have brought a second one in.
        return min(self.preferences.all(session), key=lambda each: each.row_id, default=None)
