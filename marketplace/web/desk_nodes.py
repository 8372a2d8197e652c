"""Changed nodes on the operator's screens: what is different, and the approval that takes two."""

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from marketplace.services.suite import Services
from marketplace.web.desk_forms import names_of, typed
from marketplace.web.visitor import for_operators, visitor


def screens(services: Services) -> Blueprint:
    """The page about nodes."""
    blueprint = Blueprint("nodes", __name__, url_prefix="/operations/nodes")
    kept = services.oversight.nodes

    @blueprint.get("")
    @for_operators
    def overview() -> str:
        seen = kept.seen()
        return render_template(
            "market/desk/nodes.html",
            seen=seen,
            names=names_of(services, seen.acts),
            me=visitor().account_id,
        )

    @blueprint.post("/approval")
    @for_operators
    def approve() -> Response:
        seen = kept.approve(visitor().account_id, typed("content"))
        waits = (
            "They count from now on." if seen.change is None else "Another operator has to approve them too."
        )
        flash(f"Approved. {waits}", "good")
        return redirect(url_for("nodes.overview"))

    return blueprint
