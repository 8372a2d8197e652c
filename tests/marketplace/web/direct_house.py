"""A market with screens and interfaces in which wallets sell scores and sums, and its buyer."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from playwright.sync_api import Browser, Page

from consent.crowd_order import unverified_crowd_order
from crypto.signing import SigningKey
from marketplace.api.app import install_api
from marketplace.config import Settings
from marketplace.storage.store import open_store
from marketplace.web.app import create_app
from tests.browsing import quiet_page
from tests.marketplace.crowd import Crowd
from tests.marketplace.invoice_fakes import SELLER
from tests.marketplace.market import PASSWORD, Market, mandate, open_market
from tests.marketplace.mpc_node.orders import buyer_credential
from tests.marketplace.mpc_node.parties import ed25519
from tests.marketplace.scorers import Scorer
from tests.marketplace.web.house import TEMPLATES, Visitor
from tests.marketplace.web.stage import COOKIE

EMAIL = "direct@institute.example"


@dataclass
class DirectHouse:
    """The market, its application, and the account of its buyer."""

    market: Market
    app: Flask
    account_id: str

    def buyer(self, email: str = EMAIL) -> Visitor:
        """The buyer, signed in."""
        visitor = Visitor(self.app.test_client(), email)
        response = visitor.sign_in(PASSWORD)
        assert response.status_code == 302, response.text
        return visitor

    def stranger(self) -> Visitor:
        """A member of another organisation, which is not registered."""
        self.market.services.add_account("stranger@company.example", PASSWORD)
        return self.buyer("stranger@company.example")

    def answer(self, whose: Scorer, request_id: str, *, lie: bool = False) -> None:
        """A person's wallet answers."""
        with self.market.store.reading() as books:
            order = books.scores.get(request_id)
        assert order is not None
        self.market.services.scores.take_answer((whose.lie if lie else whose.answer)(order.token))

    def crowd(self, order_id: str) -> Crowd:
        """The people of an order, who have offered to take part."""
        with self.market.store.reading() as books:
            purchase = books.crowds.get(order_id)
        assert purchase is not None
        account = self.market.services.get_account(self.account_id)
        return Crowd(self.market, account, unverified_crowd_order(purchase.token)).offered()


@contextmanager
def open_direct_house(folder: Path, settings: Settings) -> Iterator[DirectHouse]:
    """Such a market over a database of its own."""
    store = open_store(f"sqlite:///{folder / 'direct.sqlite'}")
    market = open_market(store, seller=SELLER)
    account = market.services.add_account(EMAIL, PASSWORD)
    market.services.register_organisation(
        account.account_id, credential=buyer_credential(), mandate=mandate()
    )
    market.services.top_up(account.account_id, transfer_id="t", amount_cents=100_000)
    key: SigningKey = ed25519("authority")
    app = create_app(market.services, settings, interfaces=install_api, authority=key.public)
    app.jinja_env.bytecode_cache = TEMPLATES
    yield DirectHouse(market, app, account.account_id)
    store.database.close()


@contextmanager
def direct_page(house: DirectHouse, browser: Browser, url: str, *, expected: str = "\0") -> Iterator[Page]:
    """A page in the session of the buyer."""
    with quiet_page(browser, expected=expected) as page:
        cookie = house.buyer().client.get_cookie(COOKIE)
        assert cookie is not None
        page.context.add_cookies([{"name": COOKIE, "value": cookie.value, "url": url}])
        yield page
