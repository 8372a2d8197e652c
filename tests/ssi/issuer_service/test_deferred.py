"""A record on hold is deferred where the office says so: the wallet comes back until an officer decides."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ssi.credential import verify_record
from tests.ssi.issuer_service.offices import found_office, registry_of
from tests.ssi.issuer_service.protocol_wallet import (
    ProtocolWallet,
    batch_request,
    decrypted,
    encryption_key,
    protocol_wallet,
)
from tests.ssi.issuer_service.visitors import Office, answer_of, refusal
from tests.ssi.parties import es256

pytestmark = pytest.mark.database
KEYS = [es256("first"), es256("second")]


@pytest.fixture
def office(folder: Path, database_url: str) -> Iterator[Office]:
    office = found_office(folder, database_url, defers_held=True)
    yield office
    office.issuer.database.close()


@pytest.fixture
def wallet(office: Office) -> ProtocolWallet:
    return protocol_wallet(office)


@pytest.fixture
def held(office: Office) -> dict[str, object]:
    handed_in = office.institution.hand_in()
    office.institution.set_status(handed_in["credential_id"], "suspended", "waits for approval")
    return handed_in


@pytest.fixture
def granted(office: Office, wallet: ProtocolWallet, held) -> dict[str, object]:
    return answer_of(wallet.redeem(office.wallet().code(held["offer_uri"])))


@pytest.fixture
def token(granted) -> str:
    return str(granted["access_token"])


@pytest.fixture
def transaction(office: Office, wallet: ProtocolWallet, token: str) -> str:
    response = wallet.send("/credential", token, batch_request(office.wallet(), KEYS))
    assert response.status_code == 202, response.text
    assert answer_of(response)["interval"] == 60
    return str(answer_of(response)["transaction_id"])


def come_back(wallet: ProtocolWallet, token: str, transaction_id: str, **changes: object):
    return wallet.send("/deferred-credential", token, {"transaction_id": transaction_id, **changes})


def test_a_wallet_waits_and_then_gets_its_credentials(
    office: Office, wallet: ProtocolWallet, held, token: str, transaction: str, folder: Path
):
    waiting = come_back(wallet, token, transaction)
    assert (waiting.status_code, answer_of(waiting)["transaction_id"]) == (202, transaction)
    office.institution.set_status(held["credential_id"], "valid", "approved")

    answer = answer_of(come_back(wallet, token, transaction))

    market, _ = answer["credentials"]
    credential = verify_record(market["credential"], registry_of(folder), now=office.clock())
    assert credential.holder_key == KEYS[0].public
    assert "notification_id" not in answer


def test_a_transaction_is_completed_once(office: Office, wallet: ProtocolWallet, held, token, transaction):
    office.institution.set_status(held["credential_id"], "valid")
    come_back(wallet, token, transaction)

    refusal(come_back(wallet, token, transaction), 401, "invalid_token")


def test_a_wallet_waits_for_days_with_its_refresh_token(
    office: Office, wallet: ProtocolWallet, held, granted, transaction: str
):
    office.clock.move(days=3)
    token = str(answer_of(wallet.refresh(str(granted["refresh_token"])))["access_token"])
    assert come_back(wallet, token, transaction).status_code == 202
    office.institution.set_status(held["credential_id"], "valid")

    assert come_back(wallet, token, transaction).status_code == 200


def test_handing_the_record_in_again_does_not_turn_the_waiting_wallet_away(
    office: Office, wallet: ProtocolWallet, held, granted, transaction: str
):
    office.clock.move(days=1)
    assert office.institution.hand_in()["change"] == "unchanged"
    token = str(answer_of(wallet.refresh(str(granted["refresh_token"])))["access_token"])

    assert come_back(wallet, token, transaction).status_code == 202


def test_a_record_that_is_refused_in_the_end_is_not_issued(
    office: Office, wallet: ProtocolWallet, held, token: str, transaction: str
):
    office.institution.set_status(held["credential_id"], "revoked", "not eligible")

    refusal(come_back(wallet, token, transaction), 401, "invalid_token")


def test_a_record_whose_time_is_over_is_denied(office: Office, wallet: ProtocolWallet):
    short = office.institution.hand_in("short", valid_days=1)
    office.institution.set_status(short["credential_id"], "suspended")
    granted = answer_of(wallet.redeem(office.wallet().code(short["offer_uri"])))
    request = batch_request(office.wallet(), KEYS)
    response = wallet.send("/credential", str(granted["access_token"]), request)
    office.clock.move(days=1)
    token = str(answer_of(wallet.refresh(str(granted["refresh_token"])))["access_token"])

    refused = come_back(wallet, token, str(answer_of(response)["transaction_id"]))

    refusal(refused, 400, "credential_request_denied")


def test_an_unknown_transaction_is_refused(wallet: ProtocolWallet, token: str, transaction: str):
    refusal(come_back(wallet, token, "made up"), 400, "invalid_transaction_id")


def test_the_transaction_of_another_person_is_refused(
    office: Office, wallet: ProtocolWallet, transaction: str
):
    other = office.institution.hand_in("other")
    token = answer_of(wallet.redeem(office.wallet().code(other["offer_uri"])))["access_token"]

    refusal(come_back(wallet, str(token), transaction), 400, "invalid_transaction_id")


def test_asking_anew_replaces_the_transaction(
    office: Office, wallet: ProtocolWallet, token: str, transaction: str
):
    again = wallet.send("/credential", token, batch_request(office.wallet(), KEYS))
    refusal(come_back(wallet, token, transaction), 400, "invalid_transaction_id")

    assert come_back(wallet, token, str(answer_of(again)["transaction_id"])).status_code == 202


@pytest.mark.parametrize("document", [{}, {"transaction_id": 1}, []], ids=str)
def test_a_malformed_deferred_request_is_refused(wallet: ProtocolWallet, token: str, document):
    refusal(wallet.send("/deferred-credential", token, document), 400, "invalid_credential_request")


def test_a_deferred_answer_is_encrypted_by_what_was_asked_last(
    wallet: ProtocolWallet, token: str, transaction: str
):
    key, public = encryption_key()
    asked = {"jwk": public, "enc": "A256GCM"}
    response = come_back(wallet, token, transaction, credential_response_encryption=asked)

    assert response.status_code == 202
    assert decrypted(response, key)[1] == {"transaction_id": transaction, "interval": 60}


def test_the_registrar_sees_a_held_record_as_before(office: Office, held, transaction: str):
    found = answer_of(office.institution.find("student-1"))

    assert found["credentials"][0]["status"] == "suspended"
    assert found["credentials"][0]["delivery"] == "waiting"
