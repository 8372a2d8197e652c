"""What lies on an operator's desk in these tests: a payout above the limit, a request, a breach."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from consent.payout import Payee, PayoutLine, PayoutRequest, sign_payout
from consent.rights_request import Right, RightsRequest, sign_rights_request
from marketplace.domain.chart import subject_earned
from marketplace.domain.ledger import EntryKind, Ledger, Transfer
from tests.marketplace.mpc_node.parties import NOW
from tests.marketplace.web.crowd import students
from tests.marketplace.web.house import MARKET_ID, PASSWORD, House
from tests.ssi import parties

PAYOUT, REQUEST = (str(UUID(int=number, version=4)) for number in (1, 2))
NAME, IBAN = "Anna Müller", "AT611904300234573201"
WORDS = "Please tell me everything that you have."
BREACH: dict[str, Any] = {
    "breach_id": "breach-1",
    "aware_at": (NOW - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M"),
    "what": "A copy of the database of agreements was taken.",
    "kinds": ["confidentiality"],
    "people": "100 to 999",
    "data_set": "exam/1",
    "since": "2026-01-01T00:00",
    "until": (NOW - timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M"),
    "consequences": "Somebody may learn which records people have.",
    "measures": "The door is closed.",
}
NOTICE = {
    "what": "A copy was taken.",
    "consequences": "Little.",
    "measures": "Closed.",
    "contact": "dpo@m.example",
}


def ask_for_a_payout(house: House, cents: int = 150_000) -> None:
    """Somebody who earned enough asks to be paid."""
    anna = students(1)[0]
    house.buyer("payer@institute.example", euros=5000)
    purse = f"buyer:{house.services.sign_in('payer@institute.example', PASSWORD).account_id}:available"
    earned = Transfer("test", EntryKind.PAYMENT, purse, subject_earned(anna.consent_id), cents, NOW)
    with house.store.writing() as books:
        Ledger(books.ledger).record([earned])
    line = PayoutLine(anna.consent_id, cents)
    request = PayoutRequest(PAYOUT, MARKET_ID, Payee(NAME, IBAN), (line,), NOW)
    house.services.payouts.request(sign_payout(request, {anna.consent_id: parties.HOLDER}.__getitem__))


def ask_for_a_copy(house: House) -> None:
    """Somebody asks for a copy of her data."""
    anna = students(1)[0]
    request = RightsRequest(REQUEST, MARKET_ID, anna.consent_id, Right.ACCESS, WORDS, NOW)
    house.services.oversight.rights.file(sign_rights_request(request, parties.HOLDER))
