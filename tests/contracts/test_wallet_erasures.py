"""What the store of erasures promises, asked of the database and of the fake."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from ssi.hosting.database import Database
from tests.wallet.fakes import (
    CHEAP,
    NOW,
    MemoryErasureStore,
    MemoryWalletStore,
    deterministic,
)
from wallet.domain.custody import Attempts, LockedWallet, make_lock
from wallet.domain.erasure import COOLING_OFF, Erasure, Farewell, Recipient, planned
from wallet.storage.erasures import SqlErasureStore
from wallet.storage.schema import open_wallet_database
from wallet.storage.wallets import SqlWalletStore

pytestmark = pytest.mark.database

ANNA, BEN = "5d1e62f5-6e2b-4b5c-9f0e-0a6f2cf3ac01", "5d1e62f5-6e2b-4b5c-9f0e-0a6f2cf3ac02"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = open_wallet_database(database_url)
    yield opened
    opened.close()


@pytest.fixture(params=["memory", "sql"])
def stores(request: pytest.FixtureRequest) -> tuple[Any, Any]:
    if request.param == "memory":
        wallets: Any = MemoryWalletStore()
        erasures: Any = MemoryErasureStore(wallets)
    else:
        database = request.getfixturevalue("database")
        wallets, erasures = SqlWalletStore(database), SqlErasureStore(database)
    for wallet_id in (ANNA, BEN):
        lock = make_lock(b"k" * 32, "a password", wallet_id=wallet_id, cost=CHEAP, random=deterministic("x"))
        wallets.add(LockedWallet(wallet_id, f"digest {wallet_id}", b"g" * 16, lock, Attempts()))
    return wallets, erasures


def a_farewell(number: int) -> Farewell:
    name = f"5d1e62f5-6e2b-4b5c-9f0e-0a6f2cf3ad{number:02d}"
    return Farewell(name, Recipient.NODE, "node-a", "consent", "signed", NOW + timedelta(seconds=number))


def test_a_plan_stands_and_a_second_one_changes_nothing(stores: Any) -> None:
    _, erasures = stores
    first = planned(NOW)
    assert erasures.planned(ANNA) is None

    assert erasures.plan(ANNA, first, [a_farewell(1)]) == first
    assert erasures.plan(ANNA, planned(NOW + timedelta(days=1)), [a_farewell(2)]) == first

    assert erasures.planned(ANNA) == first
    assert erasures.farewells(10) == (a_farewell(1),)


def test_only_what_is_due_is_erased(stores: Any) -> None:
    wallets, erasures = stores
    erasures.plan(ANNA, planned(NOW), [])
    erasures.plan(BEN, Erasure(NOW, NOW + COOLING_OFF + timedelta(seconds=1)), [])

    assert erasures.erase_due(NOW + COOLING_OFF - timedelta(seconds=1)) == 0
    assert erasures.erase_due(NOW + COOLING_OFF) == 1

    assert wallets.generation(ANNA) is None
    assert wallets.generation(BEN) is not None
    assert erasures.planned(ANNA) is None
    assert erasures.erase_due(NOW + COOLING_OFF) == 0


def test_a_cancelled_plan_is_none(stores: Any) -> None:
    wallets, erasures = stores
    erasures.plan(ANNA, planned(NOW), [])

    erasures.cancel(ANNA)
    erasures.cancel(BEN)

    assert erasures.erase_due(NOW + COOLING_OFF * 2) == 0
    assert wallets.generation(ANNA) is not None


def test_farewells_outlive_the_wallet_until_they_are_said(stores: Any) -> None:
    _, erasures = stores
    erasures.plan(ANNA, planned(NOW), [a_farewell(2), a_farewell(1), a_farewell(3)])
    erasures.erase_due(NOW + COOLING_OFF)
    assert erasures.farewells(2) == (a_farewell(1), a_farewell(2))

    erasures.said(a_farewell(1).farewell_id)
    erasures.said(a_farewell(1).farewell_id)

    assert erasures.farewells(10) == (a_farewell(2), a_farewell(3))
