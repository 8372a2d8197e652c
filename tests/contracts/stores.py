"""What the tests of the marketplace's stores put into them."""

from datetime import timedelta

from marketplace.domain.account import StoredPassword
from marketplace.services.ports import ArrivedOffer, Store
from tests.marketplace.builders import (
    an_account,
    an_offer,
    an_order,
    consent_id,
)
from tests.marketplace.fakes import CHEAP
from tests.marketplace.mpc_node.parties import NOW

PASSWORD = StoredPassword(b"salt" * 4, CHEAP, b"stretched" * 3)
LATER = NOW + timedelta(hours=1)


def add_offers(store: Store, *numbers: int, **changes) -> None:
    with store.writing() as books:
        for number in numbers:
            arrived = ArrivedOffer(
                an_offer(number, **changes), f"contribution {number}", "digest", {"n": number}
            )
            books.offers.add(arrived)


def add_order(store: Store, number: int = 1, *, people: tuple[int, ...] = (1, 2)) -> None:
    with store.writing() as books:
        if books.accounts.get("account-1") is None:
            books.accounts.add(an_account(1))
    add_offers(store, *(each for each in people if offer_of(store, each) is None))
    order, job, parts = an_order(number, people=people)
    with store.writing() as books:
        books.orders.add(order, job, parts)


def offer_of(store: Store, number: int):
    with store.reading() as books:
        return books.offers.get(consent_id(number))
