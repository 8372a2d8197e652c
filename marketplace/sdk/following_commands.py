"""The buyer's commands for questions that are asked again, for events, and for where events are sent."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from consent.joining import asked_about
from consent.wording import describe_query
from crypto.encoding import Json
from crypto.reading import utc_text
from marketplace.sdk import saved as keeping
from marketplace.sdk import sending
from marketplace.sdk.connecting import CONNECTED, FILE, connected, options, say
from marketplace.sdk.events import Event, events_after, follow
from marketplace.sdk.order_file import read_query

_CENTS = click.IntRange(min=0, max=keeping.MOST_CENTS)
_MOMENT = click.DateTime(["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d"])


@click.group()
def saved() -> None:
    """Keep questions, and have them asked again by the calendar."""


@saved.command("list")
@options(*CONNECTED)
@click.pass_obj
def list_saved(as_json: bool, /, **where: Any) -> None:
    """List the saved questions, and whether each is asked again."""
    for each in keeping.list_saved(connected(where)):
        _tell_saved(as_json, each)


@saved.command("save")
@options(*CONNECTED)
@click.argument("query", type=FILE)
@click.option("--name", required=True, help="Under which name.")
@click.option("--id", "saved_id", help="An id of yours, a UUID: the same again changes nothing.")
@click.pass_obj
def save_question(as_json: bool, /, query: Path, name: str, saved_id: str | None, **where: Any) -> None:
    """Save a question."""
    _tell_saved(as_json, keeping.save(connected(where), name, read_query(query), saved_id=saved_id))


@saved.command("show")
@options(*CONNECTED)
@click.argument("saved_id")
@click.pass_obj
def show_saved(as_json: bool, /, saved_id: str, **where: Any) -> None:
    """Show one saved question."""
    found = keeping.show_saved(connected(where), saved_id)
    _tell_saved(as_json, found)
    if not as_json:
        click.echo(describe_query(found.query, asked_about(found.query), "en"))


@saved.command("repeat")
@options(*CONNECTED)
@click.argument("saved_id")
@click.option("--every", type=click.Choice(("day", "week", "month")), required=True)
@click.option("--first-at", type=_MOMENT, required=True, help="In UTC, such as 2027-01-04T06:00:00Z.")
@click.option("--until", type=_MOMENT, required=True, help="No time is after this.")
@click.option("--per-run-cents", type=_CENTS, required=True, help="The most for each time.")
@click.option("--total-cents", type=_CENTS, required=True, help="The most in all.")
@click.option("--id", "standing_id", help="An id of yours, a UUID: the same again changes nothing.")
@click.pass_obj
def repeat_saved(as_json: bool, /, saved_id: str, standing_id: str | None, **asked: Any) -> None:
    """Have a saved question asked again and again."""
    terms = keeping.Repetition(
        asked.pop("every"),
        _utc(asked.pop("first_at")),
        _utc(asked.pop("until")),
        asked.pop("per_run_cents"),
        asked.pop("total_cents"),
    )
    keeping.repeat(connected(asked), saved_id, terms, standing_id=standing_id)
    say(as_json, {"saved_id": saved_id, "state": "active"}, "It is asked again and again.")


@saved.command("runs")
@options(*CONNECTED)
@click.argument("saved_id")
@click.pass_obj
def runs(as_json: bool, /, saved_id: str, **where: Any) -> None:
    """List each time that a question was asked, and its order or why there is none."""
    for each in keeping.runs_of(connected(where), saved_id):
        document: dict[str, Json] = {
            "number": each.number,
            "planned_at": utc_text(each.planned_at),
            "state": each.state,
            "order_id": each.order_id,
            "words": each.words,
        }
        told = each.order_id or each.words or ""
        say(as_json, document, f"{utc_text(each.planned_at)}  {each.state:<8} {told}".rstrip())


def _acting(act: str, about: str) -> None:
    @saved.command(act, help=about)
    @options(*CONNECTED)
    @click.argument("saved_id")
    @click.pass_obj
    def command(as_json: bool, /, saved_id: str, **where: Any) -> None:
        state = keeping.change(connected(where), saved_id, act)
        say(as_json, {"saved_id": saved_id, "state": state}, f"The repetition is {state}.")


_acting("pause", "Have the repetition rest.")
_acting("resume", "Have it go on with the next time that is still to come.")
_acting("end", "End the repetition for good.")


@click.command()
@options(*CONNECTED)
@click.option("--after", type=click.IntRange(min=0), default=0, help="Only those behind this number.")
@click.option("--follow", "on", is_flag=True, help="Go on as they happen, until you stop it.")
@click.pass_obj
def events(as_json: bool, /, after: int, on: bool, **where: Any) -> None:
    """Tell what happened to your orders and repeated questions, by number."""
    buyer = connected(where)
    if on:
        for each in follow(buyer, after=after, tell_gap=_tell_gap):
            _tell_event(as_json, each)
        return
    page = events_after(buyer, after)
    if page.forgotten > after:
        _tell_gap(page.forgotten)
    while page.events:
        for each in page.events:
            _tell_event(as_json, each)
        page = events_after(buyer, page.events[-1].number)


@click.group()
def webhooks() -> None:
    """Have events sent to your server; check them with marketplace.sdk.webhooks."""


@webhooks.command("list")
@options(*CONNECTED)
@click.pass_obj
def list_webhooks(as_json: bool, /, **where: Any) -> None:
    """List where events are sent, and how far that is."""
    for each in sending.list_webhooks(connected(where)):
        _tell_webhook(as_json, each)


@webhooks.command("add")
@options(*CONNECTED)
@click.argument("address")
@click.option("--id", "webhook_id", help="An id of yours, a UUID: the same again changes nothing.")
@click.pass_obj
def add_webhook(as_json: bool, /, address: str, webhook_id: str | None, **where: Any) -> None:
    """Have events sent to an address, and print the secret, which is told this one time."""
    made = sending.add_webhook(connected(where), address, webhook_id=webhook_id)
    _tell_webhook(as_json, made.webhook, {"secret": made.secret})
    if not as_json:
        click.echo(made.secret or "It was there before; make a new secret with: buyer webhooks rotate")


@webhooks.command("test")
@options(*CONNECTED)
@click.argument("webhook_id")
@click.pass_obj
def test_webhook(as_json: bool, /, webhook_id: str, **where: Any) -> None:
    """Send an event that says nothing."""
    number = sending.test_webhook(connected(where), webhook_id)
    say(as_json, {"number": number}, f"Event {number} is on its way.")


@webhooks.command("rotate")
@options(*CONNECTED)
@click.argument("webhook_id")
@click.pass_obj
def rotate_webhook(as_json: bool, /, webhook_id: str, **where: Any) -> None:
    """Make a new secret and print it; for a day the one before signs as well."""
    secret = sending.rotate_webhook(connected(where), webhook_id)
    say(as_json, {"secret": secret}, secret)


@webhooks.command("resume")
@options(*CONNECTED)
@click.argument("webhook_id")
@click.option("--after", type=click.IntRange(min=0), help="Send once more those behind this number.")
@click.pass_obj
def resume_webhook(as_json: bool, /, webhook_id: str, after: int | None, **where: Any) -> None:
    """Have it go on, also where it stopped."""
    _tell_webhook(as_json, sending.resume_webhook(connected(where), webhook_id, after=after))


@webhooks.command("end")
@options(*CONNECTED)
@click.argument("webhook_id")
@click.pass_obj
def end_webhook(as_json: bool, /, webhook_id: str, **where: Any) -> None:
    """Have nothing sent there any more."""
    sending.end_webhook(connected(where), webhook_id)
    say(as_json, {"webhook_id": webhook_id, "state": "ended"}, "Nothing is sent there any more.")


def _tell_gap(until: int) -> None:
    click.echo(f"Events up to {until} are not kept any more.", err=True)


def _utc(typed: datetime) -> datetime:
    return typed.replace(tzinfo=UTC)


def _tell_saved(as_json: bool, each: keeping.Saved) -> None:
    document: dict[str, Json] = {
        "saved_id": each.saved_id,
        "name": each.name,
        "query": each.query.to_json(),
        "state": each.state,
        "next_at": None if each.next_at is None else utc_text(each.next_at),
    }
    following = "" if each.next_at is None else f", next {utc_text(each.next_at)}"
    say(as_json, document, f"{each.saved_id}  {each.name}: {each.state or 'not repeated'}{following}")


def _tell_event(as_json: bool, each: Event) -> None:
    document: dict[str, Json] = {
        "number": each.number,
        "type": each.kind,
        "timestamp": utc_text(each.at),
        "data": dict(each.told),
    }
    about = each.told.get("order_id") or each.told.get("saved_id") or each.told.get("webhook_id") or ""
    say(as_json, document, f"{each.number:>6}  {utc_text(each.at)}  {each.kind:<20} {about}".rstrip())


def _tell_webhook(as_json: bool, each: sending.Webhook, more: Mapping[str, Json] | None = None) -> None:
    document: dict[str, Json] = {
        "webhook_id": each.webhook_id,
        "url": each.url,
        "state": each.state,
        "sent_until": each.sent_until,
        "waiting": each.waiting,
        "failure": each.failure,
        **(more or {}),
    }
    why = f" ({each.failure})" if each.failure else ""
    say(
        as_json,
        document,
        f"{each.webhook_id}  {each.state}, {each.waiting} to send{why}  {each.url}".rstrip(),
    )
