"""A consent that was given to a hospital, looked at while offering: it can only take something away."""

from contextlib import closing
from http import HTTPStatus

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from consent.vocabulary import Purpose, RecipientKind
from consent.wording import purpose_text, recipient_text
from wallet.domain.hospital_consent import MAX_BYTES, Objections, read_hospital_consent
from wallet.errors import ChoiceError
from wallet.services.suite import Services
from wallet.web import visitor
from wallet.web.form_fields import read_terms
from wallet.web.languages import text_language
from wallet.web.offer_pages import OfferPages
from wallet.web.problems import status_of

Page = str | Response | tuple[str, HTTPStatus]


def screens(services: Services) -> Blueprint:
    """The pages beside the wizard."""
    pages = Blueprint("hospital_consents", __name__, url_prefix="/offers")
    pages.before_request(visitor.door)
    offers = OfferPages(services)

    def page(row_id: str, found: Objections | None = None, error: str | None = None) -> str:
        language = text_language()
        return render_template(
            "wallet/offer/hospital_consent.html",
            desk=offers.desk(row_id),
            found=found,
            error=error,
            kinds={each.value: recipient_text(each, language) for each in RecipientKind},
            purposes={each.value: purpose_text(each, language) for each in Purpose},
        )

    @pages.get("/<row_id>/hospital-consent")
    def form(row_id: str) -> Page:
        return page(row_id)

    @pages.post("/<row_id>/hospital-consent")
    def look(row_id: str) -> Page:
        """What it forbids; nothing is kept, and nothing is changed yet."""
        with closing(request.files.get("file") or FileStorage()) as upload:
            raw = upload.read(MAX_BYTES + 1)
        try:
            return page(row_id, read_hospital_consent(raw))
        except ChoiceError as error:
            return page(row_id, error=str(error)), status_of(error)

    @pages.post("/<row_id>/hospital-consent/take")
    def take(row_id: str) -> Page:
        found = Objections(
            frozenset(read_terms(RecipientKind, request.form.getlist("kinds"))),
            frozenset(read_terms(Purpose, request.form.getlist("purposes"))),
        )
        services.draft_offer.narrow(visitor.current(), row_id, found)
        return redirect(url_for("offers.step", row_id=row_id, step="who"))

    return pages
