import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.encoding import b64url_decode, b64url_encode, canonical_json, parse_json
from crypto.errors import MalformedError
from ssi.credential import verify_credential
from ssi.disclosure_policy import ALWAYS_OPEN, selective_everywhere
from ssi.disclosures import RESERVED_NAMES
from ssi.errors import (
    AlteredCredentialError,
    CredentialError,
    ExpiredError,
    MalformedCredentialError,
    NotYetValidError,
    RevokedError,
    UntrustedIssuerError,
)
from ssi.issuance import issue_sd_jwt_vc
from ssi.issuer_anchors import IssuerAnchors
from ssi.key_binding import Challenge, bind_presentation
from ssi.revocation import check_foreign_status
from ssi.sd_jwt import Selective, issue_sd_jwt, present_sd_jwt
from ssi.sd_jwt_vc import LEGACY_TYP, VerifiedSdJwtVc, verify_presented_vc, verify_sd_jwt_vc
from ssi.status_list import PublishedStatusList, Status, StatusList, sign_status_list
from tests.ssi.foreign import (
    ACADEMY,
    CLAIMS,
    DID_JWK,
    DIPLOMA,
    KEY,
    ROOTED,
    anchored,
    certificate,
    diploma,
    issuer_key,
)
from tests.ssi.parties import HOLDER, NOW, YEAR, es256, exam_credential, random_of, registry

ISSUER = issuer_key(chain=(certificate(),))
REGISTRY = anchored(ROOTED)
CHALLENGE = Challenge("https://verifier.example", "n-0S6_WzA2Mj")
TOKEN = diploma(ISSUER)


def verify(token: str, *, after: timedelta = timedelta()) -> VerifiedSdJwtVc:
    return verify_sd_jwt_vc(token, REGISTRY, now=NOW + after)


def typed(typ: str, **header: Any) -> str:
    head = {**ISSUER.header, **header}
    return issue_sd_jwt({"iss": ACADEMY, "vct": DIPLOMA, **CLAIMS}, KEY, typ=typ, kid="key-1", header=head)


def test_a_credential_of_any_shape_is_believed_and_says_everything():
    found = verify(diploma(ISSUER, {"unheard_of": {"x": [1]}}))

    assert found.vct == DIPLOMA
    assert found.claims["degrees"] == [{"name": "BSc", "grade": 1.3}, {"name": "MSc"}]
    assert found.claims["unheard_of"] == {"x": [1]}
    assert ("degrees", 0, "grade") in found.disclosed
    assert ("address", "country") not in found.disclosed
    assert found.holder_key == HOLDER.public
    assert (found.issued_at, found.expires_at, found.valid_from) == (NOW, NOW + YEAR, None)


def test_what_is_optional_may_be_missing():
    found = verify(diploma(ISSUER, dict.fromkeys(("iat", "exp", "cnf", "status"))))

    assert (found.issued_at, found.expires_at, found.holder_key, found.status) == (None,) * 4


def test_our_own_credentials_pass_the_same_checks_and_have_the_same_digest():
    whole = verify_sd_jwt_vc(exam_credential(), registry(), now=NOW)

    assert whole.digest == verify_credential(exam_credential(), registry(), now=NOW).digest
    assert verify_sd_jwt_vc(present_sd_jwt(exam_credential(), []), registry(), now=NOW).digest == whole.digest


def test_claims_stay_out_of_repr():
    assert "Ada" not in repr(verify(TOKEN))
    assert ISSUER.x5c[0] not in repr(ISSUER)


@pytest.mark.parametrize("accepts", [True, False])
def test_the_former_type_of_token_is_accepted_only_where_the_caller_says_so(accepts: bool):
    token = typed(LEGACY_TYP)

    if accepts:
        assert verify_sd_jwt_vc(token, REGISTRY, now=NOW, accept_legacy_typ=True).vct == DIPLOMA
        assert verify_sd_jwt_vc(TOKEN, REGISTRY, now=NOW, accept_legacy_typ=True).vct == DIPLOMA
    else:
        with pytest.raises(MalformedCredentialError, match="expected a token of type"):
            verify(token)


@pytest.mark.parametrize("typ", ["JWT", "kb+jwt", "statuslist+jwt", "DC+SD-JWT"])
def test_another_token_of_the_issuer_is_no_credential(typ: str):
    with pytest.raises(MalformedCredentialError, match="expected a token of type"):
        verify_sd_jwt_vc(typed(typ), REGISTRY, now=NOW, accept_legacy_typ=True)


def test_header_members_of_strangers_are_passed_over_but_never_critical_ones():
    assert verify(with_header(other="x")).vct == DIPLOMA
    with pytest.raises(MalformedCredentialError, match="crit: no critical extension"):
        verify(with_header(other="x", crit=["other"]))


def with_header(**members: Any) -> str:
    jwt, *rest = TOKEN.split("~")
    header, payload, _ = jwt.split(".")
    document: Any = parse_json(b64url_decode(header))
    signing_input = f"{b64url_encode(canonical_json({**document, **members}))}.{payload}"
    return "~".join([f"{signing_input}.{b64url_encode(KEY.sign(signing_input.encode()))}", *rest])


@pytest.mark.parametrize("member", sorted(ALWAYS_OPEN - {"vct#integrity", "nbf"}))
def test_what_every_verifier_must_see_cannot_be_kept_back(member: str):
    claims = {"iss": ACADEMY, "vct": DIPLOMA, **CLAIMS}
    hidden = {**claims, member: Selective(claims[member])}
    token = issue_sd_jwt(hidden, KEY, typ="dc+sd-jwt", kid="key-1", header=ISSUER.header)

    with pytest.raises(MalformedCredentialError):
        verify(token)
    with pytest.raises(MalformedError, match=r"must not be selectively|expected"):
        issue_sd_jwt_vc(DIPLOMA, hidden, issuer=ISSUER)


@pytest.mark.parametrize("member", ["iat", "sub"])
def test_what_the_standard_lets_a_holder_keep_back_she_can(member: str):
    token = diploma(ISSUER, {member: Selective(int(NOW.timestamp()))})

    assert member in verify(token).claims
    assert member not in verify(present_sd_jwt(token, [])).claims


@pytest.mark.parametrize("changes", [{"iss": "https://b.example"}, {"vct": "other"}], ids=str)
def test_an_issuer_signs_in_its_own_name_and_for_the_type_it_was_asked_for(changes: dict[str, Any]):
    with pytest.raises(MalformedError, match="expected"):
        issue_sd_jwt_vc(DIPLOMA, changes, issuer=ISSUER)


SECONDS = int(NOW.timestamp())
TIMES: dict[str, tuple[dict[str, Any], type[CredentialError]]] = {
    "expired": ({"exp": SECONDS}, ExpiredError),
    "issued in the future": ({"iat": SECONDS + 61}, NotYetValidError),
    "valid later": ({"nbf": SECONDS + 61}, NotYetValidError),
    "ends before it begins": ({"iat": SECONDS + 30, "exp": SECONDS + 20}, ExpiredError),
    "an end that is none": ({"exp": "never"}, MalformedCredentialError),
    "an end before time": ({"exp": -1}, MalformedCredentialError),
    "an end after all time": ({"exp": 2**53 - 1}, MalformedCredentialError),
    "an end that is true": ({"exp": True}, MalformedCredentialError),
    "a holder's key that is none": ({"cnf": {"jwk": {"kty": "RSA"}}}, MalformedCredentialError),
    "a holder's key elsewhere": ({"cnf": {"jku": "https://a.example"}}, MalformedCredentialError),
    "a status of another kind": ({"status": {"other": {}}}, MalformedCredentialError),
    "a status with a negative index": (
        {"status": {"status_list": {"idx": -1, "uri": f"{ACADEMY}/status/1"}}},
        MalformedCredentialError,
    ),
    "a status kept by somebody else": (
        {"status": {"status_list": {"idx": 1, "uri": "https://thief.example/status/1"}}},
        UntrustedIssuerError,
    ),
}


@pytest.mark.parametrize(("changes", "error"), TIMES.values(), ids=list(TIMES))
def test_known_claims_are_checked_whoever_signed_them(changes: dict[str, Any], error: type[CredentialError]):
    with pytest.raises(error):
        verify(diploma(ISSUER, changes))


def test_a_credential_counts_from_its_beginning_to_before_its_end():
    token = diploma(ISSUER, {"iat": None, "nbf": SECONDS, "exp": SECONDS + 60})

    verify(token, after=timedelta(seconds=-60))
    verify(token, after=timedelta(seconds=59))
    with pytest.raises(ExpiredError):
        verify(token, after=timedelta(seconds=60))
    with pytest.raises(NotYetValidError):
        verify(token, after=timedelta(seconds=-61))


@pytest.mark.parametrize("member", ["exp", "nbf", "cnf", "status", "iat"])
def test_a_null_is_not_the_same_as_nothing(member: str):
    claims = {"iss": ACADEMY, "vct": DIPLOMA, **CLAIMS, member: None}
    token = issue_sd_jwt(claims, KEY, typ="dc+sd-jwt", kid="key-1", header=ISSUER.header)

    with pytest.raises(MalformedCredentialError):
        verify(token)


def test_a_moment_may_have_a_fraction():
    assert verify(diploma(ISSUER, {"exp": SECONDS + 9.5})).expires_at == NOW + timedelta(seconds=9)


def test_a_type_that_the_issuer_is_not_trusted_for_is_refused():
    with pytest.raises(UntrustedIssuerError, match="not trusted for credentials of type"):
        verify(diploma(ISSUER, vct="urn:example:other"))


def test_an_issuer_may_be_trusted_for_a_type_and_not_for_its_data_set():
    restricted = IssuerAnchors(data_sets={"a": ("exam/2",)})

    assert not restricted.allow("a", "exam/1")
    assert restricted.allow("a", "exam/2")
    assert restricted.allow("b", "exam/1")


def bound(token: str = TOKEN, challenge: Challenge = CHALLENGE, **more: Any) -> str:
    return bind_presentation(token, HOLDER, challenge, now=NOW, more=more)


def test_a_presentation_shows_its_credential_and_what_its_holder_signed_besides():
    shown = verify_presented_vc(bound(transaction_data_hashes=["x"]), REGISTRY, CHALLENGE, now=NOW)

    assert shown.credential.vct == DIPLOMA
    assert shown.binding.claims == {"transaction_data_hashes": ["x"]}
    assert shown.binding.made_at == NOW


def test_further_claims_of_a_holder_do_not_take_the_place_of_those_that_bind():
    forged = bound(nonce="other", aud="other", iat=1, sd_hash="x")

    assert verify_presented_vc(forged, REGISTRY, CHALLENGE, now=NOW).binding.claims == {}


REPLAYS: dict[str, tuple[str, type[CredentialError]]] = {
    "not bound": (TOKEN, MalformedCredentialError),
    "another verifier": (bound(challenge=Challenge("x", CHALLENGE.nonce)), AlteredCredentialError),
    "another nonce": (bound(challenge=Challenge(CHALLENGE.audience, "x")), AlteredCredentialError),
    "a thief's key": (
        bind_presentation(TOKEN, es256("thief"), CHALLENGE, now=NOW),
        AlteredCredentialError,
    ),
    "an hour ago": (
        bind_presentation(TOKEN, HOLDER, CHALLENGE, now=NOW - timedelta(hours=1)),
        AlteredCredentialError,
    ),
    "a disclosure taken out": (
        present_sd_jwt(TOKEN, []) + bound().rpartition("~")[2],
        AlteredCredentialError,
    ),
    "nobody's credential": (bound(diploma(ISSUER, {"cnf": None})), MalformedCredentialError),
}


@pytest.mark.parametrize(("token", "error"), REPLAYS.values(), ids=list(REPLAYS))
def test_a_presentation_that_is_not_her_word_here_and_now_is_refused(
    token: str, error: type[CredentialError]
):
    with pytest.raises(error):
        verify_presented_vc(token, REGISTRY, CHALLENGE, now=NOW)


def test_a_bound_presentation_is_not_taken_for_a_credential_of_its_own():
    with pytest.raises(MalformedCredentialError, match="is verified as one"):
        verify(bound())


@pytest.mark.parametrize("algorithm", ["sha-384", "sha-512"])
def test_other_digests_of_the_standard_are_read_in_disclosures_and_key_bindings(algorithm: str):
    disclosure = b64url_encode(canonical_json(["salt", "name", "Ada"]))
    digest = hashlib.new(algorithm.replace("-", ""), disclosure.encode()).digest()
    claims = {"iss": ACADEMY, "vct": DIPLOMA, "cnf": CLAIMS["cnf"]}
    payload = {**claims, "_sd": [b64url_encode(digest)], "_sd_alg": algorithm}
    token = signed_as_it_is(payload) + disclosure + "~"

    assert verify(token).claims["name"] == "Ada"
    assert verify_presented_vc(bound(token), REGISTRY, CHALLENGE, now=NOW).credential.claims["name"] == "Ada"


def signed_as_it_is(payload: Any) -> str:
    header = {"alg": "ES256", "typ": "dc+sd-jwt", **ISSUER.header}
    signing_input = ".".join(b64url_encode(canonical_json(part)) for part in (header, payload))
    return f"{signing_input}.{b64url_encode(KEY.sign(signing_input.encode()))}~"


@pytest.mark.parametrize(
    ("status", "error"), [(Status.VALID, None), (Status.INVALID, RevokedError)], ids=["valid", "revoked"]
)
def test_a_list_signed_with_the_same_certificate_says_whether_it_was_taken_back(
    status: Status, error: type[CredentialError] | None
):
    statuses = StatusList.of(8, {4: status}, bits=1)
    published = PublishedStatusList(f"{ACADEMY}/status/1", statuses, NOW, NOW + YEAR, 60)
    token = sign_status_list(published, KEY, kid=None, header=ISSUER.header)

    if error is None:
        check_foreign_status(verify(TOKEN), token, REGISTRY, now=NOW)
    else:
        with pytest.raises(error):
            check_foreign_status(verify(TOKEN), token, REGISTRY, now=NOW)


def test_a_credential_without_a_status_has_nothing_to_check():
    with pytest.raises(MalformedCredentialError, match="refers to no status list"):
        check_foreign_status(verify(diploma(ISSUER, {"status": None})), "", REGISTRY, now=NOW)


# Whatever is changed in whatever credential, is refused.

names = st.text(min_size=1, max_size=5).filter(
    lambda name: name not in RESERVED_NAMES | ALWAYS_OPEN | {"iat", "sub"}
)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=6,
)
credentials = st.dictionaries(names, values, min_size=1, max_size=3).map(
    lambda claims: diploma_of(selective_everywhere(claims, decoys=1))
)


def diploma_of(claims: dict[str, object]) -> str:
    issuer = issuer_key(DID_JWK, "#0")
    return issue_sd_jwt_vc(DIPLOMA, {**claims, "cnf": CLAIMS["cnf"]}, issuer=issuer, random=random_of("any"))


OF_DID = anchored(IssuerAnchors(dids=(DID_JWK,)))
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~="
MUTATIONS: dict[str, Callable[[str, int, str], str]] = {
    "changed": lambda token, at, text: token[:at] + text + token[at + 1 :],
    "added": lambda token, at, text: token[:at] + text + token[at:],
    "removed": lambda token, at, text: token[:at] + token[at + 1 :],
}


@given(credentials, st.sampled_from(sorted(MUTATIONS)), st.data())
@settings(max_examples=200)
def test_any_changed_added_or_removed_character_of_a_presentation_is_refused(
    token: str, kind: str, data: st.DataObject
):
    presented = bound(token)
    at = data.draw(st.integers(0, len(presented) - 1))
    text = data.draw(st.sampled_from(ALPHABET).filter(lambda letter: letter != presented[at]))

    with pytest.raises(CredentialError) as refusal:
        verify_presented_vc(MUTATIONS[kind](presented, at, text), OF_DID, CHALLENGE, now=NOW)
    assert refusal.type is not CredentialError


@given(credentials, st.data())
@settings(max_examples=100)
def test_disclosures_of_a_presentation_are_neither_swapped_nor_dropped_nor_added(
    token: str, data: st.DataObject
):
    jwt, *disclosures, binding = bound(token).split("~")
    other = data.draw(st.permutations(disclosures) | st.lists(st.sampled_from(disclosures), max_size=9))

    if list(other) == disclosures:
        assert verify_presented_vc(bound(token), OF_DID, CHALLENGE, now=NOW)
    else:
        with pytest.raises(CredentialError):
            verify_presented_vc("~".join([jwt, *other, binding]), OF_DID, CHALLENGE, now=NOW)
