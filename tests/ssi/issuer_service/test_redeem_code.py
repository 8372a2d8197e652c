"""A code is redeemed once, in time, by who knows the transaction code."""

import pytest

from ssi.issuer_service.domain.documents import GRANT_TYPE
from tests.ssi.issuer_service.visitors import Office, link_of, refusal

pytestmark = pytest.mark.database


def test_a_code_used_twice_is_refused(office: Office, handed_in):
    wallet = office.wallet()
    code = wallet.code(handed_in["offer_uri"])
    wallet.redeem(code)

    refusal(wallet.redeem(code), 400, "invalid_grant")


def test_an_expired_code_is_refused(office: Office, handed_in):
    code = office.wallet().code(handed_in["offer_uri"])
    office.clock.move(days=7)

    refusal(office.wallet().redeem(code), 400, "invalid_grant")


def test_an_unknown_code_is_refused(office: Office):
    refusal(office.wallet().redeem("nobody-made-this"), 400, "invalid_grant")


def test_a_missing_code_is_refused(office: Office):
    response = office.visitor().post("/token", data={"grant_type": GRANT_TYPE, "pre-authorized_code": ""})

    refusal(response, 400, "invalid_request")


def test_another_grant_type_is_refused(office: Office):
    response = office.visitor().post("/token", data={"grant_type": "password", "code": "x"})

    refusal(response, 400, "unsupported_grant_type")


def test_a_parameter_that_stands_twice_is_refused(office: Office, handed_in):
    code = office.wallet().code(handed_in["offer_uri"])
    form = {"grant_type": GRANT_TYPE, "pre-authorized_code": [code, code]}

    refusal(office.visitor().post("/token", data=form), 400, "invalid_request")


def test_a_code_in_the_address_is_refused(office: Office, handed_in):
    code = office.wallet().code(handed_in["offer_uri"])
    query = {"grant_type": GRANT_TYPE, "pre-authorized_code": code}

    refusal(office.visitor().post("/token", query_string=query), 400, "unsupported_grant_type")


def test_three_wrong_transaction_codes_lock_the_link(office: Office):
    guarded = office.institution.hand_in(transaction_code=True)
    wallet = office.wallet()
    code = wallet.code(guarded["offer_uri"])
    wrong = str((int(str(guarded["tx_code"])) + 1) % 10**6).zfill(6)

    said = [refusal(wallet.redeem(code, wrong), 400, "invalid_grant") for _ in range(3)]

    assert said == ["the transaction code is wrong"] * 3
    assert "locked" in refusal(wallet.redeem(code, guarded["tx_code"]), 400, "invalid_grant")


def test_two_wrong_transaction_codes_do_not(office: Office):
    guarded = office.institution.hand_in(transaction_code=True)
    wallet = office.wallet()
    code = wallet.code(guarded["offer_uri"])
    for _ in range(2):
        wallet.redeem(code, "x")

    assert wallet.redeem(code, guarded["tx_code"]).status_code == 200


def test_a_missing_transaction_code_is_not_a_wrong_one(office: Office):
    guarded = office.institution.hand_in(transaction_code=True)
    wallet = office.wallet()
    code = wallet.code(guarded["offer_uri"])
    for _ in range(4):
        refusal(wallet.redeem(code), 400, "invalid_request")

    assert wallet.redeem(code, guarded["tx_code"]).status_code == 200


def test_a_transaction_code_that_was_not_asked_for_is_refused(office: Office, handed_in):
    wallet = office.wallet()

    refusal(wallet.redeem(wallet.code(handed_in["offer_uri"]), "123456"), 400, "invalid_request")


def test_the_code_of_a_revoked_record_is_refused(office: Office, handed_in):
    code = office.wallet().code(handed_in["offer_uri"])
    office.institution.set_status(handed_in["credential_id"], "revoked")

    refusal(office.wallet().redeem(code), 400, "invalid_grant")


def test_the_code_of_a_record_on_hold_works_once_it_counts_again(office: Office, handed_in):
    wallet = office.wallet()
    code = wallet.code(handed_in["offer_uri"])
    office.institution.set_status(handed_in["credential_id"], "suspended")
    refusal(wallet.redeem(code), 400, "invalid_grant")
    office.institution.set_status(handed_in["credential_id"], "valid")

    assert wallet.redeem(code).status_code == 200


def test_a_link_is_gone_once_it_was_used(office: Office, handed_in):
    wallet = office.wallet()
    path = link_of(handed_in)
    wallet.token(handed_in["offer_uri"])

    assert wallet.client.get(f"/credential-offers/{path}").status_code == 404
    assert wallet.client.get("/credential-offers/unknown").status_code == 404
