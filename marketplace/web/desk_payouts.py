"""Payouts on the operator's screens: two operators approve, a file goes to the bank, the end is noted."""

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from consent.errors import TermsError
from consent.payout import Payee
from marketplace.errors import RefusedError
from marketplace.services.suite import Services
from marketplace.web.desk_forms import typed
from marketplace.web.desk_requests import unkept
from marketplace.web.visitor import for_operators, visitor


def screens(services: Services) -> Blueprint:
    """The pages about payouts."""
    blueprint = Blueprint("payouts", __name__, url_prefix="/operations/payouts")
    kept = services.payouts

    def page(seen: str | None = None, payee: Payee | None = None) -> str:
        lines = kept.lines()
        actors = sorted({each for line in lines for each in line.approvers})
        return render_template(
            "market/desk/payouts.html",
            lines=lines,
            names=services.oversight.read_glass.named(actors),
            me=visitor().account_id,
            limit=kept.terms.approve_above_cents,
            seen=seen,
            payee=payee,
        )

    @blueprint.get("")
    @for_operators
    def overview() -> str:
        return page()

    _decisions(blueprint, services)

    @blueprint.post("/<payout_id>/look")
    @for_operators
    def look(payout_id: str) -> Response:
        payee = kept.look(payout_id, visitor().account_id, typed("because"))
        return unkept(page(payout_id, payee))

    @blueprint.post("/file")
    @for_operators
    def export() -> Response:
        try:
            debtor = Payee.typed(typed("debtor_name"), typed("debtor_iban"))
        except TermsError as error:
            raise RefusedError(str(error)) from error
        response = Response(kept.export(debtor, by=visitor().account_id), mimetype="application/xml")
        response.headers["Content-Disposition"] = 'attachment; filename="payouts.xml"'
        response.headers["Cache-Control"] = "no-store"
        return response

    return blueprint


def _decisions(blueprint: Blueprint, services: Services) -> None:
    kept = services.payouts

    @blueprint.post("/<payout_id>/approval")
    @for_operators
    def approve(payout_id: str) -> AnyResponse:
        line = kept.approve(payout_id, visitor().account_id)
        waits = (
            "Approved. It may be paid." if line.may_be_paid else "Approved. Another operator has to as well."
        )
        flash(waits, "good")
        return redirect(url_for("payouts.overview"))

    @blueprint.post("/<payout_id>/paid")
    @for_operators
    def paid(payout_id: str) -> AnyResponse:
        kept.pay(payout_id, by=visitor().account_id)
        flash("Noted as paid. Who was paid is forgotten.", "good")
        return redirect(url_for("payouts.overview"))

    @blueprint.post("/<payout_id>/refusal")
    @for_operators
    def refuse(payout_id: str) -> AnyResponse:
        kept.refuse(payout_id, typed("reason"), by=visitor().account_id)
        flash("The money went back to the agreements that earned it, and the person is told why.", "good")
        return redirect(url_for("payouts.overview"))
