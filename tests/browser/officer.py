"""What an officer of the university's registry does at the office's screens."""

from dataclasses import dataclass, field

from examples.records import Record
from examples.town import PASSWORD, Town
from ssi.dataset import data_set
from tests.browser.hand import Hand

UNIVERSITY = "university"
EXAM = data_set("exam/1")


@dataclass(frozen=True)
class Handover:
    """What a person is given to collect her record."""

    link: str = field(repr=False)
    code: str = field(repr=False)


def sign_in(hand: Hand, town: Town) -> None:
    hand.page.goto(town.url(UNIVERSITY))
    hand.fill("Password", town.secret(UNIVERSITY, PASSWORD))
    hand.press("Sign in")
    hand.sees("Overview")


def fill_in(hand: Hand, record: Record) -> None:
    """Type a record into the form that the data set makes."""
    hand.visit("Issue")
    hand.fill("Number of the person", record.external_id)
    for attribute in EXAM.attributes:
        hand.fill(attribute.label["en"], str(record.values[attribute.name]))


def hand_over(hand: Hand) -> Handover:
    """Read the link and the code off the last page."""
    hand.sees("Hand it over")
    link, code = (hand.page.get_by_label(label, exact=True).input_value() for label in ("Link", "Code"))
    return Handover(link, code)


def issue(hand: Hand, record: Record) -> Handover:
    fill_in(hand, record)
    hand.press("Check it")
    hand.press("Issue it")
    return hand_over(hand)
