"""What every `PayoutBook` promises, asked of the one in memory and of the one in SQL."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from marketplace.domain.payout import PaidLine, Payout, PayoutState
from marketplace.services.ports import Store
from marketplace.storage.store import open_store
from tests.marketplace.fakes import MemoryStore
from tests.marketplace.mpc_node.parties import NOW


@pytest.fixture(params=["memory", "sql"])
def store(request, database_url) -> Iterator[Store]:
    if request.param == "memory":
        yield MemoryStore()
        return
    opened = open_store(database_url)
    yield opened
    opened.database.close()


def _payout(number: int, **changes: object) -> Payout:
    members: dict[str, object] = {
        "payout_id": f"payout-{number}",
        "state": PayoutState.REQUESTED,
        "lines": (PaidLine("urn:uuid:a", 500), PaidLine("urn:uuid:b", 1)),
        "request_digest": "d" * 43,
        "requested_at": NOW + timedelta(seconds=number),
        "payee": b"sealed",
    }
    return Payout(**{**members, **changes})  # type: ignore[arg-type]


def test_a_payout_is_read_back_with_its_lines(store):
    with store.writing() as books:
        books.payouts.add(_payout(1))

    with store.reading() as books:
        assert books.payouts.get("payout-1") == _payout(1)
        assert books.payouts.get("payout-2") is None


def test_those_of_a_state_come_the_oldest_first_and_no_more_than_asked_for(store):
    with store.writing() as books:
        for number in (3, 1, 2):
            books.payouts.add(_payout(number))
        books.payouts.decide("payout-1", PayoutState.REFUSED, at=NOW, reason="why")

    with store.reading() as books:
        found = books.payouts.all(PayoutState.REQUESTED, limit=1)
        refused = books.payouts.all(PayoutState.REFUSED, limit=9)
    assert [each.payout_id for each in found] == ["payout-2"]
    assert [(each.reason, each.payee, each.decided_at) for each in refused] == [("why", None, NOW)]


def test_an_export_is_remembered(store):
    with store.writing() as books:
        books.payouts.add(_payout(1))
        books.payouts.exported("payout-1", NOW)

    with store.reading() as books:
        assert books.payouts.get("payout-1") == _payout(1, exported_at=NOW)
