"""Wallet providers vouch for wallets and keys; their word counts where the office trusts them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ssi.issuer_service.errors import SettingsError
from ssi.issuer_service.settings import IssuerSettings
from tests.ssi.issuer_service.offices import found_office
from tests.ssi.issuer_service.protocol_wallet import (
    PROVIDER,
    Instance,
    ProtocolWallet,
    batch_request,
    claim_code_of,
    protocol_wallet,
)
from tests.ssi.issuer_service.visitors import URL, Office, answer_of, refusal
from tests.ssi.parties import HOLDER, es256

pytestmark = pytest.mark.database
ELSEWHERE = "https://elsewhere.example"


@pytest.fixture(params=[False, True], ids=["where trusted", "where asked for"])
def office(request, folder: Path, database_url: str) -> Iterator[Office]:
    office = found_office(
        folder,
        database_url,
        wallet_providers=(PROVIDER.public.to_jwk(),),
        high_assurance=request.param,
    )
    yield office
    office.issuer.database.close()


@pytest.fixture
def wallet(office: Office) -> ProtocolWallet:
    return protocol_wallet(office)


@pytest.fixture
def instance(office: Office) -> Instance:
    return Instance(office.clock)


def granted(office: Office, wallet: ProtocolWallet, instance: Instance, offer_uri: object) -> str:
    first = wallet.push(headers=instance.headers(), issuer_state=claim_code_of(office.wallet(), offer_uri))
    code = wallet.code(str(answer_of(first)["request_uri"]))
    nonce = wallet.redeem("x").headers["DPoP-Nonce"]
    headers = {**instance.headers(), "DPoP": wallet.dpop("/token", nonce=nonce)}
    response = wallet.exchange(code, headers=headers)
    assert response.status_code == 200, response.text
    return str(answer_of(response)["access_token"])


def ask(office: Office, wallet: ProtocolWallet, token: str, request: object):
    nonce = wallet.redeem("x").headers["DPoP-Nonce"]
    proof = wallet.dpop("/credential", token=token, nonce=nonce)
    return wallet.send("/credential", token, request, proof=proof)


def test_an_attested_wallet_collects(office: Office, wallet: ProtocolWallet, instance: Instance, handed_in):
    token = granted(office, wallet, instance, handed_in["offer_uri"])

    assert ask(office, wallet, token, batch_request(office.wallet(), [HOLDER])).status_code == 200


def test_the_metadata_says_that_attestation_is_understood(office: Office):
    server = office.visitor().get("/.well-known/oauth-authorization-server").get_json()
    issuer = office.visitor().get("/.well-known/openid-credential-issuer").get_json()

    assert "attest_jwt_client_auth" in server["token_endpoint_auth_methods_supported"]
    assert server["client_attestation_signing_alg_values_supported"] == ["ES256", "EdDSA"]
    proofs = issuer["credential_configurations_supported"]["exam/1"]["proof_types_supported"]
    assert set(proofs) == {"jwt", "attestation"}
    strict = office.issuer.identity.settings.high_assurance
    assert ("none" in server["token_endpoint_auth_methods_supported"]) is not strict


def test_a_wallet_without_attestation_is_let_in_only_where_none_is_asked_for(
    office: Office, wallet: ProtocolWallet
):
    if office.issuer.identity.settings.high_assurance:
        refusal(wallet.push(), 401, "invalid_client")
    else:
        assert wallet.push().status_code == 201


def test_a_token_that_is_not_bound_is_refused_where_assurance_is_high(
    office: Office, instance: Instance, handed_in
):
    code = office.wallet().code(handed_in["offer_uri"])
    form = {"grant_type": "urn:ietf:params:oauth:grant-type:pre-authorized_code", "pre-authorized_code": code}
    response = office.visitor().post("/token", data=form, headers=instance.headers())

    if office.issuer.identity.settings.high_assurance:
        refusal(response, 400, "invalid_dpop_proof")
    else:
        assert response.status_code == 200


def test_a_proof_without_nonce_is_asked_for_one_where_assurance_is_high(
    office: Office, wallet: ProtocolWallet, instance: Instance
):
    response = wallet.push(headers={**instance.headers(), "DPoP": wallet.dpop("/par")})

    if office.issuer.identity.settings.high_assurance:
        refusal(response, 400, "use_dpop_nonce")
    else:
        assert response.status_code == 201


def test_an_attestation_by_nobody_who_is_trusted_is_refused(wallet: ProtocolWallet, instance: Instance):
    stranger = Instance(instance.clock, provider=es256("stranger"))

    refusal(wallet.push(headers=stranger.headers()), 401, "invalid_client")


@pytest.mark.parametrize(
    "claims",
    [{"exp": 1}, {"exp": None}, {"sub": None}, {"cnf": None}, {"cnf": {"jwk": "x"}}, {"sub": ELSEWHERE}],
    ids=str,
)
def test_an_attestation_that_does_not_hold_is_refused(wallet: ProtocolWallet, instance: Instance, claims):
    headers = instance.headers(attestation=instance.attestation(**claims))

    refusal(wallet.push(headers=headers), 401, "invalid_client")


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": ELSEWHERE},
        {"aud": [ELSEWHERE]},
        {"iss": ELSEWHERE},
        {"iat": 1},
        {"iat": 2**39},
        {"exp": 1},
        {"jti": 1},
    ],
    ids=str,
)
def test_a_proof_of_possession_that_does_not_hold_is_refused(
    wallet: ProtocolWallet, instance: Instance, claims
):
    refusal(wallet.push(headers=instance.headers(pop=instance.pop(**claims))), 401, "invalid_client")


def test_a_proof_of_possession_by_another_key_than_the_attested_one_is_refused(
    wallet: ProtocolWallet, instance: Instance
):
    headers = instance.headers(pop=instance.pop(es256("another instance")))

    refusal(wallet.push(headers=headers), 401, "invalid_client")


def test_a_proof_of_possession_may_name_several_servers(wallet: ProtocolWallet, instance: Instance):
    assert wallet.push(headers=instance.headers(pop=instance.pop(aud=[ELSEWHERE, URL]))).status_code == 201


def test_a_replayed_proof_of_possession_is_refused(wallet: ProtocolWallet, instance: Instance):
    headers = instance.headers()
    wallet.push(headers=headers)

    refusal(wallet.push(headers=headers), 401, "invalid_client")


@pytest.mark.parametrize("left_out", [0, 1])
def test_one_header_without_the_other_is_refused(wallet: ProtocolWallet, instance: Instance, left_out: int):
    headers = dict([list(instance.headers().items())[left_out]])

    refusal(wallet.push(headers=headers), 401, "invalid_client")


@pytest.mark.parametrize("token", ["", "a.b.c", "é", "x" * 30_000])
def test_an_attestation_that_is_no_token_is_refused(wallet: ProtocolWallet, instance: Instance, token: str):
    headers = {**instance.headers(), "OAuth-Client-Attestation": token}

    refusal(wallet.push(headers=headers), 401, "invalid_client")


@pytest.fixture
def token(office: Office, wallet: ProtocolWallet, instance: Instance, handed_in) -> str:
    return granted(office, wallet, instance, handed_in["offer_uri"])


def attested_proof(office: Office, attestation: str) -> dict[str, object]:
    wallet = office.wallet()
    header = {"jwk": wallet.key.public.to_jwk(), "key_attestation": attestation}
    return {"credential_configuration_id": "exam/1", "proofs": {"jwt": [wallet.proof(header=header)]}}


def test_a_key_attestation_beside_a_proof_is_verified(
    office: Office, wallet: ProtocolWallet, instance: Instance, token: str
):
    request = attested_proof(office, instance.key_attestation([es256("other"), HOLDER]))

    assert ask(office, wallet, token, request).status_code == 200


def test_a_key_attestation_by_nobody_who_is_trusted_is_refused(
    office: Office, wallet: ProtocolWallet, instance: Instance, token: str
):
    stranger = Instance(office.clock, provider=es256("stranger"))
    request = attested_proof(office, stranger.key_attestation([HOLDER]))

    refusal(ask(office, wallet, token, request), 400, "invalid_proof")


@pytest.mark.parametrize(
    "claims", [{"exp": 1}, {"attested_keys": []}, {"attested_keys": ["x"]}, {"iat": "x"}], ids=str
)
def test_a_key_attestation_that_does_not_hold_is_refused(
    office: Office, wallet: ProtocolWallet, instance: Instance, token: str, claims
):
    request = attested_proof(office, instance.key_attestation([HOLDER], **claims))

    refusal(ask(office, wallet, token, request), 400, "invalid_proof")


def test_a_key_attestation_about_other_keys_is_refused(
    office: Office, wallet: ProtocolWallet, instance: Instance, token: str
):
    request = attested_proof(office, instance.key_attestation([es256("other")]))

    assert "other keys" in refusal(ask(office, wallet, token, request), 400, "invalid_proof")


def test_an_attestation_of_keys_stands_for_their_proofs(
    office: Office, wallet: ProtocolWallet, instance: Instance, token: str
):
    keys = [es256("first"), es256("second")]
    attestation = instance.key_attestation(keys, nonce=office.wallet().nonce())
    request = {"credential_configuration_id": "exam/1", "proofs": {"attestation": [attestation]}}

    assert len(answer_of(ask(office, wallet, token, request))["credentials"]) == 2


@pytest.mark.parametrize(("nonce", "error"), [(None, "invalid_proof"), ("x", "invalid_nonce")])
def test_an_attestation_of_keys_without_a_fresh_challenge_is_refused(
    office: Office, wallet: ProtocolWallet, instance: Instance, token: str, nonce, error
):
    claims = {} if nonce is None else {"nonce": nonce}
    attestation = instance.key_attestation([HOLDER], **claims)
    request = {"credential_configuration_id": "exam/1", "proofs": {"attestation": [attestation]}}

    refusal(ask(office, wallet, token, request), 400, error)


def test_settings_that_ask_for_attestation_and_trust_nobody_are_refused(office: Office):
    settings = office.issuer.identity.settings
    raw = settings.to_json().replace(b'"high_assurance":false', b'"high_assurance":true')
    assert IssuerSettings.parse(raw).high_assurance
    start, end = raw.index(b'"wallet_providers":') + 19, raw.rindex(b"]")
    with pytest.raises(SettingsError, match="wallet_providers"):
        IssuerSettings.parse(raw[:start] + b"[" + raw[end:])
