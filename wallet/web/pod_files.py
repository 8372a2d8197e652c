"""The screens on which a wallet reads a file of its person's pod, by the sources that read her own files."""

import io
from dataclasses import dataclass
from http import HTTPStatus
from typing import BinaryIO, Final

from flask import Blueprint, redirect, render_template, request, session, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from wallet.domain.pod import name_of
from wallet.domain.source import Manifest, explain
from wallet.errors import PodError, SourceError
from wallet.services.keep_streams import KeepReport
from wallet.services.suite import Services
from wallet.services.take_file import Progress
from wallet.web import file_reading, visitor
from wallet.web.languages import worded
from wallet.web.problems import status_of
from wallet.web.source_form import DEFAULT_ZONE, read_choice, zones
from wallet.web.sources import TABLE, show_columns

Page = str | Response | tuple[str, HTTPStatus]
_FILE: Final = "pod file"


@dataclass(frozen=True)
class PodFiles:
    """The screens of files, within the blueprint of the pod."""

    services: Services

    def add_to(self, pods: Blueprint) -> None:
        """Add the routes."""
        pods.post("/file")(self.choose)
        pods.get("/file")(self.kinds)
        pods.get("/file/<source>")(self.form)
        pods.post("/file/<source>")(self.read)

    def choose(self) -> Page:
        """Remember which file is meant."""
        session[_FILE] = request.form.get("at", "")
        return redirect(url_for("pods.kinds"))

    def kinds(self) -> Page:
        """Ask what kind of file it is; those that end like it come first."""
        file = session.get(_FILE)
        if not file:
            return redirect(url_for("pods.folder"))
        name = name_of(file)
        manifests = self.services.take_file.sources.manifests()
        likely = [each for each in manifests if name.lower().endswith(tuple(each.endings))]
        others = [each for each in manifests if each not in likely]
        return render_template("wallet/pod/kinds.html", name=name, likely=likely, others=others)

    def form(self, source: str) -> Page:
        """Ask how fine it is kept."""
        manifest = self.services.take_file.sources.manifest(source)
        if not session.get(_FILE):
            return redirect(url_for("pods.folder"))
        return _form(manifest, {}, HTTPStatus.OK)

    def read(self, source: str) -> Page:
        """Begin to read it; a table is looked at first."""
        manifest = self.services.take_file.sources.manifest(source)
        file = session.get(_FILE)
        if not file:
            return redirect(url_for("pods.folder"))
        if manifest.name == TABLE:
            return self._table(manifest, file)
        told = read_choice(manifest)
        if told.chosen is None:
            return _form(manifest, told.errors, HTTPStatus.UNPROCESSABLE_ENTITY)
        wallet, take, chosen = visitor.current(), self.services.pod.read.take, told.chosen

        def work(_: BinaryIO, progress: Progress) -> KeepReport:
            return take(wallet, manifest.name, file, chosen, progress)

        file_reading.begin(manifest, FileStorage(io.BytesIO()), work)
        return redirect(url_for("sources.reading"))

    def _table(self, manifest: Manifest, file: str) -> Page:
        try:
            return show_columns(self.services, self.services.pod.read.file(visitor.current(), file))
        except PodError as error:
            return _form(manifest, {"file": str(error)}, status_of(error))
        except SourceError as error:
            return _form(manifest, {"file": worded(explain(error.kind).cause)}, status_of(error))


def _form(manifest: Manifest, errors: dict[str, str], status: HTTPStatus) -> Page:
    page = render_template(
        "wallet/pod/source.html",
        name=name_of(session[_FILE]),
        manifest=manifest,
        errors=errors,
        switches=request.form.getlist("switches") if request.form else manifest.most_private,
        zones=zones(),
        zone=request.form.get("zone", DEFAULT_ZONE),
        is_table=manifest.name == TABLE,
    )
    return page, status
