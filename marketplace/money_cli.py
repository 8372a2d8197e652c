"""The operator's commands about money besides payouts: who sells, what was billed, the books to audit."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO, TypeVar

import click

from marketplace.bootstrap import build
from marketplace.config import SELLER, Settings
from marketplace.domain.invoice import Party
from marketplace.seller import read_seller, write_seller
from marketplace.services.export_ledger import LedgerFormat

C = TypeVar("C", bound=Callable[..., Any])
WithSettings = Callable[[C], C]
ReadSettings = Callable[[dict[str, Any]], Settings]


def money_commands(with_settings: WithSettings[Any], settings: ReadSettings) -> list[click.Command]:
    """The commands; the two arguments give each the options that say which marketplace it is about."""
    return [_seller(), _invoices(with_settings, settings), _export(with_settings, settings)]


def _seller() -> click.Command:
    @click.command("seller")
    @click.option("--dir", "directory", type=click.Path(path_type=Path, file_okay=False), required=True)
    @click.option("--name", required=True, help="The legal name on invoices.")
    @click.option("--address", required=True, help="Its lines, with | between them.")
    @click.option("--country", required=True, help="Two letters, such as DE.")
    @click.option("--vat-id", default="", help="Without it the seller takes no value added tax.")
    @click.option("--prefix", default="A-", show_default=True, help="What stands before each number.")
    def seller(directory: Path, vat_id: str, prefix: str, **typed: str) -> None:
        """Write down who sells; from the next start of the processes on, what is settled is billed."""
        address = typed["address"].replace("|", "\n")
        party = Party.typed(typed["name"], address, typed["country"], vat_id)
        written = write_seller(party, is_registered=bool(party.vat_id), prefix=prefix)
        read_seller(written)
        (directory / SELLER).write_bytes(written)
        click.echo(str(directory / SELLER))

    return seller


def _export(with_settings: WithSettings[Any], settings: ReadSettings) -> click.Command:
    @click.command("ledger-export")
    @with_settings
    @click.option(
        "--format", "form", type=click.Choice([each.value for each in LedgerFormat]), default="beancount"
    )
    @click.option("--out", type=click.File("w"), required=True, help="Where the books go.")
    def export(form: str, out: TextIO, **options: Any) -> None:
        """Write the whole ledger: for `bean-check`, or as CSV."""
        for line in build(settings(options)).export_ledger(LedgerFormat(form)):
            out.write(line + "\n")

    return export


def _invoices(with_settings: WithSettings[Any], settings: ReadSettings) -> click.Group:
    @click.group("invoices")
    def invoices() -> None:
        """Look at what was billed, and give something back."""

    @invoices.command("export")
    @with_settings
    @click.option("--out", type=click.File("w"), required=True, help="Where the documents go, as JSON lines.")
    def export(out: TextIO, **options: Any) -> None:
        """Write every document in the order of its number."""
        for each in build(settings(options)).invoices.export():
            out.write(json.dumps(each, ensure_ascii=False) + "\n")

    @invoices.command("credit")
    @with_settings
    @click.argument("number", type=click.IntRange(1, 2**53 - 1))
    @click.option("--credit-id", required=True, help="Made by you; the same one again gives nothing more.")
    @click.option(
        "--cents", type=click.IntRange(min=1), required=True, help="How much of the fee, with its tax."
    )
    @click.option("--reason", required=True, help="It stands on the credit note.")
    def credit(number: int, credit_id: str, cents: int, reason: str, **options: Any) -> None:
        """Give a part of an invoice's fee back to the buyer, and print the number of the credit note."""
        found = build(settings(options)).invoices.credit(
            number, credit_id=credit_id, fee_cents=cents, reason=reason
        )
        click.echo(found.label)

    return invoices
