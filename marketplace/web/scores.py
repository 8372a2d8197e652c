"""Scores of one person's record: whom to ask, what it would tell, its price, and how each request stands.

The score itself is on none of these pages: the market holds it sealed, and the key that opens it is derived
from the buyer's key file, on the buyer's own machine.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from consent.score_function import ScoreFunction, has_scores, scored_attributes
from consent.score_wording import describe_score, describe_terms
from consent.vocabulary import Purpose
from consent.wording import purpose_text
from marketplace.domain.direct import DirectPrice, direct_price
from marketplace.domain.direct_wait import score_wait
from marketplace.domain.member import Right
from marketplace.domain.score import ScoreOffering, ScoreOrder, ScoreState
from marketplace.errors import NotRegisteredError
from marketplace.sdk.weighing import Weighed, weigh_score
from marketplace.services.suite import Services
from marketplace.web.catalogue import entry_of
from marketplace.web.direct_words import (
    SCORE_STATES,
    SCORE_STEPS,
    command_text,
    has_moved,
    score_step,
    weight_words,
    where_text,
    whole_page_anew,
)
from marketplace.web.list_page import list_page
from marketplace.web.query_form import FormError
from marketplace.web.visitor import for_buyers, visitor
from marketplace.web.weights_form import WEIGHT, WeightsForm
from marketplace.web.words import sentence, values_text
from ssi.dataset import data_set, data_sets

LANGUAGE = "en"
_GIVEN = frozenset({ScoreState.ANSWERED, ScoreState.SETTLED})


@dataclass(frozen=True)
class Told:
    """What can be said about the weights on a form: in words, and what it costs."""

    weighed: Weighed | None
    price: DirectPrice


def screens(services: Services, public_url: str) -> Blueprint:
    """The pages about scores; `public_url` is where the buyer's command finds the market."""
    blueprint = Blueprint("scores", __name__, url_prefix="/scores")
    _listing(blueprint, services)
    _asking(blueprint, services, public_url)
    _watching(blueprint, services, public_url)
    return blueprint


def _listing(blueprint: Blueprint, services: Services) -> None:
    scores = services.scores

    @blueprint.get("")
    @for_buyers(Right.RESULTS)
    def overview() -> str:
        return render_template(
            "market/scores.html",
            page=list_page(scores.read_orders(visitor().account_id)),
            data_sets=[each for each in data_sets() if has_scores(each)],
            asked=score_sentence,
            states=SCORE_STATES,
        )

    @blueprint.get("/offers/<name>/<int:version>")
    @for_buyers(Right.ASK)
    def offers(name: str, version: int) -> str:
        described = entry_of(services, f"{name}/{version}").data_set
        is_registered, found = True, _no_offers()
        try:
            found = scores.list_offers(visitor().account_id, described.ref)
        except NotRegisteredError:
            is_registered = False
        return render_template(
            "market/score_offers.html",
            described=described,
            page=list_page(found),
            is_registered=is_registered,
            price_of=_price_of,
            purpose_text=_purpose_text,
            public_text=public_text,
        )


def _asking(blueprint: Blueprint, services: Services, public_url: str) -> None:
    @blueprint.get("/ask/<consent_id>")
    @for_buyers(Right.ASK)
    def build(consent_id: str) -> str:
        offer = services.scores.fetch_offer.standing(visitor().account_id, consent_id)
        form = WeightsForm.read(data_set(offer.terms.data_set), request.args)
        return _builder(form, offer, _told(services, form, offer))

    @blueprint.get("/ask/<consent_id>/check")
    @for_buyers(Right.ASK)
    def check(consent_id: str) -> str:
        offer = services.scores.fetch_offer.standing(visitor().account_id, consent_id)
        form = WeightsForm.read(data_set(offer.terms.data_set), request.args)
        return render_template("market/score_told.html", told=_told(services, form, offer))

    @blueprint.get("/ask/<consent_id>/price")
    @for_buyers(Right.ASK)
    def price(consent_id: str) -> str | tuple[str, int]:
        offer = services.scores.fetch_offer.standing(visitor().account_id, consent_id)
        form = WeightsForm.read(data_set(offer.terms.data_set), request.args)
        try:
            function, purpose = form.function(), form.chosen_purpose(offer.terms.purposes)
        except FormError as error:
            wrong = replace(form, errors=error.errors)
            return _builder(wrong, offer, _told(services, form, offer)), HTTPStatus.UNPROCESSABLE_ENTITY
        told = _told(services, form, offer)
        if told.weighed is None or told.weighed.refused:
            return _builder(form, offer, told), HTTPStatus.UNPROCESSABLE_ENTITY
        return render_template(
            "market/score_price.html",
            weighed=told.weighed,
            price=told.price,
            purpose=_purpose_text(purpose),
            offer=offer,
            change=url_for("scores.build", consent_id=consent_id, **form.address),
            where=where_text(public_url),
            command=_ask_command(offer, function, purpose, told.price),
        )


def _watching(blueprint: Blueprint, services: Services, public_url: str) -> None:
    scores = services.scores

    @blueprint.get("/requests/<request_id>")
    @for_buyers(Right.RESULTS)
    def detail(request_id: str) -> str | Response:
        account_id = visitor().account_id
        order = scores.read_orders.one(account_id, request_id)
        if has_moved(order.state):
            return whole_page_anew()
        terms = scores.read_orders.agreed(account_id, request_id)
        described = data_set(order.request.data_set)
        return render_template(
            "market/score.html",
            order=order,
            asked=score_sentence(order),
            purpose=_purpose_text(order.request.purpose),
            states=SCORE_STATES,
            steps_of=SCORE_STEPS,
            step=score_step(order.state),
            is_given=order.state in _GIVEN,
            wait=score_wait(order, services.clock(), asks_first=terms is None or terms.asks_first),
            agreed=None if terms is None else describe_terms(terms, described, LANGUAGE),
            ended=bool(scores.read_orders.ended_agreements(account_id, request_id)),
            as_sentence=sentence,
            where=where_text(public_url),
            command=command_text(["score", "collect", order.request_id]),
            report=command_text(["score", "dispute", order.request_id]),
        )

    @blueprint.post("/requests/<request_id>/confirmation")
    @for_buyers(Right.ORDER)
    def confirm(request_id: str) -> Response:
        scores.confirm(visitor().account_id, request_id)
        flash("Thank you. The person has been paid.", "good")
        return redirect(url_for("scores.detail", request_id=request_id))


def score_sentence(order: ScoreOrder) -> str:
    """What was asked, in words."""
    asked = order.request
    return describe_score(ScoreFunction(data_set(asked.data_set), asked.weights), LANGUAGE)


def public_text(offer: ScoreOffering) -> str:
    """What of a record is shown with an offer, in words."""
    described = data_set(offer.terms.data_set)
    said = []
    for name, code in sorted(offer.public.items()):
        attribute = described.attribute(name)
        label = next((each.label[LANGUAGE] for each in attribute.categories if each.code == code), code)
        said.append(f"{attribute.label[LANGUAGE]}: {label}")
    return "; ".join(said) or "Nothing is shown of this record"


def _no_offers() -> Sequence[ScoreOffering]:
    return ()


def _price_of(offer: ScoreOffering) -> int:
    return direct_price(offer.terms.compensation_cents).gross_cents


def _purpose_text(purpose: Purpose) -> str:
    return purpose_text(purpose, LANGUAGE)


def _told(services: Services, form: WeightsForm, offer: ScoreOffering) -> Told:
    price = direct_price(offer.terms.compensation_cents)
    try:
        function = form.function()
    except FormError:
        return Told(None, price)
    purpose = next((each for each in offer.terms.purposes if each.value == form.purpose), None)
    earlier = services.scores.read_orders(visitor().account_id)
    before = [
        ScoreFunction(form.described, each.request.weights)
        for each in reversed(earlier)
        if each.consent_id == offer.consent_id and each.state in _GIVEN
    ]
    return Told(weigh_score(function, purpose, offer.terms, before), price)


def _builder(form: WeightsForm, offer: ScoreOffering, told: Told) -> str:
    purposes = sorted(offer.terms.purposes, key=lambda each: each.value)
    return render_template(
        "market/score_ask.html",
        form=form,
        offer=offer,
        told=told,
        weight=WEIGHT,
        attributes=scored_attributes(form.described),
        purposes=[(each.value, _purpose_text(each).capitalize()) for each in purposes],
        purpose=form.purpose or purposes[0].value,
        agreed=describe_terms(offer.terms, form.described, LANGUAGE),
        public=public_text(offer),
        values_text=values_text,
    )


def _ask_command(offer: ScoreOffering, function: ScoreFunction, purpose: Purpose, price: DirectPrice) -> str:
    words = ["score", "ask", offer.consent_id, *weight_words(function.weights)]
    money = ["--purpose", purpose.value, "--accept-cents", str(price.gross_cents)]
    return command_text([*words, *money, "--out", "score.json"])
