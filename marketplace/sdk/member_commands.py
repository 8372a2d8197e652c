"""`buyer members …`: who acts for the organisation, for an administrator at a terminal."""

from typing import Any

import click

from crypto.encoding import Json
from crypto.reading import utc_text
from marketplace.sdk.connecting import CONNECTED, connected, options, say
from marketplace.sdk.members import ROLES, Member, change, end, invite, list_members

_ROLE = click.option("--role", type=click.Choice(ROLES), required=True, help="What she may do.")
_LIMIT = click.option(
    "--most-cents", type=click.IntRange(min=0), help="The most that she spends in a month; none without it."
)


@click.group()
def members() -> None:
    """Look after who acts for your organisation. Takes a key with the scope members."""


@members.command("list")
@options(*CONNECTED)
@click.pass_obj
def _list(as_json: bool, /, **where: Any) -> None:
    """List the members, also those who were ended."""
    for each in list_members(connected(where)):
        say(as_json, _json(each), _line(each))


@members.command("invite")
@options(*CONNECTED)
@click.argument("email")
@_ROLE
@_LIMIT
@click.pass_obj
def _invite(as_json: bool, /, email: str, role: str, most_cents: int | None, **where: Any) -> None:
    """Invite somebody, and print the link to pass on."""
    made = invite(connected(where), email, role, spends_most_cents=most_cents)
    link = f"{where['url'].rstrip('/')}/join#{made.code}"
    document: dict[str, Json] = {
        "email": made.email,
        "role": made.role,
        "valid_until": utc_text(made.valid_until),
        "link": link,
    }
    say(as_json, document, f"{link}\nFor {made.email} only, once, until {utc_text(made.valid_until)}.")


@members.command("change")
@options(*CONNECTED)
@click.argument("member_id")
@_ROLE
@_LIMIT
@click.pass_obj
def _change(as_json: bool, /, member_id: str, role: str, most_cents: int | None, **where: Any) -> None:
    """Give a member another role and limit. It counts at once."""
    changed = change(connected(where), member_id, role, spends_most_cents=most_cents)
    say(as_json, _json(changed), _line(changed))


@members.command("end")
@options(*CONNECTED)
@click.argument("member_id")
@click.pass_obj
def _end(as_json: bool, /, member_id: str, **where: Any) -> None:
    """End a member: she is signed out, and the keys she made work no more."""
    end(connected(where), member_id)
    say(as_json, {"ended": member_id}, "Ended.")


def _json(member: Member) -> dict[str, Json]:
    return {
        "member_id": member.member_id,
        "name": member.name,
        "email": member.email,
        "role": member.role,
        "ended_at": None if member.ended_at is None else utc_text(member.ended_at),
        "spends_most_cents": member.spends_most_cents,
    }


def _line(member: Member) -> str:
    limit = member.spends_most_cents
    spends = "" if limit is None else f", at most €{limit // 100:,}.{limit % 100:02} a month"
    ended = "" if member.ended_at is None else f", ended {utc_text(member.ended_at)}"
    return f"{member.member_id}  {member.name} <{member.email}>, {member.role}{spends}{ended}"
