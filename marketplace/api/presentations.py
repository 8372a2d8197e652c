"""How do buyers' programs ask a wallet? Start a session, follow it, read what was shown, hear of its end."""

from http import HTTPStatus

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from crypto.encoding import Json
from crypto.reading import Fields, utc_text
from marketplace.api.paging import Page, page_of, paged
from marketplace.api.problems import STATUS
from marketplace.api.requests import body, buyer, idempotency_key, unstored
from marketplace.domain.presentation import Notice, PresentationQuestion, PresentationSession
from marketplace.domain.scope import Scope
from marketplace.errors import RefusedError
from marketplace.services.presentation_suite import Presentations
from marketplace.services.presentation_templates import template_query
from marketplace.services.suite import Services
from ssi.http.problems import register
from ssi.openid4vp.request import RequestUriMethod
from ssi.openid4vp.transaction_data import MAX_TRANSACTIONS, write_transaction

MAX_QUESTION = 200_000
MAX_TEXT = 2_000


def presentations_api(services: Services, presentations: Presentations) -> Blueprint:
    """The endpoints for whoever asks wallets."""
    blueprint = Blueprint("presentations_api", __name__, url_prefix="/api/v1")
    register(blueprint, STATUS)
    _add_sessions(blueprint, services, presentations)
    _add_notices(blueprint, services, presentations)
    return blueprint


def _add_sessions(blueprint: Blueprint, services: Services, presentations: Presentations) -> None:
    @blueprint.post("/presentations")
    def start() -> ResponseReturnValue:
        account = buyer(services, Scope.PRESENTATIONS)
        question = _question(body(MAX_QUESTION))
        session = presentations.start(account.account_id, question, idempotency_key=idempotency_key())
        return unstored(_started(presentations, session)), HTTPStatus.CREATED

    @blueprint.get("/presentations/<session_id>")
    def read(session_id: str) -> Response:
        code = request.args.get("response_code")
        return unstored(
            presentations.read(
                buyer(services, Scope.PRESENTATIONS).account_id, session_id, response_code=code
            )
        )


def _add_notices(blueprint: Blueprint, services: Services, presentations: Presentations) -> None:
    @blueprint.get("/notices")
    def notices() -> Response:
        found = presentations.list_notices(buyer(services, Scope.PRESENTATIONS).account_id)
        page = page_of(found, lambda notice: notice.notice_id)
        return paged("notices", Page([_notice_json(one) for one in page.things], page.following))

    @blueprint.post("/notices/<notice_id>/replay")
    def replay(notice_id: str) -> ResponseReturnValue:
        again = presentations.replay_notice(buyer(services, Scope.PRESENTATIONS).account_id, notice_id)
        return jsonify(_notice_json(again)), HTTPStatus.ACCEPTED


def _question(fields: Fields) -> PresentationQuestion:
    if fields.has("template") == fields.has("dcql_query"):
        raise RefusedError("expected either template or dcql_query")
    if fields.has("template"):
        query = template_query(fields.text("template", max_length=200))
    else:
        query = _object(fields, "dcql_query")
    plain = PresentationQuestion(query)
    question = PresentationQuestion(
        query=query,
        mode=_text(fields, "response_mode") or plain.mode,
        identity=_text(fields, "client_id_prefix") or plain.identity,
        fetch_by_post=_method(fields) is RequestUriMethod.POST,
        transactions=_transactions(fields),
        return_url=_text(fields, "return_url"),
        webhook_url=_text(fields, "webhook_url"),
    )
    fields.done()
    return question


def _method(fields: Fields) -> RequestUriMethod:
    if not fields.has("request_uri_method"):
        return RequestUriMethod.GET
    name = fields.text("request_uri_method", max_length=MAX_TEXT)
    try:
        return RequestUriMethod(name)
    except ValueError as error:
        raise RefusedError(f"request_uri_method: expected one of {', '.join(RequestUriMethod)}") from error


def _transactions(fields: Fields) -> tuple[str, ...]:
    """Transactions to be confirmed: each its type, the ids of the credentials, and details to show."""
    if not fields.has("transaction_data"):
        return ()
    written = []
    for index, one in enumerate(fields.objects("transaction_data", least=1, most=MAX_TRANSACTIONS)):
        kind, ids = one.text("type", max_length=500), one.texts("credential_ids", least=1)
        details = {**_object_of(fields.entries("transaction_data")[index])}
        written.append(write_transaction(kind, ids, details).encoded)
    return tuple(written)


def _object(fields: Fields, name: str) -> dict[str, Json]:
    fields.section(name)
    return _object_of(fields.any(name))


def _object_of(value: Json) -> dict[str, Json]:
    return dict(value) if isinstance(value, dict) else {}


def _text(fields: Fields, name: str) -> str | None:
    return fields.text(name, max_length=MAX_TEXT) if fields.has(name) else None


def _started(presentations: Presentations, session: PresentationSession) -> dict[str, Json]:
    links = presentations.verifier.links(session)
    return {
        "session_id": session.session_id,
        "expires_at": utc_text(session.expires_at),
        "request_uri": presentations.verifier.request_uri(session.session_id),
        "links": list(links),
        "page": f"{presentations.verifier.public_url}/openid4vp/{session.session_id}",
    }


def _notice_json(notice: Notice) -> dict[str, Json]:
    return {
        "notice_id": notice.notice_id,
        "session_id": notice.session_id,
        "url": notice.url,
        "created_at": utc_text(notice.created_at),
        "due_at": None if notice.due_at is None else utc_text(notice.due_at),
        "attempts": notice.attempts,
        "delivered_at": None if notice.delivered_at is None else utc_text(notice.delivered_at),
        "failure": notice.failure,
    }
