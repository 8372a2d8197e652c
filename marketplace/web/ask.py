"""Building a question: what to compute, about whom, how protected; then price and accuracy before paying."""

import uuid
from dataclasses import dataclass, replace
from functools import partial

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from consent.errors import QueryRefusedError
from consent.joining import asked_about
from consent.query import Query
from consent.wording import describe_query, purpose_text, statistic_sentence
from crypto.encoding import canonical_json
from marketplace.domain.band import Band
from marketplace.domain.catalogue import Quote
from marketplace.domain.member import Right
from marketplace.domain.over_asked_view import over_asked_view
from marketplace.domain.plan import PlanRefusedError
from marketplace.errors import NotOpenError, NotRegisteredError, QuestionRefusedError, TooFewPeopleError
from marketplace.services.make_plan import Choice
from marketplace.services.suite import Services
from marketplace.web.catalogue import entry_of
from marketplace.web.earlier import earlier_orders
from marketplace.web.plan_view import plan_view
from marketplace.web.query_form import FormError, QueryForm, groupings, numbers
from marketplace.web.relation_form import RELATIONS, subjects
from marketplace.web.statistic_text import (
    offered_for,
    offered_in_windows,
    pill_text,
    read_statistic,
    statistic_text,
)
from marketplace.web.visitor import for_buyers, visitor
from marketplace.web.words import ENGINES, EXACT, LEVELS, PURPOSES, plainly, sentence, unit_text, values_text
from ssi.dataset import DataSet, data_set

UNPROCESSABLE = 422
LANGUAGE = "en"


@dataclass(frozen=True)
class Glance:
    """What can be said about a form while it is filled in: the question, and its price or refusal."""

    asked: str | None = None
    quote: Quote | None = None
    turned: "Turned | None" = None


@dataclass(frozen=True)
class Turned:
    """Why a question cannot be answered, what to do instead, and a question close to it that can be."""

    reason: str
    remedy: str = ""
    nearby: Query | None = None
    nearby_people: str | None = None

    @property
    def nearby_sentence(self) -> str:
        """The question close to it, in words."""
        return "" if self.nearby is None else describe(self.nearby)

    @property
    def nearby_address(self) -> str:
        """Where the builder is filled with it."""
        return "" if self.nearby is None else builder_address(self.nearby)


def screens(services: Services) -> Blueprint:
    """The query builder, its preview, and the price page."""
    blueprint = Blueprint("ask", __name__)

    @blueprint.get("/ask/<name>/<int:version>")
    @for_buyers(Right.ASK)
    def build(name: str, version: int) -> str:
        entry = entry_of(services, f"{name}/{version}")
        form = QueryForm.read(entry.data_set, request.args)
        return _builder(form, entry.people, glance=_glance(services, form))

    @blueprint.get("/ask/<name>/<int:version>/glance")
    @for_buyers(Right.ASK)
    def glance(name: str, version: int) -> str:
        entry = entry_of(services, f"{name}/{version}")
        form = QueryForm.read(entry.data_set, request.args)
        return render_template("market/glance.html", unit_text=unit_text, glance=_glance(services, form))

    @blueprint.get("/ask/<name>/<int:version>/price")
    @for_buyers(Right.ASK)
    def price(name: str, version: int) -> str | Response | tuple[str, int]:
        entry = entry_of(services, f"{name}/{version}")
        form = QueryForm.read(entry.data_set, request.args)
        try:
            query = form.query()
            choice = _chosen(services, query)
        except FormError as error:
            return _builder(replace(form, errors=error.errors), entry.people), UNPROCESSABLE
        except (QueryRefusedError, TooFewPeopleError, NotOpenError) as error:
            turned = turned_by(error, form.about)
            return _builder(form, entry.people, Glance(describe(query)), turned), UNPROCESSABLE
        return _price(services, query, choice)

    return blueprint


def _chosen(services: Services, query: Query) -> Choice:
    """The way that a question is computed and ordered in, with its quote.

    Raises:
        QueryRefusedError, TooFewPeopleError, NotOpenError: as `MakeQuote`, with a question close by.
    """
    try:
        return services.make_plan.choose(visitor().account_id, query)
    except PlanRefusedError:
        services.make_quote(visitor().account_id, query)  # says why, and what could be asked instead
        raise


def turned_by(error: QueryRefusedError | TooFewPeopleError | NotOpenError, about: DataSet) -> Turned:
    """A refusal in words for the one who asks, with a question close by where there is one."""
    if isinstance(error, NotOpenError):
        return Turned(sentence(str(error)), "Two operators of this market have to approve it first.")
    if isinstance(error, TooFewPeopleError):
        return Turned(sentence(error.reason), nearby=error.nearby, nearby_people=error.nearby_people)
    said = Turned(sentence(plainly(error.reason, about)), sentence(plainly(error.remedy, about)))
    if not isinstance(error, QuestionRefusedError):
        return said
    return replace(said, nearby=error.nearby, nearby_people=error.nearby_people)


def describe(query: Query) -> str:
    """A query as a sentence."""
    return describe_query(query, asked_about(query), LANGUAGE)


def query_text(query: Query) -> str:
    """The query as the JSON that the API takes."""
    return canonical_json(query.to_json()).decode()


def builder_address(query: Query) -> str:
    """Where the builder is filled with a query."""
    return _address("ask.build", query)


def price_address(query: Query) -> str:
    """Where the price of a query stands."""
    return _address("ask.price", query)


def _address(endpoint: str, query: Query) -> str:
    about = data_set(query.data_set)
    return url_for(endpoint, name=about.id, version=about.version, **QueryForm.of(query, about).address)


def _glance(services: Services, form: QueryForm) -> Glance:
    try:
        query = form.query()
    except FormError:
        return Glance()
    asked = describe(query)
    try:
        return Glance(asked, quote=_chosen(services, query).quote)
    except NotRegisteredError:
        return Glance(asked)
    except (QueryRefusedError, TooFewPeopleError, NotOpenError) as error:
        return Glance(asked, turned=turned_by(error, form.about))


def _price(services: Services, asked: Query, choice: Choice) -> str:
    quote = choice.quote
    # What is bought and saved names the way of computing that this page explains.
    query = quote.query
    # The exact number of people says no more than the price, in which it stands.
    over = over_asked_view(query, quote.price.people)
    return render_template(
        "market/price.html",
        quote=quote,
        plan=plan_view(services, choice),
        sentence=describe(query),
        purpose=purpose_text(query.purpose, LANGUAGE),
        query_json=query_text(query),
        order_id=str(uuid.uuid4()),
        saved_id=str(uuid.uuid4()),
        change=builder_address(asked),
        earlier=earlier_orders(query, services.list_orders(visitor().account_id)),
        unit_text=unit_text,
        over=over,
        enough="" if over.smaller is None else describe(over.smaller),
        less=_less(services, over.smaller),
    )


def _less(services: Services, smaller: Query | None) -> str:
    """Where the price of a smaller question stands, if there is one that can be answered."""
    if smaller is None:
        return ""
    try:
        services.make_quote(visitor().account_id, smaller)
    except (QueryRefusedError, TooFewPeopleError):
        return ""
    return price_address(smaller)


def _unlisted_text(about: DataSet, text: str) -> str:
    statistic = read_statistic(text)
    return text if statistic is None else statistic_sentence(statistic, about, LANGUAGE)


def _builder(form: QueryForm, people: Band, glance: Glance = Glance(), turned: Turned | None = None) -> str:
    return render_template(
        "market/ask.html",
        form=form,
        data_set=form.data_set,
        about=form.about,
        offered_for=offered_for,
        offered_in_windows=offered_in_windows,
        statistic_text=statistic_text,
        pill_text=pill_text,
        unlisted_text=partial(_unlisted_text, form.about),
        groupings=groupings(form.about),
        numbers=[each for each in numbers(form.about) if not each.place or each.name in form.ranges],
        relations=RELATIONS,
        subjects=[each for each in subjects(form.about) if not each.place],
        values_text=values_text,
        purposes=PURPOSES,
        levels=LEVELS,
        engines={engine.value: words for engine, words in ENGINES.items()},
        exact=EXACT,
        people=people.text,
        unit_text=unit_text,
        glance=glance,
        turned=turned,
    )
