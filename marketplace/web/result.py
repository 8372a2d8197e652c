"""What does the page that opens a result get? The sealed answer, the pinned key, and the words for codes.

The document of the services is handed on as it is. Added are the authority's key, with which the browser
checks the registry of nodes, and labels: what is signed names attributes and groups by their codes.
"""

from flask import Blueprint, jsonify
from werkzeug.wrappers import Response

from consent.estimate import Withheld
from consent.joining import asked_about
from consent.query import Query
from consent.relations import INTERCEPT, R_SQUARED
from consent.task_answers import PEOPLE
from consent.wording import explain_withheld
from crypto.encoding import Json
from crypto.signing import VerifyingKey
from marketplace.domain.member import Right
from marketplace.services.suite import Services
from marketplace.web.ask import LANGUAGE, describe
from marketplace.web.visitor import for_buyers, visitor
from marketplace.web.words import level_text, unit_text
from ssi.attribute import Attribute

_TERMS = {INTERCEPT: "Constant", R_SQUARED: "Share explained (R²)", PEOPLE: "People"}
"""The words for parts of an answer that are no attribute of the data set."""


def screens(services: Services, authority: VerifyingKey) -> Blueprint:
    """The result of an order as a document for the script on the order's page."""
    blueprint = Blueprint("result", __name__)

    @blueprint.get("/orders/<order_id>/result")
    @for_buyers(Right.RESULTS)
    def document(order_id: str) -> Response:
        result = services.fetch_result(visitor().account_id, order_id)
        order = services.read_order(visitor().account_id, order_id)
        organisation = visitor().organisation
        labels = {
            **labels_of(order.query),
            "asked_by": "" if organisation is None else organisation.name,
            "log_index": order.log_index,
        }
        return jsonify({**result, "authority": authority.to_jwk(), "labels": labels})

    @blueprint.get("/orders/<order_id>/proof")
    @for_buyers(Right.RESULTS)
    def papers(order_id: str) -> Response:
        return jsonify(services.fetch_proof(visitor().account_id, order_id))

    return blueprint


def labels_of(query: Query) -> dict[str, Json]:
    """The words about a query's answer: for attributes, units, categories, and why something is not shown."""
    about = asked_about(query)
    windows = {window.name for window in query.windows}
    asked = [about.attribute(name) for name in sorted(query.attributes | windows)]
    profile = query.chosen_engine.profile
    return {
        "question": describe(query),
        "data_set": about.label[LANGUAGE],
        "protection": level_text(query.epsilon),
        "attributes": {each.name: each.label[LANGUAGE] for each in asked},
        "units": {each.name: unit_text(each.unit) for each in asked},
        "categories": {each.name: _categories(each) for each in asked if each.categories},
        "readings": sorted(windows),
        "terms": dict(_TERMS),
        "collude": "" if profile is None else profile.who_must_collude,
        "known": [] if profile is None else list(profile.leaks_by_design),
        "on_a_lie": "" if profile is None else profile.on_a_lie,
        "withheld": {each.value: explain_withheld(each, LANGUAGE) for each in Withheld},
    }


def _categories(attribute: Attribute) -> dict[str, Json]:
    return {category.code: category.label[LANGUAGE] for category in attribute.categories}
