"""The draft of a table on screen: which column holds what, and how its first rows were read."""

from http import HTTPStatus

from flask import make_response, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from ssi.issuer_service.domain.template import EMAIL, EXTERNAL_ID
from ssi.issuer_service.services.take_batch import Preview
from ssi.issuer_service.web import words

COLUMN = "column-"


def show_draft(preview: Preview, status: HTTPStatus = HTTPStatus.OK) -> AnyResponse:
    """The page of a draft, with the columns as they were chosen last."""
    batch, configuration = preview.progress.batch, preview.configuration
    said = {name.removeprefix(COLUMN): text for name, text in request.form.items()}
    values = [
        (EXTERNAL_ID, "Number of the person", True),
        *((claim.name, claim.label["en"], claim.required) for claim in configuration.claims),
        (EMAIL, "E-mail address", False),
    ]
    chosen = [
        (
            COLUMN + name,
            label,
            needed and name not in batch.plan.terms.defaults,
            said.get(name, batch.plan.terms.columns.get(name, "")),
        )
        for name, label, needed in values
    ]
    page = render_template(
        "issuer/batch_draft.html",
        batch=batch,
        total=preview.progress.total,
        kind=configuration.label["en"],
        values=chosen,
        missing=[label for _, label, needed, heading in chosen if needed and not heading],
        headings=[(heading, heading) for heading in batch.plan.headings],
        obstacle=preview.obstacle,
        unread=preview.unread,
        rows=[
            (
                row.number,
                [] if row.record is None else words.shown(configuration, row.record.submission.values),
                row.record,
                row.faults,
            )
            for row in preview.rows
        ],
    )
    return make_response(page, status.value)
