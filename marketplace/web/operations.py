"""What an operator sees: nodes, jobs, the books and the log. No personal data, no answers."""

from flask import Blueprint, render_template

from marketplace.errors import LedgerCorruptError
from marketplace.services.oversee import TrialBalance
from marketplace.services.suite import Services
from marketplace.web.visitor import for_operators
from marketplace.web.words import refusal_text, state_words


def screens(services: Services) -> Blueprint:
    """The operations page."""
    blueprint = Blueprint("operations", __name__)

    @blueprint.get("/operations")
    @for_operators
    def overview() -> str:
        books, alarm = _books(services)
        return render_template(
            "market/operations.html",
            nodes=services.node_health(),
            jobs=services.list_jobs(),
            state_words=state_words,
            refusal_text=refusal_text,
            books=books,
            alarm=alarm,
            checkpoint=services.read_log.published(),
            entries=services.read_log.size(),
            confirmed=services.read_log.confirmed(),
        )

    return blueprint


def _books(services: Services) -> tuple[TrialBalance | None, str | None]:
    """The balances; or why they cannot be believed, which an operator must see beside everything else."""
    try:
        return services.trial_balance(), None
    except LedgerCorruptError as error:
        return None, str(error)
