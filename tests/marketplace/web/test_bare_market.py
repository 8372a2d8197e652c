"""A market as it stands after `marketplace init`: no card rail, no seller; each page is there."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from marketplace.config import Settings
from tests.marketplace.web.filled import Filled
from tests.marketplace.web.house import INSTITUTE, House, open_house
from tests.marketplace.web.queries import NOISY

pytestmark = pytest.mark.database


@pytest.fixture
def bare(tmp_path: Path, settings: Settings, database: Filled) -> Iterator[House]:
    opened = open_house(tmp_path, settings=settings, database=database, bare=True)
    yield opened
    opened.store.database.close()


def test_every_page_of_a_buyer_is_there(bare: House):
    buyer = bare.buyer("buyer@institute.example", INSTITUTE, euros=1000)
    order = bare.answer(buyer, NOISY)
    buyer.send(f"/orders/{order.order_id}/confirmation")
    paths = ("/", "/money", "/orders", f"/orders/{order.order_id}", "/organisation", "/account/invoices")

    pages = {path: buyer.get(path) for path in paths}

    assert {path: page.status_code for path, page in pages.items()} == dict.fromkeys(paths, 200)
    assert "Pay by card" not in pages["/money"].text
    assert buyer.get("/account/payments").status_code == 404


def test_every_page_of_an_operator_is_there(bare: House):
    operator = bare.operator()
    paths = (
        "/operations",
        "/operations/billing",
        "/operations/looks",
        "/operations/breaches",
        "/operations/requests",
        "/operations/payouts",
        "/operations/processing",
    )

    pages = {path: operator.get(path) for path in paths}

    assert {path: page.status_code for path, page in pages.items()} == dict.fromkeys(paths, 200)
    assert "Refunds" not in pages["/operations"].text
