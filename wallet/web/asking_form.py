"""Reads what a person picks on the page "what would happen if somebody asked", from its address."""

from enum import Enum
from typing import TypeVar

from consent.query import MOST_FLOOR
from consent.vocabulary import Purpose, RecipientKind, StatisticKind
from wallet.domain.asking import Asking
from wallet.errors import ChoiceError
from wallet.web.form_fields import Form, read_whole

TermT = TypeVar("TermT", bound=Enum)
USUAL_PEOPLE = "100"


def read_asking(form: Form) -> Asking:
    """What was picked.

    Raises:
        ChoiceError: something is missing or not known; it names the field and the remedy.
    """
    return Asking(
        purpose=_one(Purpose, form, "purpose"),
        kind=_one(RecipientKind, form, "kind"),
        statistic=_one(StatisticKind, form, "statistic"),
        attribute=form.get("attribute") or None,
        people=read_whole(form.get("people", USUAL_PEOPLE), "people", most=MOST_FLOOR),
        country=form.get("country") or None,
        group_by=form.get("group_by") or None,
        exact=form.get("exact") == "yes",
    )


def _one(kind: type[TermT], form: Form, name: str) -> TermT:
    try:
        return kind(form.get(name, ""))
    except ValueError as error:
        raise ChoiceError("Choose one of the list.", name) from error
