"""A market that is served on loopback, and buyers who look at it in Chromium."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page

from marketplace.domain.view import OrderView
from marketplace.sdk.keys import BuyerKeys as SdkKeys
from tests.browsing import quiet_page
from tests.marketplace.web.house import BuyerKeys, House, Visitor

COOKIE = "argonauta-market"
REFUSED_ANSWERS = "Failed to load resource"
"""What Chromium writes into its console about a page with a status of 400 or above."""


@dataclass(frozen=True)
class Stage:
    """One market and its address."""

    house: House
    url: str
    browser: Browser

    @contextmanager
    def page(self, visitor: Visitor | None = None, *, expected: str = "\0") -> Iterator[Page]:
        """A page at the market's time, in the session of a visitor or in one of its own."""
        with quiet_page(self.browser, expected=expected) as page:
            page.clock.set_fixed_time(self.house.clock.now)
            if visitor is not None:
                cookie = visitor.client.get_cookie(COOKIE)
                assert cookie is not None
                page.context.add_cookies([{"name": COOKIE, "value": cookie.value, "url": self.url}])
            yield page

    def show(self, page: Page, order: OrderView) -> None:
        """Go to the page of an order."""
        page.goto(f"{self.url}/orders/{order.order_id}")


def key_file(folder: Path, keys: BuyerKeys, *, name: str = "keys.json") -> Path:
    """The key file of a buyer, in the form that the Python tools write."""
    path = folder / name
    path.write_text(json.dumps(SdkKeys(keys.signing, keys.results).to_json()), encoding="utf-8")
    return path


def open_with(page: Page, file: Path) -> None:
    """Choose a key file, and wait until the answer is open or was refused."""
    page.set_input_files("#key-file", str(file))
    page.locator('[data-step="open"]:visible, [data-step="failed"]:visible').first.wait_for()


def table_rows(page: Page, title: str) -> list[list[str]]:
    """The rows of the table with this title in an opened answer."""
    table = page.get_by_role("table", name=f"{title}, as a table", exact=True)
    return [
        [cell.inner_text() for cell in row.get_by_role("cell").all()]
        for row in table.get_by_role("row").all()[1:]
    ]
