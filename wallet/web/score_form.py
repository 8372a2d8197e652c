"""Reads the form in which a person offers scores of her record."""

from consent.score_terms import MOST_BUDGET_BITS
from consent.vocabulary import Purpose, RecipientKind
from wallet.domain.choices import MOST_MONTHS
from wallet.domain.score_choices import ScoreChoices
from wallet.errors import ChoiceError
from wallet.web.form_fields import Form, read_cents, read_terms, read_whole


def read_scores(form: Form) -> ScoreChoices:
    """The choices in a form.

    Raises:
        ChoiceError: something is missing or cannot be read; it names the field and the remedy.
    """
    choices = read_ticks(form)
    if not choices.recipient_kinds:
        raise ChoiceError("Choose at least one kind of organisation.", "recipient_kinds")
    if not choices.purposes:
        raise ChoiceError("Choose at least one purpose.", "purposes")
    return ScoreChoices(
        purposes=choices.purposes,
        recipient_kinds=choices.recipient_kinds,
        compensation_cents=read_cents(form.get("amount", "")),
        budget_bits=read_whole(form.get("budget_bits", ""), "budget_bits", most=MOST_BUDGET_BITS),
        asks_first=choices.asks_first,
        months=read_whole(form.get("months", ""), "months", most=MOST_MONTHS),
        explicit_consent=choices.explicit_consent,
    )


def read_ticks(form: Form) -> ScoreChoices:
    """What was ticked, so that a page never forgets it; everything else as it begins."""
    return ScoreChoices(
        purposes=read_terms(Purpose, form.getlist("purposes")),
        recipient_kinds=read_terms(RecipientKind, form.getlist("recipient_kinds")),
        asks_first=form.get("asks_first", "yes") == "yes",
        explicit_consent=form.get("explicit_consent") == "yes",
    )
