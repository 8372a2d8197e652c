"""What a buyer does at the market's screens."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from playwright.sync_api import expect

from examples.buyers import Enrolled
from examples.town import MARKETPLACE, Town
from tests.browser.hand import Hand

SEALED = "The answer is sealed"


def sign_in(hand: Hand, town: Town, email: str, password: str) -> None:
    hand.page.goto(f"{town.url(MARKETPLACE)}/sign-in")
    hand.fill("E-mail", email)
    hand.fill("Password", password)
    hand.press("Sign in")
    expect(hand.page.get_by_role("button", name="Sign out")).to_be_visible()


def begin_question(hand: Hand) -> None:
    """Go from the catalogue to the form for a question about exam results."""
    hand.visit("Data")
    hand.follow("Look closer at Exam results")
    hand.follow("Ask a question")


def pick(hand: Hand, about: str, *statistics: str) -> None:
    """Choose what is computed about one part of the record."""
    group = hand.page.get_by_role("group", name=about)
    for statistic in statistics:
        hand.click(group.get_by_role("checkbox", name=statistic))


def open_with(hand: Hand, buyer: Enrolled) -> None:
    """Open the answer with the key file, in the browser."""
    hand.page.get_by_label("Your key file", exact=True).set_input_files(buyer.key_file)
    hand.sees("Opened and checked")


def saved_answer(hand: Hand) -> dict[tuple[str, str], str]:
    """The numbers in full precision, as the page saves them: by statistic and group or class."""
    with hand.page.expect_download() as coming:
        hand.press("Save as a table (CSV)")
    return {(row["statistic"], row["group_or_class"]): row["answer"] for row in rows(coming.value.path())}


def rows(path: Path) -> Iterable[dict[str, str]]:
    """The lines of a table that was saved."""
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))
