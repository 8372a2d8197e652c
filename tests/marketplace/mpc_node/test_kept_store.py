"""Short forms of papers come and go with their contributions, and terms with the last who names them."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text

from crypto.encoding import sha256
from crypto.sealing import Vault
from marketplace.mpc_node.bootstrap import MIGRATIONS
from marketplace.mpc_node.columns.share_rows import Group, ShareRow
from marketplace.mpc_node.kept_papers import KeptRow
from marketplace.mpc_node.storage.batch import BATCH
from marketplace.mpc_node.storage.contributions import (
    ContributionStore,
    Incoming,
    Kept,
    StoredContribution,
    Tombstone,
)
from marketplace.mpc_node.storage.kept import KeptPapersStore
from marketplace.mpc_node.storage.ledger import PrivacyLedger, Purchase
from marketplace.mpc_node.storage.share_files import ShareFiles
from ssi.hosting.database import Database, migrate, open_database
from tests.marketplace.mpc_node.parties import NOW

ONE = Decimal(1)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An empty, migrated database."""
    opened = open_database(database_url)
    migrate(opened.engine, MIGRATIONS)
    yield opened
    opened.close()


@pytest.fixture
def store(database: Database, tmp_path: Path) -> ContributionStore:
    """The contributions of a node with an empty folder."""
    return ContributionStore(database, ShareFiles(tmp_path / "shares", Vault(bytes(32))))


@pytest.fixture
def kept(database: Database) -> KeptPapersStore:
    """Their short forms."""
    return KeptPapersStore(database)


def form(consent_id: str, terms: bytes = b"terms", *, more: bytes = b"") -> KeptRow:
    """A short form: its tag is not looked at here."""
    return KeptRow(consent_id, f"handle of {consent_id}", b"\x01" + sha256(terms) + more, terms)


def incoming(each: KeptRow) -> Incoming:
    """A contribution that nobody withdrew, with its short form."""
    stored = StoredContribution(each.consent_id, "body", each.handle, {"kty": "EC"}, "shown", "agreed")
    row = ShareRow(Group("exam/1", 0), np.arange(8, dtype=np.uint64))
    return Incoming(stored, row, lambda token: False, each)


def put(store: ContributionStore, *forms: KeptRow) -> list[Kept]:
    """Store contributions."""
    return store.put([incoming(each) for each in forms], now=NOW)


def read(kept: KeptPapersStore, ids: Sequence[str]) -> dict[str, bytes]:
    """The forms of some people."""
    return {consent_id: papers for batch in kept.read(ids) for consent_id, _, papers in batch}


def bury(store: ContributionStore, consent_id: str) -> None:
    """Let somebody withdraw."""
    store.bury(Tombstone(consent_id, {"kty": "EC"}, NOW, "receipt"))


def terms_of(database: Database) -> dict[bytes, int]:
    """All terms, and how many name them."""
    with database.engine.connect() as connection:
        rows = connection.execute(text("SELECT terms, people FROM kept_terms")).all()
    return {bytes(terms): people for terms, people in rows}


def test_forms_come_with_their_contributions(store: ContributionStore, kept: KeptPapersStore):
    put(store, form("c-1"), form("c-2", b"others"))

    assert read(kept, ["c-1", "c-2", "c-3"]) == {
        "c-1": form("c-1").papers,
        "c-2": form("c-2", b"others").papers,
    }
    digests = [sha256(b"terms"), sha256(b"others"), sha256(b"unknown")]
    assert kept.terms(digests) == {digests[0]: b"terms", digests[1]: b"others"}


def test_a_contribution_that_is_not_taken_leaves_no_form(
    store: ContributionStore, kept: KeptPapersStore, database: Database
):
    put(store, form("c-1"))
    bury(store, "c-1")

    assert put(store, form("c-1")) == [Kept.WITHDRAWN]
    assert read(kept, ["c-1"]) == {}
    assert terms_of(database) == {}


def test_more_people_than_one_statement_takes_are_read(store: ContributionStore, kept: KeptPapersStore):
    ids = [f"c-{index}" for index in range(2 * BATCH + 7)]
    put(store, *(form(each, b"terms %d" % (index % 3)) for index, each in enumerate(ids)))

    assert set(read(kept, ids)) == set(ids)
    assert set(read(kept, ids[: BATCH + 1])) == set(ids[: BATCH + 1])
    assert set(read(kept, ids[:3])) == set(ids[:3])


def test_terms_stay_as_long_as_somebody_names_them(store: ContributionStore, database: Database):
    put(store, form("c-1"), form("c-2"))
    put(store, form("c-3"), form("c-4", b"others"))
    all_of_them = terms_of(database)
    for consent_id in ("c-1", "c-3", "c-4"):
        bury(store, consent_id)
    one_left = terms_of(database)
    bury(store, "c-2")

    assert all_of_them == {b"terms": 3, b"others": 1}
    assert one_left == {b"terms": 1}
    assert terms_of(database) == {}


def test_a_form_that_is_made_anew_takes_the_place_of_the_earlier_one(
    store: ContributionStore, kept: KeptPapersStore, database: Database
):
    put(store, form("c-1"), form("c-2"))

    kept.put([form("c-1", b"others", more=b"later")])

    assert read(kept, ["c-1"]) == {"c-1": form("c-1", b"others", more=b"later").papers}
    assert terms_of(database) == {b"terms": 1, b"others": 1}


def test_a_form_of_somebody_who_is_not_held_is_not_kept(
    store: ContributionStore, kept: KeptPapersStore, database: Database
):
    kept.put([form("c-1")])

    assert read(kept, ["c-1"]) == {}
    assert terms_of(database) == {}


def test_terms_that_are_others_than_their_digest_says_are_absent(
    store: ContributionStore, kept: KeptPapersStore, database: Database
):
    put(store, form("c-1"))
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE kept_terms SET terms = :forged"), {"forged": b"forged"})

    assert sha256(b"terms") not in kept.terms([sha256(b"terms")])


def test_altered_terms_are_written_again_with_the_next_papers(
    store: ContributionStore, kept: KeptPapersStore, database: Database
):
    put(store, form("c-1"))
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE kept_terms SET terms = :forged"), {"forged": b"forged"})

    put(store, form("c-2"))

    assert sha256(b"terms") in kept.terms([sha256(b"terms")])


def test_many_people_are_charged_in_one_purchase(database: Database):
    ledger, handles = PrivacyLedger(database), [f"handle {index}" for index in range(2 * BATCH + 1)]
    purchase = Purchase("job-1", "root", ONE)

    first = ledger.spend(purchase, dict.fromkeys(handles, ONE), now=NOW)
    again = ledger.spend(purchase, dict.fromkeys(handles, ONE), now=NOW + timedelta(days=1))
    other = ledger.spend(Purchase("job-2", "root", ONE), dict.fromkeys(handles, ONE), now=NOW)

    assert (first, again, other) == (frozenset(), frozenset(), frozenset(handles))
    assert {charge.account for charge in ledger.charges(handles)} == set(handles)
