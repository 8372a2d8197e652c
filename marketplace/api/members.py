"""The members of an organisation for its programs: who they are, inviting, changing and ending them.

A key with the scope `members` acts for the member who made it, and does no more than she may now. A key that
was made by a command on the machine belongs to nobody, and looks after no members.
"""

from http import HTTPStatus

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue

from crypto.encoding import Json
from crypto.reading import Fields, utc_text
from marketplace.api.paging import Page, page_of, paged
from marketplace.api.problems import STATUS
from marketplace.api.requests import acting, body, done, unstored
from marketplace.domain.account import MAX_EMAIL
from marketplace.domain.member import Member, Role
from marketplace.domain.member_link import NewLink
from marketplace.domain.scope import Scope
from marketplace.errors import NotAllowedError
from marketplace.services.members import MOST_LIMIT_CENTS
from marketplace.services.suite import Services
from ssi.http.problems import register


def members_api(services: Services) -> Blueprint:
    """The endpoints about members."""
    blueprint = Blueprint("members_api", __name__, url_prefix="/api/v1/account/members")
    register(blueprint, STATUS)

    @blueprint.get("")
    def overview() -> Response:
        account_id, _ = _looking_after(services)
        page = page_of(services.members.of(account_id), lambda member: member.member_id)
        return paged("members", Page([_json(each) for each in page.things], page.following))

    @blueprint.post("")
    def invite() -> ResponseReturnValue:
        account_id, by = _looking_after(services)
        fields = body()
        email = fields.text("email", max_length=MAX_EMAIL)
        role, limit = _terms(fields)
        made = services.members.invite(account_id, email, role, by=by, spends_most_cents=limit)
        return unstored(_invitation(made)), HTTPStatus.CREATED

    @blueprint.put("/<member_id>")
    def change(member_id: str) -> Response:
        account_id, by = _looking_after(services)
        role, limit = _terms(body())
        return jsonify(
            _json(services.members.change(account_id, member_id, role, by=by, spends_most_cents=limit))
        )

    @blueprint.delete("/<member_id>")
    def end(member_id: str) -> Response:
        account_id, by = _looking_after(services)
        services.members.end(account_id, member_id, by=by)
        return jsonify(ended=member_id)

    return blueprint


def _looking_after(services: Services) -> tuple[str, str]:
    """The account of a key, and the member whose key it is.

    Raises:
        WrongCredentialsError, NotAllowedError: as for `acting`, or the key is no member's.
    """
    account, by = acting(services, Scope.MEMBERS)
    if by is None:
        raise NotAllowedError("this key was made by a command; an owner makes one on the organisation's page")
    return account.account_id, by


def _terms(fields: Fields) -> tuple[Role, int | None]:
    limited = fields.has("spends_most_cents") and fields.any("spends_most_cents") is not None
    limit = fields.integer("spends_most_cents", least=0, most=MOST_LIMIT_CENTS) if limited else None
    return done(fields, (fields.choice("role", Role), limit))


def _json(member: Member) -> Json:
    return {
        "member_id": member.member_id,
        "name": member.name,
        "email": member.email,
        "role": member.role.value,
        "joined_at": utc_text(member.joined_at),
        "ended_at": None if member.ended_at is None else utc_text(member.ended_at),
        "spends_most_cents": member.spends_most_cents,
    }


def _invitation(made: NewLink) -> dict[str, Json]:
    return {
        "email": made.link.email,
        "role": (made.link.role or Role.READER).value,
        "spends_most_cents": made.link.spends_most_cents,
        "valid_until": utc_text(made.link.valid_until),
        "code": made.secret,
    }
