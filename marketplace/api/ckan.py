"""Reading the catalogue as programs read a CKAN: the actions that list, show and search packages.

Nothing can be written, and no key is asked for or looked at. An action's parameters come in the address or as
a JSON object in the body, as with CKAN; those that would narrow a search and are not understood are refused,
because ignoring them would answer another question.
"""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from crypto.encoding import Json, parse_json
from crypto.errors import MalformedError
from marketplace.api.requests import raw_body, whole_number
from marketplace.domain.ckan import MOST_ROWS, USUAL_ROWS, Page, package, package_names, search, status
from marketplace.domain.dcat import Publisher
from marketplace.errors import UnknownError
from marketplace.services.data_space_suite import DataSpace
from marketplace.services.suite import Services

MAX_BODY = 20_000
MAX_TEXT = 500
_NOT_UNDERSTOOD = ("fq", "fq_list", "facet.field", "facet", "ext_bbox", "qf")

Given = dict[str, str]


@dataclass(frozen=True)
class _Actions:
    """What each action answers to its parameters."""

    services: Services
    publisher: Publisher

    def package_list(self, given: Given) -> Json:
        page = _page(given, "offset", "limit", usual=MOST_ROWS)
        return package_names(self.services.show_catalogue(), page)

    def package_show(self, given: Given) -> Json:
        found = package(self.publisher, self.services.show_catalogue(), given.get("id", ""))
        if found is None:
            raise UnknownError("Not found")
        return found

    def package_search(self, given: Given) -> Json:
        for name in _NOT_UNDERSTOOD:
            if given.get(name, ""):
                raise MalformedError(f"{name}: not understood here; search by words with q")
        page = _page(given, "start", "rows", usual=USUAL_ROWS)
        return search(self.publisher, self.services.show_catalogue(), given.get("q", ""), page)

    def status_show(self, given: Given) -> Json:
        del given  # it has no parameters
        return status(self.publisher)

    def site_read(self, given: Given) -> Json:
        del given
        return True


def ckan_api(services: Services, space: DataSpace) -> Blueprint:
    """The actions, under both addresses that clients use."""
    blueprint = Blueprint("ckan_api", __name__)
    actions = _Actions(services, Publisher(services.marketplace_id, space.name, space.root))
    for answer in (
        actions.package_list,
        actions.package_show,
        actions.package_search,
        actions.status_show,
        actions.site_read,
    ):
        view = _answering(space, answer)
        for prefix, version in (("/api/action", "plain"), ("/api/3/action", "3")):
            name = answer.__name__
            blueprint.add_url_rule(f"{prefix}/{name}", f"{name}_{version}", view, methods=["GET", "POST"])
    _answer_errors(blueprint, space)
    return blueprint


def _answering(space: DataSpace, answer: Callable[[Given], Json]) -> Callable[[], ResponseReturnValue]:
    def view() -> ResponseReturnValue:
        return jsonify(help=_help(space, answer.__name__), success=True, result=answer(_given()))

    return view


def _given() -> Given:
    """The parameters as texts, from the address, a form or a JSON object.

    Raises:
        MalformedError: the body is no JSON object, or a parameter is too long.
    """
    given = {name: request.args[name] for name in request.args}
    if request.method == "POST" and request.mimetype != "application/x-www-form-urlencoded":
        given |= _body()
    elif request.method == "POST":
        given |= {name: request.form[name] for name in request.form}
    for name, text in given.items():
        if len(text) > MAX_TEXT:
            raise MalformedError(f"{name[:80]}: expected at most {MAX_TEXT} characters")
    return given


def _body() -> Given:
    raw = raw_body(MAX_BODY)
    if not raw.strip():
        return {}
    document = parse_json(raw)
    if not isinstance(document, dict):
        raise MalformedError("request: expected an object")
    return {name: _text(value) for name, value in document.items()}


def _text(value: Json) -> str:
    if value is None or value in ([], {}):
        return ""
    return value if isinstance(value, str) else str(value)


def _page(given: Given, start: str, rows: str, *, usual: int) -> Page:
    first = whole_number(given.get(start) or "0", start)
    wanted = whole_number(given.get(rows) or str(usual), rows)
    return Page(first, min(wanted, MOST_ROWS))


def _help(space: DataSpace, action: str) -> str:
    return f"{space.root}/api/3/action/help_show?name={action}"


def _answer_errors(blueprint: Blueprint, space: DataSpace) -> None:
    def failed(status_: HTTPStatus, kind: str, message: str) -> ResponseReturnValue:
        error = {"__type": kind, "message": message}
        action = request.path.rpartition("/")[2]
        return jsonify(help=_help(space, action), success=False, error=error), status_

    def unforeseen(error: Exception) -> ResponseReturnValue:
        current_app.logger.error("unforeseen error", exc_info=error)
        return failed(HTTPStatus.INTERNAL_SERVER_ERROR, "Internal Server Error", "Something went wrong")

    def of_http(error: HTTPException) -> ResponseReturnValue:
        status_ = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
        return failed(status_, "Validation Error", status_.phrase)

    blueprint.register_error_handler(
        UnknownError, lambda error: failed(HTTPStatus.NOT_FOUND, "Not Found Error", str(error))
    )
    blueprint.register_error_handler(
        MalformedError, lambda error: failed(HTTPStatus.CONFLICT, "Validation Error", str(error))
    )
    blueprint.register_error_handler(HTTPException, of_http)
    blueprint.register_error_handler(Exception, unforeseen)
