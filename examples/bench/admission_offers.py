"""How many offers does a served marketplace take in a minute, from wallets on the same machine?

`marketplace serve` as it is served by default, over HTTP on loopback, on SQLite and, where one answers, on
PostgreSQL. Offers are made and signed beforehand by as many keys; several clients send them over connections
that stay open. All of it shares this machine's cores, so the CPU of the server's process is shown as well.
A rate is that of the offers that were sent, taken to a minute.
"""

import http.client
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple

from examples.bench import effort
from examples.bench.admission_market import furnish, makers, postgresql, served
from examples.bench.row import Row
from examples.bench.scale import cpu_seconds, peak_bytes
from examples.bench.scale_town import Town, status_lists
from marketplace.config import Settings

OFFERS = 3000
WARMING = 40
CLIENTS = 8
MOST_SECONDS = 6.0
"""For a thousand of them: 10,000 a minute."""


class RefusedError(Exception):
    """The marketplace did not take an offer."""


class _Taken(NamedTuple):
    seconds: float
    cpu: float
    peak: int


def rows() -> list[Row]:
    """Offers on each database that there is."""
    count = WARMING + effort.records(OFFERS)
    found: list[Row] = []
    with tempfile.TemporaryDirectory() as name, status_lists() as lists, postgresql() as server:
        town = Town(Path(name), lists)
        settings, bodies = furnish(town), list(makers(town).bodies(range(count)))
        databases = {"SQLite": settings}
        if server is not None:
            databases["PostgreSQL"] = replace(settings, database_url=server)
        for kind, each in databases.items():
            taken, offers = _measure(each, bodies, Path(name) / "market.log"), count - WARMING
            a_minute = offers / taken.seconds * 60
            found += [
                Row(f"1,000 offers published, {kind}", "s", taken.seconds / offers * 1000, gate=MOST_SECONDS),
                Row("· that is, in a minute", "offers", a_minute),
                Row("· CPU of the server, each", "ms", taken.cpu / offers * 1000),
                Row("· memory of the server", "GB", taken.peak / 1e9),
            ]
    return found


def _measure(settings: Settings, bodies: Sequence[bytes], log: Path) -> _Taken:
    with served(settings, log) as (port, worker):
        _send(port, bodies[:WARMING])
        rest, failed = bodies[WARMING:], list[Exception]()

        def client(place: int) -> None:
            try:
                _send(port, rest[place::CLIENTS])
            except (RefusedError, OSError, http.client.HTTPException) as error:
                failed.append(error)

        clients = [threading.Thread(target=client, args=(place,)) for place in range(CLIENTS)]
        busy, began = cpu_seconds(worker), time.perf_counter()
        for each in clients:
            each.start()
        for each in clients:
            each.join()
        taken = _Taken(time.perf_counter() - began, cpu_seconds(worker) - busy, peak_bytes(worker))
    if failed:
        raise failed[0]
    return taken


def _send(port: int, bodies: Sequence[bytes]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    for body in bodies:
        connection.request("POST", "/api/v1/offers", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        said = answer.read()
        if answer.status != HTTPStatus.CREATED:
            raise RefusedError(f"{answer.status}: {said[:200]!r}")
    connection.close()
