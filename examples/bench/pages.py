"""How fast are the pages of the market, against a bare Flask view that does one indexed query?

The market is served as operators serve it (`marketplace serve`: gunicorn with one process and eight threads,
SQLite in WAL mode) over the books of `pages_books`. The peer (`pages_bare`) runs on the same server with the
same settings over the same file. What a server can answer is measured with eight connections that always ask
(`pages_load`), in turns of peer and pages, so that a busy moment hits all alike; a page's ratio is the median
of its ratios to the peer's rate of the same turn. Then each page is asked for at half its own rate for some
seconds at constant intervals, and the slowest hundredth counts from when each request was to be sent.

Why a ratio of rates and not seconds: both need one core of this machine, whichever it is, and whatever else
runs on it. What is left of a page's cost: checking the session or the key in the database at each request,
which is never kept; the signature of the session's cookie; form protection and counting.
"""

import re
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

from examples.bench import effort, pages_books
from examples.bench.pages_load import latencies, rate, request_of
from examples.bench.row import Row
from examples.town import MARKETPLACE, Town, free_port
from marketplace.bootstrap import open_house, services_of
from marketplace.config import DATABASE, Settings
from marketplace.domain.job import JobState

FOLDER = Path(".demo-pages")
ROUNDS = 7
SECONDS, QUICK_SECONDS = 3.0, 0.5
LEAST_SHARE = 0.7
MOST_P99_MS = 100.0
MILLI = 1e3
PEER = "Flask, one indexed query"
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class PageMissingError(Exception):
    """A page that is to be measured is not there."""


class Page(NamedTuple):
    """A page by its name in the table, and the request for it."""

    name: str
    request: bytes


def rows() -> list[Row]:
    """For each page, milliseconds a request against the peer's, and its p99 at half its rate."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    town = Town(FOLDER.resolve())
    try:
        town.found()
        known = fill_books(town)
        town.start(MARKETPLACE)
        port = town.ports[MARKETPLACE]
        with _peer(town, known) as (peer_port, asked):
            return _measure(port, list(_pages(port, known)), peer_port, asked)
    finally:
        town.close()
        shutil.rmtree(FOLDER, ignore_errors=True)


def fill_books(town: Town) -> pages_books.Known:
    """Write the books of a town's market, before it is started."""
    settings = Settings(town.home(MARKETPLACE), town.registry, town.authority)
    house = open_house(settings)
    try:
        return pages_books.fill(house.store, services_of(house, settings))
    finally:
        house.close()


def _measure(port: int, pages: list[Page], peer_port: int, asked: bytes) -> list[Row]:
    seconds = QUICK_SECONDS if effort.is_quick() else SECONDS
    turns = []
    for turn in range(effort.rounds(ROUNDS) + 1):
        measured = [rate(peer_port, asked, seconds=seconds)]
        measured += [rate(port, page.request, seconds=seconds) for page in pages]
        turns += [measured] if turn else []  # the first one warms up
    peer = statistics.median(turn[0] for turn in turns)
    found = []
    for place, page in enumerate(pages, start=1):
        share = statistics.median(turn[place] / turn[0] for turn in turns)
        found.append(Row(page.name, "ms", MILLI / (share * peer), PEER, MILLI / peer, LEAST_SHARE))
    for place, page in enumerate(pages, start=1):
        half = statistics.median(turn[place] for turn in turns) / 2
        taken = latencies(port, page.request, a_second=half, seconds=seconds * 2)
        slowest = statistics.quantiles(taken, n=100)[-1]
        found.append(
            Row(f"{page.name}: p99 at {half:,.0f} a second", "ms", MILLI * slowest, gate=MOST_P99_MS)
        )
    return found


def _pages(port: int, known: pages_books.Known) -> Iterator[Page]:
    stranger = {"Cookie": first_cookie(port)}
    signed_in = {"Cookie": sign_in(port, known.email)}
    with_key = {"Authorization": f"Bearer {known.api_key}"}
    running, finished = (f"/orders/{known.orders[each]}" for each in (JobState.RUNNING, JobState.SETTLED))
    for name, path, headers in (
        ("catalogue", "/", stranger),
        ("catalogue, searched", "/?q=blood&purpose=dpv%3AAcademicResearch&people=50", stranger),
        ("catalogue, signed in", "/", signed_in),
        ("a data set", "/data/exam/1", stranger),
        ("an order under way", running, signed_in),
        ("an order that is settled", finished, signed_in),
        ("JSON: data sets", "/api/v1/data-sets", {}),
        ("JSON: an order under way", f"/api/v1{running}", with_key),
        ("JSON: an order that is settled", f"/api/v1{finished}", with_key),
    ):
        yield Page(name, request_of(port, path, headers))


def first_cookie(port: int) -> str:
    """What a browser keeps of its first page and shows with every other one."""
    connection = HTTPConnection("127.0.0.1", port)
    try:
        connection.request("GET", "/")
        return _cookie(connection.getresponse().getheader("Set-Cookie"))
    finally:
        connection.close()


def sign_in(port: int, email: str) -> str:
    """The cookie of a buyer who signed in on the page."""
    connection = HTTPConnection("127.0.0.1", port)
    try:
        connection.request("GET", "/sign-in")
        answer = connection.getresponse()
        cookie = _cookie(answer.getheader("Set-Cookie"))
        token = _TOKEN.search(answer.read().decode())
        if token is None:
            raise PageMissingError("the page to sign in has no form")
        form = urlencode({"csrf_token": token[1], "email": email, "password": pages_books.PASSWORD})
        headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", "/sign-in", body=form, headers=headers)
        answer = connection.getresponse()
        if answer.status != HTTPStatus.FOUND:
            raise PageMissingError(f"signing in answered {answer.status}")
        entered = _cookie(answer.getheader("Set-Cookie"))
        answer.read()
        connection.request("GET", "/", headers={"Cookie": entered})  # as a browser goes on
        return _cookie(connection.getresponse().getheader("Set-Cookie")) or entered
    finally:
        connection.close()


def _cookie(header: str | None) -> str:
    return (header or "").partition(";")[0]


@contextmanager
def _peer(town: Town, known: pages_books.Known) -> Iterator[tuple[int, bytes]]:
    """The peer as a process: its port, and the request for its page."""
    port = free_port()
    database = f"sqlite:///{town.home(MARKETPLACE) / DATABASE}"
    command = [sys.executable, "-m", "examples.bench.pages_bare", database, str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            if process.stdout is None or not process.stdout.readline():
                raise PageMissingError("the peer does not start")
            yield port, request_of(port, f"/{known.orders[JobState.SETTLED]}", {})
        finally:
            process.terminate()
