"""A table on its way into the register, on screen: handed in, looked at, started, followed, fetched."""

from http import HTTPStatus

from flask import (
    Blueprint,
    Response,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response as AnyResponse

from ssi.issuer_service.domain.batch import ENDED, BatchState, Outcome
from ssi.issuer_service.domain.table_file import TableFile
from ssi.issuer_service.errors import (
    BatchConflictError,
    IssuerError,
    MappingRefusedError,
    NotOfferedError,
    TableRefusedError,
    UnknownThingError,
)
from ssi.issuer_service.imports.formats import Handed, read_document, recognised
from ssi.issuer_service.web import words
from ssi.issuer_service.web.absent import something
from ssi.issuer_service.web.batch_draft import COLUMN, show_draft
from ssi.issuer_service.web.office import OfficeServices

SHOWN_ERRORS = 50


def add_batches(screens: Blueprint, services: OfficeServices) -> None:
    """Add the pages of batches."""
    desk = _Desk(services)

    @screens.get("/batches")
    def batches() -> AnyResponse:
        return desk.show_all()

    @screens.post("/batches")
    def take_batch() -> AnyResponse:
        return desk.take()

    @screens.get("/batches/<batch_id>")
    def batch(batch_id: str) -> AnyResponse:
        with something():
            return desk.show(batch_id)

    @screens.get("/batches/<batch_id>/progress")
    def batch_progress(batch_id: str) -> AnyResponse:
        with something():
            return desk.show_progress(batch_id)

    @screens.post("/batches/<batch_id>")
    def start_batch(batch_id: str) -> AnyResponse:
        with something():
            return desk.start(batch_id)

    @screens.post("/batches/<batch_id>/cancel")
    def cancel_batch(batch_id: str) -> AnyResponse:
        with something():
            services.batches.cancel(batch_id, now=services.now())
        flash("Stopped. What was issued stays; the rest can be downloaded below.", "good")
        return redirect(url_for("office.batch", batch_id=batch_id))

    _add_downloads(screens, services)


def _add_downloads(screens: Blueprint, services: OfficeServices) -> None:
    @screens.get("/batches/<batch_id>/results.csv")
    def batch_results(batch_id: str) -> AnyResponse:
        with something():
            return _download(services.reports.results(batch_id), "results.csv")

    @screens.get("/batches/<batch_id>/errors.csv")
    def batch_errors(batch_id: str) -> AnyResponse:
        with something():
            return _download(services.reports.errors(batch_id), "errors.csv")


class _Desk:
    """The pages of batches."""

    def __init__(self, services: OfficeServices) -> None:
        self._services = services

    def show_all(
        self, errors: dict[str, str] | None = None, status: HTTPStatus = HTTPStatus.OK
    ) -> AnyResponse:
        """The newest batches, and a form for a new one."""
        usable = [each for each in self._services.templates.all() if each.retired_at is None]
        page = render_template(
            "issuer/batches.html",
            batches=self._services.batches.newest(),
            templates=[(each.template_id, each.terms.name) for each in usable],
            chosen=request.values.get("template_id", ""),
            states=words.BATCH_STATES,
            errors=errors or {},
        )
        return make_response(page, status.value)

    def take(self) -> AnyResponse:
        """Keep a table and show its first rows."""
        sent = request.files.get("table")
        if sent is None or not sent.filename:
            return self._refused("table", "Table: choose a file.")
        try:
            progress = self._services.batches(
                request.form.get("template_id", ""),
                self._table(sent.stream.read()),
                file_name=sent.filename,
                by=words.OFFICER,
                now=self._services.now(),
            )
        except (UnknownThingError, BatchConflictError, NotOfferedError):
            return self._refused("template_id", "Template: choose one that is in use.")
        except TableRefusedError as error:
            return self._refused("table", f"Table: {error}.")
        return redirect(url_for("office.batch", batch_id=progress.batch.batch_id))

    def _table(self, raw: bytes) -> TableFile:
        template = self._services.templates.get(request.form.get("template_id", ""))
        configuration = self._services.catalogue.get(template.configuration_id)
        now = self._services.now()
        return read_document(Handed(raw, recognised(raw)), configuration, template.terms, now=now)

    def show(self, batch_id: str) -> AnyResponse:
        """A draft with its first rows, or how far a batch is."""
        progress = self._services.batches.progress(batch_id)
        if progress.batch.state is BatchState.DRAFT:
            return show_draft(self._services.batches.preview(batch_id))
        return make_response(render_template("issuer/batch.html", **self._progress(batch_id)))

    def show_progress(self, batch_id: str) -> AnyResponse:
        """How far it is, for the page that shows it already."""
        return make_response(render_template("issuer/batch_progress.html", **self._progress(batch_id)))

    def start(self, batch_id: str) -> AnyResponse:
        """Start a draft, or look at it again with other columns."""
        columns = {
            name.removeprefix(COLUMN): heading
            for name, heading in request.form.items()
            if name.startswith(COLUMN) and heading
        }
        if request.form.get("step") == "look":
            return show_draft(self._services.batches.preview(batch_id, columns))
        try:
            self._services.batches.start(batch_id, columns)
        except MappingRefusedError:
            preview = self._services.batches.preview(batch_id, columns)
            return show_draft(preview, HTTPStatus.UNPROCESSABLE_ENTITY)
        except IssuerError as error:
            flash(f"This cannot be started: {error}.", "error")
        return redirect(url_for("office.batch", batch_id=batch_id))

    def _progress(self, batch_id: str) -> dict[str, object]:
        progress = self._services.batches.progress(batch_id)
        return {
            "progress": progress,
            "batch": progress.batch,
            "state": words.BATCH_STATES[progress.batch.state],
            "ended": progress.batch.state in ENDED,
            "outcomes": [(said, progress.counts[outcome]) for outcome, said in words.OUTCOMES.items()],
            "refused": progress.counts[Outcome.REFUSED],
            "left": progress.counts[Outcome.WAITING],
            "taken_in": progress.done - progress.counts[Outcome.REFUSED],
            "errors": self._services.reports.first_errors(batch_id, SHOWN_ERRORS),
        }

    def _refused(self, field: str, said: str) -> AnyResponse:
        return self.show_all({field: said}, HTTPStatus.UNPROCESSABLE_ENTITY)


def _download(table: bytes, name: str) -> AnyResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(table, headers=headers, content_type="text/csv; charset=utf-8")
