"""What a person does at the wallet's screens."""

from examples.town import WALLET, Town
from tests.browser.hand import Hand
from tests.browser.officer import Handover

PASSWORD = "a quiet harbour"


def sign_up(hand: Hand, town: Town, name: str) -> None:
    hand.page.goto(f"{town.url(WALLET)}/sign-up")
    hand.fill("Name", name)
    hand.fill("Password", PASSWORD)
    hand.fill("The same password again", PASSWORD)
    hand.press("Make my wallet")
    hand.sees("Your wallet is empty")


def sign_in(hand: Hand, town: Town, name: str, password: str = PASSWORD) -> None:
    hand.page.goto(town.url(WALLET))
    hand.fill("Name", name)
    hand.fill("Password", password)
    hand.press("Open")
    hand.sees(f"Hello, {name}")


def collect(hand: Hand, handover: Handover) -> None:
    """Bring a record in, from the pasted link to the preview."""
    hand.follow("Add your first record")
    hand.fill("Link", handover.link)
    hand.press("Continue")
    hand.fill("Code", handover.code)
    hand.press("Get the record")
    hand.sees("Is this your record?")


def keep(hand: Hand, handover: Handover) -> None:
    collect(hand, handover)
    hand.press("Keep it in my wallet")
