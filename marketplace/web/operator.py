"""What an operator sees: nodes, jobs, the books and the log. No personal data, no answers."""

from flask import Blueprint, render_template

from marketplace.services.suite import Services
from marketplace.web.visitor import for_operators


def screens(services: Services) -> Blueprint:
    """The operations page."""
    blueprint = Blueprint("operator", __name__)

    @blueprint.get("/operations")
    @for_operators
    def overview() -> str:
        return render_template(
            "market/operations.html",
            nodes=services.node_health(),
            jobs=services.list_jobs(),
            books=services.trial_balance(),
            checkpoint=services.read_log.checkpoint(),
        )

    return blueprint
