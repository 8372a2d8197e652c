"""Status lists count only from their issuer, in date, and are asked for anew by each attempt."""

from datetime import timedelta
from typing import Any

import pytest

from marketplace.mpc_node.status import StatusCheck, StatusUnknownError
from ssi.credential import Credential, verify_credential
from ssi.errors import RevokedError, SuspendedError
from ssi.http.errors import UnreachablePeerError
from ssi.status_list import PublishedStatusList, Status, StatusList, sign_status_list
from tests.marketplace.mpc_node.parties import ISSUER, NOW, STATUS_URI, es256, registry
from tests.marketplace.mpc_node.people import PLAIN, Offer, credential_of, person

HER = person(1)
HOUR = timedelta(hours=1)


def credential() -> Credential:
    """Her verified credential."""
    return verify_credential(credential_of(HER, PLAIN), registry(), now=NOW)


class Publisher:
    """An issuer that serves one list, with some members changed."""

    def __init__(self, status: Status = Status.VALID, **changes: Any) -> None:
        self.changes = changes
        self.status = status
        self.fetched = 0

    def __call__(self, uri: str) -> str:
        self.fetched += 1
        members = {
            "uri": uri,
            "statuses": StatusList.of(64, {HER.index: self.status}),
            "issued_at": NOW,
            "expires_at": NOW + 12 * HOUR,
            "ttl_seconds": 600,
            **self.changes,
        }
        key = members.pop("key", ISSUER.key)
        return sign_status_list(PublishedStatusList(**members), key, kid=members.get("kid", ISSUER.kid))


def check(publisher: Publisher, *, moments: list[Any] | None = None) -> StatusCheck:
    """A check whose clock says these moments in turn, and the last one from then on."""
    times = moments or [NOW]
    return StatusCheck(publisher, registry(), clock=lambda: times.pop(0) if len(times) > 1 else times[0])


def test_a_valid_credential_passes():
    publisher = Publisher()

    check(publisher).require_valid(credential())

    assert publisher.fetched == 1


@pytest.mark.parametrize(
    ("status", "error"), [(Status.INVALID, RevokedError), (Status.SUSPENDED, SuspendedError)]
)
def test_what_the_issuer_took_back_does_not_pass(status, error):
    with pytest.raises(error):
        check(Publisher(status)).require_valid(credential())


@pytest.mark.parametrize(
    "changes",
    [
        {"uri": "https://university.example/status-lists/2"},
        {"key": es256("somebody else")},
        {"issued_at": NOW + HOUR},
        {"expires_at": NOW},
    ],
    ids=["another list", "another key", "from the future", "out of date"],
)
def test_a_list_that_cannot_be_believed_says_nothing(changes):
    with pytest.raises(StatusUnknownError):
        check(Publisher(**changes)).require_valid(credential())


def test_a_list_without_her_place_says_nothing():
    with pytest.raises(StatusUnknownError):
        check(Publisher(statuses=StatusList.of(1, {}, bits=2))).require_valid(
            verify_credential(credential_of(person(60), PLAIN), registry(), now=NOW)
        )


def test_a_list_is_kept_for_its_time_to_live_and_no_longer():
    publisher = Publisher()
    asking = check(publisher, moments=[NOW, NOW + timedelta(seconds=599), NOW + timedelta(seconds=600)])

    for _ in range(3):
        asking.require_valid(credential())

    assert publisher.fetched == 2


def test_another_attempt_asks_again():
    publisher = Publisher()

    check(publisher).require_valid(credential())
    check(publisher).require_valid(credential())

    assert publisher.fetched == 2


def test_a_silent_issuer_is_not_asked_for_its_other_lists():
    asked: list[str] = []

    def silent(uri: str) -> str:
        asked.append(uri)
        raise UnreachablePeerError("no answer")

    asking = StatusCheck(silent, registry(), clock=lambda: NOW)
    elsewhere = Offer(status_uri="https://university.example/status-lists/2")
    other = verify_credential(credential_of(HER, elsewhere), registry(), now=NOW)

    for each in (credential(), other):
        with pytest.raises(StatusUnknownError):
            asking.require_valid(each)

    assert asked == [STATUS_URI]
