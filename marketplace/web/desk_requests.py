"""What people ask for, on the operator's screens: by when it is due, a look at their words, the answer."""

from flask import Blueprint, Response, flash, make_response, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from consent.rights_request import Right
from marketplace.domain.rights import Outcome, RightsAct
from marketplace.errors import RefusedError
from marketplace.services.suite import Services
from marketplace.web.desk_forms import names_of, typed
from marketplace.web.visitor import for_operators, visitor

RIGHTS = {
    Right.ACCESS: "A copy of her data (access)",
    Right.RECTIFICATION: "A correction (rectification)",
    Right.ERASURE: "That her data are erased",
    Right.RESTRICTION: "That her data rest (restriction)",
    Right.PORTABILITY: "Her data to take along (portability)",
    Right.OBJECTION: "She objects",
}
ACTS = {
    RightsAct.FILED: "Filed",
    RightsAct.EXTENDED: "Prolonged by two months",
    RightsAct.ANSWERED: "Answered",
}
OUTCOMES = {Outcome.GRANTED: "granted", Outcome.PARTLY: "granted in part", Outcome.REFUSED: "refused"}


def screens(services: Services) -> Blueprint:
    """The pages about people's requests."""
    blueprint = Blueprint("requests", __name__, url_prefix="/operations/requests")
    kept = services.oversight.rights

    def page(request_id: str, words: str | None = None) -> str:
        case = kept.get(request_id)
        return render_template(
            "market/desk/request.html",
            case=case,
            words=words,
            now=services.clock(),
            names=names_of(services, case.acts),
            rights=RIGHTS,
            acts=ACTS,
            outcomes=OUTCOMES,
        )

    @blueprint.get("")
    @for_operators
    def overview() -> str:
        return render_template(
            "market/desk/requests.html", cases=kept.all(), now=services.clock(), rights=RIGHTS
        )

    @blueprint.get("/<request_id>")
    @for_operators
    def detail(request_id: str) -> str:
        return page(request_id)

    @blueprint.post("/<request_id>/look")
    @for_operators
    def look(request_id: str) -> Response:
        words = kept.look(request_id, visitor().account_id, typed("because"))
        return unkept(page(request_id, words))

    @blueprint.post("/<request_id>/extension")
    @for_operators
    def extend(request_id: str) -> AnyResponse:
        kept.extend(request_id, visitor().account_id, typed("because"))
        flash("The time is prolonged by two months, and the person is told why.", "good")
        return redirect(url_for("requests.detail", request_id=request_id))

    @blueprint.post("/<request_id>/answer")
    @for_operators
    def answer(request_id: str) -> AnyResponse:
        outcome = next((each for each in Outcome if each.value == typed("outcome")), None)
        if outcome is None:
            raise RefusedError("choose what came of the request")
        kept.answer(request_id, visitor().account_id, outcome, typed("words"))
        flash("The person's wallet is told, and what she wrote is deleted.", "good")
        return redirect(url_for("requests.detail", request_id=request_id))

    return blueprint


def unkept(page: str) -> Response:
    """A page with personal data, which no browser and nobody on the way may keep (RFC 9111 §5.2.2.5)."""
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response
