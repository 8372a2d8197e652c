"""The screen on which a person asks the marketplace for what the law gives her, and follows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from consent.rights_request import MAX_WORDS, Right
from wallet.domain.rights_case import CaseState, RightsCase
from wallet.errors import ChoiceError, PartnerError
from wallet.services.suite import Services
from wallet.web import visitor
from wallet.web.uses import agreements_of

Page = str | Response | tuple[str, HTTPStatus]


def screens(services: Services) -> Blueprint:
    """Requests to the marketplace."""
    requests = Blueprint("rights_requests", __name__, url_prefix="/rights/requests")
    requests.before_request(visitor.door)
    _Screens(services).add_to(requests)
    return requests


@dataclass(frozen=True)
class _Screens:
    services: Services

    def add_to(self, requests: Blueprint) -> None:
        requests.get("/")(self.overview)
        requests.post("/")(self.file)

    def overview(self) -> Page:
        return self._shown({}, HTTPStatus.OK)

    def file(self) -> Page:
        """File what she chose; an agreement is ended only if she ticked that she wants it."""
        told = request.form.get("right", "")
        if told not in set(Right):
            said = gettext("Choose what you ask for.")
            return self._shown({"right": said}, HTTPStatus.UNPROCESSABLE_ENTITY)
        right = Right(told)
        if right.ends_agreement and request.form.get("ends") != "yes":
            said = gettext("Tick that you want the agreement to end. Nothing was sent.")
            return self._shown({"ends": said}, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            case = self.services.rights.file(
                visitor.current(), request.form.get("agreement", ""), right, request.form.get("words", "")
            )
        except ChoiceError as error:
            return self._shown({error.field: str(error)}, HTTPStatus.UNPROCESSABLE_ENTITY)
        except PartnerError as error:
            flash(str(error), "bad")
        else:
            flash(*_told(case))
            if right.ends_agreement and case.state is not CaseState.SENDING:
                flash(gettext("The agreement has ended. What you earned stays yours."), "note")
        return redirect(url_for("rights_requests.overview"))

    def _shown(self, errors: Mapping[str, str], status: HTTPStatus) -> Page:
        wallet = visitor.current()
        cases, now = self.services.rights.file.all(wallet), self.services.clock()
        page = render_template(
            "wallet/rights/requests.html",
            cases=cases,
            overdue=any(each.is_overdue(now) for each in cases),
            asked_about=self.services.rights.file.agreements(wallet),
            agreements=agreements_of(self.services, wallet),
            rights=tuple(Right),
            most_words=MAX_WORDS,
            errors=errors,
            form_told=request.form,
        )
        return page, status


def _told(case: RightsCase) -> tuple[str, str]:
    if case.state is CaseState.SENDING:
        return (
            gettext(
                "The marketplace does not answer now. Your request is kept here, and your wallet sends it"
                " again by itself until it arrives."
            ),
            "warning",
        )
    if case.state is CaseState.NOT_TAKEN:
        return gettext("Your request was not taken. Below you see the reason."), "bad"
    return gettext("Your request has arrived. Below you see by when it has to be answered."), "good"
