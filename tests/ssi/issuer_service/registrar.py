"""A registrar at her browser: what she presses, what she reads, and what she looks at is held to account.

With `ARGONAUTA_SCREENS` naming a folder, a picture of every page that was looked at is left there.
"""

import os
import re
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest
from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import FilePayload, Page, ViewportSize, expect

WIDE: ViewportSize = {"width": 1280, "height": 900}
NARROW: ViewportSize = {"width": 320, "height": 740}
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
RULES_OF_LOOK = {
    "runOnly": ["color-contrast", "target-size", "scrollable-region-focusable", "meta-viewport"],
    "resultTypes": ["violations"],
}
"""What can differ between two sizes and colours of one page; the others need to be asked once."""
MOST_STOPS = 60

_axe = Axe()
_picture_number = count(1)
_NAME_OF_FOCUS = """() => {
  const at = document.activeElement;
  const label = (at.labels || [])[0];
  return ((label && label.querySelector(".choice-label")) || label || at).textContent.trim();
}"""
_OUTLINE_OF_FOCUS = """() => {
  const style = getComputedStyle(document.activeElement);
  return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
}"""


@dataclass
class Registrar:
    """Somebody at a page of the office; `scripts` says whether her browser runs any."""

    page: Page
    address: str
    password: str = field(repr=False)
    scripts: bool = True

    def sign_in(self) -> None:
        """Come in by the password."""
        self.page.goto(self.address)
        self.fill("Password", self.password)
        self.press("Sign in")
        self.sees("Overview")

    def open(self, path: str) -> None:
        """Open a page by its address."""
        self.page.goto(self.address + path)

    def visit(self, name: str) -> None:
        """Go to a part of the office by its navigation."""
        self.page.get_by_role("navigation", name="Main").get_by_role("link", name=name, exact=True).click()

    def press(self, name: str) -> None:
        """Press the button that says exactly this."""
        self.page.get_by_role("button", name=name, exact=True).click()

    def follow(self, name: str) -> None:
        """Follow the link that says exactly this."""
        self.page.get_by_role("main").get_by_role("link", name=name, exact=True).click()

    def unfold(self, name: str) -> None:
        """Open what is folded away under these words."""
        self.page.locator("summary", has_text=name).click()

    def tick(self, words: str) -> None:
        """Tick a box or choose an option by its words."""
        self.page.get_by_role("main").get_by_text(words, exact=True).click()

    def fill(self, label: str, text: str) -> None:
        """Type into the field with this label, or choose this option there."""
        field_ = self.page.get_by_label(re.compile(rf"^{re.escape(label)}( optional)?$"))
        if field_.evaluate("field => field.tagName") == "SELECT":
            field_.select_option(text)
        else:
            field_.fill(text)

    def hand_in(self, name: str, table: str) -> None:
        """Choose a file for the table."""
        sent: FilePayload = {"name": name, "mimeType": "text/csv", "buffer": table.encode()}
        self.page.get_by_label("Table", exact=True).set_input_files(sent)

    def download(self, name: str) -> str:
        """Follow a link that leads to a file; what is in it."""
        with self.page.expect_download() as download:
            self.follow(name)
        return download.value.path().read_text(encoding="utf-8-sig")

    def sees(self, *texts: str) -> None:
        """Wait until the page says all of this."""
        for text in texts:
            expect(self.page.get_by_role("main")).to_contain_text(text)

    def reads(self, label: str) -> str:
        """What stands in a field that is there to be copied."""
        return self.page.get_by_label(label, exact=True).input_value()

    def look(self, *texts: str) -> None:
        """The page says this, fits 320 and 1280 px, and axe finds no fault, dark or light."""
        self.sees(*texts)
        if self.scripts:  # axe is one
            self.page.evaluate(_axe.axe_script)
        for size, colours, rules in ((NARROW, "dark", RULES_OF_LOOK), (WIDE, "light", RULES)):
            self.page.set_viewport_size(size)
            self.page.emulate_media(color_scheme=colours)  # type: ignore[arg-type]
            width = self.page.evaluate("document.documentElement.scrollWidth")
            assert width <= size["width"], f"{self.page.url} is {width} px wide on {size['width']} px"
            if self.scripts:
                found = AxeResults(self.page.evaluate("rules => axe.run(rules)", rules))
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

    def type_into(self, name: str, text: str) -> None:
        """Reach a field by the Tab key and type; in a list that chooses what begins so."""
        self.tab_to(name)
        self.page.keyboard.type(text)

    def enter_on(self, name: str) -> None:
        """Reach a button or link by the Tab key and press Enter."""
        self.tab_to(name)
        self.page.keyboard.press("Enter")

    def _picture(self) -> None:
        folder = os.environ.get("ARGONAUTA_SCREENS")
        if not folder:
            return
        Path(folder).mkdir(parents=True, exist_ok=True)
        title = re.sub(r"\W+", "-", self.page.title().split(" · ")[0]).strip("-").lower()
        name = f"office-{next(_picture_number):02}-{title}"
        for size in (NARROW, WIDE):
            self.page.set_viewport_size(size)
            self.page.screenshot(path=f"{folder}/{name}-{size['width']}.png", full_page=True)
