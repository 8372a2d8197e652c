"""A stranger's issuer is asked over HTTP whether its credential still counts, and once a minute only."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from flask import Flask

from marketplace.clients.presented_status import HttpPresentedStatus
from ssi.errors import AlteredCredentialError, ExpiredError, RevokedError, SuspendedError
from ssi.http.errors import PeerError
from ssi.sd_jwt_vc import VerifiedSdJwtVc, verify_sd_jwt_vc
from ssi.status_list import PublishedStatusList, Status, StatusList, sign_status_list
from ssi.trust import TrustRegistry
from ssi.trust_parts import issuer_part
from tests.marketplace.fakes import HandClock
from tests.serving import serving
from tests.ssi.foreign import ACADEMY, DIPLOMA, KEY, diploma, issuer_key
from tests.ssi.parties import NOW, YEAR, assembled, es256, parts

INDEX = 4
RIVAL, RIVAL_KEY = "https://rival.example", es256("rival")


@dataclass
class Academy:
    """An issuer on loopback, what it says now, and how often it was asked."""

    url: str = ""
    status: Status = Status.VALID
    key: object = KEY
    ends: datetime = NOW + YEAR
    asked: list[str] = field(default_factory=list)
    clock: HandClock = field(default_factory=lambda: HandClock(NOW))

    @property
    def uri(self) -> str:
        return f"{self.url}/status/1"

    def registry(self) -> TrustRegistry:
        """Two issuers that name the same place for their lists, the academy's key for them known to one."""
        entries = [
            issuer_part(
                name,
                "Academy",
                keys={"key-1": key.public},
                credential_types=[DIPLOMA],
                status_uri_prefix=f"{self.url}/status/",
            )
            for name, key in ((ACADEMY, KEY), (RIVAL, RIVAL_KEY))
        ]
        return assembled([*parts(), *entries])

    def credential(self, uri: str | None = None, *, rivals: bool = False) -> VerifiedSdJwtVc:
        status = {"status_list": {"idx": INDEX, "uri": uri or self.uri}}
        key = issuer_key(RIVAL, key=RIVAL_KEY) if rivals else issuer_key()
        return verify_sd_jwt_vc(diploma(key, {"status": status}), self.registry(), now=NOW)

    def listed(self) -> str:
        published = PublishedStatusList(
            uri=self.uri,
            statuses=StatusList.of(64, {INDEX: self.status}),
            issued_at=NOW,
            expires_at=self.ends,
            ttl_seconds=600,
        )
        return sign_status_list(published, self.key, kid="key-1")  # type: ignore[arg-type]


@pytest.fixture
def academy() -> Iterator[Academy]:
    app, there = Flask("academy"), Academy()

    @app.get("/status/1")
    def listed() -> str:
        there.asked.append("1")
        return there.listed()

    with serving(app) as url:
        there.url = url
        yield there


@pytest.fixture
def client(academy: Academy) -> Iterator[HttpPresentedStatus]:
    opened = HttpPresentedStatus(academy.registry, clock=academy.clock)
    yield opened
    opened.close()


def test_a_valid_credential_passes_and_its_list_is_kept_for_a_minute(
    academy: Academy, client: HttpPresentedStatus
):
    credential = academy.credential()

    for wait in (0, 59, 2):
        academy.clock.forward(seconds=wait)
        client.check(credential, now=academy.clock.now)

    assert len(academy.asked) == 2


@pytest.mark.parametrize(
    ("status", "error"), [(Status.INVALID, RevokedError), (Status.SUSPENDED, SuspendedError)]
)
def test_a_credential_that_was_taken_back_does_not(
    academy: Academy, client: HttpPresentedStatus, status: Status, error: type[Exception]
):
    academy.status = status

    with pytest.raises(error):
        client.check(academy.credential(), now=NOW)


def test_a_list_that_is_not_the_issuers_is_not_believed(academy: Academy, client: HttpPresentedStatus):
    academy.key = es256("thief")

    with pytest.raises(AlteredCredentialError):
        client.check(academy.credential(), now=NOW)


def test_an_issuer_that_is_away_is_not_taken_for_a_yes(academy: Academy, client: HttpPresentedStatus):
    with pytest.raises(PeerError):
        client.check(academy.credential(f"{academy.url}/status/2"), now=NOW)


def test_a_list_that_has_run_out_is_fetched_anew(academy: Academy, client: HttpPresentedStatus):
    credential = academy.credential()
    client.check(credential, now=NOW)
    academy.status = Status.INVALID
    academy.clock.forward(seconds=timedelta(minutes=2).total_seconds())

    with pytest.raises(RevokedError):
        client.check(credential, now=academy.clock.now)


def test_a_copy_does_not_outlast_the_list(academy: Academy, client: HttpPresentedStatus):
    academy.ends = NOW + timedelta(seconds=10)
    client.check(academy.credential(), now=NOW)
    academy.clock.forward(seconds=10)

    with pytest.raises(ExpiredError):
        client.check(academy.credential(), now=academy.clock.now)


def test_what_one_issuer_signed_says_nothing_about_anothers_credentials(
    academy: Academy, client: HttpPresentedStatus
):
    client.check(academy.credential(), now=NOW)

    with pytest.raises(AlteredCredentialError):
        client.check(academy.credential(rivals=True), now=NOW)
