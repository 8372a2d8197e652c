"""What do the commands about scores and about sums share? Weights, lists in three forms, states in words."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import click

from consent.score_function import read_weights, scored_attributes
from consent.vocabulary import Purpose
from consent.wording import purpose_text
from crypto.encoding import Json, parse_json
from crypto.errors import MalformedError
from crypto.reading import Fields, utc_text
from marketplace.sdk.connecting import FILE, C, euros, say
from marketplace.sdk.direct import Progress, Tell
from marketplace.sdk.errors import OrderFileError
from marketplace.sdk.order_file import read_bytes
from marketplace.sdk.placed import PlacedDirect
from marketplace.sdk.said import json_line
from marketplace.sdk.weighing import Weighed
from ssi.dataset import DataSet
from ssi.hosting.files import write_private
from ssi.http.errors import RefusedByPeerError

FORMS: Final = ("table", "json", "csv")
STATES: Final[Mapping[str, str]] = {
    "asked": "waiting for the person",
    "answered": "answered: open it",
    "refused": "refused, money back",
    "expired": "not answered in time, money back",
    "withdrawn": "the person ended the agreement, money back",
    "joining": "people are joining",
    "sharing": "round 1 of 3: wallets agree on keys",
    "masking": "round 2 of 3: wallets send masked numbers",
    "revealing": "round 3 of 3: wallets take the masks off the sum",
    "released": "computed: open it",
    "settled": "done, everybody is paid",
    "failed": "failed, money back",
    "disputed": "found to be wrong, money back",
}
_NOT_FOUND = 404

as_form = click.option(
    "--format", "form", type=click.Choice(FORMS), default="table", show_default=True, help="How to say it."
)
named_purpose = click.option(
    "--purpose", type=click.Choice([each.value for each in Purpose]), required=True, help="What it is for."
)


def weighed(command: C) -> C:
    """The two ways of giving weights."""
    typed = click.option("--weight", "weight", multiple=True, metavar="NAME=NUMBER", help="One weight.")
    filed = click.option("--weights", "weights", type=FILE, help="A JSON file: {NAME: NUMBER, …}.")
    return typed(filed(command))


def weights_of(typed: Sequence[str], file: Path | None) -> dict[str, int]:
    """The weights that were typed, or those in a file.

    Raises:
        BadParameter: a weight is not of its form, one is given twice, or both ways or none were used.
        OrderFileError: the file cannot be read, or holds no weights.
    """
    if bool(typed) == (file is not None):
        raise click.UsageError("give weights with --weight NAME=NUMBER, or a file of them with --weights")
    if file is not None:
        try:
            return read_weights(Fields({"weights": parse_json(read_bytes(file))}, file.name), "weights")
        except MalformedError as error:
            raise OrderFileError(str(error)) from error
    found: dict[str, int] = {}
    for each in typed:
        name, _, number = each.partition("=")
        try:
            weight = int(number)
        except ValueError as error:
            said = f"{each[:60]!r} is not NAME=NUMBER with a whole number, such as exam_score=2"
            raise click.BadParameter(said, param_hint="--weight") from error
        if name in found:
            raise click.BadParameter(f"{name[:60]!r} is weighed twice", param_hint="--weight")
        found[name] = weight
    return found


def say_rows(form: str, as_json: bool, rows: Iterable[Mapping[str, Json]], *, none: str) -> None:
    """Say a list: as lines of JSON, as CSV with a head, or as a table; `none` is said for an empty table."""
    listed = list(rows)
    if as_json or form == "json":
        for row in listed:
            click.echo(json_line(dict(row)))
    elif form == "csv":
        click.echo(csv_of(listed), nl=False)
    else:
        click.echo(_table(listed) if listed else none)


def csv_of(rows: Sequence[Mapping[str, Json]]) -> str:
    """Rows with the same members as CSV; nothing without rows."""
    if not rows:
        return ""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(rows[0])
    writer.writerows([_cell(value) for value in row.values()] for row in rows)
    return out.getvalue()


def placed_row(placed: PlacedDirect) -> dict[str, Json]:
    """What of a purchase stands in a list."""
    return {
        "id": placed.purchase_id,
        "state": placed.state,
        "question": placed.question,
        "most_cents": placed.most_cents,
        "placed_at": utc_text(placed.placed_at),
        "until": None if placed.until is None else utc_text(placed.until),
    }


def say_placed(form: str, as_json: bool, placed: PlacedDirect) -> None:
    """Say everything about one purchase."""
    if as_json or form != "table":
        say_rows(form, as_json, [placed.to_json()], none="")
        return
    lines = [
        f"{placed.question}. For {purpose_text(placed.purpose, 'en')}.",
        f"State:     {STATES.get(placed.state, placed.state)}",
        *([f"Reason:    {placed.reason}"] if placed.reason else []),
        *([f"Looked into: {placed.dispute}"] if placed.dispute else []),
        f"At most:   {euros(placed.most_cents)}",
        f"Asked:     {utc_text(placed.placed_at)}",
        *([f"Until:     {utc_text(placed.until)}"] if placed.until else []),
        f"Id:        {placed.purchase_id}",
    ]
    if placed.ended_agreements:
        lines.append("Somebody who was counted ended the agreement: delete what you keep of single people.")
    click.echo("\n".join(lines))


def say_weighed(as_json: bool, found: Weighed) -> None:
    """Say what a weighted sum is and tells."""
    document: dict[str, Json] = {
        "question": found.sentence,
        "tells": list(found.told),
        "refused": found.refused,
        "more_than_needed": list(found.surplus),
    }
    refused = [f"Too much: {found.refused}"] if found.refused else []
    say(as_json, document, "\n".join([f"{found.sentence}.", *found.told, *refused, *found.surplus]))


def say_numbers(as_json: bool, described: DataSet) -> None:
    """Say which numbers of a data set can be weighed."""
    for each in scored_attributes(described):
        document: dict[str, Json] = {
            "name": each.name,
            "label": each.label["en"],
            "least": str(each.minimum),
            "most": str(each.maximum),
            "unit": each.unit,
        }
        say(as_json, document, f"{each.name:<24} {each.label['en']}: {each.minimum} to {each.maximum}")


def teller(as_json: bool) -> Tell:
    """Says each change while something is waited for."""

    def tell(progress: Progress) -> None:
        label = STATES.get(progress.state, progress.state)
        say(as_json, {"state": progress.state, "label": label}, f"{label} …")

    return tell


def already(placed: Callable[[], PlacedDirect]) -> PlacedDirect | None:
    """What the market has under an id that a file remembers, None if it never arrived there."""
    try:
        return placed()
    except RefusedByPeerError as error:
        if error.status == _NOT_FOUND:
            return None
        raise


def say_opened(
    form: str, as_json: bool, out: Path | None, row: Mapping[str, Json], lines: Sequence[str]
) -> None:
    """Say an opened answer, or write it into a file of mode 0600 and say where it is."""
    if out is None:
        if as_json or form != "table":
            say_rows(form, as_json, [row], none="")
        else:
            click.echo("\n".join(lines))
        return
    text = {"table": "\n".join(lines) + "\n", "json": json_line(dict(row)) + "\n", "csv": csv_of([row])}[form]
    write_private(out, text.encode())
    say(as_json, {"file": str(out)}, str(out))


def _table(rows: Sequence[Mapping[str, Json]]) -> str:
    heads = list(rows[0])
    cells = [[_cell(row[head]) for head in heads] for row in rows]
    widths = [max(len(each) for each in column) for column in zip(heads, *cells, strict=True)]
    lines = [
        "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
        for line in [heads, *cells]
    ]
    return "\n".join(lines)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return ", ".join(f"{name}={each}" for name, each in value.items())
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)
