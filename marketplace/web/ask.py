"""Building a question: what to compute, about whom, how protected; then price and accuracy before paying."""

import uuid
from dataclasses import dataclass, replace

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from consent.errors import QueryRefusedError
from consent.query import Query
from consent.wording import describe_query
from crypto.encoding import canonical_json
from marketplace.errors import NotRegisteredError, TooFewPeopleError
from marketplace.services.suite import Services
from marketplace.web.catalogue import entry_of
from marketplace.web.query_form import EXACT, LEVELS, PURPOSES, FormError, QueryForm, kinds
from marketplace.web.visitor import for_buyers, visitor

UNPROCESSABLE = 422
LANGUAGE = "en"


@dataclass(frozen=True)
class Turned:
    """Why a question cannot be answered, and what could be asked instead."""

    title: str
    text: str | None
    nearby: Query | None = None


def screens(services: Services) -> Blueprint:
    """The query builder and the price page."""
    blueprint = Blueprint("ask", __name__)

    @blueprint.get("/ask/<name>/<int:version>")
    @for_buyers
    def build(name: str, version: int) -> str:
        entry = entry_of(services, f"{name}/{version}")
        return _builder(QueryForm.read(entry.data_set, request.args), people=entry.people.text)

    @blueprint.get("/ask/<name>/<int:version>/price")
    @for_buyers
    def price(name: str, version: int) -> str | Response | tuple[str, int]:
        entry = entry_of(services, f"{name}/{version}")
        form = QueryForm.read(entry.data_set, request.args)
        people = entry.people.text
        try:
            query = form.query()
            quote = services.make_quote(visitor().account_id, query)
        except FormError as error:
            return _builder(replace(form, errors=error.errors), people=people), UNPROCESSABLE
        except QueryRefusedError as error:
            refused = Turned(error.reason, error.remedy)
        except TooFewPeopleError as error:
            refused = Turned(error.reason, error.nearby_people, error.nearby)
        except NotRegisteredError:
            return render_template("market/not_registered.html"), UNPROCESSABLE
        else:
            return render_template(
                "market/price.html",
                quote=quote,
                sentence=describe_query(query, entry.data_set, LANGUAGE),
                query_json=query_text(query),
                order_id=str(uuid.uuid4()),
                change=_builder_address(form),
            )
        return _builder(form, people=people, refused=refused), UNPROCESSABLE

    return blueprint


def query_text(query: Query) -> str:
    """The query as the JSON that the API takes."""
    return canonical_json(query.to_json()).decode()


def _builder(form: QueryForm, *, people: str, refused: Turned | None = None) -> str:
    return render_template(
        "market/ask.html",
        form=form,
        data_set=form.data_set,
        kinds=kinds,
        purposes=PURPOSES,
        levels=LEVELS,
        exact=EXACT,
        people=people,
        refused=refused,
    )


def _builder_address(form: QueryForm) -> str:
    return f"/ask/{form.data_set.ref}?{request.query_string.decode('ascii', 'replace')}"
