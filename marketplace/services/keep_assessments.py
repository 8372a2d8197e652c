"""Which data protection impact assessment stands behind a data set? Two operators link it (GDPR 35).

What is linked is a reference, such as a file number and version, to a document that people wrote and signed;
`describe_processing` makes its skeleton. Another reference has to be approved anew, and until it is, the one
before counts. Ending one takes a single operator: it stops what it allowed.
"""

from dataclasses import dataclass
from typing import Final

from marketplace.domain.act import ENDED, Act, Register, approvers, standing, written
from marketplace.errors import RegisterConflictError
from marketplace.services.assessed import approved_assessment, reference_of
from marketplace.services.desk import Desk
from marketplace.services.operators import approve, enter
from marketplace.services.ports import Books
from ssi.attribute import Sensitivity
from ssi.dataset import DataSet, data_set, data_sets

MAX_REFERENCE: Final = 200
_MAX_REASON: Final = 1000


@dataclass(frozen=True)
class Assessment:
    """How it stands with a data set: the approved reference, and one that waits for a second operator."""

    data_set: DataSet
    reference: str | None
    waiting: str | None
    approvers: tuple[str, ...]
    acts: tuple[Act, ...]

    @property
    def is_needed(self) -> bool:
        """Whether the law asks for one: the data are about health."""
        return self.data_set.sensitivity is Sensitivity.HEALTH


@dataclass(frozen=True)
class KeepAssessments:
    """Everything about assessments. `by` is the operator's account; others raise NotAllowedError."""

    desk: Desk

    def approve(self, ref: str, by: str, reference: str) -> Assessment:
        """Link an assessment, as one of two operators.

        Raises:
            UnknownDataSetError: there is no such data set.
            RefusedError: the reference is empty or too long.
            RegisterConflictError: this operator approved it before, or it counts already.
        """
        data_set(ref)
        name = written(reference, "where the assessment is kept", most=MAX_REFERENCE)
        with self.desk.store.writing() as books:
            if approved_assessment(books, ref) == name:
                raise RegisterConflictError("this assessment counts already")
            approve(books, (Register.ASSESSMENT, ref), by, name, self.desk.now())
            return _seen(books, data_set(ref))

    def end(self, ref: str, by: str, because: str) -> Assessment:
        """End an assessment at once, such as when the processing has changed (Art. 35(11)).

        Raises:
            UnknownDataSetError: there is no such data set.
            RegisterConflictError: none counts, and none waits.
            RefusedError: no reason is given.
        """
        data_set(ref)
        why = written(because, "why it ends", most=_MAX_REASON)
        with self.desk.store.writing() as books:
            seen = _seen(books, data_set(ref))
            if seen.reference is None and seen.waiting is None:
                raise RegisterConflictError("there is no assessment to end")
            enter(books, (Register.ASSESSMENT, ref), by, ENDED, self.desk.now(), because=why)
            return _seen(books, data_set(ref))

    def all(self) -> tuple[Assessment, ...]:
        """All data sets, those for which the law asks for one first."""
        with self.desk.store.reading() as books:
            seen = [_seen(books, each) for each in data_sets()]
        return tuple(sorted(seen, key=lambda each: not each.is_needed))

    def get(self, ref: str) -> Assessment:
        """One data set.

        Raises:
            UnknownDataSetError: there is none of this name.
        """
        with self.desk.store.reading() as books:
            return _seen(books, data_set(ref))


def _seen(books: Books, described: DataSet) -> Assessment:
    acts = books.acts.of_case(Register.ASSESSMENT, described.ref)
    counted = standing(acts)
    approved = approved_assessment(books, described.ref)
    last = reference_of(counted[-1]) if counted else None
    waiting = last if last != approved else None
    named = approvers(counted, waiting or approved or "")
    return Assessment(described, approved, waiting, named, tuple(acts))
