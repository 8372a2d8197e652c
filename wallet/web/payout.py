"""The screen on which a person asks to be paid out: what there is, what is learnt by it, what became of it.

Nothing is ticked before she ticks it. The amounts that she was shown come back with the form, so that none
other is signed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from wallet.domain.payout import Balance, HeldPayout, PayoutState, PayoutTerms
from wallet.errors import ChoiceError, PartnerError, PartnerFaultError
from wallet.services.suite import Services
from wallet.web import visitor
from wallet.web.uses import agreements_of

Page = str | Response | tuple[str, HTTPStatus]
_MOST_DIGITS = 9


@dataclass(frozen=True)
class Together:
    """What all agreements come to."""

    earned_cents: int
    paid_cents: int
    requested_cents: int
    left_cents: int

    @classmethod
    def of(cls, balances: Sequence[Balance]) -> "Together":
        """The sums of the columns as they are shown."""
        return cls(
            sum(each.earned_cents for each in balances),
            sum(each.paid_cents for each in balances),
            sum(each.requested_cents for each in balances),
            sum(each.left_cents for each in balances),
        )


def screens(services: Services) -> Blueprint:
    """Get paid out."""
    payout = Blueprint("payout", __name__, url_prefix="/earnings/payouts")
    payout.before_request(visitor.door)
    _Screens(services).add_to(payout)
    return payout


@dataclass(frozen=True)
class _Screens:
    services: Services

    def add_to(self, payout: Blueprint) -> None:
        payout.get("/")(self.overview)
        payout.post("/")(self.ask)

    def overview(self) -> Page:
        return self._shown({}, HTTPStatus.OK)

    def ask(self) -> Page:
        """Ask for what she chose; nothing is sent without her tick."""
        if request.form.get("confirm") != "yes":
            told = gettext("Tick this if you want it. Nothing was sent.")
            return self._shown({"confirm": told}, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            held = self.services.pay_out.ask(
                visitor.current(),
                request.form.get("name", ""),
                request.form.get("iban", ""),
                _chosen(request.form.getlist("agreements")),
            )
        except ChoiceError as error:
            return self._shown({error.field: str(error)}, HTTPStatus.UNPROCESSABLE_ENTITY)
        except PartnerFaultError as error:
            flash(str(error), "bad")
        except PartnerError:
            return self._shown({}, HTTPStatus.BAD_GATEWAY)
        else:
            flash(*_told(held))
        return redirect(url_for("payout.overview"))

    def _terms(self) -> PayoutTerms | None:
        try:
            return self.services.pay_out.terms()
        except PartnerError:
            return None

    def _shown(self, errors: Mapping[str, str], status: HTTPStatus) -> Page:
        wallet = visitor.current()
        balances = self.services.pay_out.balances(wallet)
        page = render_template(
            "wallet/payout/overview.html",
            balances=balances,
            together=Together.of(balances),
            agreements=agreements_of(self.services, wallet),
            payouts=self.services.pay_out.all(wallet),
            terms=self._terms(),
            errors=errors,
            form_told=request.form,
            ticked=request.form.getlist("agreements"),
        )
        return page, status


def _chosen(told: Sequence[str]) -> dict[str, int]:
    """The agreements that were ticked, each with the cents that stood beside it.

    Raises:
        ChoiceError: it is not what the page offered.
    """
    found: dict[str, int] = {}
    for each in told:
        consent_id, _, cents = each.partition("=")
        if not (cents.isascii() and cents.isdigit() and len(cents) <= _MOST_DIGITS) or consent_id in found:
            raise ChoiceError("The amounts have changed since you looked. Look again.", "agreements")
        found[consent_id] = int(cents)
    return found


def _told(held: HeldPayout) -> tuple[str, str]:
    if held.state is PayoutState.REQUESTED:
        return gettext("Your request has arrived. Below you see what becomes of it."), "good"
    if held.state is PayoutState.SENDING:
        return (
            gettext(
                "The marketplace does not answer now. Your request is kept here and sent again by itself;"
                " it counts once however often it is sent."
            ),
            "warning",
        )
    return gettext("Your request was not taken. Nothing was paid, and the money is still there."), "bad"
