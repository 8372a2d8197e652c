"""What does a wallet need for a million readings: to take them in, to show 50,000 of them, to come home?

A heart rate every half minute for a year, on SQLite with every batch committed to survive a power cut; beside
it 200 credentials with their keys. All of it is CPU time of one core, so that neighbours change little; a
million a minute are 60 µs a reading. Pages are the server's work alone, medians, without a network. In a
browser come its own work and the drawing, which the tests look at and do not time.
"""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from flask.testing import FlaskClient

from crypto.randomness import random_bytes
from crypto.sealing import Argon2Cost
from crypto.signing import generate_es256
from examples.bench import effort
from examples.bench.row import Row
from ssi.dataset import data_set
from ssi.issuance import IssuerKey, Subject, Terms, issue_credential, person_handle
from ssi.record import Record
from ssi.status_list import StatusReference
from wallet.bootstrap import sql_stores
from wallet.domain.credential import HeldCredential
from wallet.domain.measured import Measured
from wallet.domain.period import Period, Span
from wallet.domain.session import Session
from wallet.services.custody_suite import Custody
from wallet.services.outside import Partners, Stores
from wallet.services.show_suite import Askers
from wallet.services.suite import Services, assemble
from wallet.storage.schema import open_wallet_database
from wallet.web.app import create_app

READINGS, CREDENTIALS, SHOWN = 1_000_000, 200, 50_000
ROUNDS = 7
SECONDS_BETWEEN = 30
MOST_MICROSECONDS, MOST_PAGE, MOST_HOME = 60.0, 1_000.0, 100.0
BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
NAME, PASSWORD = "bench", "a sentence nobody guesses"
DATA_SET = data_set("exam/1")
LISTS = "https://university.example/status-lists/1"
EXAM: dict[str, Any] = {
    "exam_score": 0.261,
    "reading_score": -1.5,
    "school_average": 0.1,
    "verbal_reasoning": "top",
    "intake": "bottom",
    "sex": "female",
    "school_type": "girls",
}


@dataclass(frozen=True)
class Wallet:
    """An open wallet, its browser, and the stores behind it."""

    services: Services
    session: Session
    stores: Stores
    browser: FlaskClient


def rows() -> list[Row]:
    """Taking in, looking, coming home."""
    count = effort.records(READINGS)
    with _wallet() as wallet:
        taken = _cpu_seconds(lambda: wallet.services.streams.keep(wallet.session, "Watch", _pulse(count)))
        again = _cpu_seconds(lambda: wallet.services.streams.keep(wallet.session, "Watch", _pulse(count)))
        _collect(wallet, effort.records(CREDENTIALS))
        dense = _dense_day(wallet)
        week = _page(dense)
        (stream,) = (
            each for each in wallet.services.streams.read.all(wallet.session) if each.source == "Watch"
        )
        found = {
            "stream, a reading taken in, sealed and committed": (
                "µs",
                taken / count * 1e6,
                MOST_MICROSECONDS,
            ),
            "stream, the same reading again": ("µs", again / count * 1e6, MOST_MICROSECONDS),
            "stream, a day of 50,000 readings opened": (
                "ms",
                _milliseconds(lambda: _open(wallet, dense)),
                None,
            ),
            "stream, its page": ("ms", _milliseconds(lambda: _get(wallet, week)), MOST_PAGE),
            "stream, a year of 1,000,000 readings, its page": (
                "ms",
                _milliseconds(lambda: _get(wallet, f"/streams/{stream.row_id}?view=year")),
                None,
            ),
            "home with 200 credentials and 1,000,000 readings": (
                "ms",
                _milliseconds(lambda: _get(wallet, "/home")),
                MOST_HOME,
            ),
        }
    return [Row(name, unit, ours, gate=gate) for name, (unit, ours, gate) in found.items()]


@contextmanager
def _wallet() -> Iterator[Wallet]:
    with tempfile.TemporaryDirectory() as folder:
        database = open_wallet_database(f"sqlite:///{Path(folder) / 'wallet.db'}")
        nobody = cast(Any, None)  # nothing here asks a partner
        partners = Partners(
            **{each.name: nobody for each in fields(Partners)} | {"askers": Askers(nobody, nobody)}
        )
        stores = sql_stores(database)
        services = assemble(stores, partners, Custody(random_bytes(32), Argon2Cost(32, 1, 1)), clock=_now)
        services.create_wallet(NAME, PASSWORD)
        app = create_app(services)
        app.config["WTF_CSRF_ENABLED"] = False
        browser = app.test_client()
        browser.post("/sign-in", data={"login": NAME, "password": PASSWORD})
        yield Wallet(services, services.open_wallet(NAME, PASSWORD), stores, browser)
        database.close()


def _now() -> datetime:
    return datetime.now(UTC)


def _pulse(count: int, *, every: float = SECONDS_BETWEEN) -> Iterator[Measured]:
    for place in range(count):
        at = BEGIN + timedelta(seconds=every * place)
        yield Measured("heart-rate", at, None, Decimal(60 + place * 7919 % 50))


def _collect(wallet: Wallet, count: int) -> None:
    """Credentials as they lie in a wallet; that they were verified before costs nothing any more."""
    issuer = IssuerKey("did:web:university.example", "exams", generate_es256())
    for place in range(count):
        holder = generate_es256()
        handle = person_handle(bytes(32), data_set=DATA_SET.ref, person=str(place))
        terms = Terms(StatusReference(LISTS, place), BEGIN, BEGIN + timedelta(days=3650))
        record = Record.commit(DATA_SET, EXAM)
        held = HeldCredential(
            row_id=str(UUID(int=place, version=4)),
            compact=issue_credential(record, Subject(handle, holder.public), issuer=issuer, terms=terms),
            holder_key=holder,
            issuer_id=issuer.issuer_id,
            issuer_name="University",
            data_set=DATA_SET.ref,
            handle=handle,
            digest=f"digest {place}",
            issued_at=terms.issued_at,
            expires_at=terms.expires_at,
            claims=EXAM,
            status=terms.status,
            received_at=BEGIN,
        )
        wallet.stores.credentials.save(wallet.session, held)


def _dense_day(wallet: Wallet) -> str:
    """The row of a stream whose last day has 50,000 readings."""
    every = timedelta(days=1).total_seconds() / (SHOWN + 1)
    (row_id,) = wallet.services.streams.keep(wallet.session, "Strap", _pulse(SHOWN, every=every)).streams
    return row_id


def _page(row_id: str) -> str:
    return f"/streams/{row_id}?view=day"


def _open(wallet: Wallet, row_id: str) -> None:
    window = wallet.services.streams.read.window(wallet.session, row_id, Period(Span.DAY, BEGIN))
    if window.readings is None or len(window.readings) != SHOWN:
        raise RuntimeError("not the day that was meant")


def _get(wallet: Wallet, path: str) -> None:
    answer = wallet.browser.get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answered {answer.status}")


def _milliseconds(work: Callable[[], object]) -> float:
    work()
    return statistics.median(_cpu_seconds(work) for _ in range(effort.rounds(ROUNDS))) * 1e3


def _cpu_seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began
