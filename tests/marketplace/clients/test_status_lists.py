"""The issuers' status lists over HTTP: believed only from the issuer, kept only for a short while."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from flask import Flask, Response

from marketplace.clients.status_lists import HttpStatusLists
from ssi.credential import Credential
from ssi.errors import (
    AlteredCredentialError,
    ExpiredError,
    MalformedCredentialError,
    RevokedError,
    SuspendedError,
)
from ssi.http.errors import PeerError
from ssi.status_list import PublishedStatusList, Status, StatusList, StatusReference, sign_status_list
from ssi.trust import TrustRegistry
from tests.marketplace.fakes import HandClock
from tests.marketplace.mpc_node.parties import ISSUER, NOW, UNIVERSITY, es256, registry
from tests.serving import serving


@dataclass
class Publisher:
    """An issuer's status lists on loopback."""

    exceptions: dict[int, Status] = field(default_factory=dict)
    signer: str = "university"
    asked: int = 0
    ttl_seconds: int = 3600
    url: str = ""

    def app(self) -> Flask:
        app = Flask(__name__)

        @app.get("/status-lists/<int:number>")
        def published(number: int) -> Response:
            self.asked += 1
            found = PublishedStatusList(
                f"{self.url}/status-lists/{number}",
                StatusList.of(64, self.exceptions),
                NOW,
                NOW + timedelta(hours=1),
                self.ttl_seconds,
            )
            token = sign_status_list(found, es256(self.signer), kid=ISSUER.kid)
            return Response(token, content_type="application/statuslist+jwt")

        return app


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    made = Publisher()
    with serving(made.app()) as url:
        made.url = url
        yield made


@pytest.fixture
def clock() -> HandClock:
    return HandClock(NOW)


@pytest.fixture
def lists(publisher, clock) -> Iterator[HttpStatusLists]:
    opened = HttpStatusLists(lambda: known(publisher), clock=clock)
    yield opened
    opened.close()


def known(publisher: Publisher) -> TrustRegistry:
    issuers = tuple(
        replace(each, status_uri_prefix=f"{publisher.url}/status-lists/") if each.id == UNIVERSITY else each
        for each in registry().issuers
    )
    return replace(registry(), issuers=issuers)


def credential(publisher: Publisher, index: int = 5, *, path: str = "/status-lists/1") -> Credential:
    return Credential(
        issuer=UNIVERSITY,
        vct="type",
        handle="handle",
        holder_key=es256("holder").public,
        status=StatusReference(f"{publisher.url}{path}", index),
        issued_at=NOW,
        expires_at=NOW,
        digest="digest",
        claims={},
    )


def test_a_valid_credential_passes_and_the_list_is_fetched_once(lists, publisher):
    for index in range(5):
        lists.check(credential(publisher, index), now=NOW)

    assert publisher.asked == 1


def test_a_revoked_credential_does_not_pass(lists, publisher):
    publisher.exceptions = {5: Status.INVALID, 6: Status.SUSPENDED}

    with pytest.raises(RevokedError):
        lists.check(credential(publisher, 5), now=NOW)
    with pytest.raises(SuspendedError):
        lists.check(credential(publisher, 6), now=NOW)


def test_a_revocation_is_noticed_after_a_minute(lists, publisher, clock):
    lists.check(credential(publisher), now=clock.now)
    publisher.exceptions = {5: Status.INVALID}

    clock.forward(seconds=59)
    lists.check(credential(publisher), now=clock.now)
    clock.forward(seconds=1)
    with pytest.raises(RevokedError):
        lists.check(credential(publisher), now=clock.now)


def test_an_issuer_may_ask_for_fresher_lists(lists, publisher, clock):
    publisher.ttl_seconds = 5
    lists.check(credential(publisher), now=clock.now)
    clock.forward(seconds=5)
    lists.check(credential(publisher), now=clock.now)

    assert publisher.asked == 2


def test_a_copy_does_not_outlast_the_list(lists, publisher, clock):
    clock.forward(seconds=3_590)
    lists.check(credential(publisher), now=clock.now)
    clock.forward(seconds=10)

    with pytest.raises(ExpiredError):
        lists.check(credential(publisher), now=clock.now)


def test_a_list_that_the_issuer_did_not_sign_is_not_believed(lists, publisher):
    publisher.signer = "somebody else"

    with pytest.raises(AlteredCredentialError):
        lists.check(credential(publisher), now=NOW)


def test_a_list_that_is_not_the_issuers_is_not_even_believed_unread(lists, publisher):
    with pytest.raises((MalformedCredentialError, PeerError)):
        lists.check(credential(publisher, path="/elsewhere/1"), now=NOW)


def test_an_index_outside_of_the_list_does_not_pass(lists, publisher):
    with pytest.raises(MalformedCredentialError):
        lists.check(credential(publisher, 5_000), now=NOW)


def test_a_list_that_cannot_be_had_does_not_pass(lists, publisher):
    silent = replace(publisher, url="http://127.0.0.1:1")

    with pytest.raises(PeerError):
        lists.check(credential(silent), now=NOW)
