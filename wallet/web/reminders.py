"""Reminders on home and beside the agreements, their answers, and offering again what ended."""

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from ssi.dataset import data_set
from wallet.domain.held_consent import HeldConsent
from wallet.domain.reminder import Reason
from wallet.errors import NotInWalletError
from wallet.services.suite import Services
from wallet.web import visitor
from wallet.web.languages import text_language
from wallet.web.local_words import day_text


def screens(services: Services) -> Blueprint:
    """The answers; what is shown stands in the pages of others, which include `wallet/reminders/`."""
    reminders = Blueprint("reminders", __name__, url_prefix="/reminders")
    reminders.before_request(visitor.door)

    @reminders.app_context_processor
    def shown() -> dict[str, object]:
        return {"reminders_due": lambda: _due(services)}

    @reminders.post("/<row_id>")
    def answer(row_id: str) -> Response:
        reason = request.form.get("reason", "")
        if reason not in set(Reason):
            raise NotInWalletError("There is no such reminder.")
        for_good = request.form.get("answer") == "well"
        services.remind.answer(visitor.current(), row_id, Reason(reason), for_good=for_good)
        flash(
            gettext("Good. You are not reminded of this again.")
            if for_good
            else gettext("Good. You are reminded again in a month."),
            "note",
        )
        return redirect(url_for("consents.overview"))

    @reminders.post("/<row_id>/renew")
    def renew(row_id: str) -> Response:
        draft = services.remind.renew(visitor.current(), row_id)
        return redirect(url_for("offers.step", row_id=draft.row_id, step=draft.next_step))

    return reminders


def _due(services: Services) -> list[dict[str, str]]:
    wallet = visitor.current()
    due = services.remind.due(wallet)
    return [
        {
            "row_id": held.row_id,
            "reason": due[held.row_id].value,
            "title": data_set(held.policy.data_set).label[text_language()],
            "text": _text(held, due[held.row_id]),
        }
        for held in services.consents(wallet)
        if held.row_id in due
    ]


def _text(held: HeldConsent, reason: Reason) -> str:
    ends, began = day_text(held.policy.valid_until), day_text(held.policy.given_at)
    told = {
        Reason.ENDS_SOON: gettext(
            "It ends on %(day)s by itself. Afterwards you can offer the record again with the same choices.",
            day=ends,
        ),
        Reason.UNUSED: gettext("Nobody has used it for two months. It goes on all the same."),
        Reason.OLD: gettext(
            "You agreed on %(day)s. Is it still what you want? It goes on until you end it.", day=began
        ),
    }
    return str(told[reason])
