"""Pages are kept as a whole, for nobody else, and never longer than the books say the same."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from marketplace.domain.member import Role
from marketplace.domain.view import OrderView
from marketplace.storage.glances import TOLD_OF
from marketplace.storage.store import open_store
from marketplace.web.kept_pages import KeptPages
from marketplace.web.page_memory import MOST_PAGE_BYTES, KeptPage, PageMemory
from tests.marketplace.mpc_node.parties import NOW
from tests.marketplace.web.house import COMPANY, INSTITUTE, House, Visitor
from tests.marketplace.web.queries import NOISY
from tests.statements import counting

COOKIE = "argonauta-market"
CATALOGUE = ("/", "/?q=exam&people=50", "/data/exam/1")
TOKEN = re.compile(r'"X-CSRFToken": "([^"]+)"')
Look = tuple[Visitor, str, dict[str, dict[str, str]]]
READ_FROM = re.compile(r"\b(?:FROM|JOIN) (\w+)")


def kept(house: House) -> KeptPages:
    pages = house.app.wsgi_app
    assert isinstance(pages, KeptPages)
    return pages


def asks(house: House, who: Visitor, path: str, **more: object) -> tuple[list[str], str]:
    """What the app asks the books for a page, besides the glance, and the page."""
    with counting(house.store.database.engine) as statements:
        page = who.get(path, **more)
    assert page.status_code == 200, page.text
    return statements, page.text


@pytest.fixture
def order(house: House, buyer: Visitor) -> OrderView:
    """An order under way, whose buyer has looked around."""
    placed = house.order(buyer, NOISY)
    buyer.get("/")
    return placed


def key_of(house: House, who: Visitor) -> dict[str, dict[str, str]]:
    made = house.services.make_api_key(house.account_of(who).account_id, "program")
    return {"headers": {"Authorization": f"Bearer {made.secret}"}}


def owner_of(house: House, who: Visitor):
    account = house.account_of(who)
    with house.store.reading() as books:
        return books.members.of_account(account.account_id)[0]


def save_member(house: House, who: Visitor, **changes: object) -> None:
    member = owner_of(house, who)
    with house.store.writing() as books:
        books.members.save(replace(member, **changes))


def test_a_page_that_shows_the_same_is_not_made_again(house: House, buyer: Visitor, order: OrderView):
    stranger = house.visitor()
    stranger.get("/")
    program = key_of(house, buyer)
    looks: list[Look] = [(who, path, {}) for who in (stranger, buyer) for path in CATALOGUE]
    looks += [(buyer, f"/orders/{order.order_id}{more}", {}) for more in ("", "/progress")]
    looks += [
        (house.visitor(), f"/api/v1/orders/{order.order_id}", program),
        (stranger, "/api/v1/data-sets", {}),
    ]
    for who, path, more in looks:
        who.get(path, **more)
        made = asks(house, who, path, **more)[1]

        statements, again = asks(house, who, path, **more)

        assert statements == [], path
        assert TOKEN.sub("", again) == TOKEN.sub("", made)


def test_a_page_that_is_kept_has_the_headers_of_one_that_is_made(house: House):
    stranger = house.visitor()
    stranger.get("/")

    first, again = stranger.get("/"), stranger.get("/")

    assert dict(first.headers) == dict(again.headers)
    assert "default-src 'self'" in again.headers["Content-Security-Policy"]
    assert again.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("kind", TOLD_OF)
def test_a_page_reads_no_table_of_which_its_glance_knows_nothing(
    house: House, buyer: Visitor, order: OrderView, kind: str
):
    someone, program = house.visitor(), key_of(house, buyer)
    of_order: list[Look] = [(buyer, f"/orders/{order.order_id}{each}", {}) for each in ("", "/progress")]
    looks: dict[str, list[Look]] = {
        "catalogue": [(someone, "/api/v1/data-sets", {}), *((buyer, each, {}) for each in CATALOGUE)],
        "order": [(someone, f"/api/v1/orders/{order.order_id}", program), *of_order],
    }
    read: set[str] = set()
    for who, path, more in looks[kind]:
        who.get(path, **more)
        kept(house).memory = PageMemory()
        read |= set(READ_FROM.findall("\n".join(asks(house, who, path, **more)[0])))

    assert read
    assert read <= {table.name for table in TOLD_OF[kind]}


def test_a_page_is_for_nobody_else(house: House, buyer: Visitor, order: OrderView):
    path = f"/orders/{order.order_id}"
    other = house.buyer("seller@company.example", COMPANY)
    for who in (buyer, other, house.visitor()):
        who.get("/")
    assert buyer.get(path).status_code == buyer.get(path).status_code == 200

    assert other.get(path).status_code == 404
    assert house.visitor().get(path).status_code == 302
    names = [INSTITUTE.name in who.get("/").text for who in (buyer, other, house.visitor()) for _ in range(2)]
    assert names == [True, True, False, False, False, False]


def test_each_session_has_tokens_of_its_own_and_they_work(house: House, buyer: Visitor, order: OrderView):
    again = house.visitor(buyer.email)
    for who in (buyer, again):
        who.get("/")
    first, second = (TOKEN.search(who.get("/").text) for who in (buyer, again))
    assert first is not None
    assert second is not None

    assert first[1] != second[1]
    assert again.client.post("/sign-out", data={"csrf_token": first[1]}).status_code == 400
    assert again.client.post("/sign-out", data={"csrf_token": second[1]}).status_code == 302


def test_a_cookie_from_before_signing_out_shows_no_page(house: House, buyer: Visitor, order: OrderView):
    path = f"/orders/{order.order_id}"
    buyer.get(path)
    found = buyer.client.get_cookie(COOKIE)
    assert found is not None
    buyer.send("/sign-out")
    thief = house.visitor()
    thief.client.set_cookie(COOKIE, found.value)

    assert thief.get(path).status_code == 302
    assert INSTITUTE.name not in thief.get("/").text


def test_a_cookie_that_the_app_did_not_sign_shows_no_page(house: House, buyer: Visitor, order: OrderView):
    path = f"/orders/{order.order_id}"
    buyer.get(path)
    found = buyer.client.get_cookie(COOKIE)
    assert found is not None
    forger = house.visitor()
    forger.client.set_cookie(COOKIE, found.value[:-4] + "AAAA")

    assert forger.get(path).status_code == 302


def test_a_session_that_ran_out_shows_no_page(house: House, buyer: Visitor, order: OrderView):
    path = f"/orders/{order.order_id}"
    buyer.get(path)
    house.clock.forward(seconds=13 * 3600)

    assert buyer.get(path).status_code == 302


def test_what_became_of_a_member_counts_at_the_next_look(house: House, buyer: Visitor, order: OrderView):
    path = f"/orders/{order.order_id}"
    assert "Money" in buyer.get(path).text
    buyer.get(path)

    save_member(house, buyer, role=Role.READER)
    assert 'href="/purse"' not in buyer.get(path).text
    save_member(house, buyer, role=Role.FINANCE)
    assert buyer.get(path).status_code == 403
    save_member(house, buyer, role=Role.OWNER)
    assert buyer.get(path).status_code == 200
    save_member(house, buyer, ended_at=NOW)
    assert buyer.get(path).status_code == 302


def test_an_order_that_another_process_moved_on_shows_it_at_the_next_look(
    house: House, buyer: Visitor, order: OrderView
):
    path = f"/orders/{order.order_id}"
    program = key_of(house, buyer)
    document = f"/api/v1/orders/{order.order_id}"
    for _ in range(2):
        before = (
            buyer.get(path).text,
            buyer.get(f"{path}/progress").text,
            house.visitor().get(document, **program),
        )
    elsewhere = open_store(str(house.store.database.engine.url))
    replace(house.work, desk=replace(house.work.desk, store=elsewhere))()

    after = buyer.get(path).text, buyer.get(f"{path}/progress").text, house.visitor().get(document, **program)

    assert TOKEN.sub("", before[0]) != TOKEN.sub("", after[0])
    assert before[1] != after[1]
    assert before[2].json != after[2].json
    elsewhere.database.close()


def test_a_job_that_nobody_looks_at_shows_it_though_nothing_was_written(
    house: House, buyer: Visitor, order: OrderView
):
    path = f"/orders/{order.order_id}"
    words = "has not been at this one for a while"
    assert words not in buyer.get(path).text
    assert words not in buyer.get(path).text

    house.clock.forward(seconds=60)

    assert words in buyer.get(path).text


def test_the_catalogue_of_tomorrow_is_made_tomorrow(house: House):
    stranger = house.visitor()
    stranger.get("/")
    stranger.get("/")
    house.clock.forward(seconds=24 * 3600)

    assert asks(house, stranger, "/")[0] != []


def test_a_message_is_shown_once(house: House, buyer: Visitor):
    house.order(buyer, NOISY)
    buyer.get("/")
    buyer.get("/")
    buyer.send("/sign-out", seen_on="/")

    said = [("You are signed out." in buyer.get("/").text) for _ in range(3)]

    assert said == [True, False, False]


def test_whoever_follows_her_first_steps_sees_each_that_she_took(house: House):
    new = house.buyer("buyer@institute.example", INSTITUTE)
    new.get("/")
    assert new.get("/").text.count("(done)") == 1
    house.services.top_up(house.account_of(new).account_id, transfer_id="more", amount_cents=100_000)

    assert new.get("/").text.count("(done)") == 2


def test_a_document_is_sent_again_only_when_it_is_another(house: House, buyer: Visitor, order: OrderView):
    program = key_of(house, buyer)
    path, someone = f"/api/v1/orders/{order.order_id}", house.visitor()
    someone.get(path, **program)
    tag = someone.get(path, **program).headers["ETag"]
    known = {"headers": program["headers"] | {"If-None-Match": tag}}

    same = someone.get(path, **known)
    house.work_on()
    other = someone.get(path, **known)

    assert (same.status_code, same.data, same.headers["ETag"]) == (304, b"", tag)
    assert other.status_code == 200
    assert other.headers["ETag"] != tag


def test_a_tag_opens_nothing_for_who_has_no_key(house: House, buyer: Visitor, order: OrderView):
    program = key_of(house, buyer)
    path, someone = f"/api/v1/orders/{order.order_id}", house.visitor()
    someone.get(path, **program)
    tag = someone.get(path, **program).headers["ETag"]

    assert someone.get(path, headers={"If-None-Match": tag}).status_code == 401


def test_pages_that_are_kept_are_counted_like_others(house: House):
    stranger = house.visitor()
    for _ in range(4):
        stranger.get("/")

    counted = stranger.get("/metrics").text

    assert 'http_requests_total{endpoint="catalogue.overview",method="GET",status="200"} 4.0' in counted


def page(size: int, *, until: datetime | None = None) -> KeptPage:
    return KeptPage("shown", until, "200 OK", (), (b"x" * size,), "page")


def test_the_memory_is_bounded():
    memory = PageMemory(most_bytes=10_000)
    for number in range(100):
        memory.keep(number, page(2_000))
        memory.keep(number, page(1_000))

    assert 0 < memory.size <= 10_000
    assert memory.find(99, "shown", NOW) is not None
    assert memory.find(0, "shown", NOW) is None


def test_a_page_that_is_too_large_is_not_kept():
    memory = PageMemory()
    memory.keep("large", page(10))
    memory.keep("large", page(MOST_PAGE_BYTES))

    assert memory.find("large", "shown", NOW) is None
    assert memory.size == 0


def test_a_page_is_kept_no_longer_than_it_holds():
    memory = PageMemory()
    memory.keep("page", page(10, until=NOW))

    assert memory.find("page", "shown", NOW - timedelta(seconds=1)) is not None
    assert memory.find("page", "shown", NOW.astimezone(UTC)) is None
    assert memory.find("page", "something else", NOW - timedelta(seconds=1)) is None
