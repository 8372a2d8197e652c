"""Orders from before they named a member name the one who placed them, as the acts tell."""

from dataclasses import replace

from crypto.encoding import Json
from marketplace.domain.act import Act, Register
from marketplace.domain.member_act import Did
from marketplace.storage.store import open_store
from tests.contracts.stores import add_offers
from tests.marketplace.builders import an_account, an_order
from tests.marketplace.mpc_node.parties import NOW
from tests.marketplace.test_members_migration import go


def test_orders_name_who_placed_them_as_the_acts_tell(database_url):
    store = open_store(database_url)
    first, second = (an_order(number) for number in (1, 2))
    add_offers(store, 1, 2)
    with store.writing() as books:
        books.accounts.add(an_account(1))
        for order, job, parts in (first, second):
            books.orders.add(replace(order, ordered_by=None), job, parts)
        told: dict[str, Json] = {"about": first[0].order_id, "cents": 1}
        books.acts.add(Act(Register.MEMBER, "account-1", NOW, "member-1", Did.ORDERED.value, told))
        books.acts.add(Act(Register.MEMBER, "account-1", NOW, "member-2", Did.CONFIRMED.value, told))

    go(store, "0022")
    go(store, "head")

    with store.reading() as books:
        named = [books.orders.get(order.order_id) for order, _, _ in (first, second)]
    assert [None if each is None else each.ordered_by for each in named] == ["member-1", None]
    store.database.close()
