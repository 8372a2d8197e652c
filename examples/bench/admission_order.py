"""How long does it take until an order over many people is admitted, and which step takes how long?

The marketplace is a process of its own, opened as its worker opens it; the three nodes are served. Measured
are the quote, the order, the manifest and its roll, and the time until all three nodes have checked them.
What the nodes then compute is not in it. All of them share this machine: `one after the other` is the sum of
the marketplace's steps and of the CPU of the slowest node, which is what it takes where each has a core.
"""

import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from uuid import uuid4

from consent.order import Mandate, sign_mandate
from crypto.encoding import sha256
from examples.bench import effort
from examples.bench.admission_fill import NodeFilling, fill
from examples.bench.admission_market import furnish, makers
from examples.bench.row import Row
from examples.bench.scale import cpu_seconds, peak_bytes
from examples.bench.scale_people import NODES, QUERY
from examples.bench.scale_town import MARKET, REGISTRAR, YEAR, JobFailedError, Town, status_lists
from marketplace.bootstrap import House, build, duties_of, open_house, services_of
from marketplace.config import Settings
from marketplace.domain.job import Job, JobState
from marketplace.services.suite import Duties
from marketplace.storage.store import open_store
from ssi.issuance import (
    Organisation,
    Subject,
    Terms,
    issue_organisation_credential,
    organisation_handle,
)
from ssi.status_list import StatusReference

PEOPLE = 100_000
MOST_SECONDS = 30.0
LOOK_SECONDS = 0.05
PATIENCE_SECONDS = 600
EMAIL, PASSWORD = "buyer@institute.example", "correct horse battery"
CENTS = 100_000_000
STEPS = {
    "quote": "the quote",
    "order": "the order: match, hold, parts, log entry, receipt",
    "start": "the manifest and its roll",
    "nodes": "until three nodes on this machine have checked everybody",
}


def rows() -> list[Row]:
    """An order over 100,000 people; most of the time goes into making them."""
    people = effort.records(PEOPLE)
    took = measure(people)
    market = took["quote"] + took["order"] + took["start"]
    wall = market + took["nodes"]
    return [
        Row(f"an order over {people:,} people admitted, all on this machine", "s", wall, gate=MOST_SECONDS),
        *(Row(f"· {what}", "s", took[step]) for step, what in STEPS.items()),
        Row("· CPU of the marketplace", "s", took["market_cpu"]),
        Row("· CPU of the slowest node", "s", took["node_cpu"]),
        Row("· the same where each node has a core: one after the other", "s", market + took["node_cpu"]),
        Row("· memory of the marketplace", "GB", took["market_peak"] / 1e9),
        Row("· memory of a node", "GB", took["node_peak"] / 1e9),
    ]


def measure(people: int) -> dict[str, float]:
    """Let so many people be ordered once.

    Raises:
        JobFailedError: a node did not admit them.
    """
    with tempfile.TemporaryDirectory() as name, status_lists() as lists:
        town = Town(Path(name), lists)
        settings = furnish(town)
        _fill(town, settings, people)
        account = _buyer(town, settings)
        with town.served() as workers:
            town.wait_until_well()
            with get_context("spawn").Pool(1) as pool:
                took = pool.apply(_admitted, (settings, account, workers, people))
            took["node_peak"] = max(map(peak_bytes, workers))
    return took


def _fill(town: Town, settings: Settings, people: int) -> None:
    store = open_store(settings.database)
    nodes = [
        NodeFilling(town.folder, role, town.registry, f"{town.lists}students/") for role in range(len(NODES))
    ]
    fill(store, nodes, makers(town).people(range(people)))
    store.database.close()
    for each in nodes:
        each.close()


def _buyer(town: Town, settings: Settings) -> str:
    services, now = build(settings), datetime.now(UTC).replace(microsecond=0)
    key = town.buyer.credential_key
    handle = organisation_handle(sha256(b"bench"), organisation="institute")
    credential = issue_organisation_credential(
        Organisation("Institute", "research_institute", "AT"),
        Subject(handle, key.public),
        issuer=REGISTRAR,
        terms=Terms(StatusReference(f"{town.lists}organisations/0", 7), now - YEAR, now + YEAR),
    )
    results = tuple(each.public.to_bytes() for each in town.buyer.result_keys)
    mandate = Mandate(handle, MARKET, results, now - timedelta(hours=1), now + timedelta(days=1))
    account = services.add_account(EMAIL, PASSWORD)
    services.top_up(account.account_id, transfer_id="first", amount_cents=CENTS)
    services.register_organisation(
        account.account_id, credential=credential, mandate=sign_mandate(mandate, key)
    )
    return account.account_id


def _admitted(settings: Settings, account: str, workers: Sequence[int], people: int) -> dict[str, float]:
    """Order and drive until everybody is checked: seconds of each step, and what it took of the machine."""
    house = open_house(settings)
    services, duties = services_of(house, settings), duties_of(house, worker="bench")
    _witness(duties)
    marks, busy = [time.perf_counter()], time.process_time()
    quote = services.make_quote(account, QUERY)
    marks.append(time.perf_counter())
    placed = services.place_order(
        account, order_id=str(uuid4()), query=QUERY, accepted_price_cents=quote.price.gross_cents
    )
    marks.append(time.perf_counter())
    _drive(house, duties, placed.order_id, lambda job: job.manifest is not None)
    marks.append(time.perf_counter())
    before = [cpu_seconds(worker) for worker in workers]
    _drive(house, duties, placed.order_id, lambda job: job.state is not JobState.QUEUED)
    marks.append(time.perf_counter())
    cpu = [cpu_seconds(worker) - earlier for worker, earlier in zip(workers, before, strict=True)]
    _require_all(house, placed.order_id, people)
    took = {step: marks[at + 1] - marks[at] for at, step in enumerate(STEPS)}
    own = peak_bytes("self")
    house.close()
    return {
        **took, "market_cpu": time.process_time() - busy, "market_peak": own, "node_cpu": max(cpu),
    }  # fmt: skip


def _drive(house: House, duties: Duties, order_id: str, is_there: Callable[[Job], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_there(job := _job(house, order_id)):
        if time.monotonic() > deadline or job.state in {JobState.FAILED, JobState.REFUNDED}:
            raise JobFailedError(f"the job did not come so far: {job.state}, {job.reason}")
        duties.drive_jobs()
        _witness(duties)
        time.sleep(LOOK_SECONDS)  # the nodes are checking; like the worker, this can only ask


def _witness(duties: Duties) -> None:
    for node in NODES:
        duties.witness_log(node)


def _job(house: House, order_id: str) -> Job:
    with house.store.reading() as books:
        order = books.orders.get(order_id)
        assert order is not None  # noqa: S101 — it was just placed
        return books.orders.job(order.job_id)


def _require_all(house: House, order_id: str, people: int) -> None:
    with house.store.reading() as books:
        order = books.orders.get(order_id)
        parts = [] if order is None else books.orders.parts(order.job_id)
    if len(parts) != people or _job(house, order_id).state not in {
        JobState.ADMITTED,
        JobState.RUNNING,
        JobState.RELEASED,
    }:
        raise JobFailedError(f"of {people} people {len(parts)} are in the job")
