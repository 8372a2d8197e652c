"""Parts of pages are kept, and what is one visitor's own is not: nor is who may see what."""

import re

import pytest

from marketplace.web.kept import KeptParts
from tests.marketplace.web.house import COMPANY, INSTITUTE, House, Visitor
from tests.marketplace.web.queries import NOISY
from tests.statements import counting


@pytest.fixture
def kept(house: House):
    with house.app.test_request_context("/"):
        yield KeptParts(most=2)


def test_what_shows_the_same_is_made_once(kept: KeptParts):
    first = kept.text("a", (1, "x"), lambda: "made")

    assert first == kept.text("a", (1, "x"), lambda: "made again") == "made"


def test_what_shows_something_else_is_made_again(kept: KeptParts):
    kept.text("a", 1, lambda: "one")

    assert kept.text("a", 2, lambda: "two") == "two"


def test_what_was_asked_for_longest_ago_is_forgotten(kept: KeptParts):
    for name in ("a", "b", "a", "c"):
        kept.text(name, 1, lambda: "made")

    assert kept.text("b", 1, lambda: "made again") == "made again"
    assert kept.text("c", 1, lambda: "made again") == "made"


def test_an_app_that_lies_elsewhere_has_links_of_its_own(house: House):
    kept = KeptParts()
    with house.app.test_request_context("/"):
        kept.text("a", 1, lambda: "/here")
    with house.app.test_request_context("/", environ_overrides={"SCRIPT_NAME": "/market"}):
        assert kept.text("a", 1, lambda: "/market/here") == "/market/here"


def test_a_page_that_is_kept_names_nobody_else(house: House):
    first = house.buyer("buyer@institute.example", INSTITUTE)
    second = house.buyer("seller@company.example", COMPANY)
    pages = {
        path: [who.get(path).text for who in (first, second, house.visitor())]
        for path in ("/", "/data/exam/1")
    }

    for mine, others, strangers in pages.values():
        name = house.account_of(first).organisation
        assert name is not None
        assert name.name in mine
        assert name.name not in others
        assert name.name not in strangers
        assert "Sign in" in strangers


def test_no_part_that_is_kept_has_a_token_of_a_form(house: House, buyer: Visitor):
    order = house.answer(buyer, NOISY)
    first = buyer.get(f"/orders/{order.order_id}").text

    again = house.visitor(buyer.email)
    second = again.get(f"/orders/{order.order_id}").text

    tokens = [set(re.findall(r'name="csrf_token" value="([^"]+)"', page)) for page in (first, second)]
    assert [len(each) for each in tokens] == [1, 1]  # all forms of a page have the token of its session
    assert tokens[0] != tokens[1]


def test_an_order_that_moves_on_shows_it_at_the_next_look(house: House, buyer: Visitor):
    order = house.order(buyer, NOISY)
    assert "The answer is sealed" not in buyer.get(f"/orders/{order.order_id}").text
    house.work_on()

    assert "The answer is sealed" in buyer.get(f"/orders/{order.order_id}").text


def test_who_signed_out_sees_no_order_that_was_kept(house: House, buyer: Visitor):
    order = house.order(buyer, NOISY)
    path = f"/orders/{order.order_id}"
    assert buyer.get(path).status_code == buyer.get(path).status_code == 200
    buyer.send("/sign-out")

    assert buyer.get(path).status_code == 302


def test_somebody_else_sees_no_order_that_was_kept(house: House, buyer: Visitor):
    order = house.order(buyer, NOISY)
    other = house.buyer("seller@company.example", COMPANY)
    buyer.get(f"/orders/{order.order_id}")

    assert other.get(f"/orders/{order.order_id}").status_code == 404


def test_a_key_that_was_ended_opens_nothing_at_the_next_request(house: House, buyer: Visitor):
    order = house.order(buyer, NOISY)
    account = house.account_of(buyer)
    key = house.services.make_api_key(account.account_id, "program")
    ask = {"headers": {"Authorization": f"Bearer {key.secret}"}}
    path = f"/api/v1/orders/{order.order_id}"
    assert house.visitor().get(path, **ask).status_code == 200

    house.services.revoke_api_key(account.account_id, key.key_id)

    assert house.visitor().get(path, **ask).status_code == 401


@pytest.mark.parametrize("path", ["/orders", "/api/v1/orders", "/"])
def test_a_list_asks_the_database_as_often_for_many_orders_as_for_few(
    house: House, buyer: Visitor, path: str
):
    key = house.services.make_api_key(house.account_of(buyer).account_id, "program")
    ask = {"headers": {"Authorization": f"Bearer {key.secret}"}}
    buyer.get(path, **ask)
    counts = []
    for more in (1, 2):
        for _ in range(more):
            house.order(buyer, NOISY)
        buyer.get(path, **ask)
        with counting(house.store.database.engine) as statements:
            assert buyer.get(path, **ask).status_code == 200
        counts.append(len(statements))

    assert counts[0] == counts[1]
