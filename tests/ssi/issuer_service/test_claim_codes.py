"""The registrar gets a link, a claim code that may go with it, and a transaction code that may not."""

import re
from csv import DictReader
from io import StringIO

import pytest

from ssi.issuer_service.bootstrap import open_work
from tests.ssi.issuer_service.protocol_wallet import protocol_wallet
from tests.ssi.issuer_service.tables import table
from tests.ssi.issuer_service.visitors import Office, answer_of

pytestmark = pytest.mark.database


@pytest.fixture
def guarded(office: Office) -> dict[str, object]:
    """The answer to one record with a transaction code."""
    return office.institution.hand_in(transaction_code=True)


def test_the_claim_code_of_the_answer_opens_the_record(office: Office, guarded):
    wallet = protocol_wallet(office)
    code = wallet.code(
        wallet.pushed(), claim_code=str(guarded["claim_code"]), transaction_code=str(guarded["tx_code"])
    )

    assert code


def test_the_claim_code_alone_does_not(office: Office, guarded):
    wallet = protocol_wallet(office)
    refused = wallet.decide(wallet.pushed(), claim_code=str(guarded["claim_code"]))

    assert refused.status_code == 422


def test_the_page_for_handing_over_shows_both_codes_apart(officer, guarded):
    page = officer.page(f"/records/{guarded['credential_id']}/link")

    first, second = page.split("Tell the code another way")
    assert str(guarded["claim_code"]) in first
    assert str(guarded["tx_code"]) not in re.findall(r'value="([^"]+)"', first)
    assert str(guarded["tx_code"]) in second
    assert str(guarded["claim_code"]) not in second


def test_the_letter_with_the_link_does_not_hold_the_code_nor_the_other_way_round(officer, guarded):
    path = f"/records/{guarded['credential_id']}"
    letter, code_letter = officer.page(f"{path}/letter"), officer.page(f"{path}/code-letter")

    assert f">{guarded['claim_code']}<" in letter
    assert f">{guarded['tx_code']}<" not in letter
    assert f">{guarded['tx_code']}<" in code_letter
    assert str(guarded["claim_code"]) not in code_letter
    assert "credential_offer" not in code_letter


def test_a_record_without_a_transaction_code_has_no_letter_for_one(officer, handed_in):
    path = f"/records/{handed_in['credential_id']}"

    assert "another way" not in officer.page(f"{path}/link")
    assert "needs no code" in officer.page(f"{path}/code-letter")


def test_a_new_link_has_a_new_claim_code(office: Office, guarded):
    renewed = answer_of(office.institution.post(f"/credentials/{guarded['credential_id']}/offer", {}))
    wallet = protocol_wallet(office)
    refused = wallet.decide(wallet.pushed(), claim_code=str(guarded["claim_code"]))

    assert renewed["claim_code"] != guarded["claim_code"]
    assert refused.status_code == 422
    assert "not known" in refused.text


def test_the_results_of_a_table_hold_the_claim_codes(office: Office):
    batch = answer_of(office.institution.send_table(office.institution.template(), table(2)))
    open_work(office.issuer).until_idle()
    results = office.institution.get(f"/batches/{batch['batch_id']}/results.csv").get_data(as_text=True)

    codes = {row["claim_code"] for row in DictReader(StringIO(results.removeprefix("\ufeff")))}
    assert len(codes) == 2
    assert all(re.fullmatch(r"(?:[0-9A-Z]{4}-){4}[0-9A-Z]{4}", code) for code in codes)
