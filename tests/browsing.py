"""Pages in Chromium for tests: a browser, and a page that fails the test when the browser complains."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe, AxeResults
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright
from playwright.sync_api import Error as PlaywrightError

REQUIRED = "ARGONAUTA_REQUIRE_BROWSER"
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
"""What axe holds a page against. It tells of faults only: to tell of what is well takes thrice as long."""
WIDE, NARROW = ViewportSize(width=1280, height=800), ViewportSize(width=320, height=740)
PATIENCE_MILLISECONDS = 60_000
"""How long a page may take to show what it should: a machine that is busy may stop for seconds."""
LEFT_EARLY = ("htmx:afterRequest", "htmx:sendAbort")
"""What htmx says when somebody goes on before a part of the page has come; a failure says more than this."""

expect.set_options(timeout=PATIENCE_MILLISECONDS)


def chromium_path() -> str:
    """Where Chromium is; without one the test is skipped, unless the environment requires it."""
    path = shutil.which("chromium")
    if path is None:
        if os.environ.get(REQUIRED):
            pytest.fail(f"no chromium on this machine, and {REQUIRED} is set")
        pytest.skip("no chromium on this machine")
    return path


@contextmanager
def chromium() -> Iterator[Browser]:
    """The Chromium of this machine; without one the test is skipped, unless the environment requires it."""
    path = chromium_path()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def quiet_page(browser: Browser, *, expected: str = "\0", **settings: object) -> Iterator[Page]:
    """A page in a session of its own on which nothing may go wrong.

    A violation of the content security policy, an error of a script or a failed request fails the test,
    unless its text contains `expected` or says that the page was left before a part of it had come.
    """
    context = browser.new_context(reduced_motion="reduce", **settings)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE_MILLISECONDS)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    try:
        yield page
    finally:
        context.close()
    harmless = (expected, *LEFT_EARLY)
    unexpected = [text for text in complaints if not any(each in text for each in harmless)]
    assert not unexpected, unexpected


def look(page: Page, *, says: str) -> None:
    """The page says what it should, fits a wide and a narrow screen, and axe finds no fault in it."""
    page.locator("main").get_by_text(says).first.wait_for()
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= size["width"], f"{page.url} is {width} px wide on {size['width']} px"
        for colours in ("dark", "light"):
            page.emulate_media(color_scheme=colours)
            found = _examined(page)
            assert found.violations_count == 0, f"{page.url} in {colours}: {found.generate_report()}"
    page.set_viewport_size(WIDE)


def _examined(page: Page, *, most_loads: int = 5) -> AxeResults:
    """What axe finds; anew where the page was loaded again meanwhile, as some do by themselves."""
    for _ in range(most_loads):
        page.evaluate("window.isExamined = true")
        try:
            return Axe().run(page, options=RULES)
        except PlaywrightError:
            page.wait_for_load_state()
            if page.evaluate("window.isExamined === true"):
                raise
    pytest.fail(f"{page.url} is loaded anew again and again")
