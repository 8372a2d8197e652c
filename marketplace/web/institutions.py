"""Signing in with one's organisation: choosing it, coming back from it, and setting it up for its people."""

from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from marketplace.domain.member import Right, Role
from marketplace.domain.sign_in import ROLES, Institution, Returned, redirect_uri
from marketplace.errors import MarketplaceError, SignInRefusedError, TooManyAttemptsError
from marketplace.services.sign_in_suite import Doors
from marketplace.services.suite import Services
from marketplace.web.again import go_on_with
from marketplace.web.confirming import (
    REFUSALS,
    confirm_page,
    explained,
    here,
    proof,
    status_of,
    take_question,
    ways_of,
)
from marketplace.web.going_on import go_on, kept_visit
from marketplace.web.visitor import enter, for_members, local, me, renew, signed_in

Page = str | Response | tuple[str, int]
FIELDS = ("name", "issuer", "client_id", "secret", "domains", "role")
ROLE_WORDS = {
    Role.READER: "See orders and their answers",
    Role.FINANCE: "Look after money and invoices",
    Role.BUYER: "Ask, order and open answers",
}
MAX_STATE = 500
"""No longer answer of an organisation is looked at."""


def screens(services: Services, doors: Doors) -> Blueprint:
    """Before the door, and what an owner sets behind it."""
    blueprint = Blueprint("institutions", __name__)
    pages = _Pages(services, doors)
    blueprint.get("/sign-in/organisation")(pages.choose)
    blueprint.post("/sign-in/organisation", endpoint="go")(pages.go)
    blueprint.get("/sign-in/with/<name>/return")(pages.come_back)
    blueprint.get("/account/organisation-sign-in")(for_members(pages.setting, Right.MEMBERS))
    blueprint.post("/account/organisation-sign-in")(for_members(pages.set, Right.MEMBERS))
    blueprint.get("/account/organisation-sign-in/end")(for_members(pages.ending, Right.MEMBERS))
    blueprint.post("/account/organisation-sign-in/end")(for_members(pages.end, Right.MEMBERS))
    return blueprint


@dataclass(frozen=True)
class _Pages:
    services: Services
    doors: Doors

    def choose(self) -> Page:
        return _choice(request.args.get("name", "")[:40], local(request.args.get("next")))

    def go(self) -> Page:
        """Show where the visitor goes next."""
        name, onward = request.form.get("name", ""), local(request.form.get("next"))
        try:
            return go_on(self.doors, name, onward=onward)
        except SignInRefusedError as error:
            return _choice(name, onward, str(error))
        except TooManyAttemptsError as error:
            return _choice(name, onward, "Too many tries. Please wait a few minutes.", status_of(error))

    def come_back(self, name: str) -> Page:
        """Let in whom the organisation vouches for; a session from before does not live on."""
        answer = request.args
        returned = Returned(
            state=answer.get("state", "")[:MAX_STATE],
            code=answer.get("code"),
            issuer=answer.get("iss"),
            error=answer.get("error"),
        )
        known = None if signed_in() is None else me()
        try:
            member, visit, shown = self.doors.institutions.finish(
                name, kept_visit(), returned, signed_in=known
            )
        except SignInRefusedError as error:
            return _choice(name, None, str(error))
        if visit.meant is not None and shown.at is not None:
            renew(self.services, shown.at)
            return go_on_with(visit)
        home = enter(self.services, member, proven_at=shown.at)
        if visit.member_id is not None:
            flash("Your organisation signs you in here from now on.", "good")
            return redirect(url_for("how_you_sign_in.overview"))
        return redirect(local(visit.onward) or home)

    def setting(self) -> Page:
        own = self.doors.institutions.of(me().account_id)
        return self._setting(_told(own))

    def set(self) -> Page:
        """Set up the organisation's own sign-in."""
        told = {name: request.form.get(name, "") for name in FIELDS}
        given = proof(self.doors, take_question())
        try:
            self.doors.institutions.set(me(), given, told)
        except REFUSALS as error:
            return self._setting(told, error)
        flash("Your people can sign in with your organisation now.", "good")
        return redirect(url_for("institutions.setting"))

    def ending(self) -> Page:
        return confirm_page(ways_of(self.doors), _END | {"action": url_for("institutions.end")})

    def end(self) -> Page:
        """End the organisation's own sign-in."""
        given = proof(self.doors, take_question())
        try:
            self.doors.institutions.remove(me(), given)
        except REFUSALS as error:
            words = _END | {"action": url_for("institutions.end")}
            return confirm_page(ways_of(self.doors), words, error)
        flash("Nobody signs in with your organisation any more.", "good")
        return redirect(url_for("how_you_sign_in.overview"))

    def _setting(self, told: dict[str, str], error: MarketplaceError | None = None) -> Page:
        own = self.doors.institutions.of(me().account_id)
        page = render_template(
            "market/institution.html",
            own=own,
            return_to=None if own is None else redirect_uri(here(self.doors), own.name),
            told=told,
            ways=ways_of(self.doors),
            roles=[{"value": role.value, "label": ROLE_WORDS[role]} for role in ROLES],
            errors={} if error is None else explained(error),
        )
        return page, HTTPStatus.OK if error is None else status_of(error)


_END = {
    "title": "End your organisation’s sign-in",
    "text": "Nobody signs in with it any more. Who has no other way in needs a new invitation.",
    "verb": "End it",
}


def _choice(
    name: str,
    onward: str | None,
    error: str | None = None,
    status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY,
) -> Page:
    page = render_template(
        "market/sign_in_organisation.html", page=None, host="", error=error, name=name, onward=onward
    )
    return page, HTTPStatus.OK if error is None else status


def _told(own: Institution | None) -> dict[str, str]:
    """What the form shows at first; the secret is never among it."""
    if own is None:
        return dict.fromkeys(FIELDS, "") | {"role": ROLES[0].value}
    return {
        "name": own.name,
        "issuer": own.issuer,
        "client_id": own.client_id,
        "domains": " ".join(own.domains),
        "role": own.role.value,
    }
