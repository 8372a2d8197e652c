"""The members of an organisation: who they are, inviting, changing and ending them."""

from http import HTTPStatus
from typing import Any

from marketplace.api.openapi.operation import Answer, Door, Operation, schema
from marketplace.api.openapi.schema_parts import (
    MOMENT,
    TEXT,
    json_list,
    json_object,
    nullable,
    one_of,
    text,
)
from marketplace.domain.account import MAX_EMAIL
from marketplace.domain.member import Role
from marketplace.domain.scope import Scope
from marketplace.services.members import MOST_LIMIT_CENTS

_LIMIT = nullable(
    {
        "type": "integer",
        "minimum": 0,
        "maximum": MOST_LIMIT_CENTS,
        "description": "The most in a calendar month, in euro cents; null for no limit.",
    }
)
STAFFING_SCHEMAS: dict[str, Any] = {
    "Member": json_object(
        {
            "member_id": TEXT,
            "name": TEXT,
            "email": TEXT,
            "role": one_of(Role),
            "joined_at": MOMENT,
            "ended_at": nullable(MOMENT),
            "spends_most_cents": _LIMIT,
        }
    ),
    "Members": json_object({"members": json_list(schema("Member")), "next": nullable(TEXT)}),
    "InviteRequest": json_object(
        {"email": text(MAX_EMAIL), "role": one_of(Role), "spends_most_cents": _LIMIT},
        optional=("spends_most_cents",),
    ),
    "MemberChange": json_object(
        {"role": one_of(Role), "spends_most_cents": _LIMIT}, optional=("spends_most_cents",)
    ),
    "Invitation": json_object(
        {
            "email": TEXT,
            "role": one_of(Role),
            "spends_most_cents": _LIMIT,
            "valid_until": MOMENT,
            "code": TEXT,
        },
        about="The code is shown this once: whoever is invited enters it on the page /join.",
    ),
}

_ALL, _ONE = "/account/members", "/account/members/{member_id}"


def _one(method: str, path: str, name: str, summary: str, **more: Any) -> Operation:
    return Operation(
        method=method,
        path=path,
        name=name,
        summary=summary,
        tag="account",
        door=Door.BUYER,
        scopes=(Scope.MEMBERS,),
        **more,
    )


STAFFING: tuple[Operation, ...] = (
    _one(
        "GET",
        _ALL,
        "listMembers",
        "The members, also those who were ended, in the order in which they joined",
        answer=Answer("A page of them.", schema("Members")),
        pages=True,
    ),
    _one(
        "POST",
        _ALL,
        "inviteMember",
        "Invite somebody; each time makes another invitation",
        body=schema("InviteRequest"),
        example={"email": "ada@institute.example", "role": "reader"},
        answer=Answer("The invitation.", schema("Invitation"), status=HTTPStatus.CREATED),
    ),
    _one(
        "PUT",
        _ONE,
        "changeMember",
        "Give a member a role and a limit; without a limit she has none",
        body=schema("MemberChange"),
        answer=Answer("The member.", schema("Member")),
        refusals=(HTTPStatus.CONFLICT,),
    ),
    _one(
        "DELETE",
        _ONE,
        "endMember",
        "End a member: she is signed out, and the keys she made work no more",
        answer=Answer("She is ended.", json_object({"ended": TEXT})),
        refusals=(HTTPStatus.CONFLICT,),
    ),
)
"""The members."""
