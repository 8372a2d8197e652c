"""Somebody at a page: what she presses is counted, and what she looks at is checked.

With `ARGONAUTA_SCREENS` naming a folder, a picture of every page that was looked at is left there, wide and
narrow.
"""

import os
import re
import time
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, TimeoutError, ViewportSize, expect

from tests.browsing import RULES

WIDE: ViewportSize = {"width": 1280, "height": 900}
NARROW: ViewportSize = {"width": 360, "height": 740}
PATIENCE_SECONDS = 60
GLANCE_MILLISECONDS = 700
MOST_STOPS = 80
PICTURES = "ARGONAUTA_SCREENS"

_axe = Axe()
_picture_number = count(1)

expect.set_options(timeout=PATIENCE_SECONDS * 1000)


@dataclass
class Hand:
    """A page, and how often something on it was clicked."""

    page: Page
    scripts: bool = True
    clicks: int = 0

    def click(self, what: Locator) -> None:
        """Click, and count it."""
        what.click()
        self.clicks += 1

    def press(self, name: str) -> None:
        """Press the button that says exactly this."""
        self.click(self.page.get_by_role("button", name=name, exact=True))

    def follow(self, name: str) -> None:
        """Follow the link that says exactly this."""
        self.click(self.page.get_by_role("main").get_by_role("link", name=name, exact=True))

    def visit(self, name: str) -> None:
        """Go to a part of the app by its navigation."""
        navigation = self.page.get_by_role("navigation", name="Main")
        self.click(navigation.get_by_role("link", name=name, exact=True))

    def tick(self, label: str) -> None:
        """Tick a box or choose an option by its words; choosing is not counted, going on is."""
        self.page.get_by_role("main").get_by_text(label, exact=True).click()

    def fill(self, label: str, text: str) -> None:
        """Type into the field with this label, or choose this option there."""
        field = self.page.get_by_label(re.compile(rf"^{re.escape(label)}( optional)?$"))
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(text)
        else:
            field.fill(text)

    def sees(self, text: str) -> None:
        """Wait until the page says this."""
        expect(self.page.get_by_role("main")).to_contain_text(text)

    def press_until(self, name: str, text: str) -> None:
        """Press a button that brings news, until the news says this."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._shows_soon(text):
            assert time.monotonic() < deadline, f"{self.page.url} never says {text!r}: {self.words()}"
            self.press(name)

    def words(self) -> str:
        """What the page says."""
        return self.page.inner_text("main")

    def look(self, *texts: str) -> None:
        """The page says this, fits wide and narrow screens, and axe finds no fault in either colours."""
        for text in texts:
            self.sees(text)
        self._settle()
        for size, colours in ((NARROW, "dark"), (WIDE, "light")):
            self.page.set_viewport_size(size)
            self.page.emulate_media(color_scheme=colours)  # type: ignore[arg-type]
            width = self.page.evaluate("document.documentElement.scrollWidth")
            assert width <= size["width"], f"{self.page.url} is {width} px wide on {size['width']} px"
            if self.scripts:  # axe is one; the same pages are held against it where scripts run
                found = _axe.run(self.page, options=RULES)
                assert found.violations_count == 0, f"{self.page.url}, {colours}: {found.generate_report()}"
        self._picture()

    def tab_to(self, name: str) -> None:
        """Move the focus with the Tab key alone until it stands visibly on what has this name."""
        for _ in range(MOST_STOPS):
            self.page.keyboard.press("Tab")
            if self.page.evaluate(_NAME_OF_FOCUS) == name:
                outline = self.page.evaluate(_OUTLINE_OF_FOCUS)
                assert outline, f"on {self.page.url} nobody sees that the focus is on {name!r}"
                return
        pytest.fail(f"on {self.page.url} the Tab key never reaches {name!r}")

    def _shows_soon(self, text: str) -> bool:
        try:
            self.page.get_by_role("main").get_by_text(text).first.wait_for(timeout=GLANCE_MILLISECONDS)
        except TimeoutError:
            return False
        return True

    def _settle(self) -> None:
        """Wait until no part of the page is on its way any more."""
        expect(self.page.locator(".htmx-request, .htmx-settling, .htmx-swapping")).to_have_count(0)

    def _picture(self) -> None:
        folder = os.environ.get(PICTURES)
        if not folder:
            return
        Path(folder).mkdir(parents=True, exist_ok=True)
        title = re.sub(r"\W+", "-", self.page.title().split(" · ")[0]).strip("-").lower()
        name = f"{next(_picture_number):02}-{title}"
        for size in (NARROW, WIDE):
            self.page.set_viewport_size(size)
            self.page.screenshot(path=f"{folder}/{name}-{size['width']}.png", full_page=True)


_NAME_OF_FOCUS = """() => {
  const at = document.activeElement;
  const shown = (at.labels || [])[0] || at;
  const title = shown.querySelector(".choice-label, .record-card-title") || shown;
  return title.textContent.trim();
}"""
_OUTLINE_OF_FOCUS = """() => {
  const style = getComputedStyle(document.activeElement);
  return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
}"""
