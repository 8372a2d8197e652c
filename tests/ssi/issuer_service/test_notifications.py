"""A wallet tells what became of a delivery; the same word twice is one, and only its own delivery counts."""

import pytest

from tests.ssi.issuer_service.visitors import Office, Wallet, answer_of, refusal

pytestmark = pytest.mark.database


@pytest.fixture
def wallet(office: Office) -> Wallet:
    return office.wallet()


@pytest.fixture
def notification_id(wallet: Wallet, token: str) -> str:
    return str(answer_of(wallet.ask(token, wallet.proof()))["notification_id"])


def tell(wallet: Wallet, token: str, document: object):
    headers = {"Authorization": f"Bearer {token}"}
    return wallet.client.post("/notification", json=document, headers=headers)


def noticed(office: Office, handed_in):
    with office.issuer.books.reading() as register:
        return register.tickets.noticed(str(handed_in["credential_id"]))


@pytest.mark.parametrize("event", ["credential_accepted", "credential_failure", "credential_deleted"])
def test_a_wallet_tells_what_became_of_its_credentials(
    office: Office, wallet: Wallet, handed_in, token: str, notification_id: str, event: str
):
    said = {"notification_id": notification_id, "event": event, "event_description": "full", "new": 1}
    response = tell(wallet, token, said)

    assert (response.status_code, response.get_data()) == (204, b"")
    kept = noticed(office, handed_in)
    assert (kept.event, kept.description, kept.noticed_at) == (event, "full", office.clock())


def test_saying_the_same_twice_changes_nothing(
    office: Office, wallet: Wallet, handed_in, token: str, notification_id: str
):
    said = {"notification_id": notification_id, "event": "credential_accepted"}
    tell(wallet, token, said)
    first = office.clock()
    office.clock.move(minutes=1)

    assert tell(wallet, token, said).status_code == 204
    assert noticed(office, handed_in).noticed_at == first


def test_a_later_word_replaces_an_earlier_one(
    office: Office, wallet: Wallet, handed_in, token: str, notification_id: str
):
    for event in ("credential_accepted", "credential_deleted"):
        tell(wallet, token, {"notification_id": notification_id, "event": event})

    assert noticed(office, handed_in).event == "credential_deleted"


def test_a_wallet_need_not_tell_anything(office: Office, handed_in, notification_id: str):
    assert noticed(office, handed_in) is None


def test_an_unknown_notification_is_refused(wallet: Wallet, token: str, notification_id: str):
    said = {"notification_id": "made up", "event": "credential_accepted"}

    refusal(tell(wallet, token, said), 400, "invalid_notification_id")


def test_the_notification_of_another_person_is_refused(office: Office, wallet: Wallet, notification_id: str):
    token = wallet.token(office.institution.hand_in("other")["offer_uri"])
    said = {"notification_id": notification_id, "event": "credential_accepted"}

    refusal(tell(wallet, token, said), 400, "invalid_notification_id")


@pytest.mark.parametrize(
    "change",
    [
        {"event": "credential_lost"},
        {"event": None},
        {"notification_id": 1},
        {"event_description": 'a "quoted" word'},
        {"event_description": "é"},
        {"event_description": 1},
    ],
    ids=str,
)
def test_a_notification_not_of_its_form_is_refused(wallet: Wallet, token: str, notification_id: str, change):
    said = {"notification_id": notification_id, "event": "credential_accepted", **change}

    refusal(tell(wallet, token, said), 400, "invalid_notification_request")


@pytest.mark.parametrize("token_sent", ["made-up", ""])
def test_a_notification_without_a_good_token_is_refused(
    wallet: Wallet, notification_id: str, token_sent: str
):
    said = {"notification_id": notification_id, "event": "credential_accepted"}

    refusal(tell(wallet, token_sent, said), 401, "invalid_token")


def test_a_long_description_is_cut(
    office: Office, wallet: Wallet, handed_in, token: str, notification_id: str
):
    said = {"notification_id": notification_id, "event": "credential_failure", "event_description": "x" * 900}
    tell(wallet, token, said)

    assert noticed(office, handed_in).description == "x" * 300
