"""Which options do the operator's commands share, and which settings do they make?"""

from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import click

from marketplace.config import Settings
from marketplace.domain.member import SessionTerms
from marketplace.services.desk import Terms
from marketplace.services.payouts import PayoutTerms

C = TypeVar("C", bound=Callable[..., Any])

_MINUTES = {name: span // timedelta(minutes=1) for name, span in asdict(SessionTerms()).items()}
FOLDER = click.Path(path_type=Path, file_okay=False)
FILE = click.Path(path_type=Path, dir_okay=False)


def with_settings(command: C) -> C:
    """The options that say where the marketplace is and by which terms it works."""
    for option in reversed(
        (
            click.option("--dir", "directory", type=FOLDER, required=True, help="The marketplace's folder."),
            click.option("--registry", type=FILE, required=True, help="The signed trust registry."),
            click.option("--authority", type=FILE, required=True, help="The authority's public key."),
            click.option("--database-url", help="postgresql://…; by default SQLite in the folder."),
            click.option(
                "--dispute-minutes",
                type=click.FloatRange(min=0),
                default=3 * 24 * 60,
                show_default=True,
                help="How long after a release the buyer may dispute.",
            ),
            click.option(
                "--attempt-minutes",
                type=click.FloatRange(min=0, min_open=True),
                default=10,
                show_default=True,
                help="When an attempt at a computation is given up.",
            ),
            click.option(
                "--approve-above-cents",
                type=click.IntRange(min=0),
                default=PayoutTerms().approve_above_cents,
                show_default=True,
                help="Above which amount two operators have to approve a payout.",
            ),
            click.option(
                "--trusted-proxies",
                type=click.IntRange(min=0, max=10),
                default=0,
                show_default=True,
                help="How many proxies in front say in X-Forwarded-For by whom they were asked.",
            ),
            click.option(
                "--operator-idle-minutes",
                type=click.IntRange(min=1),
                default=_MINUTES["operator_idle"],
                show_default=True,
                help="When an operator who does nothing is signed out.",
            ),
            click.option(
                "--buyer-idle-minutes",
                type=click.IntRange(min=1),
                default=_MINUTES["buyer_idle"],
                show_default=True,
                help="When a buyer who does nothing is signed out.",
            ),
            click.option(
                "--session-minutes",
                type=click.IntRange(min=1),
                default=_MINUTES["lifetime"],
                show_default=True,
                help="How long anybody stays signed in at most.",
            ),
        )
    ):
        command = option(command)
    return command


def settings_of(options: dict[str, Any]) -> Settings:
    """The settings that the options make."""
    terms = Terms(
        attempt_limit=timedelta(minutes=options["attempt_minutes"]),
        dispute_window=timedelta(minutes=options["dispute_minutes"]),
        sessions=SessionTerms(
            lifetime=timedelta(minutes=options["session_minutes"]),
            buyer_idle=timedelta(minutes=options["buyer_idle_minutes"]),
            operator_idle=timedelta(minutes=options["operator_idle_minutes"]),
        ),
    )
    return Settings(
        directory=options["directory"],
        registry=options["registry"],
        authority=options["authority"],
        database_url=options["database_url"],
        terms=terms,
        payout_terms=PayoutTerms(approve_above_cents=options["approve_above_cents"]),
        trusted_proxies=options["trusted_proxies"],
    )
