"""What a person agrees to stands on the page whole and legible, or the request is not put before her."""

import json
from dataclasses import replace
from typing import Any

import pytest

from crypto.encoding import b64url_encode
from ssi.openid4vp.transaction_data import write_transaction
from tests.wallet.show_desk import Desk
from tests.wallet.showing import SEX
from tests.wallet.test_showing_requests import refusal_of
from wallet.domain.showing import Stage
from wallet.domain.showing_values import MAX_SHOWN
from wallet.errors import AskDoubt


@pytest.fixture
def desk() -> Desk:
    return Desk().with_exam()


def test_a_transaction_that_cannot_be_said_in_words_is_refused(desk: Desk):
    unheard = write_transaction("urn:example:oath", ["exam"], {"text": "I swear"})

    assert refusal_of(desk, desk.asker.ask(SEX, transactions=(unheard,))) is AskDoubt.UNKNOWN_TRANSACTION


@pytest.mark.parametrize(
    "details",
    [
        {"text": "Free" + "." * MAX_SHOWN + " then 9,000 EUR"},
        {"x" * (MAX_SHOWN + 1): "3 EUR"},
        {"payee": "\u202eyrarbiL"},
        {"payee": "Lib\u200brary"},
        {"text": "First\nsecond"},
        {"text": "Fine." + " " * 3 + "9,000 EUR"},
        {"text": "Fine." + "\u2800" * 300 + "9,000 EUR"},
        {"text": " 9,000 EUR"},
        {"text": "9,000 EUR "},
        {"text": " "},
        {"amount\u202e": "3 EUR"},
        {"amount___": "3 EUR"},
        {"": "3 EUR"},
        {"terms": [{"weekly ": True}]},
        {"terms": [["\u0007"]]},
        {"amount": 10**600},
    ],
    ids=ascii,
)
def test_a_transaction_that_could_hide_something_on_the_page_is_refused(desk: Desk, details):
    document = {**details, "type": "payment", "credential_ids": ["exam"]}
    encoded = b64url_encode(json.dumps(document).encode())
    hiding = replace(write_transaction("payment", ["exam"], {}), encoded=encoded, document=document)

    assert refusal_of(desk, desk.asker.ask(SEX, transactions=(hiding,))) is AskDoubt.UNKNOWN_TRANSACTION


def test_a_transaction_with_plain_texts_is_put_before_the_person(desk: Desk):
    details: dict[str, Any] = {"text": "Zwei  Bücher, à 3 €", "a_b": ["x" * MAX_SHOWN, 3, True, None, ""]}
    plain = write_transaction("agreement", ["exam"], details)

    assert desk.share(desk.open(SEX, transactions=(plain,))).stage is Stage.SHOWN
