"""The screens about people whom a person trusts, without scripts."""

import re
from html import unescape

from tests.wallet.browsing import PASSWORD


def sheets_of(page: str) -> list[str]:
    return [
        unescape(f"{number}: {words}")
        for number, words in re.findall(r'class="sheet"><strong>(\d+):</strong> ([^<]+)</p>', page)
    ]


def test_a_wallet_is_opened_by_two_of_three(signed_in):
    signed_in.get("/locks/contacts")
    sheets = sheets_of(signed_in.post("/locks/contacts", people="3", needed="2", password=PASSWORD))
    assert len(sheets) == 3
    assert "any 2 of them open your wallet" in signed_in.get("/locks")
    assert sheets_of(signed_in.get("/locks/contacts")) == []
    signed_in.get("/home")
    signed_in.post("/lock")

    signed_in.get("/recover/together")
    fields = {"login": "anna", "new": "a loud harbour", "again": "a loud harbour"}
    refused = signed_in.post("/recover/together", 422, sheets=sheets[0], **fields)
    assert "Perhaps one more is needed." in refused
    assert "The two passwords differ" in signed_in.post(
        "/recover/together", 422, sheets="\n".join(sheets[:2]), **{**fields, "again": "x"}
    )
    page = signed_in.post("/recover/together", sheets="\n".join(sheets[1:]), **fields)

    assert "Your wallet is open and has a new password" in page


def test_sheets_need_the_password_and_a_sensible_number(signed_in):
    signed_in.get("/locks/contacts")

    assert "not the password" in signed_in.post(
        "/locks/contacts", 422, people="3", needed="2", password="no password"
    )
    assert "to be needed" in signed_in.post("/locks/contacts", 422, people="2", needed="3", password=PASSWORD)
    assert "to be needed" in signed_in.post("/locks/contacts", 422, people="x", password=PASSWORD)


def test_sheets_are_made_worthless(signed_in):
    signed_in.get("/locks/contacts")
    signed_in.post("/locks/contacts", people="3", needed="2", password=PASSWORD)
    signed_in.get("/locks/contacts")
    assert "not the password" in signed_in.post("/locks/contacts/remove", 422, owner="no password")

    page = signed_in.post("/locks/contacts/remove", owner=PASSWORD)

    assert "Their sheets open nothing any more." in page
    assert "You gave out sheets" not in page
