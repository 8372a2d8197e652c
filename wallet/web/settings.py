"""How the wallet looks to a person: in which language."""

from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import force_locale, gettext
from werkzeug.wrappers import Response

from wallet.services.suite import Services
from wallet.web import languages, visitor


def screens(services: Services) -> Blueprint:
    """The settings, and the choice at the foot of every page."""
    settings = Blueprint("settings", __name__)
    _Screens(services).add_to(settings)
    return settings


@dataclass(frozen=True)
class _Screens:
    services: Services

    def add_to(self, settings: Blueprint) -> None:
        settings.get("/settings")(self.overview)
        settings.post("/language")(self.choose_language)

    def overview(self) -> str | Response:
        return visitor.door() or render_template("wallet/settings.html")

    def choose_language(self) -> Response:
        """Keep a language; who has no wallet open may choose as well."""
        language = request.form.get("language", "")
        if language not in languages.LANGUAGES:
            abort(HTTPStatus.BAD_REQUEST)
        answer = redirect(_local(request.form.get("onward", "")))
        languages.remember(answer, language)
        languages.choose(self.services.preferences, language)
        with force_locale(language):
            flash(gettext("From now on the wallet speaks English."), "good")
        return answer


def _local(path: str) -> str:
    """A path of this wallet, and never the address of somebody else."""
    is_path = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if is_path else url_for("doorway.start")
