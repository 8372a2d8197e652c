"""Each record is issued once, to who may have it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from crypto.encoding import canonical_json
from crypto.randomness import RandomBytes, random_bytes
from ssi.credential import verify_record
from ssi.issuer_service.errors import ErrorCode, ProtocolRefusalError
from ssi.issuer_service.services.access import Presented
from ssi.issuer_service.services.desk import Office as OfficeTerms
from ssi.issuer_service.services.issue_credential import CredentialRequest, IssueCredential
from ssi.trust import TrustRegistry
from tests.ssi.issuer_service.visitors import URL, Office, refusal
from tests.ssi.parties import es256

pytestmark = pytest.mark.database


def test_a_token_used_twice_is_refused(office: Office, token: str):
    wallet = office.wallet()
    wallet.ask(token, wallet.proof())

    refusal(wallet.ask(token, wallet.proof()), 401, "invalid_token")


def test_an_expired_token_is_refused(office: Office, token: str):
    office.clock.move(seconds=300)

    response = office.wallet().ask(token, office.wallet().proof())

    refusal(response, 401, "invalid_token")
    assert 'error="invalid_token"' in response.headers["WWW-Authenticate"]


def test_an_unknown_token_is_refused(office: Office):
    refusal(office.wallet().ask("made-up", office.wallet().proof()), 401, "invalid_token")


def test_a_missing_token_is_refused(office: Office):
    request = canonical_json({"credential_configuration_id": "exam/1"})
    response = office.visitor().post("/credential", data=request, content_type="application/json")

    refusal(response, 401, "invalid_token")


def test_a_token_in_the_address_is_refused(office: Office, token: str):
    wallet = office.wallet()
    request = canonical_json({"credential_configuration_id": "exam/1", "proofs": {"jwt": [wallet.proof()]}})

    response = wallet.client.post(
        "/credential", query_string={"access_token": token}, data=request, content_type="application/json"
    )

    refusal(response, 400, "invalid_request")


def test_a_token_for_another_credential_is_refused(office: Office, token: str):
    wallet = office.wallet()
    response = wallet.ask(token, wallet.proof(), credential_configuration_id="health/1")

    refusal(response, 403, "insufficient_scope")


def test_two_wallets_cannot_collect_one_record(office: Office, handed_in):
    thief, owner = office.wallet(es256("thief")), office.wallet()
    thief.collect(handed_in["offer_uri"])

    assert owner.client.get("/credential-offers/x").status_code == 404
    answer = office.institution.hand_in()

    assert answer["delivery"] == "collected"
    assert "offer_uri" not in answer


def test_a_lost_credential_is_issued_again_under_the_same_handle(office: Office, trusted: TrustRegistry):
    first = verify_record(
        office.wallet().collect(office.institution.hand_in()["offer_uri"]), trusted, now=office.clock()
    )

    again = office.institution.hand_in(reissue=True)
    new_key = es256("new phone")
    second = verify_record(office.wallet(new_key).collect(again["offer_uri"]), trusted, now=office.clock())

    assert (first.handle, new_key.public) == (second.handle, second.holder_key)
    assert again["version"] == 2


def issuing(office: Office, random: RandomBytes = random_bytes) -> IssueCredential:
    """The use case itself, without the tidying that the app does before each request."""
    identity = office.issuer.identity
    desk = OfficeTerms(identity.issuer, URL, identity.settings.catalogue, status_list_size=2**10)
    return IssueCredential(office.issuer.books, identity.secrets, desk, random)


def test_a_token_that_ran_out_is_refused_before_it_is_forgotten(office: Office, token: str):
    request = CredentialRequest("exam/1", (office.wallet().proof(),))

    with pytest.raises(ProtocolRefusalError) as refused:
        issuing(office)(Presented(token), request, now=office.clock() + timedelta(minutes=5))

    assert refused.value.code is ErrorCode.INVALID_TOKEN


@pytest.mark.parametrize(
    ("status", "code"), [("suspended", ErrorCode.DENIED), ("revoked", ErrorCode.INVALID_TOKEN)]
)
def test_a_record_that_changes_while_it_is_prepared_is_not_issued(
    office: Office, handed_in, token: str, status: str, code: ErrorCode
):
    def meddle(length: int) -> bytes:  # the blinding is drawn after the record was read
        office.institution.set_status(handed_in["credential_id"], status)
        return random_bytes(length)

    request = CredentialRequest("exam/1", (office.wallet().proof(),))
    with pytest.raises(ProtocolRefusalError) as refused:
        issuing(office, meddle)(Presented(token), request, now=office.clock())

    assert refused.value.code is code


def test_of_many_requests_with_one_token_at_the_same_moment_one_is_answered(office: Office, token: str):
    wallets = [office.wallet() for _ in range(4)]
    proofs = [wallet.proof() for wallet in wallets]
    with ThreadPoolExecutor(len(wallets)) as pool:
        asked = [pool.submit(wallet.ask, token, proof) for wallet, proof in zip(wallets, proofs, strict=True)]
        statuses = sorted(each.result().status_code for each in asked)

    assert statuses == [200, 401, 401, 401]


def test_of_many_requests_with_one_nonce_at_the_same_moment_one_is_answered(office: Office):
    wallets = [office.wallet() for _ in range(4)]
    tokens = [
        wallet.token(office.institution.hand_in(f"s-{number}")["offer_uri"])
        for number, wallet in enumerate(wallets)
    ]
    proof = wallets[0].proof()
    with ThreadPoolExecutor(len(wallets)) as pool:
        asked = [pool.submit(wallet.ask, token, proof) for wallet, token in zip(wallets, tokens, strict=True)]
        statuses = sorted(each.result().status_code for each in asked)

    assert statuses == [200, 400, 400, 400]
