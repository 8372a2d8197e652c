"""The members of the buyer's organisation, for a program whose key has the scope `members`."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from urllib.parse import quote

from crypto.encoding import Json, canonical_json
from crypto.reading import Fields
from marketplace.sdk.buyer import API, Buyer
from marketplace.sdk.pages import all_of
from ssi.http.client import Body

ROLES: Final = ("owner", "buyer", "finance", "reader")
_PATH: Final = f"{API}/account/members"
_MAX_CENTS: Final = 2**53 - 1


@dataclass(frozen=True)
class Member:
    """One person who acts for the organisation; `spends_most_cents` is the most in a calendar month."""

    member_id: str
    name: str = field(repr=False)
    email: str = field(repr=False)
    role: str
    ended_at: datetime | None
    spends_most_cents: int | None


@dataclass(frozen=True)
class Invitation:
    """An invitation; whoever is invited enters the code on the market's page /join."""

    email: str = field(repr=False)
    role: str
    valid_until: datetime
    code: str = field(repr=False)


def list_members(buyer: Buyer) -> tuple[Member, ...]:
    """All members, also those who were ended.

    Raises:
        PeerError: the marketplace did not answer, or refused.
    """
    return tuple(_member(each) for each in all_of(buyer.client, _PATH, "members"))


def invite(buyer: Buyer, email: str, role: str, *, spends_most_cents: int | None = None) -> Invitation:
    """Invite somebody. Each call makes another invitation.

    Raises:
        PeerError: the marketplace did not answer, or refused.
    """
    asked: dict[str, Json] = {"email": email, "role": role, "spends_most_cents": spends_most_cents}
    told = Fields.of(buyer.client.post_json(_PATH, asked), "invitation")
    return Invitation(told.text("email"), told.text("role"), told.moment("valid_until"), told.text("code"))


def change(buyer: Buyer, member_id: str, role: str, *, spends_most_cents: int | None = None) -> Member:
    """Give a member a role and a limit; without one she has no limit. Again changes nothing.

    Raises:
        PeerError: the marketplace did not answer, or refused.
    """
    asked: dict[str, Json] = {"role": role, "spends_most_cents": spends_most_cents}
    answer = buyer.client.send("PUT", _place(member_id), body=Body(canonical_json(asked)), repeatable=True)
    return _member(Fields.of(answer.json(), "member"))


def end(buyer: Buyer, member_id: str) -> None:
    """End a member.

    Raises:
        PeerError: the marketplace did not answer, or refused, such as for the last owner.
    """
    buyer.client.send("DELETE", _place(member_id))


def _place(member_id: str) -> str:
    return f"{_PATH}/{quote(member_id, safe='')}"


def _member(told: Fields) -> Member:
    limit = told.any("spends_most_cents")
    return Member(
        member_id=told.text("member_id"),
        name=told.text("name"),
        email=told.text("email"),
        role=told.text("role"),
        ended_at=None if told.any("ended_at") is None else told.moment("ended_at"),
        spends_most_cents=None
        if limit is None
        else told.integer("spends_most_cents", least=0, most=_MAX_CENTS),
    )
