"""Reads the form in which a person lets her wallet take part in sums over many people."""

from consent.crowd_terms import MOST_PEOPLE
from consent.vocabulary import Purpose, RecipientKind
from wallet.domain.choices import MOST_MONTHS
from wallet.domain.crowd_choices import CrowdChoices
from wallet.errors import ChoiceError
from wallet.web.form_fields import Form, read_cents, read_terms, read_whole
from wallet.web.offer_form import LEVELS

FLOORS = (10, 25, 50, 100, 200)


def read_crowd(form: Form) -> CrowdChoices:
    """The choices in a form.

    Raises:
        ChoiceError: something is missing or cannot be read; it names the field and the remedy.
    """
    ticked = read_crowd_ticks(form)
    if not ticked.recipient_kinds:
        raise ChoiceError("Choose at least one kind of organisation.", "recipient_kinds")
    if not ticked.purposes:
        raise ChoiceError("Choose at least one purpose.", "purposes")
    level = LEVELS.get(form.get("level", ""))
    if level is None:
        raise ChoiceError("Choose how strongly you want to be protected.", "level")
    return CrowdChoices(
        purposes=ticked.purposes,
        recipient_kinds=ticked.recipient_kinds,
        crowd_floor=read_whole(form.get("crowd_floor", ""), "crowd_floor", most=MOST_PEOPLE),
        epsilon_per_sum=level.per_query,
        epsilon_total=level.total,
        compensation_cents=read_cents(form.get("amount", "")),
        months=read_whole(form.get("months", ""), "months", most=MOST_MONTHS),
        explicit_consent=ticked.explicit_consent,
    )


def read_crowd_ticks(form: Form) -> CrowdChoices:
    """What was ticked, so that a page never forgets it; everything else as it begins."""
    return CrowdChoices(
        purposes=read_terms(Purpose, form.getlist("purposes")),
        recipient_kinds=read_terms(RecipientKind, form.getlist("recipient_kinds")),
        explicit_consent=form.get("explicit_consent") == "yes",
    )


def crowd_level_of(choices: CrowdChoices) -> str:
    """The name of the level that choices stand for; the first one for anything in between."""
    for name, level in LEVELS.items():
        if (choices.epsilon_per_sum, choices.epsilon_total) == (level.per_query, level.total):
            return name
    return next(iter(LEVELS))
