"""May buyers ask about a data set? About health only when its risks were assessed (GDPR 35(3)(b))."""

from collections.abc import Iterable

from marketplace.domain.act import NEEDED, Act, Register, approvers, standing
from marketplace.errors import NotAssessedError
from marketplace.services.desk import Terms
from marketplace.services.ports import Books
from ssi.attribute import Sensitivity
from ssi.dataset import data_set


def require_assessed(books: Books, data_sets: Iterable[str], terms: Terms) -> None:
    """Return only if each of these data sets may be asked about.

    Raises:
        NotAssessedError: one is about health, and no assessment of it is approved by two operators.
        UnknownDataSetError: there is no such data set.
    """
    for ref in data_sets:
        if not may_be_asked(books, ref, terms):
            raise NotAssessedError(
                f"nobody can ask about {ref} yet: no assessment of the risks to people is approved"
            )


def may_be_asked(books: Books, ref: str, terms: Terms) -> bool:
    """Whether buyers may ask about a data set; where the house demands no assessment, about every one.

    Raises:
        UnknownDataSetError: there is no such data set.
    """
    is_about_health = data_set(ref).sensitivity is Sensitivity.HEALTH
    return not (terms.require_dpia and is_about_health and approved_assessment(books, ref) is None)


def approved_assessment(books: Books, ref: str) -> str | None:
    """The reference of the assessment of a data set that two operators approved last, if there is one."""
    acts = standing(books.acts.of_case(Register.ASSESSMENT, ref))
    named = [reference_of(act) for act in reversed(acts)]
    return next((each for each in named if len(approvers(acts, each)) >= NEEDED), None)


def reference_of(act: Act) -> str:
    """The reference that an act approves."""
    return str(act.told.get("content", ""))
