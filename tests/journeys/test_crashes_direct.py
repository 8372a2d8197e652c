"""Web and worker die, or lose the database, while scores, crowd sums, payouts and card payments are made.

As in `test_crashes`: a blow at a seeded point of a life, everybody repeats what was not answered, and after
each life the books, the log, the invoices and the wallets are held against what must have come of it.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from examples.fragile import Blow
from examples.town import MARKETPLACE, WORKER
from tests.journeys.crashing import SETTINGS, BilledTown, Crashes, Kind, Point, points
from tests.journeys.databases import databases_for_a_town
from tests.journeys.direct_lives import CrowdLives, ScoreLives
from tests.journeys.home import Ended, Home, at_home_in
from tests.journeys.neighbourhood import Balances, living_in
from tests.journeys.till_lives import CardLives, PayoutLives
from tests.marketplace.stripe_fake import API_KEY, WEBHOOK_SECRET, StripeFake
from tests.serving import serving

pytestmark = [pytest.mark.journey, pytest.mark.database, pytest.mark.timeout(3000)]

KINDS: list[Kind] = [
    ("score, answered", MARKETPLACE, ""),
    ("payout, paid", MARKETPLACE, ""),
    ("card payment", MARKETPLACE, ""),
    ("score, paid in the end", WORKER, "tend scores"),
    ("card payment", WORKER, "tend payments"),
    ("crowd sum", MARKETPLACE, ""),
    ("crowd sum, paid in the end", WORKER, "tend crowd sums"),
    ("payout, refused", MARKETPLACE, ""),
    ("score, declined", MARKETPLACE, ""),
    ("score, run out", WORKER, "tend scores"),
    ("crowd sum, too few", WORKER, "tend crowd sums"),
]
FEW = [*KINDS[:5], KINDS[-1]]
"""Those that take a second each; a crowd sum takes ten."""


class StripedTown(BilledTown):
    """A town whose market sends invoices and takes cards over Stripe, which answers at `stripe_url`."""

    stripe_url = ""

    def start_all(self) -> None:
        """Say what Stripe gave, then start everybody."""
        path = self.home(MARKETPLACE) / "stripe.json"
        path.touch(mode=0o600)
        secrets = {"api_key": API_KEY, "webhook_secret": WEBHOOK_SECRET, "address": self.stripe_url}
        path.write_text(json.dumps(secrets))
        super().start_all()


def lives_of(home: Home) -> Mapping[str, Callable[[], Ended]]:
    """Each kind of life by its name."""
    scores, crowds, payouts = ScoreLives(home), CrowdLives(home), PayoutLives(home)
    return {
        "score, answered": partial(scores.score, agree=True),
        "score, declined": partial(scores.score, agree=False),
        "score, run out": scores.score_that_runs_out,
        "score, paid in the end": scores.score_that_nobody_confirms,
        "crowd sum": crowds.crowd_sum,
        "crowd sum, too few": crowds.crowd_that_too_few_join,
        "crowd sum, paid in the end": crowds.crowd_that_nobody_confirms,
        "payout, paid": partial(payouts.payout, refused=False),
        "payout, refused": partial(payouts.payout, refused=True),
        "card payment": CardLives(home).card_payment,
    }


def live(home: Home, name: str) -> tuple[Ended, Balances, int]:
    """Live a life; how it ended, and books and log as they were before it."""
    before, size = home.crashes.balances(), home.crashes.log_size()
    return lives_of(home)[name](), before, size


def check(crashes: Crashes, lived: tuple[Ended, Balances, int]) -> None:
    """Nothing is lost, nothing is charged twice, and money, papers and log agree."""
    ended, before, size = lived
    assert summed(crashes.balances().since(before)) == summed(ended.changes)
    assert crashes.kinds_logged(size, request_id=ended.purchase_id) == ended.logged
    assert (crashes.billed(ended.purchase_id) is not None) == ended.is_billed
    crashes.require_whole_log()


def summed(changes: object) -> dict[str, int]:
    """Changes of accounts, with what the platform takes and the tax in it as one."""
    assert isinstance(changes, dict)
    found = dict(changes)
    taken = [found.pop(name) for name in list(found) if name.startswith(("platform:", "vat:"))]
    return {**found, **({"platform": sum(taken)} if taken else {})}


def strike(home: Home, point: Point) -> None:
    """Live a life in which a blow falls, and check what came of it."""
    lived: list[tuple[Ended, Balances, int]] = []

    def at_this_point() -> str:
        lived.append(live(home, point.life))
        return lived[0][0].how

    home.crashes.struck(point, at_this_point)
    check(home.crashes, lived[0])


@contextmanager
def crashing_town(folder: Path) -> Iterator[Home]:
    stripe = StripeFake()
    with databases_for_a_town() as databases, serving(stripe.app()) as url:
        town = StripedTown(folder / "town", database_url=databases, settings=SETTINGS)
        town.stripe_url = url
        with living_in(town) as found, at_home_in(Crashes(found, folder / "audit.json"), stripe) as home:
            yield home


def play(folder: Path, kinds: list[Kind], *, deaths: int, losses: int) -> Crashes:
    seed = os.environ.get("CRASH_SEED", "direct points")
    blows = [
        *points(kinds, deaths, blow=Blow.DEATH, seed=seed),
        *points(kinds, losses, blow=Blow.LOSS, seed=seed),
    ]
    with crashing_town(folder) as home:
        # A crowd sum in any case, and before the payouts, so that everybody has earned something.
        for name in sorted({"crowd sum", *(kind[0] for kind in kinds)}):
            with home.crashes.measuring([kind for kind in kinds if kind[0] == name]):
                lived = live(home, name)
            check(home.crashes, lived)
        for number, point in enumerate(blows):
            try:
                strike(home, point)
            except BaseException as error:
                error.add_note(f"point {number}: {point}\n{home.crashes.told()}")
                raise
    return home.crashes


def test_scores_sums_payouts_and_payments_survive_a_few_blows(tmp_path: Path):
    crashes = play(tmp_path, FEW, deaths=6, losses=2)

    assert len(crashes.hits) == 8
    assert sum(hit.in_life for hit in crashes.hits) >= 5


@pytest.mark.skipif(
    "ARGONAUTA_FIFTY_DEATHS" not in os.environ, reason="takes minutes: set ARGONAUTA_FIFTY_DEATHS to play all"
)
def test_scores_sums_payouts_and_payments_survive_blows_at_all_seeded_points(tmp_path: Path):
    crashes = play(tmp_path, KINDS, deaths=44, losses=22)

    print(crashes.told())  # noqa: T201 — the outcome of a run that is looked at
    assert len(crashes.hits) == 66
    assert sum(hit.in_life for hit in crashes.hits) >= 50
