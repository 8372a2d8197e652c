"""The members of an organisation: who they are, inviting, changing and ending them, and who did what."""

from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from marketplace.domain.member import MAY, RIGHTS, Right, Role, may_give
from marketplace.domain.member_act import WORDS, Did
from marketplace.domain.member_link import NewLink
from marketplace.errors import AmountError, LastOwnerError, RefusedError
from marketplace.services.suite import Services
from marketplace.web.euros import typed_cents
from marketplace.web.visitor import for_buyers, me, visitor
from marketplace.web.words import sentence


@dataclass(frozen=True)
class Typed:
    """What stands in the form of an invitation, and what is wrong with it."""

    email: str = ""
    role: str = Role.READER
    limit: str = ""
    error: str | None = None


def screens(services: Services, public_url: str) -> Blueprint:
    """The pages about members; links for those who are invited begin with `public_url`."""
    blueprint = Blueprint("members", __name__, url_prefix="/organisation")
    _inviting(blueprint, services, public_url.rstrip("/"))
    _looking_after(blueprint, services)

    @blueprint.get("/acts")
    @for_buyers(Right.LOOK)
    def acts() -> str:
        account_id = visitor().account_id
        return render_template(
            "market/who_did_what.html",
            acts=services.read_member_acts(account_id),
            names=services.read_member_acts.who(account_id),
            words={did.value: text for did, text in WORDS.items()},
            orders=(Did.ORDERED, Did.CONFIRMED, Did.DISPUTED),
        )

    return blueprint


def _inviting(blueprint: Blueprint, services: Services, public_url: str) -> None:
    @blueprint.get("/members")
    @for_buyers(Right.LOOK)
    def overview() -> str:
        return _page(services)

    @blueprint.post("/members")
    @for_buyers(Right.MEMBERS)
    def invite() -> str | tuple[str, int]:
        typed = Typed(*(request.form.get(name, "") for name in ("email", "role", "limit")))
        try:
            made = services.members.invite(
                visitor().account_id,
                typed.email,
                read_role(typed.role),
                by=me().member_id,
                spends_most_cents=read_limit(typed.limit),
            )
        except RefusedError as error:
            wrong = Typed(typed.email, typed.role, typed.limit, sentence(str(error)))
            return _page(services, typed=wrong), HTTPStatus.UNPROCESSABLE_ENTITY
        return _page(services, made=made, address=f"{public_url}{url_for('joining.join')}#{made.secret}")

    @blueprint.post("/invitations/<link_id>/end")
    @for_buyers(Right.MEMBERS)
    def revoke(link_id: str) -> Response:
        services.members.revoke(visitor().account_id, link_id, by=me().member_id)
        flash("The link no longer works.", "good")
        return redirect(url_for("members.overview"))


def _looking_after(blueprint: Blueprint, services: Services) -> None:
    @blueprint.post("/members/<member_id>")
    @for_buyers(Right.MEMBERS)
    def change(member_id: str) -> Response | tuple[str, int]:
        try:
            services.members.change(
                visitor().account_id,
                member_id,
                read_role(request.form.get(f"role-{member_id}", "")),
                by=me().member_id,
                spends_most_cents=read_limit(request.form.get(f"limit-{member_id}", "")),
            )
        except (RefusedError, LastOwnerError) as error:
            page = _page(services, problem=sentence(str(error)))
            return page, HTTPStatus.UNPROCESSABLE_ENTITY
        flash("Changed. It counts from now on.", "good")
        return redirect(url_for("members.overview"))

    @blueprint.post("/members/<member_id>/end")
    @for_buyers(Right.MEMBERS)
    def end(member_id: str) -> Response | tuple[str, int]:
        try:
            services.members.end(visitor().account_id, member_id, by=me().member_id)
        except LastOwnerError as error:
            page = _page(services, problem=sentence(str(error)))
            return page, HTTPStatus.CONFLICT
        flash("This person can do nothing here any more, and the keys she made no longer work.", "good")
        return redirect(url_for("members.overview"))


def read_role(text: str) -> Role:
    """The role that was chosen.

    Raises:
        RefusedError: it is none.
    """
    try:
        return Role(text)
    except ValueError as error:
        raise RefusedError("choose one of the roles") from error


def read_limit(euros: str) -> int | None:
    """A limit in cents from euros as they were typed; an empty field is no limit.

    Raises:
        AmountError: it is no amount.
    """
    text = euros.strip()
    cents = typed_cents(text) if text else None
    if cents is not None and cents < 0:
        raise AmountError("a limit is an amount such as 500, or empty for none")
    return cents


def role_words(role: Role) -> str:
    """What a role may do, in words."""
    if role is Role.OWNER:
        return "may do everything, and looks after members"
    return "may " + "; ".join(words for right, words in RIGHTS.items() if right in MAY[role])


def _page(
    services: Services,
    *,
    typed: Typed = Typed(),
    made: NewLink | None = None,
    address: str = "",
    problem: str | None = None,
) -> str:
    account_id = visitor().account_id
    members = services.members.of(account_id)
    return render_template(
        "market/members.html",
        members=[each for each in members if each.ended_at is None],
        gone=[each for each in members if each.ended_at is not None],
        invitations=services.members.invitations(account_id),
        names=services.read_member_acts.who(account_id),
        roles=[(role.value, role.capitalize()) for role in Role if may_give(me(), role)],
        about=[(role.capitalize(), role_words(role)) for role in Role],
        typed=typed,
        made=made,
        address=address,
        problem=problem,
    )
