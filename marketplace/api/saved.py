"""Saved questions for a buyer's program: keeping them, having them asked again and again, and each run."""

from flask import Blueprint, Response, jsonify

from consent.query import Query
from crypto.encoding import Json
from crypto.reading import Fields, utc_text
from marketplace.api.paging import Page, page_of, paged
from marketplace.api.problems import STATUS
from marketplace.api.requests import LOOKING, acting, body, buyer
from marketplace.domain.saved import MOST_CENTS, MOST_NAME, Every, Run, SavedQuestion, StandingOrder, Terms
from marketplace.domain.scope import Scope
from marketplace.services.keep_saved import SavedView
from marketplace.services.suite import Services
from ssi.http.problems import register


def saved_api(services: Services) -> Blueprint:
    """The endpoints about saved questions."""
    blueprint = Blueprint("saved_api", __name__, url_prefix="/api/v1/saved")
    register(blueprint, STATUS)
    _add_questions(blueprint, services)
    _add_repetitions(blueprint, services)
    return blueprint


def _add_questions(blueprint: Blueprint, services: Services) -> None:
    @blueprint.get("")
    def overview() -> Response:
        found = services.keep_saved.all(buyer(services, *LOOKING).account_id)
        page = page_of(found, lambda view: view.question.saved_id)
        return paged("saved", Page([_view(each) for each in page.things], page.following))

    @blueprint.put("/<saved_id>")
    def save(saved_id: str) -> Response:
        account, by = acting(services, Scope.ORDERS)
        fields = body()
        name = fields.text("name", max_length=MOST_NAME)
        query = Query.from_json(fields.any("query"), "query")
        fields.done()
        services.keep_saved.save((account.account_id, by), saved_id, name, query)
        return jsonify(_view(services.keep_saved.get(account.account_id, saved_id)))

    @blueprint.get("/<saved_id>")
    def one(saved_id: str) -> Response:
        return jsonify(_view(services.keep_saved.get(buyer(services, *LOOKING).account_id, saved_id)))

    @blueprint.delete("/<saved_id>")
    def delete(saved_id: str) -> Response:
        account, by = acting(services, Scope.ORDERS)
        services.keep_saved.delete(account.account_id, saved_id, by=by)
        return jsonify(forgotten=saved_id)

    @blueprint.get("/<saved_id>/runs")
    def runs(saved_id: str) -> Response:
        found = services.keep_saved.get(buyer(services, *LOOKING).account_id, saved_id).runs
        page = page_of(found, lambda run: f"{run.standing_id}/{run.number}")
        return paged("runs", Page([_run(each) for each in page.things], page.following))


def _add_repetitions(blueprint: Blueprint, services: Services) -> None:
    @blueprint.put("/<saved_id>/repetitions/<standing_id>")
    def repeat(saved_id: str, standing_id: str) -> Response:
        account, by = acting(services, Scope.ORDERS)
        who = (account.account_id, by)
        return jsonify(_standing(services.keep_saved.repeat(who, saved_id, standing_id, _terms(body()))))

    @blueprint.post("/<saved_id>/pause")
    def pause(saved_id: str) -> Response:
        account, by = acting(services, Scope.ORDERS)
        return jsonify(_standing(services.keep_saved.pause(account.account_id, saved_id, by=by)))

    @blueprint.post("/<saved_id>/resume")
    def resume(saved_id: str) -> Response:
        account, by = acting(services, Scope.ORDERS)
        return jsonify(_standing(services.keep_saved.resume(account.account_id, saved_id, by=by)))

    @blueprint.post("/<saved_id>/end")
    def end(saved_id: str) -> Response:
        account, by = acting(services, Scope.ORDERS)
        return jsonify(_standing(services.keep_saved.end(account.account_id, saved_id, by=by)))


def _terms(fields: Fields) -> Terms:
    terms = Terms(
        every=fields.choice("every", Every),
        first_at=fields.moment("first_at"),
        until=fields.moment("until"),
        per_run_cents=fields.integer("per_run_cents", least=0, most=MOST_CENTS),
        total_cents=fields.integer("total_cents", least=0, most=MOST_CENTS),
    )
    fields.done()
    return terms


def _view(view: SavedView) -> Json:
    return {**_question(view.question), "repetitions": [_standing(each) for each in view.repetitions]}


def _question(saved: SavedQuestion) -> dict[str, Json]:
    return {
        "saved_id": saved.saved_id,
        "name": saved.name,
        "query": saved.query.to_json(),
        "saved_at": utc_text(saved.saved_at),
    }


def _standing(standing: StandingOrder) -> Json:
    return {
        "standing_id": standing.standing_id,
        **standing.terms.to_json(),
        "begun_at": utc_text(standing.begun_at),
        "next_at": None if standing.next_at is None else utc_text(standing.next_at),
        "spent_cents": standing.spent_cents,
        "state": standing.state.value,
        "why": None if standing.why is None else standing.why.value,
    }


def _run(run: Run) -> Json:
    skip = run.skip
    return {
        "standing_id": run.standing_id,
        "number": run.number,
        "planned_at": utc_text(run.planned_at),
        "at": utc_text(run.at),
        "state": run.state.value,
        "order_id": run.order_id,
        "cost_cents": run.cost_cents,
        "reason": None if skip is None else skip.reason.value,
        "words": None if skip is None else skip.words,
        "nearby": None if skip is None or skip.nearby is None else skip.nearby.to_json(),
    }
