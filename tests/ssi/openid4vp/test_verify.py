from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.encoding import b64url_decode, b64url_encode, canonical_json, parse_json
from ssi.errors import (
    AlteredCredentialError,
    ExpiredError,
    RevokedError,
    SuspendedError,
    UnresolvableError,
)
from ssi.issuer_anchors import IssuerAnchors
from ssi.jws import sign_jws
from ssi.key_binding import MAX_AGE, Challenge, bind_presentation
from ssi.openid4vp.authorities import authority_key_id
from ssi.openid4vp.dcql_reading import read_query
from ssi.openid4vp.errors import SENTENCES, PresentationRefusedError, Reason
from ssi.openid4vp.response import AuthorizationResponse, ErrorResponse, declined
from ssi.sd_jwt import present_sd_jwt
from ssi.trust_parts import issuer_part
from tests.ssi.foreign import (
    ACADEMY,
    CLAIMS,
    DID_WEB,
    DIPLOMA,
    KEY,
    ROOTED,
    anchored,
    certificate,
    diploma,
    issuer_key,
)
from tests.ssi.openid4vp.asking import (
    ISSUER,
    NAME,
    NONCE,
    TOKEN,
    answer,
    asked,
    held,
    presented,
    query_json,
    request,
    trust,
    verified,
)
from tests.ssi.parties import HOLDER, NOW, YEAR, assembled, es256, parts, registry

ASKED = request()
GOOD = answer(ASKED)
AUDIENCE = str(ASKED.client_id)


def token_of(response: AuthorizationResponse) -> str:
    (one,) = response.vp_token["diploma"]
    assert isinstance(one, str)
    return one


def sent(token: Any, *, state: str | None = "state-1") -> AuthorizationResponse:
    return AuthorizationResponse({"diploma": (token,)}, state)


def bound(
    shown: str | None = None,
    *,
    challenge: Challenge | None = None,
    key: Any = HOLDER,
    after: timedelta = timedelta(),
) -> AuthorizationResponse:
    token = shown if shown is not None else present_sd_jwt(TOKEN, [("given_name",)])
    return sent(bind_presentation(token, key, challenge or Challenge(AUDIENCE, NONCE), now=NOW + after))


def refusal(response: Any, asked_for: Any = ASKED, believed: Any = None, **options: Any) -> Reason:
    with pytest.raises(PresentationRefusedError) as refused:
        verified(response, asked_for, believed, **options)
    assert SENTENCES[refused.value.reason] in str(refused.value)
    return refused.value.reason


def test_a_credential_with_the_claims_asked_for_is_accepted():
    found = presented(verified(GOOD, ASKED))

    assert found.claims["given_name"] == "Ada"
    assert "degrees" not in found.claims
    assert found.holder_bound
    assert found.issuer.name == "Academy"
    assert found.compact == present_sd_jwt(TOKEN, [("given_name",)])
    assert "Ada" not in repr(found)


def test_a_holder_key_of_required_members_only_is_enough():
    minimal = {name: HOLDER.public.to_jwk()[name] for name in ("kty", "crv", "x", "y")}
    token = diploma(ISSUER, {"cnf": {"jwk": minimal}})

    assert presented(verified(answer(ASKED, held(token)), ASKED)).holder_bound


def test_a_credential_signature_that_does_not_fit_is_refused():
    payload, _, rest = token_of(GOOD).partition("~")
    head, body, signature = payload.split(".")
    raw = bytearray(b64url_decode(signature))
    raw[3] ^= 1

    assert (
        refusal(sent(f"{head}.{body}.{b64url_encode(bytes(raw))}~{rest}"))
        is Reason.INVALID_CREDENTIAL_SIGNATURE
    )


def test_a_proof_for_another_verifier_is_refused():
    assert refusal(bound(challenge=Challenge("x509_san_dns:evil.example", NONCE))) is Reason.WRONG_AUDIENCE
    assert refusal(bound(challenge=Challenge("verifier.example", NONCE))) is Reason.WRONG_AUDIENCE


def test_a_proof_for_another_nonce_is_refused():
    assert refusal(bound(challenge=Challenge(AUDIENCE, "another"))) is Reason.WRONG_NONCE


def test_a_proof_by_another_key_is_refused():
    assert refusal(bound(key=es256("thief"))) is Reason.INVALID_HOLDER_SIGNATURE


def test_a_proof_about_other_claims_is_refused():
    proof = token_of(GOOD).rpartition("~")[2]
    fewer = present_sd_jwt(TOKEN, [])
    more = present_sd_jwt(TOKEN, [("given_name",), ("degrees",)])

    assert refusal(sent(fewer + proof)) is Reason.WRONG_SD_HASH
    assert refusal(sent(more + proof)) is Reason.WRONG_SD_HASH


def test_a_proof_from_the_future_is_refused():
    assert refusal(bound(after=timedelta(hours=1))) is Reason.BOUND_IN_FUTURE


def test_a_proof_from_the_past_is_refused():
    assert refusal(bound(after=-MAX_AGE - timedelta(seconds=1))) is Reason.BOUND_TOO_LONG_AGO


def test_a_credential_without_a_proof_of_its_holder_is_refused():
    assert refusal(sent(present_sd_jwt(TOKEN, [("given_name",)]))) is Reason.HOLDER_BINDING_MISSING
    nobodys = diploma(ISSUER, {"cnf": None})
    assert refusal(sent(present_sd_jwt(nobodys, [("given_name",)]))) is Reason.HOLDER_BINDING_MISSING
    assert refusal(bound(present_sd_jwt(nobodys, [("given_name",)]))) is Reason.HOLDER_BINDING_MISSING


def test_a_proof_of_another_type_or_form_is_refused():
    shown = present_sd_jwt(TOKEN, [("given_name",)])
    payload = {"iat": int(NOW.timestamp()), "aud": AUDIENCE, "nonce": NONCE, "sd_hash": "x"}

    assert refusal(sent(shown + sign_jws(payload, HOLDER, typ="jwt"))) is Reason.WRONG_SD_HASH
    assert refusal(sent(shown + "rubbish")) is Reason.HOLDER_BINDING_MISSING


def test_no_proof_is_needed_where_none_is_asked_for_and_a_wrong_one_is_still_refused():
    asked_for = request(asked(["given_name"], require_cryptographic_holder_binding=False))
    shown = present_sd_jwt(TOKEN, [("given_name",)])

    assert not presented(verified(sent(shown), asked_for)).holder_bound
    assert refusal(bound(challenge=Challenge(AUDIENCE, "another")), asked_for) is Reason.WRONG_NONCE


def test_an_issuer_that_does_not_count_is_refused():
    assert refusal(GOOD, believed=trust(registry())) is Reason.UNTRUSTED_ISSUER
    stranger = diploma(
        issuer_key(chain=(certificate(es256("stranger"), of="stranger"),), key=es256("stranger"))
    )
    assert refusal(answer(ASKED, held(stranger))) is Reason.UNTRUSTED_ISSUER


def test_an_issuer_whose_key_cannot_be_asked_for_does_not_count():
    did = IssuerAnchors(dids=(DID_WEB,))
    token = diploma(issuer_key(DID_WEB, "#key-1"))

    assert refusal(answer(ASKED, held(token)), believed=trust(anchored(did))) is Reason.UNTRUSTED_ISSUER


def test_a_credential_that_is_over_or_not_yet_valid_is_refused():
    past = {"iat": int((NOW - YEAR).timestamp()), "exp": int(NOW.timestamp())}
    future = {"nbf": int((NOW + timedelta(days=1)).timestamp())}

    assert refusal(answer(ASKED, held(diploma(ISSUER, past)))) is Reason.EXPIRED
    assert refusal(answer(ASKED, held(diploma(ISSUER, future)))) is Reason.NOT_YET_VALID


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (RevokedError("x"), Reason.REVOKED),
        (SuspendedError("x"), Reason.SUSPENDED),
        (PresentationRefusedError(Reason.STATUS_UNAVAILABLE, "x"), Reason.STATUS_UNAVAILABLE),
        (UnresolvableError("x"), Reason.STATUS_UNAVAILABLE),
        (ExpiredError("the list is over"), Reason.STATUS_UNAVAILABLE),
        (AlteredCredentialError("the list of somebody else"), Reason.STATUS_UNAVAILABLE),
    ],
)
def test_a_credential_that_its_issuer_took_back_is_refused(error, reason):
    def check(_: object) -> None:
        raise error

    assert refusal(GOOD, believed=trust(check_status=check)) is reason


def test_an_answer_to_another_request_is_refused():
    assert refusal(sent(token_of(GOOD), state="other")) is Reason.WRONG_STATE
    assert refusal(sent(token_of(GOOD), state=None)) is Reason.WRONG_STATE


def test_a_wallet_that_declines_is_told_apart_from_one_that_fails():
    assert refusal(declined("state-1")) is Reason.WALLET_REFUSED
    assert refusal(ErrorResponse("access_denied", state="other")) is Reason.WRONG_STATE


def test_a_credential_that_nobody_asked_for_is_refused():
    extra = AuthorizationResponse({**GOOD.vp_token, "extra": GOOD.vp_token["diploma"]}, "state-1")

    assert refusal(extra) is Reason.UNKNOWN_QUERY_ID


def test_several_credentials_where_one_was_asked_for_are_refused():
    twice = AuthorizationResponse({"diploma": GOOD.vp_token["diploma"] * 2}, "state-1")

    assert refusal(twice) is Reason.TOO_MANY_PRESENTATIONS
    several = request(asked(["given_name"], multiple=True))
    assert len(verified(twice, several).credentials["diploma"]) == 2


def test_each_of_several_credentials_is_checked():
    thief = bound(key=es256("thief")).vp_token["diploma"]
    mixed = AuthorizationResponse({"diploma": GOOD.vp_token["diploma"] + thief}, "state-1")

    assert refusal(mixed, request(asked(["given_name"], multiple=True))) is Reason.INVALID_HOLDER_SIGNATURE


def test_an_answer_without_a_claim_or_its_value_is_refused():
    hidden = bound(present_sd_jwt(TOKEN, []))
    wanted = request(asked(claims=[{"path": ["given_name"], "values": ["Eve"]}]))

    assert refusal(hidden) is Reason.QUERY_NOT_SATISFIED
    assert refusal(GOOD, wanted) is Reason.QUERY_NOT_SATISFIED


def test_a_credential_of_another_type_is_refused():
    wanted = request(asked(["given_name"], meta={"vct_values": ["urn:other"]}))

    assert refusal(GOOD, wanted) is Reason.QUERY_NOT_SATISFIED


def test_an_issuer_outside_the_framework_asked_for_is_refused():
    inside = authority_key_id(certificate())
    assert inside is not None

    for value, accepted in ((inside, True), ("AAAA", False)):
        query = asked(["given_name"], trusted_authorities=[{"type": "aki", "values": [value]}])
        if accepted:
            assert verified(GOOD, request(query)).credentials
        else:
            assert refusal(GOOD, request(query)) is Reason.QUERY_NOT_SATISFIED


def test_a_chain_that_is_not_the_issuers_makes_nobody_a_member():
    known_by_kid = issuer_part(
        ACADEMY,
        "Academy",
        keys={"key-1": KEY.public},
        credential_types=[DIPLOMA],
        status_uri_prefix=f"{ACADEMY}/status/",
        anchors=ROOTED,
    )
    believed = trust(assembled([*parts(), known_by_kid]))
    borrowed = diploma(issuer_key(chain=(certificate(of="other"),)))
    value = authority_key_id(certificate(of="other"))
    query = asked(["given_name"], trusted_authorities=[{"type": "aki", "values": [value]}])

    assert verified(answer(ASKED, held(borrowed)), ASKED, believed).credentials
    assert refusal(answer(ASKED, held(borrowed)), request(query), believed) is Reason.QUERY_NOT_SATISFIED


def combined(*sets: dict[str, Any]) -> Any:
    (one,) = query_json(["given_name"])["credentials"]
    second = {**one, "id": "second", "meta": {"vct_values": ["urn:other"]}}
    return request(
        read_query({"credentials": [one, second], **({"credential_sets": list(sets)} if sets else {})})
    )


def test_every_credential_that_was_asked_for_must_come():
    assert refusal(GOOD, combined()) is Reason.QUERY_NOT_SATISFIED


def test_one_option_of_every_required_set_must_come():
    assert verified(GOOD, combined({"options": [["second"], ["diploma"]]})).credentials
    assert refusal(GOOD, combined({"options": [["second"]]})) is Reason.QUERY_NOT_SATISFIED
    optional = ({"options": [["diploma"]]}, {"options": [["second"]], "required": False})
    assert verified(GOOD, combined(*optional)).credentials


def test_a_format_that_cannot_be_checked_is_refused():
    wanted = request(
        read_query(query_json(["a"], format="mso_mdoc", meta={"doctype_value": "x"}), foreign=True)
    )

    assert refusal(sent("x"), wanted) is Reason.UNSUPPORTED_FORMAT


@pytest.mark.parametrize("token", ["", "x", "a.b.c~", "~", {"type": "VerifiablePresentation"}, "ü~"])
def test_what_is_no_credential_is_refused_by_name(token):
    assert refusal(sent(token)) is Reason.MALFORMED_CREDENTIAL


def test_a_presentation_of_linked_data_is_refused_where_it_is_not_taken():
    wanted = request(read_query(query_json(["a"], format="ldp_vc", meta={"type_values": [["x"]]})))

    assert refusal(sent({"type": "VerifiablePresentation"}), wanted) is Reason.UNSUPPORTED_FORMAT
    assert refusal(sent("text"), wanted) is Reason.MALFORMED_CREDENTIAL


def test_only_what_was_asked_for_leaves_the_wallet():
    asked_for = request(asked(["degrees", 0, "grade"], ["address", "country"]))

    claims = presented(verified(answer(asked_for), asked_for)).claims

    assert claims["degrees"] == [{"name": "BSc", "grade": 1.3}]
    assert claims["address"] == {"country": "AT"}
    assert "given_name" not in claims


def test_an_element_asked_for_by_position_stands_there_in_the_answer_too():
    asked_for = request(asked(["degrees", 1, "name"]))

    claims = presented(verified(answer(asked_for), asked_for)).claims

    assert claims["degrees"] == [{"name": "BSc"}, {"name": "MSc"}]


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
@settings(max_examples=150)
@given(st.data())
def test_no_changed_character_of_an_answer_passes(data: st.DataObject):
    token = token_of(GOOD)
    position = data.draw(st.integers(0, len(token) - 1))
    character = data.draw(st.sampled_from("Aa0-_~.=").filter(lambda found: found != token[position]))
    changed = token[:position] + character + token[position + 1 :]

    refusal(sent(changed))


@given(st.permutations(token_of(answer(request(asked(["given_name"], ["degrees"])))).split("~")[1:-1]))
def test_disclosures_in_another_order_do_not_pass(order):
    asked_for = request(asked(["given_name"], ["degrees"]))
    issuer_signed, *disclosures, proof = token_of(answer(asked_for)).split("~")
    response = sent("~".join([issuer_signed, *order, proof]))

    if list(order) == disclosures:
        assert verified(response, asked_for).credentials
    else:
        assert refusal(response, asked_for) is Reason.WRONG_SD_HASH


def test_no_word_of_the_proof_can_be_changed():
    shown, _, proof = token_of(GOOD).rpartition("~")
    head, payload, signature = proof.split(".")
    words = parse_json(b64url_decode(payload))
    assert isinstance(words, dict)
    changes: dict[str, Callable[[Any], Any]] = {
        "iat": lambda iat: iat - 1,
        "nonce": str.upper,
        "aud": str.upper,
    }

    for name, change in changes.items():
        forged = b64url_encode(canonical_json({**words, name: change(words[name])}))
        reason = refusal(sent(f"{shown}~{head}.{forged}.{signature}"))
        assert reason in {Reason.INVALID_HOLDER_SIGNATURE, Reason.WRONG_NONCE, Reason.WRONG_AUDIENCE}


def test_every_reason_has_a_sentence():
    assert set(SENTENCES) == set(Reason)


def test_the_name_asked_for_is_the_one_of_the_query():
    assert NAME.credentials[0].meta == {"vct_values": [DIPLOMA]}
    assert "given_name" in CLAIMS
