"""Giving for the general interest, and taking over what a hospital was denied, in a real browser."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browsing import chromium, look, quiet_page
from tests.serving import serving
from tests.wallet.browsing import PASSWORD
from tests.wallet.screens.test_hospital_consents import DENIES
from tests.wallet.world import World
from wallet.web.app import create_app

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def test_what_a_hospital_was_denied_is_forbidden_and_the_rest_is_given(
    browser: Browser, world: World, tmp_path: Path
) -> None:
    anna = world.services.create_wallet("anna", PASSWORD)
    record = world.services.receive_credential(anna, world.issuers.offer())
    draft = world.services.draft_offer.begin(anna, record.credential_id)
    world.services.draft_offer.confirm(anna, draft, "data", draft.choices)
    file = tmp_path / "consent.json"
    file.write_text(json.dumps(DENIES))
    with serving(create_app(world.services)) as url, quiet_page(browser) as page:
        page.goto(f"{url}/sign-in")
        page.get_by_label("Name").fill("anna")
        page.locator("input[type=password]").first.fill(PASSWORD)
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Lock").wait_for()
        page.goto(f"{url}/offers/{draft.row_id}/who")
        page.get_by_role("link", name="I gave a consent to a hospital").click()
        page.locator("[name=file]").set_input_files(file)
        page.get_by_role("button", name="Look at it").click()
        look(page, says="For nobody of this kind: universities")
        page.get_by_role("button", name="Forbid this in my offer, too").click()
        page.get_by_role("button", name="Continue").click()
        page.get_by_text("How large must the group be?").wait_for()
        page.get_by_role("button", name="Continue").click()
        page.get_by_label("Give it for the general interest").check()
        look(page, says="you receive nothing for it")
        page.get_by_role("button", name="Continue").click()
        page.get_by_role("button", name="I agree").click()
        page.get_by_text("Your agreement is signed").wait_for()

    (held,) = world.services.consents(anna)
    assert held.policy.altruism
    assert len(held.policy.prohibitions) == 2
