"""The worker of a serving process does what waits, survives failures and ends when told."""

import threading
from dataclasses import replace
from typing import Any

import pytest

from ssi.issuer_service import worker
from ssi.issuer_service.bootstrap import create_served_app, open_work
from ssi.issuer_service.worker import Work, Worker
from tests.ssi.issuer_service.tables import table
from tests.ssi.issuer_service.visitors import Office, answer_of

pytestmark = pytest.mark.database
TO_THE_END = 12.0
"""How long a worker sleeps for it to wait a minute for the piece that it works on, when it is told to end."""


def test_a_served_app_works_on_tables_by_itself(office: Office, monkeypatch):
    monkeypatch.setattr(worker, "IDLE_SECONDS", 0.01)
    app = create_served_app(office.issuer)
    batch = answer_of(office.institution.send_table(office.institution.template(), table(2)))
    done = threading.Event()
    for _ in range(2000):
        found = answer_of(office.institution.get(f"/batches/{batch['batch_id']}"))
        if found["state"] == "finished" or done.wait(0.01):
            break
    monkeypatch.setattr(worker, "IDLE_SECONDS", TO_THE_END)
    for close in app.extensions["argonauta.closing"]:
        close()

    assert found["counts"]["issued"] == 2


def test_a_piece_that_fails_is_tried_again_and_told_without_its_message(office: Office, monkeypatch, caplog):
    monkeypatch.setattr(worker, "IDLE_SECONDS", 0.0)
    tried, again = [], threading.Event()

    def fails(**_named: object) -> int:
        tried.append(1)
        if len(tried) > 1:
            again.set()
        raise RuntimeError("the secret of the webhook")

    failing: Any = fails
    work: Work = replace(open_work(office.issuer), events=failing)
    running = Worker(work)
    running.start()
    was_tried_again = again.wait(60)
    monkeypatch.setattr(worker, "IDLE_SECONDS", TO_THE_END)
    running.stop()

    assert was_tried_again
    assert "RuntimeError" in caplog.text or any("RuntimeError" in str(vars(r)) for r in caplog.records)
    assert "secret of the webhook" not in caplog.text


@pytest.mark.parametrize("kind", ["batches", "events", "letters"])
def test_a_kind_of_work_that_fails_holds_up_no_other(office: Office, kind):
    done = []

    def fails(**_named: object) -> int:
        raise RuntimeError(kind)

    def does(**_named: object) -> int:
        done.append(1)
        return 0

    def nothing(**_named: object) -> None:
        done.append(1)

    doing: dict[str, Any] = {"batches": nothing, "events": does, "letters": does, kind: fails}
    with pytest.raises(RuntimeError, match=kind):
        replace(open_work(office.issuer), **doing).once()

    assert len(done) == 2


def test_a_receiver_that_does_not_answer_holds_up_no_batch(office: Office, monkeypatch):
    monkeypatch.setattr(worker, "IDLE_SECONDS", 0.01)
    released, worked = threading.Event(), threading.Event()

    def hangs(**_named: object) -> int:
        released.wait(60)
        return 0

    def works(**_named: object) -> None:
        worked.set()

    doing: dict[str, Any] = {"events": hangs, "batches": works}
    running = Worker(replace(open_work(office.issuer), **doing))
    running.start()
    went_on = worked.wait(60)
    released.set()
    monkeypatch.setattr(worker, "IDLE_SECONDS", TO_THE_END)
    running.stop()

    assert went_on
