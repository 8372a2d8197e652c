import pytest

from crypto.encoding import sha256
from crypto.errors import OutOfRangeError
from ssi.credential import verify_record
from ssi.issuance import IssuerKey, issue_credential, organisation_handle, person_handle
from tests.ssi.parties import ISSUER, NOW, exam_credential, random_of, record, registry, subject, terms

SECRET = sha256(b"pairwise secret")


def test_a_person_has_one_handle_in_one_data_set():
    assert person_handle(SECRET, data_set="exam/1", person="4711") == person_handle(
        SECRET, data_set="exam/1", person="4711"
    )


def test_handles_of_other_data_sets_persons_and_issuers_have_nothing_in_common():
    handles = {
        person_handle(secret, data_set=ref, person=person)
        for secret in (SECRET, sha256(b"another issuer"))
        for ref in ("exam/1", "health/1", 'exam/1","4711')
        for person in ("4711", "4712", "")
    }

    assert len(handles) == 18
    assert all(handle.startswith("urn:argonauta:person:") and len(handle) == 64 for handle in handles)


def test_an_organisations_handle_is_no_persons():
    assert organisation_handle(SECRET, organisation="4711").startswith("urn:argonauta:organisation:")


def test_a_handle_needs_a_whole_secret():
    with pytest.raises(OutOfRangeError):
        person_handle(b"short", data_set="exam/1", person="4711")


def test_issuing_is_a_function_of_its_arguments():
    again = issue_credential(record(), subject(), issuer=ISSUER, terms=terms(), random=random_of("salts"))

    assert again == exam_credential()


def test_two_credentials_over_one_record_cannot_be_told_to_be_one_by_their_digests():
    first, second = (
        issue_credential(record(), subject(), issuer=ISSUER, terms=terms(), random=random_of(label))
        for label in ("one", "two")
    )

    digests = {verify_record(token, registry(), now=NOW).digest for token in (first, second)}

    assert len(digests) == 2


def test_the_key_stays_out_of_repr():
    assert "PRIVATE" not in repr(IssuerKey("a", "b", ISSUER.key))
    assert "key=" not in repr(IssuerKey("a", "b", ISSUER.key))
