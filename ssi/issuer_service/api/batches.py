"""Hand a table of records in, follow it, stop it, get its results and its errors."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from flask import Response, g, jsonify, request

from crypto.encoding import Json
from crypto.errors import MalformedError
from crypto.reading import Fields, utc_text
from ssi.issuer_service.api.operation import CSV_TYPE, Answer, Operation, parameter, schema
from ssi.issuer_service.domain.batch import Progress
from ssi.issuer_service.domain.catalogue import Catalogue
from ssi.issuer_service.domain.scope import Scope
from ssi.issuer_service.domain.table_file import TableFile
from ssi.issuer_service.domain.template import MAX_HEADING
from ssi.issuer_service.errors import MappingRefusedError
from ssi.issuer_service.imports.formats import Format, Handed, read_document
from ssi.issuer_service.services.keep_templates import KeepTemplates
from ssi.issuer_service.services.report_batch import ReportBatch
from ssi.issuer_service.services.take_batch import TakeBatch

_SHOWN_ERRORS = 20
_UNKNOWN = (HTTPStatus.NOT_FOUND,)
_REFUSED = (HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY)


@dataclass(frozen=True)
class BatchServices:
    """The use cases behind these endpoints."""

    catalogue: Catalogue
    templates: KeepTemplates
    take: TakeBatch
    report: ReportBatch
    now: Callable[[], datetime]


class BatchEndpoints:
    """One method for each endpoint."""

    def __init__(self, services: BatchServices) -> None:
        self._services = services

    def operations(self) -> list[Operation]:
        """The endpoints with their descriptions."""
        one, told = "/batches/{batch_id}", Answer("How far it is.", schema("Batch"))
        return [
            Operation(
                "POST",
                "/batches",
                "createBatch",
                "Hand a table in; it is worked on at once unless start is false",
                self.create,
                Scope.BATCHES,
                {HTTPStatus.ACCEPTED: told},
                table=True,
                query=(
                    parameter("template_id", "The template to issue under.", required=True),
                    parameter("file_name", "A name by which people know the file."),
                    parameter("format", "What the document is.", enum=[each.value for each in Format]),
                    parameter(
                        "identifier",
                        "Which identifier of a person: its type (ELMO), scheme (ELM) or system (FHIR).",
                    ),
                    parameter("start", "Whether to start at once.", enum=["true", "false"], default="true"),
                ),
                refusals=_REFUSED,
            ),
            Operation(
                "GET",
                "/batches",
                "listBatches",
                "The newest batches",
                self.newest,
                Scope.BATCHES,
                {HTTPStatus.OK: Answer("Newest first.", schema("Batches"))},
            ),
            Operation(
                "GET",
                one,
                "getBatch",
                "How far a batch is, with the first errors",
                self.show,
                Scope.BATCHES,
                {HTTPStatus.OK: told},
                refusals=_UNKNOWN,
            ),
            Operation(
                "POST",
                f"{one}/start",
                "startBatch",
                "Start a draft, with its columns where they were unclear",
                self.start,
                Scope.BATCHES,
                {HTTPStatus.ACCEPTED: told},
                body=schema("BatchStart"),
                refusals=_REFUSED,
            ),
            Operation(
                "POST",
                f"{one}/cancel",
                "cancelBatch",
                "Stop; what was issued stays",
                self.cancel,
                Scope.BATCHES,
                {HTTPStatus.OK: told},
                refusals=_UNKNOWN,
            ),
            *(
                Operation(
                    "GET",
                    f"{one}/{name}.csv",
                    f"getBatch{name.capitalize()}",
                    summary,
                    view,
                    Scope.BATCHES,
                    {HTTPStatus.OK: Answer("A table.", None, CSV_TYPE)},
                    refusals=_UNKNOWN,
                )
                for name, summary, view in (
                    ("results", "Who got which link and code", self.results),
                    ("errors", "The rows to correct, with what is wrong in front", self.errors),
                )
            ),
        ]

    def create(self) -> tuple[Response, HTTPStatus]:
        """Keep the table and start it."""
        template_id = request.args.get("template_id", "")
        start = request.args.get("start", "true")
        if start not in {"true", "false"}:
            raise MalformedError("start: expected true or false")
        take, now = self._services.take, self._services.now()
        file_name = request.args.get("file_name", "table.csv")
        table = self._table(template_id, request.get_data())
        progress = take(template_id, table, file_name=file_name, by=g.acting, now=now)
        if start == "true":
            batch_id = progress.batch.batch_id
            try:
                progress = take.start(batch_id)
            except MappingRefusedError:
                take.cancel(batch_id, now=now)  # nobody would come back for a draft that was not answered
                raise
        return jsonify(self._batch(progress)), HTTPStatus.ACCEPTED

    def _table(self, template_id: str, raw: bytes) -> TableFile:
        said = request.args.get("format", Format.CSV.value)
        if said not in list(Format):
            raise MalformedError(f"format: expected one of {', '.join(Format)}")
        template = self._services.templates.get(template_id)
        configuration = self._services.catalogue.get(template.configuration_id)
        handed = Handed(raw, Format(said), request.args.get("identifier") or None)
        return read_document(handed, configuration, template.terms, now=self._services.now())

    def newest(self) -> Response:
        """The newest batches, without their errors."""
        return jsonify(batches=[{**_progress(each), "errors": []} for each in self._services.take.newest()])

    def show(self, batch_id: str) -> Response:
        """How far one is."""
        return jsonify(self._batch(self._services.take.progress(batch_id)))

    def start(self, batch_id: str) -> tuple[Response, HTTPStatus]:
        """Start a draft."""
        fields = Fields.parse(request.get_data() or b"{}", "batch")
        columns = _columns(fields) if fields.has("columns") else None
        fields.done()
        return jsonify(self._batch(self._services.take.start(batch_id, columns))), HTTPStatus.ACCEPTED

    def cancel(self, batch_id: str) -> Response:
        """Stop one."""
        return jsonify(self._batch(self._services.take.cancel(batch_id, now=self._services.now())))

    def results(self, batch_id: str) -> Response:
        """Who got what."""
        return _table(self._services.report.results(batch_id), "results.csv")

    def errors(self, batch_id: str) -> Response:
        """What has to be corrected."""
        return _table(self._services.report.errors(batch_id), "errors.csv")

    def _batch(self, progress: Progress) -> dict[str, Json]:
        rows = self._services.report.first_errors(progress.batch.batch_id, _SHOWN_ERRORS)
        errors: list[Json] = [
            {"row": row.number, "column": fault.column, "problem": fault.problem}
            for row in rows
            for fault in row.faults
        ]
        return {**_progress(progress), "errors": errors}


def _columns(fields: Fields) -> dict[str, str]:
    section = fields.any("columns")
    if not isinstance(section, dict):
        raise MalformedError("batch.columns: expected an object of headings by value")
    for value, heading in section.items():
        if not isinstance(heading, str) or not 0 < len(heading) <= MAX_HEADING:
            raise MalformedError(f"batch.columns.{value[:80]}: expected the heading of a column")
    return {value: str(heading) for value, heading in section.items()}


def _progress(progress: Progress) -> dict[str, Json]:
    batch = progress.batch
    document: dict[str, Json] = {
        "batch_id": batch.batch_id,
        "template_id": batch.template_id,
        "template_version": batch.template_version,
        "data_set": batch.configuration_id,
        "file_name": batch.plan.file_name,
        "encoding": batch.plan.encoding,
        "separator": batch.plan.separator,
        "columns": dict(batch.plan.terms.columns),
        "unread_columns": list(batch.plan.unread),
        "state": batch.state.value,
        "created_at": utc_text(batch.created_at),
        "total": progress.total,
        "done": progress.done,
        "percent": progress.percent,
        "notes": list(batch.plan.notes),
        "counts": {outcome.value: count for outcome, count in progress.counts.items()},
    }
    if batch.finished_at is not None:
        document["finished_at"] = utc_text(batch.finished_at)
    return document


def _table(table: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(table, headers=headers, content_type=f"{CSV_TYPE}; charset=utf-8")
