"""The standing of a credential changes with a reason, shows at once, and revoked is final."""

import pytest

from ssi.credential import verify_record
from ssi.errors import RevokedError, SuspendedError
from ssi.status_list import Status, verify_status_list
from tests.ssi.issuer_service.visitors import URL, Office, problem

pytestmark = pytest.mark.database


def status_of(office: Office, trusted, compact):
    """What the published list says about a credential, checked as a verifier checks it."""
    credential = verify_record(compact, trusted, now=office.clock())
    uri = credential.status.uri
    response = office.visitor().get(uri.removeprefix(URL))
    assert response.content_type == "application/statuslist+jwt"
    key = office.issuer.identity.issuer.key.public
    published = verify_status_list(response.text, key, uri=uri, now=office.clock())
    return published, credential.status


@pytest.mark.parametrize(
    ("status", "published", "error"),
    [("revoked", Status.INVALID, RevokedError), ("suspended", Status.SUSPENDED, SuspendedError)],
)
def test_the_status_list_follows_the_standing_at_once(office: Office, trusted, status, published, error):
    answer = office.institution.hand_in()
    compact = office.wallet().collect(answer["offer_uri"])
    before, reference = status_of(office, trusted, compact)
    before.require_valid(reference)

    response = office.institution.set_status(answer["credential_id"], status)

    assert response.get_json()["status"] == status
    after, reference = status_of(office, trusted, compact)
    assert after.statuses.status(reference.index) is published
    with pytest.raises(error):
        after.require_valid(reference)


def test_a_reinstated_credential_counts_again(office: Office, trusted):
    answer = office.institution.hand_in()
    compact = office.wallet().collect(answer["offer_uri"])
    for status in ("suspended", "valid"):
        assert office.institution.set_status(answer["credential_id"], status).status_code == 200

    published, reference = status_of(office, trusted, compact)
    published.require_valid(reference)


def test_a_correction_revokes_the_delivered_credential(office: Office, trusted):
    compact = office.wallet().collect(office.institution.hand_in()["offer_uri"])
    status_of(office, trusted, compact)  # so that the office has a list at hand
    office.institution.hand_in(values={"exam_score": 2})

    published, reference = status_of(office, trusted, compact)
    with pytest.raises(RevokedError):
        published.require_valid(reference)


@pytest.mark.parametrize("status", ["valid", "suspended"])
def test_revoked_is_final(office: Office, status: str):
    answer = office.institution.hand_in()
    office.institution.set_status(answer["credential_id"], "revoked")

    assert "final" in problem(office.institution.set_status(answer["credential_id"], status), 409)


def test_asking_for_the_same_standing_twice_is_no_error(office: Office):
    answer = office.institution.hand_in()
    responses = [office.institution.set_status(answer["credential_id"], "revoked") for _ in range(2)]

    assert [response.status_code for response in responses] == [200, 200]


def test_a_standing_needs_a_known_word_and_a_reason(office: Office):
    credential_id = office.institution.hand_in()["credential_id"]

    assert "status" in problem(office.institution.set_status(credential_id, "gone"), 400)
    assert "reason" in problem(office.institution.set_status(credential_id, "revoked", " "), 422)
    assert "reason" in problem(office.institution.set_status(credential_id, "revoked", "x" * 201), 422)


def test_an_unknown_credential_is_not_found(office: Office):
    problem(office.institution.set_status("no-such-id", "revoked"), 404)
