"""The provider's side of the Dataspace Protocol 2025-1 over HTTPS: catalogue, negotiations, transfers.

A buyer's connector shows the buyer's API key as a bearer token, as any program of the buyer does. Errors are
documents of the protocol, with the codes of our problem documents.
"""

from collections.abc import Callable, Mapping
from functools import partial
from http import HTTPStatus
from typing import TypeVar

from flask import Blueprint, Response, current_app, jsonify
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from consent.moves import IllegalMoveError
from consent.negotiation import NegotiationMove
from consent.order_terms import DATA_SET_IRI
from consent.transfer import TransferMove
from crypto.errors import MalformedError
from marketplace.api.problems import STATUS
from marketplace.api.requests import LOOKING, acting, body, buyer, done
from marketplace.domain.dsp import (
    BASE,
    MAX_URL,
    NIL_PID,
    Document,
    catalog_document,
    catalog_error,
    data_set_document,
    error_document,
    negotiation_document,
    read_contract_request,
    read_event,
    read_follow_up,
    read_message,
    read_transfer_request,
    transfer_document,
    versions_document,
)
from marketplace.domain.negotiation import Negotiation, TransferProcess
from marketplace.domain.scope import Scope
from marketplace.services.data_space_suite import DataSpace
from marketplace.services.suite import Services
from ssi.http.problems import kind_of, register

MAX_MESSAGE = 100_000
M = TypeVar("M", NegotiationMove, TransferMove)

_NEGOTIATION_MESSAGES = {
    "agreement/verification": ("ContractAgreementVerificationMessage", NegotiationMove.VERIFY),
    "termination": ("ContractNegotiationTerminationMessage", NegotiationMove.TERMINATE),
}
_TRANSFER_MESSAGES = {
    "start": ("TransferStartMessage", TransferMove.START),
    "suspension": ("TransferSuspensionMessage", TransferMove.SUSPEND),
    "completion": ("TransferCompletionMessage", TransferMove.COMPLETE),
    "termination": ("TransferTerminationMessage", TransferMove.TERMINATE),
}
_PROBLEM = "urn:argonauta:problem:"
_UNFORESEEN = "something went wrong on our side; nothing was changed"


def dsp_api(services: Services, space: DataSpace) -> tuple[Blueprint, ...]:
    """The endpoints for connectors, and where a buyer says which one is its own."""
    return (
        _versions(services),
        _catalogue(services, space),
        _negotiations(services, space),
        _transfers(services, space),
        _connector(services, space),
    )


def _versions(services: Services) -> Blueprint:
    blueprint = Blueprint("dsp_versions", __name__)

    @blueprint.get("/.well-known/dspace-version")
    def versions() -> Response:
        return jsonify(versions_document(services.marketplace_id))

    return blueprint


def _catalogue(services: Services, space: DataSpace) -> Blueprint:
    blueprint = Blueprint("dsp_catalogue", __name__, url_prefix=f"{BASE}/catalog")
    _answer_errors(blueprint, catalog_error)

    @blueprint.post("/request")
    def catalogue() -> Response:
        fields = read_message(body(MAX_MESSAGE), "CatalogRequestMessage")
        if fields.has("filter") and fields.entries("filter"):
            raise MalformedError("request.filter: filters are not understood here")
        entries = services.show_market_terms()
        return jsonify(catalog_document(services.marketplace_id, space.endpoint, entries))

    @blueprint.get("/datasets/<path:name>")
    def data_set(name: str) -> Response:
        described, terms = services.show_market_terms.of(name.removeprefix(DATA_SET_IRI))
        return jsonify(data_set_document(services.marketplace_id, space.endpoint, described, terms))

    return blueprint


def _negotiations(services: Services, space: DataSpace) -> Blueprint:
    blueprint = Blueprint("dsp_negotiations", __name__, url_prefix=f"{BASE}/negotiations")
    _answer_errors(blueprint, _process_error("ContractNegotiationError"))
    answer = space.answer_negotiation

    @blueprint.post("/request")
    def begin() -> ResponseReturnValue:
        account = buyer(services, Scope.ORDERS)
        begun = space.begin_negotiation(account, read_contract_request(body(MAX_MESSAGE)))
        return jsonify(_negotiation(begun)), HTTPStatus.CREATED

    @blueprint.get("/<provider_pid>")
    def read(provider_pid: str) -> Response:
        found = space.read_negotiation(buyer(services, *LOOKING).account_id, provider_pid)
        return jsonify(_negotiation(found))

    @blueprint.post("/<provider_pid>/request")
    def request(provider_pid: str) -> Response:
        account = buyer(services, Scope.ORDERS)
        message = read_contract_request(body(MAX_MESSAGE))
        if message.provider_pid != provider_pid:
            raise MalformedError("request.providerPid: another negotiation than in the address")
        return jsonify(_negotiation(answer.request(account, provider_pid, message)))

    @blueprint.post("/<provider_pid>/events")
    def event(provider_pid: str) -> Response:
        account = buyer(services, Scope.ORDERS)
        consumer_pid, move = read_event(body(MAX_MESSAGE), provider_pid)
        return jsonify(_negotiation(answer.move(account.account_id, provider_pid, consumer_pid, move)))

    def follow_up(provider_pid: str, kind: str, move: NegotiationMove) -> Response:
        account = buyer(services, Scope.ORDERS)
        consumer_pid = read_follow_up(body(MAX_MESSAGE), kind, provider_pid)
        return jsonify(_negotiation(answer.move(account.account_id, provider_pid, consumer_pid, move)))

    _add_follow_ups(blueprint, _NEGOTIATION_MESSAGES, follow_up)
    return blueprint


def _transfers(services: Services, space: DataSpace) -> Blueprint:
    blueprint = Blueprint("dsp_transfers", __name__, url_prefix=f"{BASE}/transfers")
    _answer_errors(blueprint, _process_error("TransferError"))

    @blueprint.post("/request")
    def begin() -> ResponseReturnValue:
        account, by = acting(services, Scope.ORDERS)
        begun = space.begin_transfer(account, read_transfer_request(body(MAX_MESSAGE)), by=by)
        return jsonify(_transfer(begun)), HTTPStatus.CREATED

    @blueprint.get("/<provider_pid>")
    def read(provider_pid: str) -> Response:
        return jsonify(_transfer(space.read_transfer(buyer(services, *LOOKING).account_id, provider_pid)))

    def follow_up(provider_pid: str, kind: str, move: TransferMove) -> Response:
        account = buyer(services, Scope.ORDERS)
        consumer_pid = read_follow_up(body(MAX_MESSAGE), kind, provider_pid)
        found = space.answer_transfer(account.account_id, provider_pid, consumer_pid, move)
        return jsonify(_transfer(found))

    _add_follow_ups(blueprint, _TRANSFER_MESSAGES, follow_up)
    return blueprint


def _add_follow_ups(
    blueprint: Blueprint, messages: Mapping[str, tuple[str, M]], answer: Callable[..., Response]
) -> None:
    """One endpoint for each message about a process that there is."""
    for path, (kind, move) in messages.items():
        blueprint.post(f"/<provider_pid>/{path}", endpoint=move.value)(partial(answer, kind=kind, move=move))


def _connector(services: Services, space: DataSpace) -> Blueprint:
    """Where a buyer's connector takes messages: part of the account, so an interface of ours."""
    blueprint = Blueprint("connector_api", __name__, url_prefix="/api/v1")
    register(blueprint, STATUS)

    @blueprint.get("/account/connector")
    def read() -> Response:
        return jsonify(callback_address=space.read_connector(buyer(services, Scope.ACCOUNT).account_id))

    @blueprint.put("/account/connector")
    def replace() -> Response:
        account = buyer(services, Scope.ACCOUNT)
        fields = body()
        address = (
            fields.text("callback_address", max_length=MAX_URL) if fields.has("callback_address") else None
        )
        space.register_connector(account.account_id, done(fields, address))
        return jsonify(callback_address=address)

    return blueprint


def _negotiation(found: Negotiation) -> Document:
    return negotiation_document(found.provider_pid, found.consumer_pid, found.state)


def _transfer(found: TransferProcess) -> Document:
    return transfer_document(found.provider_pid, found.consumer_pid, found.state)


def _process_error(kind: str) -> Callable[[str, list[str]], Document]:
    """The error of a request about a process; which one is not repeated, since it may not be the caller's."""
    return lambda code, reasons: error_document(kind, code, reasons, pids=(NIL_PID, NIL_PID))


def _answer_errors(blueprint: Blueprint, document: Callable[[str, list[str]], Document]) -> None:
    def answered(status: int, code: str, reason: str) -> ResponseReturnValue:
        return jsonify(document(code, [reason])), status

    def named(status: HTTPStatus) -> Callable[[Exception], ResponseReturnValue]:
        return lambda error: answered(
            status, kind_of(type(error)).removeprefix(_PROBLEM), str(error) or status.phrase
        )

    def of_http(error: HTTPException) -> ResponseReturnValue:
        status = HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
        return answered(status, status.name.lower(), status.phrase)

    def unforeseen(error: Exception) -> ResponseReturnValue:
        current_app.logger.error("unforeseen error", exc_info=error)
        return answered(HTTPStatus.INTERNAL_SERVER_ERROR, "unforeseen", _UNFORESEEN)

    for kind, status in STATUS.items():
        blueprint.register_error_handler(kind, named(status))
    # The HTTPS binding asks for 400 where a message may not be sent in a state.
    blueprint.register_error_handler(IllegalMoveError, named(HTTPStatus.BAD_REQUEST))
    blueprint.register_error_handler(HTTPException, of_http)
    blueprint.register_error_handler(Exception, unforeseen)
