"""Every attack on a result is refused in the browser, with the same culprits as in the Python tools."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from crypto.signing import VerifyingKey
from marketplace.domain.job import JobState
from marketplace.domain.view import OrderView
from marketplace.sdk.errors import NodesContradictError, ResultRefusedError
from marketplace.sdk.keys import BuyerKeys
from marketplace.sdk.result import Placed, open_result, read_result
from tests.marketplace.web.attacks import ATTACKS, Attack
from tests.marketplace.web.house import INSTITUTE as INSTITUTE_AGAIN
from tests.marketplace.web.house import Visitor
from tests.marketplace.web.nodes import with_another_copy, with_another_number
from tests.marketplace.web.queries import NOISY
from tests.marketplace.web.stage import REFUSED_ANSWERS, Stage, open_with

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def order(stage: Stage, standing_buyer: Visitor) -> OrderView:
    return stage.house.answer(standing_buyer, NOISY)


@pytest.fixture(scope="module")
def document(standing_buyer: Visitor, order: OrderView) -> dict[str, Any]:
    found: dict[str, Any] | None = standing_buyer.get(f"/orders/{order.order_id}/result").json
    assert found is not None
    return found


@pytest.fixture(scope="module")
def attacked(stage: Stage, standing_buyer: Visitor):
    with stage.page(standing_buyer) as page:
        yield page


def culprits_in_python(
    stage: Stage, order: OrderView, document: dict[str, Any], keys: Path
) -> tuple[str, ...]:
    """Whom the Python tools name; they must refuse."""
    # The key is the one that the buyer has pinned, whatever the document says.
    authority = VerifyingKey.from_jwk(document["authority"])
    with pytest.raises(ResultRefusedError) as caught:
        open_result(
            read_result(document, authority, now=stage.house.clock.now),
            BuyerKeys.from_json(keys.read_bytes()),
            Placed(order.order_id, NOISY),
        )
    return caught.value.culprits if isinstance(caught.value, NodesContradictError) else ()


def answering(page: Page, document: object) -> None:
    """Have the market hand out this document."""

    def answer(route: Route) -> None:
        route.fulfill(json=document)

    page.unroute("**/result")
    page.route("**/result", answer)


def blamed(page: Page) -> tuple[str, ...]:
    """Whom the page names."""
    found = re.search(
        r"To blame: (.*?)(?:, or the market on the way)?\.$",
        page.locator("#opening").inner_text(),
        re.MULTILINE,
    )
    return tuple(found[1].split(" and ")) if found else ()


@pytest.mark.parametrize("attack", ATTACKS, ids=[attack.name for attack in ATTACKS])
def test_an_attack_is_refused_with_the_culprits_that_python_names(
    stage: Stage,
    standing_buyer: Visitor,
    attacked: Page,
    order: OrderView,
    document,
    keys: Path,
    attack: Attack,
):
    changed = attack.apply(document)
    answering(attacked, changed)

    stage.show(attacked, order)
    open_with(attacked, keys)

    said = attacked.locator('[data-step="failed"]').inner_text()
    assert attack.said in said
    assert blamed(attacked) == attack.culprits == culprits_in_python(stage, order, changed, keys)
    assert attacked.locator('[data-step="open"]').inner_text() == ""
    assert stage.house.order_of(standing_buyer, order.order_id).state is JobState.RELEASED


def test_the_same_way_of_handing_out_opens_an_unchanged_document(
    stage: Stage, standing_buyer: Visitor, attacked: Page, keys: Path
):
    honest = stage.house.answer(standing_buyer, NOISY)
    answering(attacked, standing_buyer.get(f"/orders/{honest.order_id}/result").json)

    stage.show(attacked, honest)
    open_with(attacked, keys)

    expect(attacked.get_by_text("Opened and checked")).to_be_visible()


@pytest.mark.parametrize(
    ("seal", "said"),
    [
        (with_another_number, "node-b sealed another number than it signed."),
        (with_another_copy, "node-b sealed another copy of the next node's part than it signed."),
    ],
)
def test_a_node_that_lies_inside_its_envelope_is_named_reported_and_not_paid(
    stage: Stage, keys: Path, seal, said: str
):
    house = stage.house
    buyer = house.buyer(f"{seal.__name__}@institute.example", INSTITUTE_AGAIN, euros=500)
    house.nodes.seals = {1: seal}
    lied = house.answer(buyer, NOISY)
    house.nodes.seals = {}

    with stage.page(buyer) as page:
        stage.show(page, lied)
        open_with(page, keys)
        assert said in page.locator('[data-step="failed"]').inner_text()
        assert blamed(page) == ("node-b",)
        assert house.order_of(buyer, lied.order_id).state is JobState.RELEASED

        page.get_by_role("button", name="Report it and get the money back").click()
        expect(page.get_by_text("There is no answer, and you paid nothing")).to_be_visible()

    assert house.order_of(buyer, lied.order_id).state is JobState.REFUNDED
    assert house.services.read_statement(house.account_of(buyer).account_id).available_cents == 50_000


def test_only_the_key_of_the_blamed_part_is_shown_to_the_market(stage: Stage, keys: Path):
    house = stage.house
    buyer = house.buyer("reporter@institute.example", INSTITUTE_AGAIN, euros=500)
    house.nodes.seals = {2: with_another_number}
    lied = house.answer(buyer, NOISY)
    house.nodes.seals = {}
    sent: list[str] = []

    with stage.page(buyer) as page:
        page.on("request", lambda request: sent.append(request.post_data or ""))
        stage.show(page, lied)
        open_with(page, keys)
        page.get_by_role("button", name="Report it and get the money back").click()
        expect(page.get_by_text("Your report was right")).to_be_visible()

    secrets = BuyerKeys.from_json(keys.read_bytes()).to_json()["result_keys"]
    assert isinstance(secrets, list)
    assert [any(str(secret) in body for body in sent) for secret in secrets] == [False, False, True]


def test_a_market_that_hands_out_nothing_is_said_so(
    stage: Stage, standing_buyer: Visitor, order: OrderView, keys: Path
):
    with stage.page(standing_buyer, expected=REFUSED_ANSWERS) as page:
        page.route("**/result", lambda route: route.fulfill(status=500, body="no"))
        stage.show(page, order)
        open_with(page, keys)

        expect(page.get_by_text("The market does not hand out the result now.")).to_be_visible()


@pytest.mark.parametrize("body", ["", "{", "null", "{}", '{"query": 5}', '{"outputs": null, "query": {}}'])
def test_a_document_without_form_is_refused(
    stage: Stage, standing_buyer: Visitor, attacked: Page, order: OrderView, keys: Path, body: str
):
    attacked.unroute("**/result")
    attacked.route("**/result", lambda route: route.fulfill(body=body, content_type="application/json"))

    stage.show(attacked, order)
    open_with(attacked, keys)

    assert "was not opened" in attacked.locator('[data-step="failed"]').inner_text() or blamed(attacked) == ()
    assert attacked.locator('[data-step="open"]').inner_text() == ""
    assert stage.house.order_of(standing_buyer, order.order_id).state is JobState.RELEASED
