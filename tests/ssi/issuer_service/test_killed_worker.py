"""A batch survives its process being killed: another goes on, nothing is done twice or lost."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from ssi.issuer_service.bootstrap import create_app, open_issuer, open_work, utc_now
from ssi.issuer_service.folder import open_folder
from tests.ssi.issuer_service.offices import found_office
from tests.ssi.issuer_service.tables import table
from tests.ssi.issuer_service.visitors import Institution, answer_of

ROWS = 2600
_WORKS_ON = """
import os, signal, sys
from pathlib import Path
from ssi.issuer_service.bootstrap import open_issuer, open_work
from ssi.issuer_service.folder import open_folder
from ssi.issuer_service.storage.batches import SqlBatches
whole, chunks = SqlBatches.settle, []
def settle(self, batch_id, rows):
    chunks.append(len(rows))
    whole(self, batch_id, rows)
    if len(chunks) == 3:
        os.kill(os.getpid(), signal.SIGKILL)  # after the third chunk was written, before it was committed
SqlBatches.settle = settle
open_work(open_issuer(open_folder(Path(sys.argv[1])))).until_idle()
"""


@pytest.mark.database
def test_a_batch_goes_on_after_its_process_was_killed(tmp_path: Path, database_url: str):
    folder = tmp_path / "university"
    office = found_office(folder, database_url)
    office.clock.moment = utc_now()
    template = office.institution.template()
    batch = answer_of(office.institution.send_table(template, table(ROWS)))
    root = Path(__file__).parents[3]

    killed = subprocess.run(
        [sys.executable, "-c", _WORKS_ON, str(folder)],
        check=False,
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    path = f"/batches/{batch['batch_id']}"
    left = answer_of(office.institution.get(path))
    later = open_issuer(open_folder(folder), now=lambda: utc_now() + timedelta(minutes=2))
    open_work(later).until_idle()

    client = Institution(create_app(later).test_client(), office.institution.key)
    done = answer_of(client.get(path))
    assert killed.returncode == -signal.SIGKILL
    assert (left["state"], left["done"]) == ("running", 1000)
    assert (done["state"], done["counts"]["issued"]) == ("finished", ROWS)
    with later.books.reading() as register:
        assert sum(register.entries.counts().values()) == ROWS
    for issuer in (later, office.issuer):
        issuer.database.close()
