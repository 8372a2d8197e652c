"""Agreements to take along, as a file and on paper, and a page where anybody checks such a file."""

import json
from contextlib import closing
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, render_template, request, url_for
from flask_babel import gettext
from werkzeug.datastructures import FileStorage

from consent.examination import Examination
from consent.kept_agreement import MAX_BYTES, KeptAgreement
from consent.published import DOCUMENTS
from ssi.dataset import data_set
from ssi.errors import UnknownDataSetError
from wallet.domain import examination_words
from wallet.domain.fhir_consent import MEDIA_TYPE as MEDIA_TYPE_FHIR
from wallet.domain.fhir_consent import fhir_consent
from wallet.errors import NotInWalletError, PartnerError, ReceiptError
from wallet.services.suite import Services
from wallet.web import visitor
from wallet.web.agreement_paper import MEDIA_TYPE, agreement_pdf, file_content, file_name
from wallet.web.languages import text_language
from wallet.web.problems import status_of

Page = str | tuple[str, HTTPStatus]
_FORM_BYTES: Final = 10_000


def screens(services: Services) -> Blueprint:
    """What a person takes along of one agreement."""
    receipts = Blueprint("receipts", __name__, url_prefix="/receipts")
    receipts.before_request(visitor.door)

    @receipts.get("/<consent_id>/agreement.jsonld")
    def file(consent_id: str) -> Response:
        """Everything somebody else needs to check the agreement without this wallet."""
        paper = services.keep_receipts(visitor.current(), consent_id)
        return _saved(file_content(paper), MEDIA_TYPE, file_name(paper, "jsonld"))

    @receipts.get("/<consent_id>/agreement.pdf")
    def paper(consent_id: str) -> Response:
        kept = services.keep_receipts(visitor.current(), consent_id)
        names, marketplace = _names(services)
        address = url_for("checking.form", _external=True)
        pdf = agreement_pdf(
            kept,
            names=names,
            marketplace=marketplace,
            address=address,
            now=services.clock().replace(microsecond=0),
        )
        return _saved(pdf, "application/pdf", file_name(kept, "pdf"))

    @receipts.get("/<consent_id>/consent.fhir.json")
    def hospital(consent_id: str) -> Response:
        """The agreement as a FHIR R4 Consent."""
        kept = services.keep_receipts(visitor.current(), consent_id)
        agreement = kept.as_exported()
        content = json.dumps(fhir_consent(agreement, now=services.clock()), ensure_ascii=False, indent=2)
        return _saved(content.encode(), MEDIA_TYPE_FHIR, file_name(kept, "fhir.json"))

    return receipts


def checking(services: Services) -> Blueprint:
    """The page for anybody. It changes nothing, so its app exempts it from form tokens."""
    pages = Blueprint("checking", __name__, url_prefix="/verify")

    @pages.before_request
    def let_a_file_in() -> None:
        request.max_content_length = MAX_BYTES + _FORM_BYTES
        request.max_form_memory_size = MAX_BYTES + _FORM_BYTES

    @pages.get("")
    def form() -> Page:
        return _page(None)

    @pages.post("")
    def check() -> Page:
        """What holds; the file is gone with the answer."""
        raw = _handed_in()
        if not raw.strip():
            return _page(gettext("Choose the file, or paste what is in it.")), HTTPStatus.UNPROCESSABLE_ENTITY
        try:
            kept, found = services.check_receipt(raw)
        except (ReceiptError, PartnerError) as error:
            return _page(str(error)), status_of(error)
        return _page(None, _Shown(kept, found))

    @pages.get("/forms/<name>")
    def published(name: str) -> Response:
        """A schema, the shapes or the context of records and receipts; it never changes under its name."""
        if name not in DOCUMENTS:
            raise NotInWalletError("There is no such document.")
        document = DOCUMENTS[name]
        answer = Response(document.content, content_type=document.media_type)
        answer.headers["Cache-Control"] = "public, max-age=86400"
        answer.headers["Access-Control-Allow-Origin"] = "*"
        return answer

    return pages


@dataclass(frozen=True)
class _Shown:
    kept: KeptAgreement
    found: Examination

    @property
    def words(self) -> tuple[str, ...]:
        """The words, only where they are those that were agreed to."""
        held = self.found.agreed is not None and all(
            each.holds for each in self.found.findings if each.part.value == "words"
        )
        return tuple((self.kept.words or "").split("\n")) if held else ()

    @property
    def title(self) -> str:
        agreed = self.found.agreed
        try:
            return "" if agreed is None else data_set(agreed.data_set).label[text_language()]
        except UnknownDataSetError:
            return ""

    @property
    def earned_cents(self) -> int:
        return sum(use.amount_cents for use in self.found.uses)


def _handed_in() -> bytes:
    with closing(request.files.get("file") or FileStorage()) as upload:
        raw = upload.read(MAX_BYTES + 1)
    return raw or request.form.get("pasted", "").encode("utf-8", "surrogatepass")


def _page(error: str | None, shown: _Shown | None = None) -> str:
    return render_template(
        "wallet/receipts/verify.html",
        error=error,
        shown=shown,
        language=text_language(),
        words=examination_words,
        forms=tuple(DOCUMENTS),
    )


def _names(services: Services) -> tuple[dict[str, str], str]:
    """The partners and the marketplace as the registry names them; where it cannot be had, none."""
    try:
        registry = services.trust.registry()
    except PartnerError:
        return {}, ""
    return {node.id: node.operator for node in registry.nodes}, registry.marketplace.name


def _saved(content: bytes, kind: str, name: str) -> Response:
    answer = Response(content, content_type=kind)
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    answer.headers["Cache-Control"] = "no-store"
    return answer
