"""Wallets collect credentials by OpenID4VCI 1.0; requests that are not of its form are refused by name."""

import pytest

from ssi.credential import RecordCredential, verify_credential, verify_organisation, verify_record
from ssi.issuance import person_handle
from ssi.issuer_service.domain.documents import GRANT_TYPE
from ssi.record import Record
from ssi.trust import TrustRegistry
from tests.ssi.issuer_service.visitors import URL, Office, refusal
from tests.ssi.parties import EXAM, HEALTH

pytestmark = pytest.mark.database


def test_a_wallet_collects_a_credential_that_verifies_and_opens(
    office: Office, handed_in, trusted: TrustRegistry
):
    credential = verify_record(office.wallet().collect(handed_in["offer_uri"]), trusted, now=office.clock())

    assert credential.claims == EXAM
    assert credential.holder_key == office.wallet().key.public
    assert credential.status.uri == f"{URL}/status-lists/0"
    assert Record.open(credential).values == EXAM


def test_missing_optional_values_are_left_out_of_the_credential(office: Office, trusted: TrustRegistry):
    answer = office.institution.post(
        "/credentials",
        {"data_set": "health/1", "external_id": "p-1", "values": {**HEALTH, "diastolic": None}},
    ).get_json()

    credential = verify_record(
        office.wallet().collect(answer["offer_uri"], configuration="health/1"), trusted, now=office.clock()
    )

    assert credential.claims == HEALTH
    assert Record.open(credential)


def test_an_organisation_collects_who_it_is(office: Office, trusted: TrustRegistry):
    values = {"name": "Institute of Public Health", "kind": "research_institute", "country": "AT"}
    answer = office.institution.post(
        "/credentials", {"data_set": "organisation/1", "external_id": "iph", "values": values}
    ).get_json()

    credential = verify_organisation(
        office.wallet().collect(answer["offer_uri"], configuration="organisation/1"),
        trusted,
        now=office.clock(),
    )

    assert credential.claims == values


def test_the_handle_stays_over_corrections_and_differs_between_data_sets(
    office: Office, trusted: TrustRegistry
):
    def collected(configuration, answer):
        compact = office.wallet().collect(answer["offer_uri"], configuration=configuration)
        return verify_credential(compact, trusted, now=office.clock())

    first = collected("exam/1", office.institution.hand_in("4711"))
    corrected = collected("exam/1", office.institution.hand_in("4711", values={"exam_score": 1.0}))
    health = {"data_set": "health/1", "external_id": "4711", "values": HEALTH}
    other = collected("health/1", office.institution.post("/credentials", health).get_json())

    assert first.handle == corrected.handle
    assert first.handle != other.handle
    assert first.handle != person_handle(bytes(32), data_set="exam/1", person="4711")


def test_the_metadata_says_what_is_offered(office: Office):
    metadata = office.visitor().get("/.well-known/openid-credential-issuer").get_json()

    assert metadata["credential_issuer"] == URL
    assert metadata["credential_endpoint"] == f"{URL}/credential"
    assert metadata["nonce_endpoint"] == f"{URL}/nonce"
    configurations = metadata["credential_configurations_supported"]
    assert set(configurations) == {"exam/1", "health/1", "organisation/1"}
    exam = configurations["exam/1"]
    assert exam["format"] == "dc+sd-jwt"
    assert exam["vct"] == "urn:argonauta:credential:exam:1"
    assert exam["cryptographic_binding_methods_supported"] == ["jwk", "did:key", "did:jwk"]
    assert exam["credential_signing_alg_values_supported"] == ["ES256"]
    assert exam["proof_types_supported"] == {"jwt": {"proof_signing_alg_values_supported": ["ES256"]}}
    assert exam["credential_metadata"]["display"][0]["name"] == "Exam results"
    assert exam["credential_metadata"]["claims"][0] == {
        "path": ["exam_score"],
        "mandatory": True,
        "display": [{"name": "Exam score", "locale": "en"}, {"name": "Prüfungsergebnis", "locale": "de"}],
    }
    assert metadata["batch_credential_issuance"] == {"batch_size": 10}


def test_the_server_metadata_offers_three_grants_and_asks_for_pushed_requests(office: Office):
    metadata = office.visitor().get("/.well-known/oauth-authorization-server").get_json()

    assert metadata["issuer"] == URL
    assert metadata["token_endpoint"] == f"{URL}/token"
    assert metadata["grant_types_supported"] == ["authorization_code", GRANT_TYPE, "refresh_token"]
    assert metadata["require_pushed_authorization_requests"] is True
    assert metadata["code_challenge_methods_supported"] == ["S256"]
    assert metadata["authorization_response_iss_parameter_supported"] is True
    assert metadata["token_endpoint_auth_methods_supported"] == ["none"]
    assert metadata["pre-authorized_grant_anonymous_access_supported"] is True


def test_an_offer_asks_for_a_transaction_code_only_where_one_was_made(office: Office):
    plain = office.institution.hand_in("s-1")
    guarded = office.institution.hand_in("s-2", transaction_code=True)

    grants = [
        office.wallet().offer(answer["offer_uri"]).section("grants").section(GRANT_TYPE)
        for answer in (plain, guarded)
    ]

    assert "tx_code" not in plain
    assert not grants[0].has("tx_code")
    asked = grants[1].section("tx_code")
    assert (asked.text("input_mode"), asked.integer("length", least=6, most=6)) == ("numeric", 6)
    assert len(str(guarded["tx_code"])) == 6


def test_the_right_transaction_code_lets_the_wallet_collect(office: Office, trusted: TrustRegistry):
    guarded = office.institution.hand_in(transaction_code=True)

    compact = office.wallet().collect(guarded["offer_uri"], guarded["tx_code"])

    assert isinstance(verify_credential(compact, trusted, now=office.clock()), RecordCredential)


def test_unknown_members_of_a_credential_request_are_ignored(office: Office, token: str):
    wallet = office.wallet()

    assert wallet.ask(token, wallet.proof(), something_new=True).status_code == 200


def test_a_refused_proof_leaves_the_token_good_for_another_try(office: Office, token: str):
    wallet = office.wallet()
    wallet.ask(token, wallet.proof(aud="https://elsewhere.example"))

    assert wallet.ask(token, wallet.proof()).status_code == 200


def test_secrets_of_the_protocol_are_never_cached(office: Office, handed_in):
    wallet = office.wallet()
    responses = [
        wallet.client.post("/nonce"),
        wallet.redeem(wallet.code(handed_in["offer_uri"])),
        wallet.client.get("/.well-known/openid-credential-issuer"),
    ]

    assert [response.headers["Cache-Control"] for response in responses] == ["no-store"] * 3


def test_an_unknown_configuration_is_refused(office: Office, token: str):
    wallet = office.wallet()
    response = wallet.ask(token, wallet.proof(), credential_configuration_id="degree/1")

    refusal(response, 400, "unknown_credential_configuration")


def test_a_credential_identifier_is_refused_because_none_was_given_out(office: Office, token: str):
    wallet = office.wallet()
    response = wallet.ask(
        token, wallet.proof(), credential_identifier="exam-of-4711", credential_configuration_id=None
    )

    refusal(response, 400, "unknown_credential_identifier")


def test_an_encrypted_response_is_refused_because_it_is_not_offered(office: Office, token: str):
    wallet = office.wallet()
    response = wallet.ask(token, wallet.proof(), credential_response_encryption={"enc": "A128GCM"})

    refusal(response, 400, "invalid_encryption_parameters")


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"proofs": {}}', b'{"a": 1, "a": 1}'])
def test_a_malformed_request_is_refused(office: Office, token: str, body: bytes):
    headers = {"Authorization": f"Bearer {token}"}
    response = office.visitor().post(
        "/credential", data=body, headers=headers, content_type="application/json"
    )

    refusal(response, 400, "invalid_credential_request")


def test_another_media_type_is_refused(office: Office, token: str):
    headers = {"Authorization": f"Bearer {token}"}
    response = office.visitor().post("/credential", data=b"{}", headers=headers, content_type="text/plain")

    refusal(response, 400, "invalid_credential_request")


@pytest.mark.parametrize(
    "proofs",
    [
        None,
        {},
        {"jwt": []},
        {"jwt": [1]},
        {"di_vp": [{}]},
        {"jwt": ["a"], "attestation": ["b"]},
        "a",
    ],
    ids=str,
)
def test_anything_but_proofs_of_one_type_is_refused(office: Office, token: str, proofs):
    refusal(office.wallet().ask(token, proofs=proofs), 400, "invalid_proof")


def test_a_record_revoked_while_the_wallet_collects_is_not_issued(office: Office, handed_in, token: str):
    office.institution.set_status(handed_in["credential_id"], "revoked")

    refusal(office.wallet().ask(token, office.wallet().proof()), 401, "invalid_token")


def test_a_record_put_on_hold_while_the_wallet_collects_is_not_issued(office: Office, handed_in, token: str):
    office.institution.set_status(handed_in["credential_id"], "suspended")

    refusal(office.wallet().ask(token, office.wallet().proof()), 400, "credential_request_denied")
