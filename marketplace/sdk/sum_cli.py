"""The buyer's commands about sums over many wallets: how exact, order, wait, open, pay or report.

buyer sum offers exam/1
buyer sum weigh exam/1 --weight exam_score=1 --people 50 --floor 30 --epsilon 4
buyer sum order exam/1 --weight exam_score=1 --people 50 --floor 30 --epsilon 4 --pay-cents 50 \
    --purpose dpv:AcademicResearch --accept-cents 3050 --out sum.json
buyer sum wait sum.json && buyer sum collect sum.json

An order is named by the file that `order` wrote, or by its id. `open` says the sum and pays nobody;
`collect` opens, checks and confirms, and has a spoiled sum looked into.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from consent.crowd_release import OpenedCrowd
from consent.crowd_terms import MOST_PEOPLE
from consent.query import LEAST_FLOOR, decimal_text
from consent.score_function import ScoreFunction
from consent.score_wording import describe_weights
from consent.vocabulary import Purpose
from crypto.encoding import Json
from marketplace.sdk.connecting import CONNECTED, FILE, C, connected, decimal_of, euros, options, say
from marketplace.sdk.crowds import (
    CrowdWish,
    OrderedCrowd,
    collect_crowd,
    confirm_crowd,
    crowd_supply,
    dispute_crowd,
    method_of,
    open_sum,
    order_crowd,
    wait_for_crowd,
)
from marketplace.sdk.direct_commands import (
    already,
    as_form,
    named_purpose,
    placed_row,
    say_opened,
    say_placed,
    say_rows,
    say_weighed,
    teller,
    weighed,
    weights_of,
)
from marketplace.sdk.direct_file import SUM, purchase_of, remember
from marketplace.sdk.placed import list_crowds, show_crowd
from marketplace.sdk.weighing import weigh_sum
from ssi.dataset import data_set

_LANGUAGE = "en"
_PEOPLE = click.IntRange(LEAST_FLOOR, MOST_PEOPLE)


@click.group("sum")
def total() -> None:
    """Order a weighted sum over the wallets of many people."""


def _crowded(command: C) -> C:
    """Over how many people, and with how much noise."""
    people = click.option("--people", type=_PEOPLE, required=True, help="How many may take part at most.")
    floor = click.option("--floor", type=_PEOPLE, required=True, help="How many are in the sum at least.")
    epsilon = click.option("--epsilon", default="1", show_default=True, help="What it costs each in privacy.")
    return people(floor(epsilon(command)))


@total.command()
@options(*CONNECTED)
@click.argument("ref", metavar="DATA_SET")
@as_form
@click.pass_obj
def offers(as_json: bool, /, ref: str, form: str, **where: Any) -> None:
    """Say about how many people could be asked, and the least price of one of them."""
    found = crowd_supply(connected(where), ref)
    row: dict[str, Json] = {"data_set": ref, "people": found.people, "from_cents": found.from_cents}
    if as_json or form != "table":
        say_rows(form, as_json, [row], none="")
        return
    price = "nobody offers yet" if found.from_cents is None else f"from {euros(found.from_cents)} a person"
    click.echo(f"{ref}: {found.people} people, {price}")


@total.command()
@click.argument("ref", metavar="DATA_SET")
@weighed
@_crowded
@click.option("--purpose", type=click.Choice([each.value for each in Purpose]), help="What it is for.")
@click.pass_obj
def weigh(as_json: bool, /, ref: str, weight: tuple[str, ...], weights: Path | None, **crowd: Any) -> None:
    """Say what a sum tells and how far its noise throws it off, offline."""
    function = ScoreFunction(data_set(ref), weights_of(weight, weights))
    people, floor = crowd["people"], _floor(crowd["people"], crowd["floor"])
    found = weigh_sum(
        function,
        Purpose(crowd["purpose"]) if crowd["purpose"] else None,
        people=people,
        floor=floor,
        epsilon=decimal_of(crowd["epsilon"], "--epsilon"),
    )
    say_weighed(as_json, found)


@total.command()
@options(*CONNECTED)
@click.argument("ref", metavar="DATA_SET")
@weighed
@_crowded
@named_purpose
@click.option("--pay-cents", type=click.IntRange(min=0), required=True, help="For each person in the sum.")
@click.option("--accept-cents", type=click.IntRange(min=0), required=True, help="The most in all.")
@click.option("--join-hours", type=click.IntRange(1, 336), default=168, show_default=True, help="To join.")
@click.option("--round-hours", type=click.IntRange(1, 168), default=48, show_default=True, help="Each round.")
@click.option("--out", type=FILE, required=True, help="Where to remember the order.")
@click.pass_obj
def order(
    as_json: bool, /, ref: str, weight: tuple[str, ...], weights: Path | None, out: Path, **asked: Any
) -> None:
    """Order a sum. With the same file again it is the same order, and is held once."""
    wish = CrowdWish(
        data_set=ref,
        weights=weights_of(weight, weights),
        purpose=Purpose(asked.pop("purpose")),
        floor=_floor(asked["people"], asked.pop("floor")),
        people=asked.pop("people"),
        epsilon=decimal_of(asked.pop("epsilon"), "--epsilon"),
        compensation_cents=asked.pop("pay_cents"),
        joining=timedelta(hours=asked.pop("join_hours")),
        round_length=timedelta(hours=asked.pop("round_hours")),
    )
    accept_cents, buyer = asked.pop("accept_cents"), connected(asked)
    remembered = remember(out, SUM, _wish_json(wish))
    order_id = remembered.purchase_id
    if remembered.is_new or already(lambda: show_crowd(buyer, order_id)) is None:
        order_crowd(buyer, wish, accept_cents=accept_cents, order_id=order_id)
    say(as_json, {"order_id": order_id, "file": str(out)}, f"Ordered: {order_id}")


@total.command("list")
@options(*CONNECTED)
@as_form
@click.pass_obj
def list_all(as_json: bool, /, form: str, **where: Any) -> None:
    """List your orders of sums, the newest first."""
    rows = map(placed_row, list_crowds(connected(where)))
    say_rows(form, as_json, rows, none="You have not ordered a sum yet. See: buyer sum offers DATA_SET")


@total.command()
@options(*CONNECTED)
@click.argument("ordered", metavar="ORDER")
@as_form
@click.pass_obj
def show(as_json: bool, /, ordered: str, form: str, **where: Any) -> None:
    """Say how an order stands."""
    say_placed(form, as_json, show_crowd(connected(where), purchase_of(ordered, SUM)))


@total.command()
@options(*CONNECTED)
@click.argument("ordered", metavar="ORDER")
@click.option("--seconds", type=click.FloatRange(min=0), default=900.0, show_default=True)
@click.pass_obj
def wait(as_json: bool, /, ordered: str, seconds: float, **where: Any) -> None:
    """Wait until a sum can be opened, and say which round it is in."""
    wait_for_crowd(connected(where), _ordered(ordered), seconds=seconds, tell=teller(as_json))


@total.command("open")
@options(*CONNECTED)
@click.argument("ordered", metavar="ORDER")
@as_form
@click.option("--out", type=FILE, help="A file of mode 0600 for the sum, instead of the screen.")
@click.pass_obj
def open_it(as_json: bool, /, ordered: str, form: str, out: Path | None, **where: Any) -> None:
    """Open and check a sum here; nobody is paid by it yet."""
    _say_sum(form, as_json, out, open_sum(connected(where), _ordered(ordered)))


@total.command()
@options(*CONNECTED)
@click.argument("ordered", metavar="ORDER")
@as_form
@click.option("--out", type=FILE, help="A file of mode 0600 for the sum, instead of the screen.")
@click.pass_obj
def collect(as_json: bool, /, ordered: str, form: str, out: Path | None, **where: Any) -> None:
    """Open and check a sum here, and confirm it, which pays everybody; a spoiled one is looked into."""
    _say_sum(form, as_json, out, collect_crowd(connected(where), _ordered(ordered)))


@total.command()
@options(*CONNECTED)
@click.argument("ordered", metavar="ORDER")
@click.pass_obj
def confirm(as_json: bool, /, ordered: str, **where: Any) -> None:
    """Say that a sum is right, which pays everybody in it; again changes nothing."""
    confirm_crowd(connected(where), _ordered(ordered))
    say(as_json, {"confirmed": True}, "Confirmed: everybody in the sum is paid.")


@total.command()
@options(*CONNECTED)
@click.argument("ordered", metavar="ORDER")
@click.pass_obj
def dispute(as_json: bool, /, ordered: str, **where: Any) -> None:
    """Have a sum looked into: shows the market the key of this one order and no other."""
    proven = dispute_crowd(connected(where), _ordered(ordered))
    found = "The sum does not open: see what came back with buyer sum show."
    say(as_json, {"proven": proven}, found if proven else "The sum opens and is right; it stands.")


def _floor(people: int, floor: int) -> int:
    if floor > people:
        raise click.BadParameter(f"{floor} is more than the {people} of --people", param_hint="--floor")
    return floor


def _ordered(named: str) -> OrderedCrowd:
    return OrderedCrowd(purchase_of(named, SUM), 0)


def _wish_json(wish: CrowdWish) -> dict[str, Json]:
    return {
        "data_set": wish.data_set,
        "weights": dict(wish.weights),
        "purpose": wish.purpose.value,
        "people": wish.people,
        "floor": wish.floor,
        "epsilon": decimal_text(wish.epsilon),
        "pay_cents": wish.compensation_cents,
        "joining_seconds": round(wish.joining.total_seconds()),
        "round_seconds": round(wish.round_length.total_seconds()),
    }


def _say_sum(form: str, as_json: bool, out: Path | None, opened: OpenedCrowd) -> None:
    low, high = opened.interval95
    question = f"Sum of {describe_weights(opened.function, _LANGUAGE)}"
    row: dict[str, Json] = {
        "sum": str(opened.value),
        "low95": low,
        "high95": high,
        "noise_sd": opened.noise_sd,
        "people": opened.people,
        "question": question,
    }
    lines = [
        f"Sum: {opened.value}",
        f"  {low:.6g} to {high:.6g} in 95 of 100 cases, because of the noise",
        f"  {question}, over {opened.people} people",
        f"  {method_of(opened)}",
    ]
    say_opened(form, as_json, out, row, lines)
