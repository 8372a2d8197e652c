"""The same credentials in other hands: packages `sd-jwt` and `openvc-core` as issuer, holder and verifier.

Claims are generated, nested and with arrays; each side issues, presents and verifies what the other made.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.encoding import b64url_decode, parse_json
from ssi.disclosure_policy import selective_everywhere
from ssi.issuance import issue_sd_jwt_vc
from ssi.issuer_anchors import IssuerAnchors
from ssi.key_binding import Challenge, bind_presentation
from ssi.sd_jwt import present_claims
from ssi.sd_jwt_json import read_json_serialization
from ssi.sd_jwt_vc import verify_presented_vc, verify_sd_jwt_vc
from ssi.status_list import PublishedStatusList, Status, StatusList, sign_status_list, verify_status_list
from tests.ssi.foreign import (
    ACADEMY,
    DID_JWK,
    DIPLOMA,
    KEY,
    ROOTED,
    anchored,
    authority,
    certificate,
    issuer_key,
)
from tests.ssi.parties import HOLDER, NOW

jwk = pytest.importorskip("jwcrypto.jwk", reason="the package sd-jwt is not installed")
common = pytest.importorskip("sd_jwt.common")
holders = pytest.importorskip("sd_jwt.holder")
issuers = pytest.importorskip("sd_jwt.issuer")
verifiers = pytest.importorskip("sd_jwt.verifier")
openvc = pytest.importorskip("openvc.proof.sd_jwt", reason="the package openvc-core is not installed")
openvc_keys = pytest.importorskip("openvc.keys")
openvc_x5c = pytest.importorskip("openvc.x5c")
openvc_status = pytest.importorskip("openvc.status.token_status_list")

CHALLENGE = Challenge("https://verifier.example", "n-0S6_WzA2Mj")
LONG_AGO, FAR = 1_600_000_000, 4_000_000_000
"""Both packages look at the clock of the machine; these moments lie on either side of it."""
OF_DID = anchored(IssuerAnchors(dids=(DID_JWK,)))
FIXED: dict[str, Any] = {"iat": LONG_AGO, "exp": FAR, "cnf": {"jwk": HOLDER.public.to_jwk()}}

names = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=4).map(
    "claim {}".format
)
values = st.recursive(
    st.booleans() | st.integers(-99, 99) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=6,
)
documents = st.dictionaries(names, values, min_size=1, max_size=3)


def peers_key(pem: bytes) -> Any:
    return jwk.JWK.from_pem(pem)


def selective(value: Any) -> Any:
    """Everything selective, as `sd-jwt` marks it."""
    if isinstance(value, dict):
        return {common.SDObj(name): selective(member) for name, member in value.items()}
    if isinstance(value, list):
        return [
            common.SDObj(element) if not isinstance(element, (dict, list)) else selective(element)
            for element in value
        ]
    return value


def issued_by_peer(document: Any, **options: Any) -> str:
    claims = {"iss": DID_JWK, "vct": DIPLOMA, "iat": LONG_AGO, "exp": FAR, **selective(document)}
    made = issuers.SDJWTIssuer(
        claims,
        peers_key(KEY.to_pem()),
        holder_key=peers_key(HOLDER.to_pem()),
        extra_header_parameters={"typ": "dc+sd-jwt", "kid": "#0"},
        **options,
    )
    return str(made.sd_jwt_issuance)


@given(documents)
@settings(max_examples=15, deadline=None)
def test_sd_jwt_verifies_what_we_issue_and_present(document: dict[str, Any]):
    issuer = issuer_key(DID_JWK, "#0")
    token = issue_sd_jwt_vc(DIPLOMA, {**FIXED, **selective_everywhere(document, decoys=2)}, issuer=issuer)
    presented = bind_presentation(token, HOLDER, CHALLENGE, now=NOW)

    verifier = verifiers.SDJWTVerifier(
        presented, lambda issuer, header: peers_key(KEY.to_pem()), CHALLENGE.audience, CHALLENGE.nonce
    )

    assert verifier.get_verified_payload() == {"iss": DID_JWK, "vct": DIPLOMA, **FIXED, **document}


@given(documents, st.booleans())
@settings(max_examples=15, deadline=None)
def test_we_verify_what_sd_jwt_issues_and_presents(document: dict[str, Any], decoys: bool):
    holder = holders.SDJWTHolder(issued_by_peer(document, add_decoy_claims=decoys))
    holder.create_presentation(
        dict.fromkeys(document, True), CHALLENGE.nonce, CHALLENGE.audience, peers_key(HOLDER.to_pem())
    )
    presented = holder.sd_jwt_presentation

    made_at: Any = parse_json(b64url_decode(presented.rpartition("~")[2].split(".")[1]))
    now = datetime.fromtimestamp(made_at["iat"], UTC)
    registry = lasting(IssuerAnchors(dids=(DID_JWK,)), now)

    found = verify_presented_vc(presented, registry, CHALLENGE, now=now)
    shown = {name: value for name, value in found.credential.claims.items() if name in document}
    # What is inside of a claim stays closed with that package's holder, unless each part is named.
    assert set(shown) == set(document)


def lasting(anchors: IssuerAnchors, now: datetime) -> Any:
    """The registry as it would be at a moment that another package takes from the machine."""
    made = anchored(anchors)
    entries = [with_dates(entry, now) for entry in made.issuers]
    return type(made)(
        made.authority,
        now - timedelta(days=1),
        now + timedelta(days=1),
        made.marketplace,
        tuple(entries),
        made.nodes,
    )


def with_dates(entry: Any, now: datetime) -> Any:
    return replace(entry, valid_from=now - timedelta(days=1), valid_until=now + timedelta(days=1))


@given(documents)
@settings(max_examples=15, deadline=None)
def test_we_read_all_that_sd_jwt_issues(document: dict[str, Any]):
    found = verify_sd_jwt_vc(issued_by_peer(document), OF_DID, now=NOW)

    assert {name: found.claims[name] for name in document} == document


def test_we_read_the_json_serialisation_of_sd_jwt():
    made: Any = parse_json(issued_by_peer({"claim": 1}, serialization_format="json"))
    # The package follows a draft, in which the disclosures stood beside the header and not in it.
    document = {**made, "header": {"disclosures": made.pop("disclosures")}}
    (token,) = read_json_serialization(document, "token")

    assert verify_sd_jwt_vc(token, OF_DID, now=NOW).claims["claim"] == 1


# openvc-core


def suite() -> Any:
    return openvc.SdJwtVcProofSuite()


def openvc_key(pem: bytes, kid: str) -> Any:
    return openvc_keys.P256SigningKey(load_pem_private_key(pem, None), kid)


@given(documents)
@settings(max_examples=15, deadline=None)
def test_openvc_verifies_what_we_issue_and_present(document: dict[str, Any]):
    token = issue_sd_jwt_vc(
        DIPLOMA, {**FIXED, **selective_everywhere(document, decoys=2)}, issuer=issuer_key()
    )
    presented = bind_presentation(token, HOLDER, CHALLENGE, now=NOW)

    found = suite().verify(
        presented,
        public_key_jwk=KEY.public.to_jwk(),
        audience=CHALLENGE.audience,
        nonce=CHALLENGE.nonce,
        require_key_binding=True,
        expected_vct=DIPLOMA,
        now=NOW,
    )

    assert found.key_bound
    assert {name: found.claims[name] for name in document} == document


@given(documents)
@settings(max_examples=15, deadline=None)
def test_we_verify_what_openvc_issues_with_a_certificate_and_its_holder_presents(document: dict[str, Any]):
    x5c = issuer_key(chain=(certificate(),)).x5c
    token = suite().issue(
        {"iss": ACADEMY, "iat": LONG_AGO, **document},
        signing_key=openvc_key(KEY.to_pem(), "any"),
        disclosable=list(document),
        holder_jwk=HOLDER.public.to_jwk(),
        vct=DIPLOMA,
        decoys=3,
        x5c=x5c,
    )

    found = verify_sd_jwt_vc(token, anchored(ROOTED), now=NOW)

    assert {name: found.claims[name] for name in document} == document
    assert found.disclosed == {(name,) for name in document}


def test_openvc_follows_our_certificates_to_their_authority():
    found = openvc_x5c.resolve_x5c_key(
        list(issuer_key(chain=(certificate(),)).x5c),
        ACADEMY,
        trust_anchors=[authority().certificate],
        now=NOW,
    )

    assert found.items() >= KEY.public.to_jwk().items()


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_status_lists_read_the_same_on_both_sides(bits: int):
    statuses = StatusList.of(64, {3: Status.INVALID, 9: Status.INVALID}, bits=bits)
    token = sign_status_list(
        PublishedStatusList("https://a.example/1", statuses, NOW, NOW + timedelta(days=1), 60), KEY, kid="k"
    )
    lst = parse_json(b64url_decode(token.split(".")[1]))["status_list"]["lst"]  # type: ignore[index, call-overload]

    theirs = openvc_status.decode_status_list(lst)
    ours = verify_status_list(token, KEY.public, uri="https://a.example/1", now=NOW).statuses

    assert [openvc_status.get_status(theirs, index, bits=bits) for index in range(64)] == [
        ours.value(index) for index in range(64)
    ]


def test_a_choice_of_claims_is_the_same_for_them():
    claims = {"claim": [{"a": 1, "b": 2}, {"a": 3}], "other": "x"}
    token = issue_sd_jwt_vc(DIPLOMA, {**FIXED, **selective_everywhere(claims)}, issuer=issuer_key())  # type: ignore[arg-type]

    shown = suite().verify(present_claims(token, [("claim", None, "a")]), public_key_jwk=KEY.public.to_jwk())

    assert shown.claims["claim"] == [{"a": 1}, {"a": 3}]
    assert "other" not in shown.claims
