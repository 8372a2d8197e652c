"""A person who reads German, in a real browser: from the first page to the end of the wizard."""

import pytest
from playwright.sync_api import Page, expect

from tests.browsing import chromium, look, quiet_page
from tests.serving import serving
from tests.ssi import parties
from tests.wallet.browsing import PASSWORD
from tests.wallet.world import World
from wallet.web.app import create_app

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture
def url(world: World):
    with serving(create_app(world.services)) as address:
        yield address


def _press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def _sign_up(page: Page, url: str) -> None:
    page.goto(f"{url}/sign-up")
    look(page, says="Ihre Wallet anlegen")
    page.get_by_label("Name").fill("anna")
    page.get_by_label("Passwort", exact=True).fill(PASSWORD)
    page.get_by_label("Dasselbe Passwort noch einmal").fill(PASSWORD)
    _press(page, "Meine Wallet anlegen")
    look(page, says="Guten Tag, anna")


def test_a_person_chooses_german_at_the_foot_of_the_page_and_makes_a_wallet(browser, url):
    with quiet_page(browser, locale="en-GB") as page:
        page.goto(f"{url}/sign-in")
        look(page, says="Open your wallet")
        _press(page, "Deutsch")
        look(page, says="Von jetzt an spricht die Wallet Deutsch.")
        assert page.get_attribute("html", "lang") == "de"
        _sign_up(page, url)
        page.get_by_role("contentinfo").get_by_role("link", name="So funktioniert es").click()
        look(page, says="Vom Nachweis zur Antwort")


def test_a_record_is_offered_in_german_and_the_sentence_follows(browser, url, world):
    with quiet_page(browser, locale="de-AT") as page:
        _sign_up(page, url)
        page.goto(f"{url}/records/add")
        page.get_by_label("Link").fill(world.issuers.offer())
        page.get_by_role("main").get_by_role("button").first.click()
        page.locator("form[action$='/collect'] button.btn-primary").click()
        page.locator("form[action$='/keep'] button.btn-primary").click()
        look(page, says="Was er sagt")
        _press(page, "Diesen Nachweis anbieten")
        look(page, says="Mit welchen Teilen dieses Nachweises darf gerechnet werden?")
        sentence = page.locator("#sentence")
        expect(sentence).to_contain_text("dürfen")
        for box in page.locator("[name=attributes]").all():
            box.uncheck()
        expect(sentence).to_contain_text("Noch ist nichts erlaubt. Wählen Sie mindestens einen Teil")
        page.locator("[name=attributes]").first.check()
        expect(sentence).to_contain_text("dürfen")
        for says in (
            "Wer darf fragen?",
            "Wie groß muss die Gruppe sein?",
            "Mindestens, für jede Nutzung",
            "Stimmen Sie zu?",
        ):
            _press(page, "Weiter")
            look(page, says=says)
        _press(page, "Ich stimme zu")
        expect(page.get_by_role("main")).to_contain_text("Fertig. Ihre Vereinbarung ist unterschrieben")
        page.goto(f"{url}/agreements/")
        look(page, says="Was Sie erlaubt haben und wie Sie es beenden.")


def test_a_title_of_one_long_word_fits_a_narrow_screen(browser, url, world):
    with quiet_page(browser, locale="de") as page:
        _sign_up(page, url)
        session = world.services.open_wallet("anna", PASSWORD)
        link = world.issuers.offer(parties.HEALTH, "health/1")
        record = world.services.receive_credential(session, link).credential_id
        page.goto(f"{url}/records/{record}")
        look(page, says="Gesundheitsuntersuchung")


def test_the_settings_change_the_language_by_keyboard_and_without_scripts(browser, url):
    with quiet_page(browser, locale="de", java_script_enabled=False) as page:
        page.goto(f"{url}/sign-up")
        page.get_by_label("Name").fill("anna")
        page.get_by_label("Passwort", exact=True).fill(PASSWORD)
        page.get_by_label("Dasselbe Passwort noch einmal").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("main")).to_contain_text("Guten Tag, anna")
        page.goto(f"{url}/settings")
        page.get_by_role("radio", name="English").focus()
        page.keyboard.press("Space")
        page.get_by_role("button", name="Diese Sprache behalten").press("Enter")

        expect(page.get_by_role("main")).to_contain_text("From now on the wallet speaks English.")
        assert page.get_attribute("html", "lang") == "en"
