"""A person lets a wallet have her record by the authorisation code flow: pushed, approved, exchanged once."""

import json
from urllib.parse import urlencode

import pytest

from crypto.encoding import b64url_encode, sha256
from ssi.credential import verify_record
from ssi.issuer_service.domain.documents import GRANT_TYPE
from ssi.trust import TrustRegistry
from tests.ssi.issuer_service.protocol_wallet import (
    CLIENT_ID,
    REDIRECT_URI,
    VERIFIER,
    ProtocolWallet,
    batch_request,
    claim_code_of,
    protocol_wallet,
    sent_back,
)
from tests.ssi.issuer_service.visitors import Office, answer_of, refusal
from tests.ssi.parties import HOLDER, es256

pytestmark = pytest.mark.database
DETAILS = json.dumps([{"type": "openid_credential", "credential_configuration_id": "exam/1"}])


@pytest.fixture
def wallet(office: Office) -> ProtocolWallet:
    return protocol_wallet(office)


@pytest.fixture
def claim_code(office: Office, handed_in) -> str:
    return claim_code_of(office.wallet(), handed_in["offer_uri"])


def test_a_wallet_collects_by_code_with_the_state_of_the_offer(
    office: Office, wallet: ProtocolWallet, claim_code: str, trusted: TrustRegistry
):
    code = wallet.code(wallet.pushed(issuer_state=claim_code))
    granted = answer_of(wallet.exchange(code, headers={"DPoP": wallet.dpop("/token")}))
    request = batch_request(office.wallet(), [HOLDER])
    issued = answer_of(wallet.send("/credential", str(granted["access_token"]), request))

    assert granted["token_type"] == "DPoP"
    assert "authorization_details" not in granted
    (credential,) = issued["credentials"]
    assert verify_record(credential["credential"], trusted, now=office.clock()).holder_key == HOLDER.public


def test_a_person_without_the_link_enters_her_claim_code(wallet: ProtocolWallet, claim_code: str):
    request_uri = wallet.pushed()

    assert "Claim code" in wallet.page(request_uri).text
    assert wallet.code(request_uri, claim_code=f" {claim_code.lower().replace('-', ' ')} ")


def test_a_wrong_claim_code_can_be_tried_again(wallet: ProtocolWallet, claim_code: str):
    request_uri = wallet.pushed()
    refused = wallet.decide(request_uri, claim_code="0000-0000-0000-0000-0000")

    assert refused.status_code == 422
    assert "not known" in refused.text
    assert wallet.code(request_uri, claim_code=claim_code)


def test_the_transaction_code_is_asked_for_where_one_was_made(office: Office, wallet: ProtocolWallet):
    guarded = office.institution.hand_in(transaction_code=True)
    request_uri = wallet.pushed(issuer_state=claim_code_of(office.wallet(), guarded["offer_uri"]))
    missing, wrong = wallet.decide(request_uri), wallet.decide(request_uri, transaction_code="x")

    assert "enter the transaction code" in missing.text
    assert "wrong" in wrong.text
    assert wallet.code(request_uri, transaction_code=str(guarded["tx_code"]))


def test_three_wrong_transaction_codes_lock_the_offer_on_the_page_too(office: Office, wallet: ProtocolWallet):
    guarded = office.institution.hand_in(transaction_code=True)
    request_uri = wallet.pushed(issuer_state=claim_code_of(office.wallet(), guarded["offer_uri"]))
    for _ in range(3):
        wallet.decide(request_uri, transaction_code="x")

    assert wallet.decide(request_uri, transaction_code=str(guarded["tx_code"])).status_code == 422


def test_a_claim_code_for_another_record_is_refused(wallet: ProtocolWallet, claim_code: str):
    refused = wallet.decide(wallet.pushed(scope="health/1"), claim_code=claim_code)

    assert refused.status_code == 422
    assert "another record" in refused.text


def test_a_person_whose_link_was_replaced_meanwhile_enters_the_new_claim_code(
    office: Office, wallet: ProtocolWallet, handed_in, claim_code: str
):
    request_uri = wallet.pushed(issuer_state=claim_code)
    wallet.page(request_uri)
    renewed = answer_of(office.institution.post(f"/credentials/{handed_in['credential_id']}/offer", {}))
    asked = wallet.decide(request_uri)
    code = wallet.code(
        request_uri,
        claim_code=claim_code_of(office.wallet(), renewed["offer_uri"]),
        transaction_code=str(renewed["tx_code"]),
    )

    assert asked.status_code == 422
    assert "Claim code" in wallet.page(wallet.pushed(issuer_state=claim_code)).text
    assert code


def test_a_person_may_say_no(wallet: ProtocolWallet, claim_code: str):
    request_uri = wallet.pushed(issuer_state=claim_code)
    answer = sent_back(wallet.decide(request_uri, "decline"))

    assert answer["error"] == "access_denied"
    assert wallet.page(request_uri).status_code == 400


def test_the_page_shows_who_asks_and_lets_the_form_lead_there_only(wallet: ProtocolWallet, claim_code: str):
    response = wallet.page(wallet.pushed(issuer_state=claim_code))

    assert CLIENT_ID in response.text
    policy = response.headers["Content-Security-Policy"]
    assert "form-action 'self' https://wallet.example" in policy
    assert response.headers["Cache-Control"] == "no-store"


def test_details_name_the_credential_by_an_identifier(
    office: Office, wallet: ProtocolWallet, claim_code: str
):
    code = wallet.code(wallet.pushed(issuer_state=claim_code, scope=None, authorization_details=DETAILS))
    granted = answer_of(wallet.exchange(code, headers={"DPoP": wallet.dpop("/token")}))
    token = str(granted["access_token"])
    (details,) = granted["authorization_details"]
    (identifier,) = details["credential_identifiers"]
    by_configuration = batch_request(office.wallet(), [HOLDER])
    unknown = {"proofs": by_configuration["proofs"], "credential_identifier": "somebody else's"}

    refusal(wallet.send("/credential", token, by_configuration), 400, "invalid_credential_request")
    refusal(
        wallet.send("/credential", token, {**by_configuration, "credential_configuration_id": "degree/1"}),
        400,
        "unknown_credential_configuration",
    )
    refusal(wallet.send("/credential", token, unknown), 400, "unknown_credential_identifier")
    both = {**by_configuration, "credential_identifier": identifier}
    refusal(wallet.send("/credential", token, both), 400, "invalid_credential_request")
    right = {"proofs": by_configuration["proofs"], "credential_identifier": identifier}
    assert wallet.send("/credential", token, right).status_code == 200


def test_details_at_the_token_endpoint_name_the_credential_too(office: Office, handed_in):
    code = office.wallet().code(handed_in["offer_uri"])
    form = {"grant_type": GRANT_TYPE, "pre-authorized_code": code, "authorization_details": DETAILS}

    granted = answer_of(office.visitor().post("/token", data=form))

    assert granted["authorization_details"][0]["credential_identifiers"] == [handed_in["credential_id"]]


def test_details_of_another_credential_are_refused_at_the_token_endpoint(office: Office, handed_in):
    code = office.wallet().code(handed_in["offer_uri"])
    details = DETAILS.replace("exam", "health")
    form = {"grant_type": GRANT_TYPE, "pre-authorized_code": code, "authorization_details": details}

    refusal(office.visitor().post("/token", data=form), 400, "invalid_authorization_details")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"client_id": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"redirect_uri": None}, "invalid_request"),
        ({"redirect_uri": "javascript:alert(1)"}, "invalid_request"),
        ({"redirect_uri": "data:text/html,x"}, "invalid_request"),
        ({"redirect_uri": "http://wallet.example/cb"}, "invalid_request"),
        ({"redirect_uri": "https://wallet.example/cb#f"}, "invalid_request"),
        ({"redirect_uri": "https://user@wallet.example/cb"}, "invalid_request"),
        ({"redirect_uri": "https://a;script-src 'self'/cb"}, "invalid_request"),
        ({"redirect_uri": "https://a;b/cb"}, "invalid_request"),
        ({"redirect_uri": "https://[/cb"}, "invalid_request"),
        ({"redirect_uri": "/cb"}, "invalid_request"),
        ({"scope": "degree/1"}, "invalid_scope"),
        ({"scope": "exam/1 health/1"}, "invalid_scope"),
        ({"scope": None}, "invalid_scope"),
        ({"authorization_details": "[]"}, "invalid_authorization_details"),
        ({"authorization_details": "{"}, "invalid_authorization_details"),
        ({"authorization_details": '[{"type": "x"}]'}, "invalid_authorization_details"),
        ({"authorization_details": DETAILS.replace("exam", "none")}, "invalid_authorization_details"),
        ({"request_uri": "urn:x"}, "invalid_request"),
        ({"request": "a.b.c"}, "invalid_request"),
        ({"state": "s" * 2000}, "invalid_request"),
        ({"client_id": "c" * 1001}, "invalid_request"),
        ({"dpop_jkt": "k" * 42}, "invalid_request"),
        ({"dpop_jkt": "k" * 44}, "invalid_request"),
        ({"dpop_jkt": "k" * 42 + "="}, "invalid_request"),
        ({"dpop_jkt": "k" * 43 + "\n"}, "invalid_request"),
        ({"redirect_uri": "https://@wallet.example/"}, "invalid_request"),
        ({"redirect_uri": "https://:@wallet.example/"}, "invalid_request"),
        ({"redirect_uri": "https://wallet.example:99999/"}, "invalid_request"),
        ({"redirect_uri": "https://wallet.example/#"}, "invalid_request"),
        ({"redirect_uri": "http://@localhost/"}, "invalid_request"),
        ({"redirect_uri": "eu.example.wallet://@host/cb"}, "invalid_request"),
    ],
    ids=str,
)
def test_a_pushed_request_that_asks_for_the_wrong_thing_is_refused(wallet: ProtocolWallet, changes, error):
    refusal(wallet.push(**changes), 400, error)


@pytest.mark.parametrize(
    "redirect_uri", ["eu.example.wallet:/cb", "http://127.0.0.1:9/cb", "http://localhost/cb?a=b"]
)
def test_apps_and_this_machine_may_take_the_answer(wallet: ProtocolWallet, redirect_uri: str):
    assert wallet.push(redirect_uri=redirect_uri).status_code == 201


def test_an_app_is_named_on_the_page_and_in_its_policy(wallet: ProtocolWallet):
    response = wallet.page(wallet.pushed(redirect_uri="eu.example.wallet:/cb"))

    assert "eu.example.wallet: links" in response.text
    assert "form-action 'self' eu.example.wallet:" in response.headers["Content-Security-Policy"]


def test_a_request_that_was_not_pushed_is_refused(wallet: ProtocolWallet, office: Office):
    query = urlencode({"client_id": CLIENT_ID, "response_type": "code", "redirect_uri": REDIRECT_URI})

    assert office.visitor().get(f"/authorize?{query}").status_code == 400


def test_another_wallet_cannot_use_a_pushed_request(wallet: ProtocolWallet):
    assert wallet.page(wallet.pushed(), client_id="https://other.example").status_code == 400


def test_a_pushed_request_runs_out(office: Office, wallet: ProtocolWallet):
    request_uri = wallet.pushed()
    office.clock.move(minutes=10)

    assert wallet.page(request_uri).status_code == 400


def test_a_pushed_request_is_answered_once(wallet: ProtocolWallet, claim_code: str):
    request_uri = wallet.pushed(issuer_state=claim_code)
    wallet.code(request_uri)

    assert wallet.page(request_uri).status_code == 400


def test_a_form_that_was_not_on_the_page_is_refused(office: Office, wallet: ProtocolWallet, claim_code: str):
    form = {
        "request_uri": wallet.pushed(issuer_state=claim_code),
        "client_id": CLIENT_ID,
        "decision": "approve",
    }

    assert office.visitor().post("/authorize", data=form).status_code == 400


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "https://other.example"},
        {"client_id": None},
        {"redirect_uri": "https://wallet.example/other"},
        {"redirect_uri": None},
        {"code_verifier": "w" * 50},
        {"code_verifier": "short"},
        {"code_verifier": None},
    ],
    ids=str,
)
def test_a_code_is_bound_to_its_request(wallet: ProtocolWallet, claim_code: str, changes):
    code = wallet.code(wallet.pushed(issuer_state=claim_code))

    refusal(wallet.exchange(code, **changes), 400, "invalid_grant")
    refusal(wallet.exchange(code), 400, "invalid_grant")


def test_a_verifier_that_only_resembles_the_challenge_is_refused(wallet: ProtocolWallet, claim_code: str):
    challenge = b64url_encode(sha256(VERIFIER.encode()))
    code = wallet.code(wallet.pushed(issuer_state=claim_code))

    refusal(wallet.exchange(code, code_verifier=challenge), 400, "invalid_grant")


def test_a_code_bound_to_a_key_is_refused_without_it(wallet: ProtocolWallet, claim_code: str):
    thumbprint = wallet.dpop_key.public.thumbprint()
    code = wallet.code(wallet.pushed(issuer_state=claim_code, dpop_jkt=thumbprint))

    refusal(
        wallet.exchange(code, headers={"DPoP": wallet.dpop("/token", key=es256("thief"))}),
        400,
        "invalid_grant",
    )


def test_a_code_is_bound_to_the_key_proved_when_it_was_asked_for(wallet: ProtocolWallet, claim_code: str):
    response = wallet.push(headers={"DPoP": wallet.dpop("/par")}, issuer_state=claim_code)
    code = wallet.code(str(answer_of(response)["request_uri"]))

    refusal(wallet.exchange(code), 400, "invalid_grant")


def test_a_key_that_is_stated_and_not_proved_is_refused(wallet: ProtocolWallet):
    response = wallet.push(headers={"DPoP": wallet.dpop("/par")}, dpop_jkt=es256("x").public.thumbprint())

    refusal(response, 400, "invalid_request")


def test_a_wallet_with_a_very_long_name_gets_no_token(wallet: ProtocolWallet, claim_code: str):
    code = wallet.code(wallet.pushed(issuer_state=claim_code))

    refusal(wallet.exchange(code, client_id="c" * 1001), 400, "invalid_request")


def test_a_code_runs_out(office: Office, wallet: ProtocolWallet, claim_code: str):
    code = wallet.code(wallet.pushed(issuer_state=claim_code))
    office.clock.move(minutes=2)

    refusal(wallet.exchange(code), 400, "invalid_grant")


def test_a_code_used_twice_takes_back_what_came_of_it(
    office: Office, wallet: ProtocolWallet, claim_code: str
):
    code = wallet.code(wallet.pushed(issuer_state=claim_code))
    token = str(answer_of(wallet.exchange(code))["access_token"])
    refusal(wallet.exchange(code), 400, "invalid_grant")

    refusal(office.wallet().ask(token, office.wallet().proof()), 401, "invalid_token")


def test_an_offer_taken_up_by_link_cannot_be_taken_up_by_code(
    office: Office, wallet: ProtocolWallet, handed_in, claim_code: str
):
    code = wallet.code(wallet.pushed(issuer_state=claim_code))
    office.wallet().token(handed_in["offer_uri"])

    refusal(wallet.exchange(code), 400, "invalid_grant")


def test_a_record_put_on_hold_after_the_approval_is_not_handed_out(
    office: Office, wallet: ProtocolWallet, handed_in, claim_code: str
):
    code = wallet.code(wallet.pushed(issuer_state=claim_code))
    office.institution.set_status(handed_in["credential_id"], "suspended")

    refusal(wallet.exchange(code), 400, "invalid_grant")
