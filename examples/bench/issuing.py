"""What does it cost to issue ten thousand credentials from a table?

The table first: read, checked, registered, with its offers and what became of each row, sealed and committed
chunk by chunk, to a SQLite file that survives a power cut. Then the signing, which happens when a wallet
brings its key: the record is encoded and committed to, takes a place in a status list and is signed as an
SD-JWT VC. The rows say microseconds of one core a credential (CPU time of this process, so that neighbours on
the machine change little), and 1,000 credentials a second are a gate of 1,000 µs.
"""

import csv
import io
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from crypto.randomness import random_bytes
from crypto.signing import generate_es256
from examples.bench import effort
from examples.bench.row import Row
from ssi.dataset import data_set
from ssi.issuance import Subject, Terms, issue_credential, person_handle
from ssi.issuer_service.bootstrap import open_issuer, open_work
from ssi.issuer_service.domain.catalogue import Catalogue
from ssi.issuer_service.domain.status_positions import position
from ssi.issuer_service.domain.table_file import read_table
from ssi.issuer_service.domain.template import TemplateTerms
from ssi.issuer_service.folder import make_folder
from ssi.issuer_service.opened import IssuerApp
from ssi.issuer_service.services.keep_templates import KeepTemplates
from ssi.issuer_service.services.take_batch import TakeBatch
from ssi.issuer_service.settings import IssuerSettings
from ssi.record import Record
from ssi.status_list import StatusReference

ROWS = 10_000
SIGNED = 2_000
GATE = 1_000.0
"""Microseconds a credential: 1,000 credentials a second."""

MICRO = 1e6
NOW = datetime(2026, 11, 1, tzinfo=UTC)
VALUES = {
    "exam_score": 0.261,
    "reading_score": -1.5,
    "school_average": 0.1,
    "verbal_reasoning": "top",
    "intake": "bottom",
    "sex": "female",
    "school_type": "girls",
}


def rows() -> list[Row]:
    """Registering a table, and each step of signing."""
    with tempfile.TemporaryDirectory() as folder:
        issuer = _founded(Path(folder) / "office")
        registered = _registered(issuer, effort.records(ROWS))
        committed, placed, signed = _signed(issuer, effort.records(SIGNED))
        issuer.database.close()
    whole = registered + committed + placed + signed
    return [
        Row("register a row of a table, with its offer", "µs", registered),
        Row("encode and commit to a record", "µs", committed),
        Row("take a place in a status list of 65,536", "µs", placed),
        Row("sign it as an SD-JWT VC", "µs", signed),
        Row("a credential from the table to the signature", "µs", whole, gate=GATE),
    ]


def _founded(folder: Path) -> IssuerApp:
    settings = IssuerSettings(
        id="did:web:university.example",
        name="University",
        url="http://127.0.0.1:8701",
        data_sets=("exam/1",),
        organisations=False,
        database_url=f"sqlite:///{folder / 'issuer.sqlite'}",
    )
    folder.mkdir()
    identity = make_folder(folder, settings, key=generate_es256(), secret=random_bytes(32))
    return replace(open_issuer(identity), now=lambda: NOW)


def _registered(issuer: IssuerApp, count: int) -> float:
    """Microseconds a row from the file's bytes to the last commit."""
    catalogue = Catalogue.of(("exam/1",), organisations=False)
    keep, take = KeepTemplates(issuer.books, random_bytes), TakeBatch(issuer.books, catalogue, random_bytes)
    template = keep.create(catalogue.get("exam/1"), TemplateTerms("Exams"), by="bench", now=NOW)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["external_id", *VALUES])
    writer.writerows([f"student-{number}", *VALUES.values()] for number in range(count))
    raw = out.getvalue().encode()
    work = open_work(issuer)
    begin = time.process_time()
    taken = take(template.template_id, read_table(raw), file_name="exams.csv", by="bench", now=NOW)
    take.start(taken.batch.batch_id)
    work.until_idle()
    return (time.process_time() - begin) / count * MICRO


def _signed(issuer: IssuerApp, count: int) -> tuple[float, float, float]:
    """Microseconds a credential for committing, for its place, and for signing."""
    named = data_set("exam/1")
    holder, key = generate_es256().public, issuer.identity.issuer
    seed, secret = random_bytes(32), random_bytes(32)
    for _ in range(200):  # an office that issues so many has the tables of its generators already
        Record.commit(named, VALUES)
    begin = time.process_time()
    records = [Record.commit(named, VALUES) for _ in range(count)]
    committed = time.process_time()
    places = [position(seed, ordinal, 2**16) for ordinal in range(count)]
    placed = time.process_time()
    for record, place in zip(records, places, strict=True):
        status = StatusReference("http://127.0.0.1:8701/status-lists/0", place)
        terms = Terms(status, issued_at=NOW, expires_at=NOW + timedelta(days=365))
        handle = person_handle(secret, data_set=named.ref, person=str(place))
        issue_credential(record, Subject(handle, holder), issuer=key, terms=terms)
    ended = time.process_time()
    spent = (committed - begin, placed - committed, ended - placed)
    return (spent[0] / count * MICRO, spent[1] / count * MICRO, spent[2] / count * MICRO)
