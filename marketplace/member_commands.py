"""The commands about members: `member list`, `invite`, `end` and `reset-link`, for operators."""

from typing import Any

import click

from marketplace.bootstrap import build
from marketplace.command_options import settings_of, with_settings
from marketplace.domain.member import Role


@click.group()
def member() -> None:
    """Look after the members of accounts."""


@member.command("list")
@with_settings
@click.option("--account", "account_id", required=True)
def list_members(account_id: str, **options: Any) -> None:
    """List the members of an account: id, e-mail, role, and when one was ended."""
    for each in build(settings_of(options)).members.of(account_id):
        ended = f" ended {each.ended_at:%Y-%m-%d}" if each.ended_at else ""
        click.echo(f"{each.member_id} {each.email} {each.role}{ended}")


@member.command("invite")
@with_settings
@click.option("--account", "account_id", required=True)
@click.option("--email", required=True)
@click.option("--role", type=click.Choice([each.value for each in Role]), required=True)
def invite(account_id: str, email: str, role: str, **options: Any) -> None:
    """Print a link with which somebody joins; it is shown this once and works for seven days."""
    settings = settings_of(options)
    made = build(settings).members.invite(account_id, email, Role(role), by=None)
    click.echo(f"{settings.public_url.rstrip('/')}/join#{made.secret}")


@member.command("end")
@with_settings
@click.option("--account", "account_id", required=True)
@click.argument("member_id")
def end(account_id: str, member_id: str, **options: Any) -> None:
    """End a member at once, with the keys she made."""
    build(settings_of(options)).members.end(account_id, member_id, by=None)
    click.echo("ended")


@member.command("reset-link")
@with_settings
@click.option("--email", required=True, help="Make sure that it is really this person who asks.")
def reset_link(email: str, **options: Any) -> None:
    """Print a link with which a member replaces a lost password; it works once, for a day."""
    settings = settings_of(options)
    made = build(settings).member_passwords.make_reset(email)
    click.echo(f"{settings.public_url.rstrip('/')}/new-password#{made.secret}")
