"""Sums over many wallets: who there is, how exact, the price, and how each order stands round by round.

The sum itself is on none of these pages: what opens it is derived from the buyer's key file, on the buyer's
own machine.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from http import HTTPStatus
from typing import Any, TypeVar

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from consent.crowd_terms import MOST_PEOPLE
from consent.crowd_wording import describe_crowd_order
from consent.errors import TermsError
from consent.policy import MOST_COMPENSATION_CENTS
from consent.query import LEAST_FLOOR, decimal_text
from consent.score_function import ScoreFunction, has_scores, scored_attributes
from consent.vocabulary import Purpose
from consent.wording import purpose_text
from marketplace.domain.crowd import CrowdPurchase, CrowdState
from marketplace.domain.direct import DirectPrice, direct_price
from marketplace.domain.member import Right
from marketplace.errors import AmountError, NotRegisteredError
from marketplace.sdk.weighing import Weighed, weigh_sum
from marketplace.services.suite import Services
from marketplace.web.catalogue import entry_of
from marketplace.web.direct_words import (
    CROWD_STATES,
    CROWD_STEPS,
    ROUNDS,
    command_text,
    crowd_step,
    has_moved,
    weight_words,
    where_text,
    whole_page_anew,
)
from marketplace.web.euros import typed_cents
from marketplace.web.list_page import list_page
from marketplace.web.query_form import FormError
from marketplace.web.visitor import for_buyers, visitor
from marketplace.web.weights_form import WEIGHT, WeightsForm, typed_level, typed_whole
from marketplace.web.words import EXACT, LEVELS, PURPOSES, level_text, sentence, values_text
from ssi.dataset import DataSet, data_sets

LANGUAGE = "en"
T = TypeVar("T")
_LEVELS = {level: words for level, words in LEVELS.items() if level != EXACT}
_USUAL: Mapping[str, str] = {
    "people": "50",
    "floor": "30",
    "level": "4",
    "pay": "0.50",
    "join_days": "7",
    "round_days": "2",
}
_RELEASED = frozenset({CrowdState.RELEASED, CrowdState.SETTLED})


@dataclass(frozen=True)
class SumForm:
    """What stands in the form of a sum, and what is wrong with it by field."""

    weights: WeightsForm
    values: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, described: DataSet, values: Mapping[str, str]) -> "SumForm":
        """What an address says; what it does not say is as usual."""
        typed = {name: values.get(name, usual).strip()[:20] for name, usual in _USUAL.items()}
        return cls(WeightsForm.read(described, values), typed)

    @property
    def address(self) -> dict[str, Any]:
        """What fills the form again."""
        return {**self.weights.address, **self.values}

    def wish(self) -> "SumWish":
        """What is wanted.

        Raises:
            FormError: something in it is missing or out of its range.
        """
        read, values = _Reading(), self.values
        function = read(self.weights.function)
        purpose = read(self.weights.chosen_purpose)
        people = read(lambda: typed_whole(values, "people", least=LEAST_FLOOR, most=MOST_PEOPLE))
        floor = read(lambda: typed_whole(values, "floor", least=LEAST_FLOOR, most=MOST_PEOPLE))
        epsilon = read(lambda: typed_level(values, "level", _LEVELS))
        pay_cents = read(lambda: _typed_pay(values["pay"]))
        join_days = read(lambda: typed_whole(values, "join_days", least=1, most=14))
        round_days = read(lambda: typed_whole(values, "round_days", least=1, most=7))
        if people is not None and floor is not None and floor > people:
            read.errors["floor"] = "This cannot be more people than may take part."
        if (
            read.errors
            or function is None
            or purpose is None
            or people is None
            or floor is None
            or epsilon is None
            or pay_cents is None
            or join_days is None
            or round_days is None
        ):
            raise FormError(read.errors)
        return SumWish(function, purpose, people, floor, epsilon, pay_cents, join_days, round_days)


class _Reading:
    """Reads fields one after the other, and keeps what is wrong with each."""

    def __init__(self) -> None:
        self.errors: dict[str, str] = {}

    def __call__(self, read: Callable[[], T]) -> T | None:
        try:
            return read()
        except FormError as error:
            self.errors |= error.errors
            return None


@dataclass(frozen=True)
class SumWish:
    """A sum that is wanted; `pay_cents` is for each person in it."""

    function: ScoreFunction
    purpose: Purpose
    people: int
    floor: int
    epsilon: Decimal
    pay_cents: int
    join_days: int
    round_days: int

    @property
    def price(self) -> DirectPrice:
        """The price of one person."""
        return direct_price(self.pay_cents)

    def weighed(self) -> Weighed:
        """What the sum tells, and how exact it would be.

        Raises:
            TermsError: it cannot be computed with one of the numbers of people that it allows.
        """
        return weigh_sum(
            self.function, self.purpose, people=self.people, floor=self.floor, epsilon=self.epsilon
        )


@dataclass(frozen=True)
class Told:
    """What can be said about a form: the sum in words and its price, or why it cannot be computed."""

    wish: SumWish | None = None
    weighed: Weighed | None = None
    refused: str | None = None


def screens(services: Services, public_url: str) -> Blueprint:
    """The pages about sums; `public_url` is where the buyer's command finds the market."""
    blueprint = Blueprint("sums", __name__, url_prefix="/sums")
    _ordering(blueprint, services, public_url)
    _watching(blueprint, services, public_url)
    return blueprint


def _ordering(blueprint: Blueprint, services: Services, public_url: str) -> None:
    @blueprint.get("/ask/<name>/<int:version>")
    @for_buyers(Right.ASK)
    def build(name: str, version: int) -> str:
        described = _weighable(services, name, version)
        form = SumForm.read(described, request.args)
        return _builder(services, form)

    @blueprint.get("/ask/<name>/<int:version>/check")
    @for_buyers(Right.ASK)
    def check(name: str, version: int) -> str:
        form = SumForm.read(_weighable(services, name, version), request.args)
        return render_template("market/sum_told.html", told=_told(form))

    @blueprint.get("/ask/<name>/<int:version>/price")
    @for_buyers(Right.ASK)
    def price(name: str, version: int) -> str | tuple[str, int]:
        form = SumForm.read(_weighable(services, name, version), request.args)
        try:
            wish = form.wish()
        except FormError as error:
            return _builder(services, replace(form, errors=error.errors)), HTTPStatus.UNPROCESSABLE_ENTITY
        told = _told(form)
        if told.weighed is None:
            return _builder(services, form), HTTPStatus.UNPROCESSABLE_ENTITY
        return render_template(
            "market/sum_price.html",
            wish=wish,
            weighed=told.weighed,
            purpose=_purpose_text(wish.purpose),
            change=url_for("sums.build", name=name, version=version, **form.address),
            where=where_text(public_url),
            command=_order_command(wish),
        )


def _watching(blueprint: Blueprint, services: Services, public_url: str) -> None:
    crowds = services.crowds

    @blueprint.get("")
    @for_buyers(Right.RESULTS)
    def overview() -> str:
        return render_template(
            "market/sums.html",
            page=list_page(crowds.read_orders(visitor().account_id)),
            supplies=_supplies(services),
            asked=sum_sentence,
            states=CROWD_STATES,
        )

    @blueprint.get("/orders/<order_id>")
    @for_buyers(Right.RESULTS)
    def detail(order_id: str) -> str | Response:
        standing = crowds.watch(visitor().account_id, order_id)
        purchase = standing.purchase
        if has_moved(purchase.state):
            return whole_page_anew()
        return render_template(
            "market/sum.html",
            standing=standing,
            purchase=purchase,
            asked=sum_sentence(purchase),
            purpose=_purpose_text(purchase.order.purpose),
            level=level_text(purchase.order.epsilon),
            states=CROWD_STATES,
            steps_of=CROWD_STEPS,
            step=crowd_step(purchase.state),
            rounds=ROUNDS,
            is_released=purchase.state in _RELEASED,
            as_sentence=sentence,
            where=where_text(public_url),
            command=command_text(["sum", "collect", order_id]),
            report=command_text(["sum", "dispute", order_id]),
        )

    @blueprint.post("/orders/<order_id>/confirmation")
    @for_buyers(Right.ORDER)
    def confirm(order_id: str) -> Response:
        crowds.confirm(visitor().account_id, order_id)
        flash("Thank you. Everybody in the sum has been paid.", "good")
        return redirect(url_for("sums.detail", order_id=order_id))


def sum_sentence(purchase: CrowdPurchase) -> str:
    """What was ordered, in words."""
    return describe_crowd_order(purchase.order, LANGUAGE)


def _supplies(services: Services) -> list[tuple[DataSet, dict[str, Any] | None]]:
    """Each data set with about how many people could be asked; None for it before one is registered."""
    found: list[tuple[DataSet, dict[str, Any] | None]] = []
    for each in data_sets():
        if has_scores(each):
            try:
                found.append((each, services.crowds.show(visitor().account_id, each.ref)))
            except NotRegisteredError:
                found.append((each, None))
    return found


def _weighable(services: Services, name: str, version: int) -> DataSet:
    described = entry_of(services, f"{name}/{version}").data_set
    if not has_scores(described):
        raise NotFound
    return described


def _told(form: SumForm) -> Told:
    try:
        wish = form.wish()
    except FormError:
        return Told()
    try:
        return Told(wish, wish.weighed())
    except TermsError as error:
        return Told(wish, refused=_plainly(str(error)))


def _plainly(reason: str) -> str:
    if "noise" in reason:
        return "So much noise cannot be added. Choose a lighter protection, or smaller weights."
    return sentence(reason)


def _builder(services: Services, form: SumForm) -> str:
    described = form.weights.described
    supply = {each.ref: found for each, found in _supplies(services)}[described.ref]
    return render_template(
        "market/sum_ask.html",
        form=form,
        described=described,
        supply=supply,
        told=_told(form),
        weight=WEIGHT,
        attributes=scored_attributes(described),
        purposes=[(each.value, words) for each, words in PURPOSES.items()],
        levels=_LEVELS,
        least=LEAST_FLOOR,
        most=MOST_PEOPLE,
        values_text=values_text,
    )


def _purpose_text(purpose: Purpose) -> str:
    return purpose_text(purpose, LANGUAGE)


def _typed_pay(text: str) -> int:
    try:
        cents = typed_cents(text)
    except AmountError as error:
        raise FormError({"pay": "Give an amount such as 1 or 0.50."}) from error
    if cents > MOST_COMPENSATION_CENTS:
        raise FormError({"pay": f"Give at most {MOST_COMPENSATION_CENTS // 100:,} euros."})
    return cents


def _order_command(wish: SumWish) -> str:
    described = wish.function.data_set
    hours = ["--join-hours", str(24 * wish.join_days), "--round-hours", str(24 * wish.round_days)]
    most = wish.people * wish.price.gross_cents
    return command_text(
        [
            *("sum", "order", described.ref, *weight_words(wish.function.weights)),
            *("--people", str(wish.people), "--floor", str(wish.floor)),
            *("--epsilon", decimal_text(wish.epsilon), "--pay-cents", str(wish.pay_cents)),
            *("--purpose", wish.purpose.value, *hours, "--accept-cents", str(most), "--out", "sum.json"),
        ]
    )
