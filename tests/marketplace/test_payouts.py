"""People ask to be paid, the operator pays or refuses, and every cent stays accounted for."""

import importlib.resources
from dataclasses import replace
from io import BytesIO
from uuid import UUID

import pytest
from lxml import etree

from consent.errors import TermsError
from consent.payout import Payee, PayoutLine, PayoutRequest, sign_payout
from crypto.errors import MalformedError
from marketplace.api.app import create_api_app
from marketplace.domain.chart import BANK, payout_requested, subject_earned
from marketplace.domain.ledger import EntryKind, Ledger, Transfer
from marketplace.domain.payout import PayoutState
from marketplace.domain.sepa import NAMESPACE, sepa_text
from marketplace.errors import (
    InsufficientFundsError,
    PayoutConflictError,
    PayoutRefusedError,
    UnknownOfferError,
    UnknownPayoutError,
)
from ssi.jws import parse_jws, sign_jws
from tests.marketplace.described import described_client
from tests.marketplace.mpc_node.parties import MARKET, NOW
from tests.marketplace.mpc_node.people import person, withdrawal_of

IBAN = "AT611904300234573201"
OTHER_IBAN = "DE89370400440532013000"
ANNA, BEN, CLEO = person(1), person(2), person(3)
EARNED = 600


def _id(number: int) -> str:
    return str(UUID(int=number, version=4))


def _request(*lines: tuple[object, int], number: int = 1, iban: str = IBAN, name: str = "Anna Müller"):
    made = tuple(PayoutLine(who.consent_id, cents) for who, cents in lines)  # type: ignore[attr-defined]
    return PayoutRequest(_id(number), MARKET, Payee(name, iban), made, NOW)


def _signed(request, keys=None):
    known = {each.consent_id: each.key for each in (ANNA, BEN, CLEO)}
    return sign_payout(request, (keys or known).__getitem__)


@pytest.fixture
def earned(any_market):
    """A market in which three people took part, and were paid often enough."""
    return _earned(any_market)


@pytest.fixture
def known(market):
    return _earned(market)


def _earned(market):
    market.stock(12)
    account = market.buyer()
    with market.store.writing() as books:
        ledger = Ledger(books.ledger)
        ledger.record([_paid(market, account, each.consent_id) for each in (ANNA, BEN, CLEO)])
    return market


def _paid(market, account, consent_id):
    from_purse = f"buyer:{account.account_id}:available"
    return _transfer(f"test/{consent_id}", from_purse, subject_earned(consent_id), EARNED)


def _transfer(name, debit, credit, cents):
    return Transfer(name, EntryKind.PAYMENT, debit, credit, cents, NOW)


def _balances(market, *accounts):
    return [market.balance(each) for each in accounts]


def test_a_request_moves_the_money_of_all_its_agreements_to_its_own_account(earned):
    request = _request((ANNA, 600), (BEN, 450))

    answer = earned.services.payouts.request(_signed(request))

    assert (answer["state"], answer["total_cents"]) == ("requested", 1050)
    assert _balances(
        earned,
        subject_earned(ANNA.consent_id),
        subject_earned(BEN.consent_id),
        payout_requested(request.payout_id),
    ) == [0, 150, 1050]
    assert earned.services.trial_balance().total_cents == 0


def test_the_same_request_again_is_the_same_and_moves_nothing(earned):
    tokens = _signed(_request((ANNA, 600)))
    first = earned.services.payouts.request(tokens)

    again = earned.services.payouts.request(tuple(reversed(tokens)))

    assert again == first
    assert earned.balance(payout_requested(_id(1))) == 600


@pytest.mark.parametrize("change", [{"iban": OTHER_IBAN}, {"name": "Ben"}])
def test_the_same_id_with_another_content_is_a_conflict(earned, change):
    earned.services.payouts.request(_signed(_request((ANNA, 500))))

    with pytest.raises(PayoutConflictError):
        earned.services.payouts.request(_signed(_request((ANNA, 500), **change)))


def test_more_than_was_earned_is_not_there_and_moves_nothing(earned):
    with pytest.raises(InsufficientFundsError):
        earned.services.payouts.request(_signed(_request((ANNA, 600), (BEN, 601))))

    assert earned.balance(subject_earned(ANNA.consent_id)) == 600


def test_less_than_the_least_amount_is_refused(known):
    with pytest.raises(PayoutRefusedError, match="at least 500 cents"):
        known.services.payouts.request(_signed(_request((ANNA, 499))))


def test_what_was_paid_leaves_the_books_once_and_the_account_is_forgotten(earned):
    earned.services.payouts.request(_signed(_request((ANNA, 600))))
    earned.services.payouts.export(Payee("Market", OTHER_IBAN))

    first = earned.services.payouts.pay(_id(1))
    again = earned.services.payouts.pay(_id(1))

    assert (first.state, again) == (PayoutState.PAID, first)
    assert _balances(earned, payout_requested(_id(1)), BANK) == [0, 600]
    with earned.store.reading() as books:
        assert books.payouts.get(_id(1)).payee is None
    with pytest.raises(PayoutConflictError):
        earned.services.payouts.refuse(_id(1), "too late")


def test_what_is_refused_goes_back_to_the_cent_and_the_person_is_told_why(earned):
    earned.services.payouts.request(_signed(_request((ANNA, 600), (BEN, 450))))

    earned.services.payouts.refuse(_id(1), "The bank does not know this account.")
    earned.services.payouts.refuse(_id(1), "another reason")

    told = earned.services.payouts.read(_id(1), ANNA.key.public)
    assert (told["state"], told["reason"]) == ("refused", "The bank does not know this account.")
    accounts = (subject_earned(ANNA.consent_id), subject_earned(BEN.consent_id), payout_requested(_id(1)))
    assert _balances(earned, *accounts) == [600, 600, 0]
    with pytest.raises(PayoutConflictError):
        earned.services.payouts.pay(_id(1))


def test_nothing_counts_as_paid_that_no_bank_was_told_of(known):
    known.services.payouts.request(_signed(_request((ANNA, 600))))

    with pytest.raises(PayoutConflictError, match="no file"):
        known.services.payouts.pay(_id(1))


def test_what_was_earned_is_paid_after_the_agreement_ended(known):
    known.services.withdraw_offer(withdrawal_of(ANNA))

    answer = known.services.payouts.request(_signed(_request((ANNA, 600))))

    assert answer["state"] == "requested"


def test_a_line_of_another_key_is_refused(known):
    keys = {ANNA.consent_id: BEN.key}

    with pytest.raises(PayoutRefusedError):
        known.services.payouts.request(_signed(_request((ANNA, 600)), keys))


def test_an_unknown_agreement_is_refused(known):
    stranger = person(99)

    with pytest.raises(UnknownOfferError):
        known.services.payouts.request(
            _signed(_request((stranger, 600)), {stranger.consent_id: stranger.key})
        )


def test_lines_cannot_be_taken_out_put_in_or_mixed(known):
    both = _signed(_request((ANNA, 600), (BEN, 500)))
    other = _signed(_request((BEN, 500), number=2))
    elsewhere = _signed(_request((ANNA, 600), (BEN, 500), iban=OTHER_IBAN))

    for tokens in (both[:1], (both[0], other[0]), (both[0], elsewhere[1]), (both[0], both[0])):
        with pytest.raises(PayoutRefusedError):
            known.services.payouts.request(tokens)


def test_a_request_for_another_marketplace_is_refused(known):
    request = replace(_request((ANNA, 600)), marketplace="elsewhere")

    with pytest.raises(PayoutRefusedError, match="another marketplace"):
        known.services.payouts.request(_signed(request))


def test_another_kind_of_word_of_the_same_person_moves_no_money(known):
    with pytest.raises(PayoutRefusedError):
        known.services.payouts.request((withdrawal_of(ANNA),))


def test_only_who_asked_is_told_how_it_stands(known):
    known.services.payouts.request(_signed(_request((ANNA, 600))))

    for payout_id in (_id(1), _id(2)):
        with pytest.raises(UnknownPayoutError):
            known.services.payouts.read(payout_id, BEN.key.public)


def test_the_account_is_sealed_in_the_books(earned):
    earned.services.payouts.request(_signed(_request((ANNA, 600))))

    with earned.store.reading() as books:
        kept = books.payouts.get(_id(1))
    assert kept.payee is not None
    assert IBAN.encode() not in kept.payee
    assert IBAN not in repr(kept)
    assert IBAN not in repr(_request((ANNA, 600)))


def _schema():
    file = importlib.resources.files("sepaxml") / "schemas" / "pain.001.001.09.xsd"
    return etree.XMLSchema(etree.parse(BytesIO(file.read_bytes())))


def test_the_file_for_the_bank_is_what_the_schema_asks_for_and_adds_up(earned):
    earned.services.payouts.request(_signed(_request((ANNA, 600), (BEN, 450))))
    earned.services.payouts.request(_signed(_request((CLEO, 501), number=2, name="Κλειώ <&> Öz")))

    file = earned.services.payouts.export(Payee("Market & Co", OTHER_IBAN))

    document = etree.parse(BytesIO(file))
    _schema().assertValid(document)
    names = {"p": NAMESPACE}
    assert document.xpath("string(//p:GrpHdr/p:CtrlSum)", namespaces=names) == "15.51"
    assert document.xpath("//p:InstdAmt/text()", namespaces=names) == ["10.50", "5.01"]
    assert document.xpath("//p:Cdtr/p:Nm/text()", namespaces=names) == ["Anna Mueller", "..... ... Oez"]
    assert document.xpath("//p:CdtrAcct//p:IBAN/text()", namespaces=names) == [IBAN, IBAN]


def test_an_export_again_has_the_same_payments_until_they_are_over(known):
    known.services.payouts.request(_signed(_request((ANNA, 600))))
    debtor = Payee("Market", OTHER_IBAN)
    first, second = known.services.payouts.export(debtor), known.services.payouts.export(debtor)
    known.services.payouts.pay(_id(1))

    assert first.count(b"CdtTrfTxInf") == second.count(b"CdtTrfTxInf") == 2
    with pytest.raises(PayoutRefusedError, match="nothing to be paid"):
        known.services.payouts.export(debtor)


@pytest.mark.parametrize(("text", "written"), [("Müller-Größe", "Mueller-Groesse"), ("É. Łuk@s", "E. .uk.s")])
def test_names_are_written_in_the_letters_that_banks_take(text, written):
    assert sepa_text(text) == written


@pytest.mark.parametrize(
    ("name", "iban"),
    [
        ("Anna", "AT611904300234573202"),
        ("Anna", "AT61 1904"),
        ("Anna", ""),
        ("", IBAN),
        ("A" * 71, IBAN),
        ("An\nna", IBAN),
    ],
)
def test_an_account_that_no_bank_has_is_refused(name, iban):
    with pytest.raises(TermsError):
        Payee(name, iban)


def test_an_account_may_be_typed_with_spaces():
    assert Payee.typed("  Anna  Müller ", "at61 1904 3002 3457 3201") == Payee("Anna Müller", IBAN)


def test_over_the_wire_a_conflict_is_409_and_hostile_bodies_have_an_answer(known):
    client = described_client(create_api_app(known.services))
    tokens = list(_signed(_request((ANNA, 600))))

    first = client.post("/api/v1/payouts", json={"lines": tokens})
    again = client.post("/api/v1/payouts", json={"lines": tokens})
    other = client.post("/api/v1/payouts", json={"lines": list(_signed(_request((ANNA, 550))))})

    assert (first.status_code, again.json, other.status_code) == (200, first.json, 409)
    assert IBAN not in first.get_data(as_text=True)
    assert first.headers["Cache-Control"] == "no-store"
    spoilt: list[object] = [
        {},
        {"lines": []},
        {"lines": [7]},
        {"lines": ["a"]},
        {"lines": tokens, "x": 1},
        [],
        "x",
    ]
    for body in spoilt:
        assert client.post("/api/v1/payouts", json=body).status_code in {400, 422}
    assert client.get(f"/api/v1/payouts/{_id(1)}").status_code == 401
    assert b'"least_cents":500' in client.get("/api/v1/payout-terms").data


def test_a_total_that_lies_is_refused(known):
    (token,) = _signed(_request((ANNA, 600)))
    payload = {**parse_jws(token, "payout").payload, "total_cents": 700}
    forged = sign_jws(payload, ANNA.key, typ="payout-request+jwt")

    with pytest.raises(PayoutRefusedError):
        known.services.payouts.request((forged,))


def test_no_lines_at_all_are_no_request(known):
    with pytest.raises((MalformedError, PayoutRefusedError)):
        known.services.payouts.request(())
