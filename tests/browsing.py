"""Pages in Chromium for tests: a browser, and a page that fails the test when the browser complains."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

REQUIRED = "ARGONAUTA_REQUIRE_BROWSER"
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
"""What axe holds a page against. It tells of faults only: to tell of what is well takes thrice as long."""
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
