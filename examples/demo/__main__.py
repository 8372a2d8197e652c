"""Found a town, play the story, keep the web apps up until Ctrl-C (or exit with a status after the story)."""

import shutil
import signal
import sys
import threading
from contextlib import ExitStack
from pathlib import Path

import click

from examples.demo.acts import BUYER_LOGIN, OPERATOR_LOGIN, Cast, play
from examples.demo.report import Report
from examples.people import wallet_settings
from examples.town import MARKETPLACE, PASSWORD, WALLET, Town
from wallet.bootstrap import build

FOLDER = Path(".demo")
LEAST_PEOPLE = 150


@click.command()
@click.option(
    "--people", default=300, type=click.IntRange(LEAST_PEOPLE, 4000), help="How many people take part."
)
@click.option("--once", is_flag=True, help="Exit after the story; the status says whether all of it held.")
def main(people: int, once: bool) -> None:
    """Play the whole chain with every party as a process of its own, on real data."""
    report = Report()
    shutil.rmtree(FOLDER, ignore_errors=True)
    report.console.print("[bold]argonauta[/]: answers over many people's data that nobody could look at")
    with ExitStack() as ending:
        with report.console.status(
            "two institutions, a register, three nodes, a market and a wallet start …"
        ):
            town = ending.enter_context(Town(FOLDER.resolve()))
        services = build(wallet_settings(town))
        cast = play(town, services, report, people)
        services.close()
        if not once:
            _stay_open(town, cast, report)
    if not report.all_held:
        report.console.print("\n[bold red]Not everything held; see above.[/]")
        sys.exit(1)
    report.console.print("\n[bold green]Everything held.[/]")


def _stay_open(town: Town, cast: Cast, report: Report) -> None:
    student = cast.students[2]
    report.console.print("\n[bold]Have a look yourself[/] (Ctrl-C ends everything)")
    for what, url, login, password in (
        ("wallet of a student", town.url(WALLET), student.login, student.password),
        ("market, as the buyer", town.url(MARKETPLACE), *BUYER_LOGIN),
        ("market, as the operator", town.url(MARKETPLACE), *OPERATOR_LOGIN),
        ("university's registry office", town.url("university"), "", town.secret("university", PASSWORD)),
    ):
        report.say(f"[bold]{what}[/]: {url}   login: {login or '–'}   password: {password}")
    report.say(f"the buyer opens answers with the key file {cast.buyer.key_file.relative_to(Path.cwd())}")
    done = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: done.set())
    done.wait()


if __name__ == "__main__":
    main()
