"""The wizard in which a person offers a record: data, who and why, protection, compensation, review.

Each step is a form of its own and is kept when it is confirmed. Nothing is signed or sent before the last.
"""

from dataclasses import dataclass, replace
from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from wallet.domain.offer_draft import STEPS
from wallet.errors import ChoiceError, NotInWalletError, PartnerRefusedError
from wallet.services.suite import Services
from wallet.web import visitor
from wallet.web.languages import text_language
from wallet.web.offer_form import read_leniently, read_step
from wallet.web.offer_pages import OfferPages, nothing_yet
from wallet.web.problems import status_of

Page = str | Response | tuple[str, HTTPStatus]
REVIEW = STEPS[-1]


def screens(services: Services) -> Blueprint:
    """The offer wizard."""
    offers = Blueprint("offers", __name__, url_prefix="/offers")
    offers.before_request(visitor.door)
    _Screens(services, OfferPages(services)).add_to(offers)
    return offers


@dataclass(frozen=True)
class _Screens:
    services: Services
    pages: OfferPages

    def add_to(self, offers: Blueprint) -> None:
        offers.post("/begin/<credential_id>")(self.begin)
        offers.get("/<row_id>/<step>")(self.step)
        offers.post("/<row_id>/<step>")(self.confirm)
        offers.post("/<row_id>/<step>/sentence")(self.sentence)
        offers.post("/<row_id>/agree")(self.agree)
        offers.post("/<row_id>/decline")(self.decline)

    def begin(self, credential_id: str) -> Response:
        draft = self.services.draft_offer.begin(visitor.current(), credential_id)
        return _to_step(draft.row_id, draft.next_step)

    def step(self, row_id: str, step: str) -> Page:
        desk = self.pages.desk(row_id)
        if step not in STEPS or not desk.draft.is_open(step):
            return _to_step(row_id, desk.draft.next_step)
        return self.pages.review(desk) if step == REVIEW else self.pages.form(desk, step, desk.draft.choices)

    def confirm(self, row_id: str, step: str) -> Page:
        desk = self.pages.desk(row_id)
        if step not in STEPS[:-1] or not desk.draft.is_open(step):
            raise NotInWalletError("There is no such step.")
        try:
            choices = read_step(step, request.form, desk.draft.choices)
            desk.require_known(choices)
            if step != STEPS[0]:  # on the first the purposes are not on the page yet
                desk.narrowed(choices)
        except ChoiceError as error:
            ticked = read_leniently(step, request.form, desk.draft.choices)
            page = self.pages.form(desk, step, ticked, {error.field: str(error)}, form=request.form)
            return page, status_of(error)
        self.services.draft_offer.confirm(visitor.current(), desk.draft, step, choices)
        return _to_step(row_id, STEPS[STEPS.index(step) + 1])

    def sentence(self, row_id: str, step: str) -> str:
        desk = self.pages.desk(row_id)
        choices = desk.draft.choices
        try:
            if step in STEPS[:-1]:
                choices = read_step(step, request.form, choices)
            text = self.pages.sentence(desk, choices)
        except ChoiceError as error:
            text = nothing_yet(error)
        return render_template("wallet/offer/sentence.html", text=text)

    def agree(self, row_id: str) -> Page:
        desk = self.pages.desk(row_id)
        if not desk.draft.is_open(REVIEW):
            return _to_step(row_id, desk.draft.next_step)
        explicit = request.form.get("explicit_consent") == "yes"
        choices = replace(desk.draft.choices, explicit_consent=explicit)
        try:
            held = self.services.publish_offer(
                visitor.current(), desk.draft.credential_id, choices, language=text_language()
            )
        except (ChoiceError, PartnerRefusedError) as error:
            field = error.field if isinstance(error, ChoiceError) else REVIEW
            return self.pages.review(desk, {field: str(error)}), status_of(error)
        self.services.draft_offer.cancel(visitor.current(), row_id)
        flash("Done. Your agreement is signed, and you can end it at any time.", "good")
        return redirect(url_for("consents.detail", row_id=held.row_id))

    def decline(self, row_id: str) -> Response:
        wallet = visitor.current()
        credential_id = self.services.draft_offer.get(wallet, row_id).credential_id
        self.services.draft_offer.cancel(wallet, row_id)
        flash("Nothing was shared.", "note")
        return redirect(url_for("records.detail", credential_id=credential_id))


def _to_step(row_id: str, step: str) -> Response:
    return redirect(url_for("offers.step", row_id=row_id, step=step))
