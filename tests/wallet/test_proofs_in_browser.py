"""The page checks the proofs of uses by itself, in a real browser, and refuses what was tampered with."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browsing import chromium, look, quiet_page
from tests.serving import serving
from tests.wallet.browsing import PASSWORD
from tests.wallet.world import World
from wallet.domain.choices import PolicyChoices
from wallet.domain.use import Proof
from wallet.web.app import create_app

pytestmark = pytest.mark.browser

USES = 7
"""The tree of the agreement and these has eight leaves; with one more it has a path that is not full."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def url(world: World) -> Iterator[str]:
    anna = world.services.create_wallet("anna", PASSWORD)
    record = world.services.receive_credential(anna, world.issuers.offer())
    held = world.services.publish_offer(anna, record.credential_id, PolicyChoices())
    for number in range(USES + 1):
        world.market.use(held.consent_id, f"job-{number}", cents=75 + number)
    world.services.refresh(anna)
    with serving(create_app(world.services)) as address:
        yield address


def _look_at_uses(page: Page, url: str) -> None:
    page.goto(f"{url}/sign-in")
    page.get_by_label("Name").fill("anna")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Who used my data", exact=True).click()


def _tampering(change: Callable[[Any], None]) -> Callable[[Route], None]:
    """Hands the page another document than the wallet did."""

    def answer(route: Route) -> None:
        document = route.fetch().json()
        change(document)
        route.fulfill(status=200, content_type="application/json", body=json.dumps(document))

    return answer


def test_every_proof_is_checked_in_the_page(browser: Browser, url: str) -> None:
    with quiet_page(browser) as page:
        _look_at_uses(page, url)
        expect(page.locator("[data-outcome=here]")).to_have_count(USES + 1)
        expect(page.locator("[data-outcome=refused]")).to_have_count(0)
        look(page, says="in this page")


def _hash(document: Any) -> None:
    hashes = document["uses"][0]["proof"]["hashes"]
    hashes[0] = "A" * 43


def _amount(document: Any) -> None:
    document["uses"][0]["entry"]["body"]["amount_cents"] += 1


def _salt(document: Any) -> None:
    document["uses"][0]["entry"]["salt"] = "A" * 43


def _place(document: Any) -> None:
    document["uses"][0]["proof"]["index"] = 1


def _signature(document: Any) -> None:
    note = document["uses"][0]["proof"]["checkpoint"]
    head, _, encoded = note.rstrip("\n").rpartition(" ")
    document["uses"][0]["proof"]["checkpoint"] = f"{head} {encoded[:-8]}AAAAAA==\n"


def _root(document: Any) -> None:
    lines = document["uses"][0]["proof"]["checkpoint"].split("\n")
    lines[2] = "A" * 43 + "="
    document["uses"][0]["proof"]["checkpoint"] = "\n".join(lines)


def _cut(document: Any) -> None:
    document["uses"][0]["proof"]["hashes"].pop()


def _nonsense(document: Any) -> None:
    document["uses"][0]["entry"] = None


def _swapped(document: Any) -> None:
    first, second = document["uses"][:2]
    first["entry"], first["proof"] = second["entry"], second["proof"]


@pytest.mark.parametrize(
    "change", [_hash, _amount, _salt, _place, _signature, _root, _cut, _nonsense, _swapped]
)
def test_a_proof_that_was_tampered_with_is_refused_by_the_page(
    browser: Browser, url: str, change: Callable[[Any], None]
) -> None:
    with quiet_page(browser) as page:
        page.route("**/uses/proofs.json", _tampering(change))
        _look_at_uses(page, url)
        expect(page.locator("[data-outcome=here]")).to_have_count(USES)
        expect(page.locator("[data-outcome=refused]")).to_have_count(1)
        expect(page.get_by_role("alert")).to_contain_text("Proof does not hold")


def test_another_amount_on_the_page_than_in_the_log_is_refused(browser: Browser, url: str) -> None:
    def dearer(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace('data-cents="75"', 'data-cents="99"'))

    with quiet_page(browser) as page:
        page.route("**/uses/", dearer)
        _look_at_uses(page, url)
        expect(page.locator("[data-outcome=refused]")).to_have_count(1)
        look(page, says="This page looked at it itself")


def test_a_log_of_another_key_is_refused_altogether(browser: Browser, url: str) -> None:
    def other_key(document: Any) -> None:
        document["log"]["key"] = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"

    with quiet_page(browser) as page:
        page.route("**/uses/proofs.json", _tampering(other_key))
        _look_at_uses(page, url)
        expect(page.locator("[data-outcome=refused]")).to_have_count(USES + 1)


def test_a_browser_that_knows_no_such_signatures_says_what_it_did_not_check(
    browser: Browser, url: str
) -> None:
    with quiet_page(browser) as page:
        page.add_init_script(
            "SubtleCrypto.prototype.importKey = () => Promise.reject(new Error('NotSupportedError'))"
        )
        _look_at_uses(page, url)
        expect(page.locator("[data-outcome=half]")).to_have_count(USES + 1)
        look(page, says="since this browser cannot")


def test_what_the_wallet_found_broken_is_not_called_well_by_the_page(
    browser: Browser, url: str, world: World
) -> None:
    anna = world.services.open_wallet("anna", PASSWORD)
    (held,) = world.services.consents(anna)
    uses = tuple(each.proven(Proof.BROKEN) for each in held.uses)
    world.services.refresh.consents.save(anna, replace(held, uses=uses))
    world.market.down = True
    with quiet_page(browser) as page:
        with page.expect_response("**/uses/proofs.json"):
            _look_at_uses(page, url)
        expect(page.get_by_text("Proof does not hold")).to_have_count(USES + 1)
        expect(page.locator("[data-outcome]")).to_have_count(0)


def test_without_scripts_the_page_says_who_checked(browser: Browser, url: str) -> None:
    with quiet_page(browser, java_script_enabled=False) as page:
        _look_at_uses(page, url)
        expect(page.get_by_text("by your wallet’s server")).to_have_count(USES + 1)
