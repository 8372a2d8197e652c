"""The parts of the design in a real browser: the policy holds, nothing overflows, and axe finds no fault."""

import base64
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from crypto.sealing import SealingKey, seal
from tests.browsing import RULES, chromium, quiet_page
from tests.serving import serving
from tests.ssi.hosting.design.showcase import make_app

pytestmark = pytest.mark.browser

PAGES = ["/", "/form", "/how-it-works", "/nowhere"]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving(make_app()) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with quiet_page(browser, expected="404") as page:
        yield page


def in_base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_pages_meet_wcag_2_2_aa_in_both_colours(page, address, path, colours):
    page.emulate_media(color_scheme=colours)
    page.goto(address + path)

    found = Axe().run(page, options=RULES)

    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("width", [320, 360, 768])
@pytest.mark.parametrize("path", PAGES)
def test_nothing_overflows_on_small_screens(page, address, path, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(address + path)

    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_buttons_are_large_enough_for_a_thumb(page, address):
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(address + "/form")

    heights = page.eval_on_selector_all(
        "main .btn, main input:not([type=hidden], [type=checkbox], [type=radio])",
        "found => found.map(element => element.getBoundingClientRect().height)",
    )

    assert min(heights) >= 44


def test_the_first_stop_of_the_keyboard_skips_to_the_content(page, address):
    page.goto(address)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")

    page.wait_for_function("document.activeElement.id === 'content'")


def test_a_chart_is_drawn_with_error_bars_and_hatching(page, address):
    page.goto(address)
    drawing = page.locator(".chart-canvas svg")
    drawing.wait_for()

    assert page.locator(".chart-canvas pattern").count() >= 1
    assert page.locator(".chart-canvas").get_attribute("role") == "img"
    assert "NaN" not in drawing.inner_html()


def test_hovering_a_chart_shows_hostile_labels_as_text(page, address):
    page.goto(address)
    page.locator(".chart-canvas svg").wait_for()
    page.locator(".chart-canvas").hover(position={"x": 120, "y": 160})
    page.get_by_text("95 %: noise: 69.0 to 73.5").wait_for()

    assert page.locator(".chart-canvas b").count() == 0


def test_a_part_that_arrives_later_replaces_its_placeholder(page, address):
    page.goto(address)

    page.get_by_text("Here it is.").wait_for()
    assert page.locator(".state-loading").count() == 0


def test_without_scripts_the_figures_are_there(browser, address):
    with quiet_page(browser, java_script_enabled=False) as page:
        page.goto(address)

        assert page.get_by_text("69.0 to 73.5").is_visible()
        assert page.get_by_role("link", name="Show it").is_visible()


def test_the_browser_opens_what_our_own_code_sealed(page, address):
    key = SealingKey.generate()
    sealed = seal(b"an answer", key.public, context=b"a place")
    page.goto(address)

    opened = page.evaluate(
        """async ({ key, sealed, context }) => {
            const hpke = await import("/design/vendor/hpke.js");
            const suite = new hpke.CipherSuite({
                kem: new hpke.DhkemX25519HkdfSha256(),
                kdf: new hpke.HkdfSha256(),
                aead: new hpke.Aes256Gcm(),
            });
            const bytes = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
            const recipientKey = await suite.kem.importKey("raw", bytes(key).buffer, false);
            const whole = bytes(sealed);
            const recipient = await suite.createRecipientContext({
                recipientKey,
                enc: whole.slice(0, 32).buffer,
                info: new TextEncoder().encode(context).buffer,
            });
            return new TextDecoder().decode(await recipient.open(whole.slice(32).buffer));
        }""",
        {"key": in_base64(key.to_bytes()), "sealed": in_base64(sealed), "context": "a place"},
    )

    assert opened == "an answer"
