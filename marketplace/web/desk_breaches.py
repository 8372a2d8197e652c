"""Breaches on the operator's screens: record one, watch its clock, report it, tell the people, close it."""

import uuid
from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from marketplace.domain.breach import BreachAct, BreachFacts, BreachKind, PeopleConcerned
from marketplace.errors import RefusedError
from marketplace.services.keep_breaches import NoticeWords
from marketplace.services.suite import Services
from marketplace.web.desk_forms import field_text, moment, names_of, typed
from marketplace.web.visitor import for_operators, visitor
from marketplace.web.words import sentence
from ssi.dataset import data_sets
from ssi.errors import UnknownDataSetError

ACTS = {
    BreachAct.RECORDED: "Recorded",
    BreachAct.NOTED: "Added",
    BreachAct.REPORTED: "Reported to the authority",
    BreachAct.NOT_REPORTED: "Decided that it need not be reported",
    BreachAct.TOLD: "Published a notice for the people",
    BreachAct.NOT_TOLD: "Decided that people need not be told",
    BreachAct.CLOSED: "Closed",
}
_SHOWN = ("text", "reference", "late_because", "because", "outcome")


def screens(services: Services) -> Blueprint:
    """The pages about breaches."""
    blueprint = Blueprint("breaches", __name__, url_prefix="/operations/breaches")
    kept = services.oversight.breaches

    @blueprint.get("")
    @for_operators
    def overview() -> str:
        return render_template(
            "market/desk/breaches.html", breaches=kept.all(), now=services.clock(), **_form(services)
        )

    @blueprint.post("")
    @for_operators
    def record() -> Response | tuple[str, int]:
        breach_id = typed("breach_id")
        try:
            kept.record(visitor().account_id, breach_id, _facts())
        except (RefusedError, UnknownDataSetError) as error:
            page = render_template(
                "market/desk/breaches.html",
                breaches=kept.all(),
                now=services.clock(),
                **_form(services, wrong=sentence(str(error))),
            )
            return page, HTTPStatus.UNPROCESSABLE_ENTITY
        flash("The breach is recorded. Its clock runs.", "warning")
        return redirect(url_for("breaches.detail", breach_id=breach_id))

    @blueprint.get("/<breach_id>")
    @for_operators
    def detail(breach_id: str) -> str:
        breach = kept.get(breach_id)
        return render_template(
            "market/desk/breach.html",
            breach=breach,
            now=services.clock(),
            names=names_of(services, breach.acts),
            acts=ACTS,
            shown=_SHOWN,
        )

    _acts(blueprint, services)
    return blueprint


def _acts(blueprint: Blueprint, services: Services) -> None:
    kept = services.oversight.breaches

    def done(breach_id: str, said: str) -> Response:
        flash(said, "good")
        return redirect(url_for("breaches.detail", breach_id=breach_id))

    @blueprint.post("/<breach_id>/note")
    @for_operators
    def note(breach_id: str) -> Response:
        kept.note(visitor().account_id, breach_id, typed("text"))
        return done(breach_id, "Added.")

    @blueprint.post("/<breach_id>/report")
    @for_operators
    def report(breach_id: str) -> Response:
        kept.report(visitor().account_id, breach_id, typed("reference"), typed("late_because"))
        return done(breach_id, "Noted that the authority was told.")

    @blueprint.post("/<breach_id>/no-report")
    @for_operators
    def no_report(breach_id: str) -> Response:
        kept.need_not_report(visitor().account_id, breach_id, typed("because"))
        return done(breach_id, "Noted, with the reason.")

    @blueprint.post("/<breach_id>/notice")
    @for_operators
    def tell(breach_id: str) -> Response:
        words = NoticeWords(typed("what"), typed("consequences"), typed("measures"), typed("contact"))
        kept.tell(visitor().account_id, breach_id, words)
        return done(breach_id, "Published. Each wallet finds by itself whether it is concerned.")

    @blueprint.post("/<breach_id>/no-notice")
    @for_operators
    def no_notice(breach_id: str) -> Response:
        kept.need_not_tell(visitor().account_id, breach_id, typed("because"))
        return done(breach_id, "Noted, with the reason.")

    @blueprint.post("/<breach_id>/close")
    @for_operators
    def close(breach_id: str) -> Response:
        kept.close(visitor().account_id, breach_id, typed("outcome"))
        return done(breach_id, "Closed.")


def _facts() -> BreachFacts:
    kinds = [kind for kind in BreachKind if kind.value in request.form.getlist("kinds")]
    people = next((each for each in PeopleConcerned if each.value == typed("people")), None)
    if people is None:
        raise RefusedError("choose how many people are concerned, or that it is not known yet")
    return BreachFacts(
        aware_at=moment("aware_at", "when you became aware"),
        what=typed("what"),
        kinds=tuple(kinds),
        people=people,
        consequences=typed("consequences"),
        measures=typed("measures"),
        since=moment("since", "the beginning of the time concerned"),
        until=moment("until", "the end of the time concerned"),
        data_set=typed("data_set") or None,
    )


def _form(services: Services, *, wrong: str | None = None) -> dict[str, object]:
    now = field_text(services.clock())
    given = request.form.to_dict() if wrong else {"aware_at": now, "since": now, "until": now}
    return {
        "wrong": wrong,
        "breach_id": given.get("breach_id") or str(uuid.uuid4()),
        "given": given,
        "chosen": request.form.getlist("kinds"),
        "kinds": [{"value": kind.value, "label": _KINDS[kind]} for kind in BreachKind],
        "bands": [(each.value, each.value) for each in PeopleConcerned],
        "sets": [(each.ref, f"{each.label['en']} ({each.ref})") for each in data_sets()],
    }


_KINDS = {
    BreachKind.CONFIDENTIALITY: "Somebody saw or may have seen data (confidentiality)",
    BreachKind.INTEGRITY: "Data were altered (integrity)",
    BreachKind.AVAILABILITY: "Data were lost or cannot be reached (availability)",
}
