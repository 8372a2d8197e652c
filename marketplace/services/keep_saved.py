"""A buyer keeps questions under a name, has them asked again and again, and has that rest or end."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from consent.query import Query
from marketplace.domain.member import Right
from marketplace.domain.member_act import Did
from marketplace.domain.saved import (
    MOST_SAVED,
    Run,
    SavedQuestion,
    StandingOrder,
    StandingState,
    Terms,
    Why,
    called,
)
from marketplace.errors import RefusedError, SavedConflictError, UnknownSavedError
from marketplace.services.desk import Desk
from marketplace.services.make_quote import question_of
from marketplace.services.member_acts import Who, member_of, note
from marketplace.services.ports import Books
from marketplace.services.tell_events import tell_standing


@dataclass(frozen=True)
class SavedView:
    """A saved question with its repetitions, begun last first, and their runs, planned last first."""

    question: SavedQuestion
    repetitions: Sequence[StandingOrder] = ()
    runs: Sequence[Run] = ()

    @property
    def latest(self) -> StandingOrder | None:
        """The repetition that was begun last."""
        return self.repetitions[0] if self.repetitions else None


@dataclass(frozen=True)
class KeepSaved:
    """Keeps the saved questions of buyers; the same request again changes nothing."""

    desk: Desk

    def save(self, who: Who, saved_id: str, name: str, query: Query) -> SavedQuestion:
        """Keep a question that could be asked, whether or not enough people permit it now.

        Raises:
            MalformedError: the id is not a UUID.
            RefusedError: the name cannot be kept, or there are too many questions.
            SavedConflictError: this id was used for another question.
            QuestionRefusedError, NotRegisteredError, NotAssessedError, UnknownDataSetError: as for a quote.
        """
        account_id, by = who
        new = SavedQuestion(saved_id, account_id, by, called(name), query, self.desk.now())
        with self.desk.store.writing() as books:
            known = books.saved.get(saved_id)
            if known is not None:
                if (known.account_id, known.name, known.query) != (account_id, new.name, query):
                    raise SavedConflictError("something else was saved under this id; make a new one")
                return known
            question_of(self.desk, books, account_id, query)
            if len(books.saved.of_account(account_id)) >= MOST_SAVED:
                raise RefusedError(f"{MOST_SAVED} questions are saved; delete one first")
            books.saved.add(new)
            note(books, new.saved_at, who, Did.SAVED, about=saved_id)
        return new

    def all(self, account_id: str) -> Sequence[SavedView]:
        """A buyer's questions, saved last first, each with its repetitions and without their runs."""
        with self.desk.store.reading() as books:
            return [
                SavedView(each, books.saved.standings_of(each.saved_id))
                for each in books.saved.of_account(account_id)
            ]

    def get(self, account_id: str, saved_id: str) -> SavedView:
        """One question with its repetitions and runs.

        Raises:
            UnknownSavedError: this buyer has no such question.
        """
        with self.desk.store.reading() as books:
            question = _question(books, account_id, saved_id)
            return SavedView(question, books.saved.standings_of(saved_id), books.saved.runs_of(saved_id))

    def delete(self, account_id: str, saved_id: str, *, by: str | None = None) -> None:
        """Forget a question with its repetitions; what they ordered stays. Deleting it again is harmless.

        Raises:
            UnknownSavedError: it is another buyer's.
        """
        with self.desk.store.writing() as books:
            if books.saved.get(saved_id) is not None:
                _question(books, account_id, saved_id)
                now = self.desk.now()
                for each in books.saved.standings_of(saved_id):
                    if each.is_open:
                        tell_standing(books, each, each.ended(Why.BUYER), now)
                books.saved.delete(saved_id)
                note(books, now, (account_id, by), Did.DELETED, about=saved_id)

    def repeat(self, who: Who, saved_id: str, standing_id: str, terms: Terms) -> StandingOrder:
        """Have a question repeated for the member who acts.

        Raises:
            MalformedError: the id is not a UUID.
            UnknownSavedError: this buyer has no such question.
            SavedConflictError: this id was used for another repetition, or the question is repeated already.
            RefusedError: the first time is past.
            UnknownError, RoleMissingError: the member was ended, or may not order.
        """
        (account_id, by), now = who, self.desk.now()
        new = StandingOrder(standing_id, saved_id, account_id, by, terms, now, terms.first_at)
        with self.desk.store.writing() as books:
            _question(books, account_id, saved_id)
            known = books.saved.standing(standing_id)
            if known is not None:
                if (known.account_id, known.saved_id, known.terms) != (account_id, saved_id, terms):
                    raise SavedConflictError("something else is repeated under this id; make a new one")
                return known
            _require_free(books, saved_id)
            if terms.first_at <= now:
                raise RefusedError("the first time is past: choose a later one")
            if by is not None:
                member_of(books, account_id, by).require(Right.ORDER)
            books.saved.begin(new)
            note(books, now, who, Did.REPEATED, about=saved_id)
        return new

    def pause(self, account_id: str, saved_id: str, *, by: str | None = None) -> StandingOrder:
        """Have the repetition rest, for the member `by` who says so.

        Raises:
            UnknownSavedError: this buyer has no such question, or it was never repeated.
            SavedConflictError: the repetition is over.
        """
        who = (account_id, by)
        return self._change(
            who, saved_id, Did.PAUSED, lambda each: each.paused(Why.BUYER) if each.is_active else each
        )

    def resume(self, account_id: str, saved_id: str, *, by: str | None = None) -> StandingOrder:
        """Have it go on with the next moment that is still to come.

        Raises:
            UnknownSavedError, SavedConflictError: as for `pause`.
        """
        now = self.desk.now()
        who = (account_id, by)
        return self._change(
            who, saved_id, Did.RESUMED, lambda each: each if each.is_active else each.resumed(now)
        )

    def end(self, account_id: str, saved_id: str, *, by: str | None = None) -> StandingOrder:
        """End the repetition for good; ending it again changes nothing.

        Raises:
            UnknownSavedError: this buyer has no such question, or it was never repeated.
        """
        with self.desk.store.writing() as books:
            latest = _latest(books, account_id, saved_id)
            if not latest.is_open:
                return latest
            return self._changed(books, (account_id, by), Did.STOPPED, latest, latest.ended(Why.BUYER))

    def _change(
        self, who: Who, saved_id: str, did: Did, changed: Callable[[StandingOrder], StandingOrder]
    ) -> StandingOrder:
        with self.desk.store.writing() as books:
            latest = _latest(books, who[0], saved_id)
            if latest.state is StandingState.ENDED:
                raise SavedConflictError("the repetition is over; begin a new one")
            return self._changed(books, who, did, latest, changed(latest))

    def _changed(
        self, books: Books, who: Who, did: Did, before: StandingOrder, after: StandingOrder
    ) -> StandingOrder:
        """Write down who changed a repetition, and tell programs; nothing where it stood so already."""
        if after == before:
            return before
        now = self.desk.now()
        books.saved.change(after)
        note(books, now, who, did, about=before.saved_id)
        tell_standing(books, before, after, now)
        return after


def _question(books: Books, account_id: str, saved_id: str) -> SavedQuestion:
    found = books.saved.get(saved_id)
    if found is None or found.account_id != account_id:
        raise UnknownSavedError("there is no such saved question")
    return found


def _latest(books: Books, account_id: str, saved_id: str) -> StandingOrder:
    _question(books, account_id, saved_id)
    repeated = books.saved.standings_of(saved_id)
    if not repeated:
        raise UnknownSavedError("this question is not repeated")
    return next((each for each in repeated if each.is_open), repeated[0])


def _require_free(books: Books, saved_id: str) -> None:
    if any(each.is_open for each in books.saved.standings_of(saved_id)):
        raise SavedConflictError("this question is repeated already; end that first")
