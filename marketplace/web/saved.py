"""Questions that a buyer saved: the list, the page of each with its runs, and having it asked again."""

import uuid
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from consent.query import Query
from crypto.encoding import parse_json
from crypto.errors import MalformedError
from marketplace.domain.member import Right
from marketplace.domain.saved import Every, RunState, StandingOrder, StandingState, Terms, Why, first_time
from marketplace.errors import AmountError, RefusedError
from marketplace.services.suite import Services
from marketplace.web.ask import builder_address, describe, price_address
from marketplace.web.euros import typed_cents
from marketplace.web.visitor import for_buyers, me, visitor
from marketplace.web.words import sentence

EVERY = {Every.DAY: "every day", Every.WEEK: "every week", Every.MONTH: "every month"}
RUNS = {
    RunState.ORDERED: ("ordered", "good"),
    RunState.SKIPPED: ("skipped", "warning"),
    RunState.MISSED: ("missed", "quiet"),
}
_USUAL_DAYS = 90
_DAY_END = timedelta(hours=23, minutes=59, seconds=59)
_FIELDS = ("every", "first_on", "hour", "until", "per_run", "total")


@dataclass(frozen=True)
class Typed:
    """What stands in the form that repeats a question, and what is wrong with it."""

    standing_id: str
    every: str = Every.WEEK
    first_on: str = ""
    hour: str = "6"
    until: str = ""
    per_run: str = ""
    total: str = ""
    error: str | None = None


def screens(services: Services) -> Blueprint:
    """The pages about saved questions."""
    blueprint = Blueprint("saved", __name__, url_prefix="/saved")
    _keeping(blueprint, services)
    _repeating(blueprint, services)
    return blueprint


def _keeping(blueprint: Blueprint, services: Services) -> None:
    @blueprint.get("")
    @for_buyers(Right.ORDER)
    def overview() -> str:
        views = services.keep_saved.all(visitor().account_id)
        return render_template("market/saved.html", views=views, describe=describe, state_words=state_words)

    @blueprint.post("")
    @for_buyers(Right.ORDER)
    def save() -> Response:
        saved_id, name = request.form.get("saved_id", ""), request.form.get("name", "")
        services.keep_saved.save((visitor().account_id, me().member_id), saved_id, name, _read_query())
        flash("The question is saved.", "good")
        return redirect(url_for("saved.detail", saved_id=saved_id))

    @blueprint.get("/<saved_id>")
    @for_buyers(Right.ORDER)
    def detail(saved_id: str) -> str:
        return _page(services, saved_id, _usual(services.clock()))

    @blueprint.post("/<saved_id>/delete")
    @for_buyers(Right.ORDER)
    def delete(saved_id: str) -> Response:
        services.keep_saved.delete(visitor().account_id, saved_id, by=me().member_id)
        flash("The question is deleted. What it ordered is still under Orders.", "good")
        return redirect(url_for("saved.overview"))


def _repeating(blueprint: Blueprint, services: Services) -> None:
    @blueprint.post("/<saved_id>/repetition")
    @for_buyers(Right.ORDER)
    def repeat(saved_id: str) -> Response | tuple[str, int]:
        standing_id = request.form.get("standing_id", "")
        typed = Typed(standing_id, *(request.form.get(name, "").strip() for name in _FIELDS))
        who = (visitor().account_id, me().member_id)
        try:
            services.keep_saved.repeat(who, saved_id, standing_id, _read_terms(typed, services.clock()))
        except RefusedError as error:
            wrong = replace(typed, error=_said(error))
            return _page(services, saved_id, wrong), HTTPStatus.UNPROCESSABLE_ENTITY
        flash("The question will be asked again and again, as you said.", "good")
        return redirect(url_for("saved.detail", saved_id=saved_id))

    @blueprint.post("/<saved_id>/repetition/<act>")
    @for_buyers(Right.ORDER)
    def change(saved_id: str, act: str) -> Response:
        keep = services.keep_saved
        acts = {
            "pause": (keep.pause, "It rests until you let it go on."),
            "resume": (keep.resume, "It goes on with the next time."),
            "end": (keep.end, "It is over. Nothing more is ordered."),
        }
        if act not in acts:
            raise BadRequest
        done, said = acts[act]
        done(visitor().account_id, saved_id, by=me().member_id)
        flash(said, "good")
        return redirect(url_for("saved.detail", saved_id=saved_id))


def state_words(standing: StandingOrder | None) -> tuple[str, str]:
    """Whether a question is repeated, in words, and their tone."""
    if standing is None:
        return "not repeated", "quiet"
    if standing.state is StandingState.ACTIVE:
        return f"asked {EVERY[standing.terms.every]}", "good"
    if standing.state is StandingState.PAUSED:
        return ("paused: skipped too often" if standing.why is Why.SKIPPED else "paused"), "warning"
    return "ended", "quiet"


def _page(services: Services, saved_id: str, typed: Typed) -> str:
    view = services.keep_saved.get(visitor().account_id, saved_id)
    query = view.question.query
    return render_template(
        "market/saved_question.html",
        view=view,
        typed=typed,
        sentence=describe(query),
        price=price_address(query),
        describe=describe,
        builder_address=builder_address,
        as_sentence=sentence,
        state_words=state_words,
        run_words=RUNS,
        every=[(each.value, text.capitalize()) for each, text in EVERY.items()],
        every_words=EVERY,
    )


def _usual(now: datetime) -> Typed:
    tomorrow = (now + timedelta(days=1)).date()
    until = tomorrow + timedelta(days=_USUAL_DAYS)
    return Typed(str(uuid.uuid4()), first_on=tomorrow.isoformat(), until=until.isoformat())


def _read_terms(typed: Typed, now: datetime) -> Terms:
    """The terms in a form.

    Raises:
        RefusedError: something in it is not of its form, or the terms have no sense.
    """
    try:
        every, hour = Every(typed.every), int(typed.hour)
        first_on, until = date.fromisoformat(typed.first_on), date.fromisoformat(typed.until)
    except ValueError as error:
        raise RefusedError("choose how often, both days and the hour") from error
    return Terms(
        every,
        first_time(first_on, hour, now.astimezone(UTC)),
        datetime(until.year, until.month, until.day, tzinfo=UTC) + _DAY_END,
        typed_cents(typed.per_run),
        typed_cents(typed.total),
    )


def _said(error: RefusedError) -> str:
    return sentence(
        "give both amounts such as 100 or 12.50" if isinstance(error, AmountError) else str(error)
    )


def _read_query() -> Query:
    try:
        return Query.from_json(parse_json(request.form.get("query", "")))
    except (MalformedError, ValueError) as error:
        raise BadRequest from error
