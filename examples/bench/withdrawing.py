"""How long does it take until a withdrawal counts everywhere, from the button in the wallet on?

A town of processes as deployed by default, over TLS on one machine. Each measurement is the wallet's own work
behind the button: it signs, tells the marketplace, which ends the offer and logs it, tells each of the three
nodes, which overwrite the shares, and verifies three signed receipts. What is measured begins with the call
and ends when all of it is confirmed and kept, and is checked after each call: nothing is left for later.
"""

import shutil
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

from examples.bench import effort
from examples.bench.row import Row
from examples.demo import story
from examples.demo.questions import STUDENTS
from examples.people import Person, invite, settle_in, wallet_settings
from examples.records import exam_records
from examples.town import MARKETPLACE, Town
from ssi.http.client import Client
from wallet.bootstrap import build
from wallet.services.suite import Services

FOLDER = Path(".demo-withdrawing")
WITHDRAWALS = 30
MOST_SECONDS = 5.0


class NotConfirmedError(Exception):
    """A withdrawal that was not confirmed by everybody at once."""


def rows() -> list[Row]:
    """The median and the slowest of the withdrawals of a town."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    with Town(FOLDER.resolve()) as town:
        seconds = _measure(town, max(3, effort.rounds(WITHDRAWALS)))
    shutil.rmtree(FOLDER)
    what = "a withdrawal, to three receipts and the ended offer"
    return [
        Row(f"{what}: median of {len(seconds)}", "s", statistics.median(seconds), gate=MOST_SECONDS),
        Row(f"{what}: the slowest", "s", max(seconds), gate=MOST_SECONDS),
    ]


def _measure(town: Town, count: int) -> list[float]:
    services = build(wallet_settings(town))
    try:
        crowd: Sequence[Person] = list(
            settle_in(town, invite(town, "university", "exam/1", exam_records(count + 1), STUDENTS))
        )
        story.wait_until_offered(services, crowd)
        ended = _people_offered(town)
        _withdraw(services, crowd[0])  # warms up
        seconds = [_withdraw(services, person) for person in crowd[1:]]
        if _people_offered(town) != ended - len(crowd):
            raise NotConfirmedError("the marketplace still offers somebody who withdrew")
    finally:
        services.close()
    return seconds


def _withdraw(services: Services, person: Person) -> float:
    session = services.open_wallet(person.login, person.password)
    began = time.perf_counter()
    held = services.withdraw_consent(session, person.consent_id)
    passed = time.perf_counter() - began
    progress = held.withdrawal
    if progress is None or not progress.marketplace_told or set(progress.deletions) != set(Town.NODES):
        raise NotConfirmedError("a withdrawal was not confirmed by everybody at once")
    return passed


def _people_offered(town: Town) -> int:
    """How many contributions the nodes hold for offers that were not withdrawn, as the marketplace counts."""
    counted = Client(town.url(MARKETPLACE)).get_text("/metrics")
    lines = [line for line in counted.splitlines() if line.startswith("marketplace_contributions{")]
    return int(sum(float(line.rpartition(" ")[2]) for line in lines if 'node="node-a"' in line))
