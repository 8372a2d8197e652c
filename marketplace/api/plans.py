"""How would a query be computed? Asked with the same key as its price."""

from http import HTTPStatus

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue

from consent.query import Query
from marketplace.api.problems import STATUS
from marketplace.api.requests import body, buyer
from marketplace.domain.plan import PlanRefusedError
from marketplace.domain.scope import Scope
from marketplace.errors import TooManyPlansError
from marketplace.services.suite import Services
from ssi.http.problem import MEDIA_TYPE
from ssi.http.problems import answer_named, kind_of, register


def plans_api(services: Services) -> Blueprint:
    """The endpoint for plans."""
    blueprint = Blueprint("plans_api", __name__, url_prefix="/api/v1")
    register(blueprint, STATUS)
    blueprint.register_error_handler(PlanRefusedError, _refused)
    blueprint.register_error_handler(TooManyPlansError, _later)

    @blueprint.post("/plans")
    def plan() -> Response:
        account = buyer(services, Scope.QUOTES)
        fields = body()
        query = Query.from_json(fields.any("query"), "query")
        fields.done()
        return jsonify(services.make_plan(account.account_id, query).to_json())

    return blueprint


def _refused(error: PlanRefusedError) -> ResponseReturnValue:
    """A refusal with its name, what stands against every other way, and a query close by if there is one."""
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    response = jsonify(
        {
            "type": kind_of(type(error)),
            "title": status.phrase,
            "status": status.value,
            "detail": str(error),
            "obstacle": error.obstacle.value,
            "alternatives": [each.to_json() for each in error.alternatives],
            "nearby": None if error.nearby is None else error.nearby.to_json(),
            "nearby_people": error.nearby_people,
        }
    )
    response.content_type = MEDIA_TYPE
    return response, status


def _later(error: TooManyPlansError) -> ResponseReturnValue:
    response = answer_named(error, HTTPStatus.TOO_MANY_REQUESTS)
    response.headers["Retry-After"] = str(error.retry_seconds)
    return response
