"""The register of breaches (GDPR 33(5)): record one, report it, tell the people, close it.

A breach that is recorded again under the id that its form carried, as browsers do, is the same breach.
"""

import logging
from dataclasses import dataclass
from typing import Final

from consent.breach_notice import MOST_NOTICES, BreachNotice, sign_notice
from crypto.encoding import b64url_encode, sha256
from marketplace.domain.act import Register, by_case, written
from marketplace.domain.breach import MAX_REFERENCE, Breach, BreachAct, BreachFacts, breach_of
from marketplace.errors import OverdueError, RegisterConflictError, UnknownCaseError
from marketplace.services.desk import Desk
from marketplace.services.log_entries import append
from marketplace.services.operators import enter
from marketplace.services.ports import Books
from ssi.dataset import data_set
from ssi.hosting.logs import log

_LOGGER = logging.getLogger(__name__)
_NOTICE: Final = "notice"
_ID: Final = 40


@dataclass(frozen=True)
class NoticeWords:
    """What the people are told: in words for them, and whom they can ask (Art. 34(2))."""

    what: str
    consequences: str
    measures: str
    contact: str

    def checked(self) -> "NoticeWords":
        """These words, without the blanks around them.

        Raises:
            RefusedError: one is missing or too long.
        """
        return NoticeWords(
            written(self.what, "what happened"),
            written(self.consequences, "the likely consequences"),
            written(self.measures, "the measures"),
            written(self.contact, "whom people can ask"),
        )


@dataclass(frozen=True)
class KeepBreaches:
    """Everything about breaches. `by` is the operator's account; others raise NotAllowedError."""

    desk: Desk

    def record(self, by: str, breach_id: str, facts: BreachFacts) -> Breach:
        """Open a breach under an id that the form carries.

        Raises:
            RefusedError: the facts contradict themselves, or the id is none.
            UnknownDataSetError: there is no such data set.
            RegisterConflictError: another breach has this id.
        """
        now = self.desk.now()
        known = facts.checked(now)
        if known.data_set is not None:
            data_set(known.data_set)
        case = written(breach_id, "an id", most=_ID)
        with self.desk.store.writing() as books:
            before = books.acts.of_case(Register.BREACH, case)
            if before:
                if BreachFacts.from_json(before[0].told) != known:
                    raise RegisterConflictError("another breach was recorded with this form")
                return breach_of(before)
            enter(books, (Register.BREACH, case), by, BreachAct.RECORDED, now, **known.to_json())
            log(_LOGGER, "breach recorded", breach=case)
            return breach_of(books.acts.of_case(Register.BREACH, case))

    def note(self, by: str, breach_id: str, text: str) -> Breach:
        """Add what came to be known later (Art. 33(4)).

        Raises:
            UnknownCaseError: there is no such breach.
            RegisterConflictError: it is closed.
            RefusedError: the text is empty or too long.
        """
        return self._act(by, breach_id, BreachAct.NOTED, text=written(text, "what is new"))

    def report(self, by: str, breach_id: str, reference: str, late_because: str = "") -> Breach:
        """The authority was told; `reference` is what it calls the case.

        Raises:
            UnknownCaseError, RegisterConflictError: as for `note`, or it was reported before.
            RefusedError: the reference is missing, or the 72 hours are over and no reason is given
                (Art. 33(1), last sentence).
        """
        name = written(reference, "the authority's reference", most=MAX_REFERENCE)
        if self.get(breach_id).due_at < self.desk.now():
            why = written(late_because, "why the report was not made within 72 hours")
            return self._act(by, breach_id, BreachAct.REPORTED, reference=name, late_because=why)
        return self._act(by, breach_id, BreachAct.REPORTED, reference=name)

    def need_not_report(self, by: str, breach_id: str, because: str) -> Breach:
        """No risk to people is likely (Art. 33(1)).

        Raises:
            UnknownCaseError, RegisterConflictError, RefusedError: as for `note`.
        """
        why = written(because, "why no risk to people is likely")
        return self._act(by, breach_id, BreachAct.NOT_REPORTED, because=why)

    def tell(self, by: str, breach_id: str, words: NoticeWords) -> Breach:
        """Sign a public notice, which every wallet reads and holds against its own agreements.

        The log holds a digest of it, so that a notice cannot be denied or dated back later.

        Raises:
            UnknownCaseError, RegisterConflictError, RefusedError: as for `note`.
        """
        said, now = words.checked(), self.desk.now()
        with self.desk.store.writing() as books:
            breach = self._next(books, breach_id, BreachAct.TOLD)
            notice = BreachNotice(
                notice_id=self.desk.new_id(),
                marketplace=self.desk.marketplace_id,
                at=now,
                what=said.what,
                consequences=said.consequences,
                measures=said.measures,
                contact=said.contact,
                since=breach.facts.since,
                until=breach.facts.until,
                data_set=breach.facts.data_set,
            )
            token = sign_notice(notice, self.desk.key)
            digest = b64url_encode(sha256(token.encode()))
            append(self.desk, books, _NOTICE, [{"notice_id": notice.notice_id, "digest": digest}], now)
            enter(books, (Register.BREACH, breach_id), by, BreachAct.TOLD, now, notice=token)
            return breach_of(books.acts.of_case(Register.BREACH, breach_id))

    def need_not_tell(self, by: str, breach_id: str, because: str) -> Breach:
        """No high risk is likely, or the data could not be read (Art. 34(1), (3)).

        Raises:
            UnknownCaseError, RegisterConflictError, RefusedError: as for `note`.
        """
        why = written(because, "why people need not be told")
        return self._act(by, breach_id, BreachAct.NOT_TOLD, because=why)

    def close(self, by: str, breach_id: str, outcome: str) -> Breach:
        """End a breach, of which both duties are answered.

        Raises:
            UnknownCaseError, RegisterConflictError, RefusedError: as for `note`, or a duty is open.
        """
        return self._act(by, breach_id, BreachAct.CLOSED, outcome=written(outcome, "what came of it"))

    def get(self, breach_id: str) -> Breach:
        """One breach.

        Raises:
            UnknownCaseError: there is no such breach.
        """
        with self.desk.store.reading() as books:
            return self._known(books, breach_id)

    def all(self) -> tuple[Breach, ...]:
        """All breaches, the latest first."""
        with self.desk.store.reading() as books:
            acts = books.acts.of_register(Register.BREACH)
        return tuple(breach_of(each) for each in reversed(by_case(acts).values()))

    def notices(self) -> tuple[str, ...]:
        """The signed notices for the public, the latest first."""
        with self.desk.store.reading() as books:
            told = [act for act in books.acts.of_register(Register.BREACH) if act.kind == BreachAct.TOLD]
        return tuple(str(act.told["notice"]) for act in reversed(told))[:MOST_NOTICES]

    def require_in_time(self) -> None:
        """Return only if no report to the authority is overdue.

        Raises:
            OverdueError: one is.
        """
        now = self.desk.now()
        late = sum(breach.is_overdue(now) for breach in self.all())
        if late:
            raise OverdueError(f"{late} of the breaches should have been reported within 72 hours")

    def _act(self, by: str, breach_id: str, kind: BreachAct, **told: str) -> Breach:
        with self.desk.store.writing() as books:
            self._next(books, breach_id, kind)
            enter(books, (Register.BREACH, breach_id), by, kind, self.desk.now(), **told)
            return breach_of(books.acts.of_case(Register.BREACH, breach_id))

    def _next(self, books: Books, breach_id: str, kind: BreachAct) -> Breach:
        breach = self._known(books, breach_id)
        breach.require_next(kind)
        return breach

    def _known(self, books: Books, breach_id: str) -> Breach:
        acts = books.acts.of_case(Register.BREACH, breach_id)
        if not acts:
            raise UnknownCaseError("there is no such breach")
        return breach_of(acts)
