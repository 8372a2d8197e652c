"""The record of processing and the assessments behind data sets, to read, to print and to link."""

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from marketplace.domain.processing import MEASURES, OF_THE_ASSESSMENT, OF_THE_RECORD, RETENTION, RISKS
from marketplace.services.suite import Services
from marketplace.web.desk_forms import names_of, typed
from marketplace.web.visitor import for_operators, visitor
from marketplace.web.words import ORGANISATIONS, PURPOSES

_LD = "application/ld+json"


def screens(services: Services) -> Blueprint:
    """The pages about processing."""
    blueprint = Blueprint("processing", __name__, url_prefix="/operations/processing")
    kept, describe = services.oversight.assessments, services.oversight.describe_processing

    @blueprint.get("")
    @for_operators
    def overview() -> str:
        return render_template(
            "market/desk/processing.html",
            record=describe(),
            assessments=kept.all(),
            open_questions=OF_THE_RECORD,
            **_words(),
        )

    @blueprint.get("/record.jsonld")
    @for_operators
    def record() -> Response:
        return _document(describe().to_json())

    @blueprint.get("/<name>/<int:version>")
    @for_operators
    def assessment(name: str, version: int) -> str:
        ref = f"{name}/{version}"
        seen = kept.get(ref)
        return render_template(
            "market/desk/assessment.html",
            record=describe(ref),
            seen=seen,
            names=names_of(services, seen.acts),
            me=visitor().account_id,
            risks=RISKS,
            open_questions=OF_THE_ASSESSMENT,
            **_words(),
        )

    @blueprint.get("/<name>/<int:version>/skeleton.jsonld")
    @for_operators
    def skeleton(name: str, version: int) -> Response:
        ref = f"{name}/{version}"
        return _document(describe(ref).assessment_json(ref))

    @blueprint.post("/<name>/<int:version>/approval")
    @for_operators
    def approve(name: str, version: int) -> AnyResponse:
        seen = kept.approve(f"{name}/{version}", visitor().account_id, typed("reference"))
        counts = (
            "It counts from now on."
            if seen.waiting is None
            else "Another operator has to approve it as well."
        )
        flash(f"Approved. {counts}", "good")
        return redirect(url_for("processing.assessment", name=name, version=version))

    @blueprint.post("/<name>/<int:version>/end")
    @for_operators
    def end(name: str, version: int) -> AnyResponse:
        kept.end(f"{name}/{version}", visitor().account_id, typed("because"))
        flash("The assessment counts no more.", "warning")
        return redirect(url_for("processing.assessment", name=name, version=version))

    return blueprint


def _words() -> dict[str, object]:
    return {
        "purposes": PURPOSES,
        "organisations": ORGANISATIONS,
        "measures": MEASURES,
        "retention": RETENTION,
    }


def _document(document: object) -> Response:
    response = jsonify(document)
    response.mimetype = _LD
    return response
