"""The screens of sources: the catalogue, one source with its switches, a table's columns, what came of it."""

import io
from dataclasses import dataclass
from http import HTTPStatus
from typing import BinaryIO

from flask import Blueprint, redirect, render_template, request, session, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from wallet.domain.quantity import QUANTITIES
from wallet.domain.source import Manifest, explain
from wallet.domain.table_mapping import Preview
from wallet.errors import SourceError
from wallet.services.keep_streams import KeepReport
from wallet.services.source_ports import Chosen
from wallet.services.suite import Services
from wallet.services.take_file import Progress
from wallet.web import file_reading, visitor
from wallet.web.hospital_words import told_of
from wallet.web.languages import worded
from wallet.web.problems import status_of
from wallet.web.source_form import DEFAULT_ZONE, SEPARATOR_WORDS, TIME_WORDS, read_choice, zones

Page = str | Response | tuple[str, HTTPStatus]
TABLE = "table"
MOST_UPLOAD_BYTES = 2 * 1024**3
MOST_TABLE_BYTES = 64 * 1024**2
_TABLE_FILE = "table file"
UPLOADS = {"sources.bring": MOST_UPLOAD_BYTES, "sources.look": MOST_TABLE_BYTES}


def screens(services: Services) -> Blueprint:
    """Sources."""
    sources = Blueprint("sources", __name__, url_prefix="/sources")
    sources.before_request(visitor.door)
    _Screens(services).add_to(sources)
    return sources


def let_files_in() -> None:
    """Let a file be as large as the largest export, for those who have a wallet open."""
    if request.endpoint in UPLOADS and visitor.is_open():
        request.max_content_length = UPLOADS[request.endpoint]


@dataclass(frozen=True)
class _Screens:
    services: Services

    def add_to(self, sources: Blueprint) -> None:
        sources.get("/")(self.overview)
        sources.get("/reading")(self.reading)
        sources.post("/stop")(self.stop)
        sources.post("/table/columns")(self.look)
        sources.post("/table/read")(self.read_table)
        sources.get("/<name>")(self.source)
        sources.post("/<name>")(self.bring)

    def overview(self) -> Page:
        return render_template(
            "wallet/sources/overview.html",
            manifests=self.services.take_file.sources.manifests(),
            quantities=QUANTITIES,
            reading=file_reading.present(),
        )

    def source(self, name: str) -> Page:
        return _form(self.services.take_file.sources.manifest(name), {}, HTTPStatus.OK)

    def bring(self, name: str) -> Page:
        """Begin to read a file."""
        manifest = self.services.take_file.sources.manifest(name)
        upload = request.files.get("file")
        if upload is None or not upload.filename:
            return _form(manifest, {"file": "Choose the file first."}, HTTPStatus.UNPROCESSABLE_ENTITY)
        told = read_choice(manifest)
        if told.chosen is None:
            return _form(manifest, told.errors, HTTPStatus.UNPROCESSABLE_ENTITY)
        self._begin(manifest, upload, told.chosen)
        return redirect(url_for("sources.reading"))

    def look(self) -> Page:
        """Show the first rows of a table, and ask what they are."""
        manifest = self.services.take_file.sources.manifest(TABLE)
        upload = request.files.get("file")
        if upload is None or not upload.filename:
            return _form(manifest, {"file": "Choose the file first."}, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            return show_columns(self.services, upload.stream.read())
        except SourceError as error:
            return _form(manifest, {"file": worded(explain(error.kind).cause)}, status_of(error))

    def read_table(self) -> Page:
        """Read the table that was looked at."""
        manifest = self.services.take_file.sources.manifest(TABLE)
        raw = session.get(_TABLE_FILE)
        if not isinstance(raw, bytes):
            return redirect(url_for("sources.source", name=TABLE))
        told = read_choice(manifest, with_table=True)
        if told.chosen is None:
            preview = self.services.take_file.sources.preview(io.BytesIO(raw))
            return _columns(manifest, preview, told.errors, HTTPStatus.UNPROCESSABLE_ENTITY)
        self._begin(manifest, FileStorage(io.BytesIO(raw)), told.chosen)
        session.pop(_TABLE_FILE)
        return redirect(url_for("sources.reading"))

    def reading(self) -> Page:
        """How far the file is, or what came of it."""
        reading = file_reading.present()
        if reading is None:
            return redirect(url_for("sources.overview"))
        part = bool(request.headers.get("HX-Request"))
        if part and reading.is_over:
            return Response("", HTTPStatus.OK, {"HX-Refresh": "true"})
        template = "wallet/sources/progress.html" if part else "wallet/sources/reading.html"
        streams = {each.row_id: each for each in self.services.streams.read.all(visitor.current())}
        return render_template(template, reading=reading, explain=explain, told_of=told_of, streams=streams)

    def stop(self) -> Page:
        """Stop reading."""
        file_reading.stop()
        return redirect(url_for("sources.reading"))

    def _begin(self, manifest: Manifest, upload: FileStorage, chosen: Chosen) -> None:
        wallet, take = visitor.current(), self.services.take_file

        def work(file: BinaryIO, progress: Progress) -> KeepReport:
            return take(wallet, manifest.name, file, chosen, progress)

        file_reading.begin(manifest, upload, work)


def show_columns(services: Services, raw: bytes) -> Page:
    """Show the first rows of a table, wherever it comes from, and remember it until its columns are told.

    Raises:
        SourceError: it is none.
    """
    sources = services.take_file.sources
    preview = sources.preview(io.BytesIO(raw))
    session[_TABLE_FILE] = raw
    return _columns(sources.manifest(TABLE), preview, {}, HTTPStatus.OK)


def _form(manifest: Manifest, errors: dict[str, str], status: HTTPStatus) -> Page:
    page = render_template(
        "wallet/sources/source.html",
        manifest=manifest,
        errors=errors,
        switches=request.form.getlist("switches") if request.form else manifest.most_private,
        zones=zones(),
        zone=request.form.get("zone", DEFAULT_ZONE),
        quantities=QUANTITIES,
        is_table=manifest.name == TABLE,
    )
    return page, status


def _columns(manifest: Manifest, preview: Preview, errors: dict[str, str], status: HTTPStatus) -> Page:
    page = render_template(
        "wallet/sources/columns.html",
        manifest=manifest,
        preview=preview,
        errors=errors,
        told=request.form,
        switches=request.form.getlist("switches") or manifest.most_private,
        zones=zones(),
        zone=request.form.get("zone", DEFAULT_ZONE),
        quantities=[each for name, each in QUANTITIES.items() if name in manifest.quantities],
        separators=SEPARATOR_WORDS,
        times=TIME_WORDS,
    )
    return page, status
