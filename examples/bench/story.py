"""What the story's steps cost in a running town.

Seconds are wall-clock and scaled to 1,000 people; wallets settle in by one process per core, the rest is as
deployed by default.
"""

import shutil
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.table import Table

from examples.bench.row import keep
from examples.bench.sizes import sizes
from examples.buyers import Organisation, enrol
from examples.demo import story
from examples.demo.acts import BUYER_LOGIN
from examples.demo.questions import STUDENTS, by_school, scores_by_sex
from examples.people import Person, invite, settle_in, wallet_settings
from examples.records import exam_records
from examples.town import Town
from wallet.bootstrap import build

FOLDER = Path(".demo-bench")
PER = 1000
T = TypeVar("T")


def run(people: int, console: Console) -> None:
    """Print seconds and bytes of the story's steps per 1,000 people, and keep them."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    with Town(FOLDER.resolve()) as town:
        seconds, size = _measure(town, people)
    shutil.rmtree(FOLDER)
    _print(seconds, size, console)
    document = {
        "people_measured": people,
        "seconds_per_1000_people": seconds,
        "bytes_per_person": size,
    }
    keep("story", document)


def _measure(town: Town, people: int) -> tuple[dict[str, float], dict[str, int]]:
    services = build(wallet_settings(town))
    records = exam_records(people)
    issued, invitations = _timed(lambda: list(invite(town, "university", "exam/1", records, STUDENTS)))
    settled, crowd = _timed(lambda: list(settle_in(town, invitations)))
    accepted, _ = _timed(lambda: list(story.wait_until_offered(services, [crowd[-1]])))
    institute = Organisation("Institute", "research_institute")
    buyer = enrol(town, institute, email=BUYER_LOGIN[0], password=BUYER_LOGIN[1])
    schools = by_school("exam_score")
    exact, _ = _timed(lambda: story.buy(buyer, schools, story.in_groups(schools, crowd)))
    noised, _ = _timed(lambda: story.buy(buyer, scores_by_sex(), crowd))
    scale = PER / people
    seconds = {
        "institution registers records through the API": issued * scale,
        "wallets open, receive, verify, offer (all cores)": settled * scale,
        "· of one core: derive the key, open a wallet": _mean(crowd, lambda one: one.steps.open_wallet) * PER,
        "· of one core: fetch and verify the credential": _mean(crowd, lambda one: one.steps.receive) * PER,
        "· of one core: consent, split, commit, seal, upload": _mean(crowd, lambda one: one.steps.offer)
        * PER,
        "nodes finish verifying after the last offer": accepted * scale,
        "job, exact by public group: order to confirmed answer": exact * scale,
        "job, noised by private group: order to confirmed answer": noised * scale,
    }
    size = sizes(services, crowd[0], STUDENTS)
    services.close()
    return seconds, size


def _timed(step: Callable[[], T]) -> tuple[float, T]:
    began = time.perf_counter()
    outcome = step()
    return time.perf_counter() - began, outcome


def _mean(crowd: Sequence[Person], seconds: Callable[[Person], float]) -> float:
    return statistics.fmean(seconds(person) for person in crowd)


def _print(seconds: dict[str, float], size: dict[str, int], console: Console) -> None:
    times = Table("step", "seconds per 1,000 people", title="The story", title_justify="left")
    for step, value in seconds.items():
        times.add_row(step, f"{value:.1f}")
    console.print(times)
    weights = Table("one person's part", "bytes")
    for part, count in size.items():
        weights.add_row(part, f"{count:,}")
    console.print(weights)
