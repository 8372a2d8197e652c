from datetime import timedelta

import pytest

from ssi.credential import verify_credential
from ssi.errors import (
    AlteredCredentialError,
    ExpiredError,
    MalformedCredentialError,
    RevokedError,
    SuspendedError,
    UnknownIssuerError,
)
from ssi.issuance import IssuerKey
from ssi.revocation import check_status, verify_issuer_status_list
from ssi.status_list import PublishedStatusList, Status, StatusList, sign_status_list
from tests.ssi.parties import (
    CHAMBER,
    CHAMBER_ISSUER,
    ISSUER,
    NOW,
    STATUS_PREFIX,
    UNIVERSITY,
    es256,
    exam_credential,
    registry,
)

CREDENTIAL = verify_credential(exam_credential(), registry(), now=NOW)
DAY = timedelta(days=1)


def listed(status: Status, *, uri: str = STATUS_PREFIX + "1", issuer: IssuerKey = ISSUER) -> str:
    """The issuer's list, in which the exam credential (index 17) has this status."""
    statuses = StatusList.of(100, {17: status})
    return sign_status_list(
        PublishedStatusList(uri, statuses, NOW, NOW + DAY, ttl_seconds=60), issuer.key, kid=issuer.kid
    )


def test_a_credential_that_was_not_taken_back_passes():
    check_status(CREDENTIAL, listed(Status.VALID), registry(), now=NOW)


@pytest.mark.parametrize(
    ("status", "error"), [(Status.INVALID, RevokedError), (Status.SUSPENDED, SuspendedError)]
)
def test_a_credential_that_was_taken_back_is_refused(status: Status, error: type[Exception]):
    with pytest.raises(error, match="by its issuer"):
        check_status(CREDENTIAL, listed(status), registry(), now=NOW)


def test_yesterdays_list_does_not_do():
    with pytest.raises(ExpiredError):
        check_status(CREDENTIAL, listed(Status.VALID), registry(), now=NOW + DAY)


def test_a_list_signed_by_a_stranger_under_the_issuers_key_id_is_refused():
    forger = IssuerKey(UNIVERSITY, ISSUER.kid, es256("forger"))

    with pytest.raises(AlteredCredentialError):
        check_status(CREDENTIAL, listed(Status.VALID, issuer=forger), registry(), now=NOW)


def test_a_list_signed_by_another_trusted_issuer_is_refused():
    with pytest.raises(UnknownIssuerError, match="has no key"):
        check_status(CREDENTIAL, listed(Status.VALID, issuer=CHAMBER_ISSUER), registry(), now=NOW)


def test_a_list_of_the_issuer_for_other_credentials_is_refused():
    with pytest.raises(AlteredCredentialError, match="expected the list of"):
        check_status(CREDENTIAL, listed(Status.VALID, uri=STATUS_PREFIX + "2"), registry(), now=NOW)


def test_an_issuer_does_not_speak_about_the_credentials_of_another():
    with pytest.raises(MalformedCredentialError, match="keeps no status list at"):
        verify_issuer_status_list(
            listed(Status.VALID), registry(), issuer_id=CHAMBER, uri=STATUS_PREFIX + "1", now=NOW
        )


def test_what_is_no_token_is_refused():
    with pytest.raises(MalformedCredentialError):
        check_status(CREDENTIAL, "<html>", registry(), now=NOW)
