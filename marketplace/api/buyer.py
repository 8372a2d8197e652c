"""What a buyer's program asks of the marketplace: price, order, progress, result."""

from http import HTTPStatus

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue

from consent.errors import QueryRefusedError
from consent.query import Query
from crypto.encoding import Json
from crypto.reading import Fields, utc_text
from marketplace.api.paging import Page, page_of, paged
from marketplace.api.problems import STATUS
from marketplace.api.requests import LOOKING, acting, body, buyer, unstored
from marketplace.domain.account import Account, Organisation
from marketplace.domain.scope import Scope
from marketplace.domain.split import MAX_CENTS
from marketplace.errors import (
    InsufficientFundsError,
    PriceChangedError,
    QuestionRefusedError,
    TooFewPeopleError,
    TooManyQuestionsError,
)
from marketplace.services.suite import Services
from ssi.http.problem import MEDIA_TYPE
from ssi.http.problems import kind_of, register

MAX_ID = 100
MAX_TOKEN = 100_000


def buyer_api(services: Services) -> Blueprint:
    """The endpoints for buyers."""
    blueprint = Blueprint("buyer_api", __name__, url_prefix="/api/v1")
    register(blueprint, STATUS)
    blueprint.register_error_handler(TooFewPeopleError, _refused)
    blueprint.register_error_handler(QuestionRefusedError, _refused)
    blueprint.register_error_handler(TooManyQuestionsError, _too_many)
    blueprint.register_error_handler(PriceChangedError, _price_changed)
    blueprint.register_error_handler(InsufficientFundsError, _no_funds)
    _add_account(blueprint, services)
    _add_quotes(blueprint, services)
    _add_orders(blueprint, services)
    return blueprint


def _add_account(blueprint: Blueprint, services: Services) -> None:
    @blueprint.get("/account")
    def account() -> Response:
        return jsonify(_account_json(services, buyer(services)))

    @blueprint.put("/account/organisation")
    def organisation() -> Response:
        account, by = acting(services, Scope.ACCOUNT)
        fields = body()
        credential = fields.text("credential", max_length=MAX_TOKEN)
        mandate = fields.text("mandate", max_length=MAX_TOKEN)
        fields.done()
        registered = services.register_organisation(
            account.account_id, credential=credential, mandate=mandate, by=by
        )
        return jsonify(_account_json(services, registered))

    @blueprint.post("/account/top-ups")
    def top_up() -> Response:
        account, by = acting(services, Scope.ACCOUNT)
        fields = body()
        transfer_id = fields.text("transfer_id", max_length=MAX_ID)
        amount_cents = fields.integer("amount_cents", least=1, most=MAX_CENTS)
        fields.done()
        balance = services.top_up(
            account.account_id, transfer_id=transfer_id, amount_cents=amount_cents, by=by
        )
        return jsonify(available_cents=balance.available_cents, held_cents=balance.held_debits)

    @blueprint.get("/account/statement")
    def statement() -> Response:
        found = services.read_statement(buyer(services, Scope.ACCOUNT).account_id)
        page = page_of(found.lines, lambda line: line.transfer_id)
        lines: list[Json] = [
            {
                "transfer_id": line.transfer_id,
                "at": utc_text(line.at),
                "kind": line.kind,
                "amount_cents": line.amount_cents,
                "order_id": line.order_id,
            }
            for line in page.things
        ]
        money: dict[str, Json] = {
            "available_cents": found.available_cents,
            "held_cents": found.held_cents,
        }
        return paged("lines", Page(lines, page.following), money)


def _add_quotes(blueprint: Blueprint, services: Services) -> None:
    @blueprint.post("/quotes")
    def quote() -> Response:
        account = buyer(services, Scope.QUOTES)
        fields = body()
        query = _query(fields)
        fields.done()
        return jsonify(services.make_quote(account.account_id, query).to_json())


def _add_orders(blueprint: Blueprint, services: Services) -> None:
    @blueprint.post("/orders")
    def place() -> ResponseReturnValue:
        account, by = acting(services, Scope.ORDERS)
        fields = body()
        order_id = fields.text("order_id", max_length=MAX_ID)
        query = _query(fields)
        accepted = fields.integer("accepted_price_cents", least=0, most=MAX_CENTS)
        fields.done()
        order = services.place_order(
            account.account_id, order_id=order_id, query=query, accepted_price_cents=accepted, by=by
        )
        return jsonify(order.to_json()), HTTPStatus.CREATED

    @blueprint.get("/orders")
    def orders() -> Response:
        placed = services.list_orders.placed(buyer(services, *LOOKING).account_id)
        page = page_of(placed, lambda order: order.order_id)
        shown = services.list_orders.views(page.things)
        return paged("orders", Page([order.to_json() for order in shown], page.following))

    @blueprint.get("/orders/<order_id>")
    def order(order_id: str) -> Response:
        return jsonify(services.read_order(buyer(services, *LOOKING).account_id, order_id).to_json())

    @blueprint.get("/orders/<order_id>/result")
    def result(order_id: str) -> Response:
        return unstored(services.fetch_result(buyer(services, Scope.RESULTS).account_id, order_id))

    @blueprint.get("/orders/<order_id>/proof")
    def proof(order_id: str) -> Response:
        return unstored(services.fetch_proof(buyer(services, Scope.RESULTS).account_id, order_id))

    @blueprint.post("/orders/<order_id>/confirmation")
    def confirm(order_id: str) -> Response:
        account, by = acting(services, Scope.ORDERS)
        return jsonify(services.confirm_result(account.account_id, order_id, by=by).to_json())

    @blueprint.post("/orders/<order_id>/dispute")
    def dispute(order_id: str) -> Response:
        account, by = acting(services, Scope.ORDERS)
        fields = body()
        role = fields.integer("role", least=0, most=2)
        key = fields.binary("private_key", length=32)
        fields.done()
        outcome = services.dispute_result(account.account_id, order_id, role=role, private_key=key, by=by)
        return jsonify(proven=outcome.proven, node=outcome.node, reason=outcome.reason, role=outcome.role)


def _query(fields: Fields) -> Query:
    return Query.from_json(fields.any("query"), "query")


def _answered(
    error: Exception, status: HTTPStatus, kind: type[Exception] | None = None, **members: Json
) -> ResponseReturnValue:
    """A problem document with members that say what would be answered (RFC 9457 §3.2)."""
    document: dict[str, Json] = {
        "type": kind_of(kind or type(error)),
        "title": status.phrase,
        "status": status.value,
        "detail": str(error),
        **members,
    }
    response = jsonify(document)
    response.content_type = MEDIA_TYPE
    return response, status


def _refused(error: TooFewPeopleError | QuestionRefusedError) -> ResponseReturnValue:
    """A refusal with a query close by that would be quoted now, null where none was found."""
    kind = QueryRefusedError if isinstance(error, QuestionRefusedError) else type(error)
    nearby = None if error.nearby is None else error.nearby.to_json()
    return _answered(
        error, HTTPStatus.UNPROCESSABLE_ENTITY, kind, nearby=nearby, nearby_people=error.nearby_people
    )


def _too_many(error: TooManyQuestionsError) -> ResponseReturnValue:
    return _answered(error, HTTPStatus.TOO_MANY_REQUESTS, not_before=utc_text(error.not_before))


def _price_changed(error: PriceChangedError) -> ResponseReturnValue:
    return _answered(error, HTTPStatus.CONFLICT, price_cents=error.price_cents)


def _no_funds(error: InsufficientFundsError) -> ResponseReturnValue:
    return _answered(error, HTTPStatus.PAYMENT_REQUIRED, missing_cents=error.missing_cents)


def _account_json(services: Services, account: Account) -> dict[str, object]:
    statement = services.read_statement(account.account_id)
    return {
        "account_id": account.account_id,
        "organisation": None if account.organisation is None else _organisation_json(account.organisation),
        "available_cents": statement.available_cents,
        "held_cents": statement.held_cents,
    }


def _organisation_json(organisation: Organisation) -> dict[str, object]:
    return {
        **organisation.buyer.to_json(),
        "valid_until": utc_text(organisation.valid_until),
        "mandate_valid_until": utc_text(organisation.mandate_valid_until),
    }
