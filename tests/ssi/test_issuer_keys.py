from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID

from crypto.encoding import canonical_json
from ssi.certificates import Lifetime
from ssi.did.did_key import did_key_method
from ssi.did.public_key import PublicKey
from ssi.errors import (
    CredentialError,
    MalformedCredentialError,
    UnknownIssuerError,
    UnresolvableError,
    UntrustedIssuerError,
)
from ssi.issuance import IssuerKey
from ssi.issuer_anchors import IssuerAnchors
from ssi.issuer_keys import OFFLINE, IssuerKeys
from ssi.jws import parse_jws, sign_jws
from ssi.revocation import verify_issuer_status_list
from ssi.sd_jwt import issue_sd_jwt
from ssi.sd_jwt_vc import VerifiedSdJwtVc, verify_sd_jwt_vc
from ssi.status_list import STATUS_LIST_TYP, PublishedStatusList, StatusList, sign_status_list
from ssi.trust import TrustRegistry
from ssi.x509 import write_chain
from tests.ssi.claims import signed
from tests.ssi.foreign import (
    ACADEMY,
    CLAIMS,
    DID_JWK,
    DID_KEY,
    DID_WEB,
    DIPLOMA,
    KEY,
    LIFETIME,
    ROOTED,
    Web,
    anchored,
    authority,
    certificate,
    did_web,
    diploma,
    issuer_key,
    metadata_web,
)
from tests.ssi.parties import NOW, es256, registry

DIDS = IssuerAnchors(dids=(DID_JWK, DID_KEY, DID_WEB))
METADATA = IssuerAnchors(metadata=True)
ANYBODYS = IssuerAnchors(x509_roots=(authority().pem,), dids=(DID_JWK, DID_KEY, DID_WEB), metadata=True)
THIEF = es256("thief")


def verify(token: str, registry: TrustRegistry, keys: IssuerKeys = OFFLINE) -> VerifiedSdJwtVc:
    return verify_sd_jwt_vc(token, registry, now=NOW, keys=keys)


def web_server_certificate() -> x509.Certificate:
    """A certificate of the academy's key and name by its own authority, for the academy's web server."""
    model = certificate()
    builder = (
        x509.CertificateBuilder()
        .subject_name(model.subject)
        .issuer_name(model.issuer)
        .public_key(model.public_key())
        .serial_number(model.serial_number)
        .not_valid_before(model.not_valid_before_utc)
        .not_valid_after(model.not_valid_after_utc)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    )
    for extension in model.extensions:
        builder = builder.add_extension(extension.value, critical=extension.critical)
    secret = load_pem_private_key(authority().key.to_pem(), password=None)
    return builder.sign(cast("ec.EllipticCurvePrivateKey", secret), hashes.SHA256())


def diploma_without_iss(*, chain: Any, key: Any = KEY) -> str:

    header = {"x5c": write_chain(chain)} if chain else {}
    return issue_sd_jwt({"vct": DIPLOMA, **CLAIMS}, key, typ="dc+sd-jwt", header=header)


def test_a_certificate_that_leads_to_a_root_of_the_entry_is_enough():
    found = verify(diploma(issuer_key(chain=(certificate(),))), anchored(ROOTED))

    assert found.issuer.id == ACADEMY


def test_a_credential_with_a_certificate_need_not_name_its_issuer():
    token = diploma_without_iss(chain=(certificate(),))

    assert verify(token, anchored(ROOTED)).issuer.id == ACADEMY


WAYS: dict[str, tuple[IssuerKey, Callable[[], IssuerKeys]]] = {
    "did:jwk by its fragment": (issuer_key(DID_JWK, "#0"), lambda: OFFLINE),
    "did:jwk by its DID URL": (issuer_key(DID_JWK, f"{DID_JWK}#0"), lambda: OFFLINE),
    "did:jwk in the kid only": (issuer_key(ACADEMY, f"{DID_JWK}#0"), lambda: OFFLINE),
    "did:key": (issuer_key(DID_KEY, did_key_method(PublicKey.of(KEY.public))), lambda: OFFLINE),
    "did:web": (issuer_key(DID_WEB, f"{DID_WEB}#key-1"), lambda: IssuerKeys(did_web())),
}


@pytest.mark.parametrize(("issuer", "keys"), WAYS.values(), ids=list(WAYS))
def test_a_did_of_the_entry_leads_to_the_key(issuer: IssuerKey, keys: Callable[[], IssuerKeys]):
    assert verify(diploma(issuer), anchored(DIDS), keys()).issuer.id == ACADEMY


def test_the_metadata_of_the_issuer_leads_to_the_key():
    web = metadata_web()

    assert verify(diploma(issuer_key()), anchored(METADATA), IssuerKeys(web)).issuer.id == ACADEMY
    assert web.asked == [f"{ACADEMY}/.well-known/jwt-vc-issuer"]


def test_a_key_that_the_registry_lists_comes_before_everything_else():
    assert verify(signed(), registry()).issuer.id == "did:web:university.example"


THIEVES: dict[str, tuple[str, IssuerAnchors, IssuerKeys, type[CredentialError], str]] = {
    "a thief's own key under a certificate of hers": (
        diploma(issuer_key(chain=(certificate(THIEF, of="thief"),), key=THIEF)),
        ROOTED,
        OFFLINE,
        UntrustedIssuerError,
        "leads to no root",
    ),
    "a certificate of the same authority for somebody else": (
        diploma(issuer_key(chain=(certificate(THIEF, uri="https://thief.example"),), key=THIEF)),
        ROOTED,
        OFFLINE,
        UntrustedIssuerError,
        "names somebody else",
    ),
    "the issuer's certificate and another key": (
        diploma(issuer_key(chain=(certificate(),), key=THIEF)),
        ROOTED,
        OFFLINE,
        CredentialError,
        "does not verify",
    ),
    "a certificate that has run out": (
        diploma(issuer_key(chain=(certificate(lifetime=Lifetime(LIFETIME.start, NOW - timedelta(days=1))),))),
        ROOTED,
        OFFLINE,
        UntrustedIssuerError,
        "valid from",
    ),
    "a certificate where the entry has no roots": (
        diploma(issuer_key(chain=(certificate(),))),
        DIDS,
        OFFLINE,
        UnknownIssuerError,
        "has no key 'key-1'",
    ),
    "a DID that is not the entry's": (
        diploma(issuer_key(ACADEMY, f"{DID_JWK}#0")),
        METADATA,
        OFFLINE,
        UnknownIssuerError,
        "has no DID",
    ),
    "a DID that nobody named": (
        diploma(issuer_key(DID_JWK, "#0")),
        ROOTED,
        OFFLINE,
        UnknownIssuerError,
        "names no issuer",
    ),
    "a thief's DID beside the issuer's name": (
        diploma(issuer_key(ACADEMY, "did:web:thief.example#key-1", key=THIEF)),
        ANYBODYS,
        OFFLINE,
        UnknownIssuerError,
        "has no DID",
    ),
    "another key than the DID's": (
        diploma(issuer_key(DID_JWK, "#0", key=THIEF)),
        DIDS,
        OFFLINE,
        CredentialError,
        "does not verify",
    ),
    "a method that the DID does not have": (
        diploma(issuer_key(DID_JWK, "#1")),
        DIDS,
        OFFLINE,
        UntrustedIssuerError,
        "has no verification method",
    ),
    "a method that is for something else": (
        diploma(issuer_key(DID_WEB, "#key-1")),
        DIDS,
        IssuerKeys(did_web(purpose="authentication")),
        UntrustedIssuerError,
        "is not listed under assertionMethod",
    ),
    "a server that is not asked": (
        diploma(issuer_key(DID_WEB, "#key-1")),
        DIDS,
        OFFLINE,
        UnresolvableError,
        "is not fetched",
    ),
    "metadata of somebody else": (
        diploma(issuer_key()),
        METADATA,
        IssuerKeys(metadata_web(issuer="https://thief.example")),
        MalformedCredentialError,
        "about another issuer",
    ),
    "metadata without that key": (
        diploma(issuer_key(kid="key-2")),
        METADATA,
        IssuerKeys(metadata_web()),
        UnknownIssuerError,
        "lists 0 keys",
    ),
    "metadata that does not count": (
        diploma(issuer_key()),
        DIDS,
        IssuerKeys(metadata_web()),
        UnknownIssuerError,
        "has no key 'key-1'",
    ),
    "nobody's": (diploma_without_iss(chain=()), ROOTED, OFFLINE, MalformedCredentialError, "iss: missing"),
    "a stranger's certificate and no name": (
        diploma_without_iss(chain=(certificate(uri="https://thief.example"),)),
        ROOTED,
        OFFLINE,
        UnknownIssuerError,
        "names no issuer",
    ),
    "a thief's certificate with the issuer's name and no iss": (
        diploma_without_iss(chain=(certificate(THIEF, of="thief"),), key=THIEF),
        ROOTED,
        OFFLINE,
        UntrustedIssuerError,
        "leads to no root",
    ),
}


@pytest.mark.parametrize(
    ("token", "anchors", "keys", "error", "message"), THIEVES.values(), ids=list(THIEVES)
)
def test_a_key_that_the_registry_does_not_lead_to_is_refused(
    token: str, anchors: IssuerAnchors, keys: IssuerKeys, error: type[CredentialError], message: str
):
    with pytest.raises(error, match=message):
        verify(token, anchored(anchors), keys)


def test_a_status_list_of_somebody_else_under_the_same_authority_is_refused():
    thief = "https://thief.example"
    uri = f"{ACADEMY}/status/1"
    statuses = StatusList.of(8, {})
    payload = parse_jws(
        sign_status_list(
            PublishedStatusList(uri, statuses, NOW, NOW + timedelta(days=1), 60), THIEF, kid=None
        ),
        "list",
    ).payload
    token = sign_jws(
        {**payload, "iss": thief},
        THIEF,
        typ=STATUS_LIST_TYP,
        header={"x5c": write_chain([certificate(THIEF, uri=thief)])},
    )

    with pytest.raises(UntrustedIssuerError, match="names somebody else"):
        verify_issuer_status_list(token, anchored(ROOTED), issuer_id=ACADEMY, uri=uri, now=NOW, foreign=True)


@pytest.mark.parametrize("issuer", ["https://thief.example", "https://[", 7])
def test_a_token_that_names_another_issuer_leads_to_no_key_of_this_one(issuer: Any):
    entry = anchored(ROOTED).issuers[-1]
    token = sign_jws(
        {"iss": issuer}, KEY, typ="x", header={"x5c": write_chain([certificate(), authority().certificate])}
    )

    with pytest.raises(UntrustedIssuerError, match="names somebody else"):
        OFFLINE.key(parse_jws(token, "token"), entry, now=NOW)


def test_an_issuer_that_is_called_by_what_is_no_address_is_known_by_no_certificate():
    odd = anchored(ROOTED, issuer="https://[")

    with pytest.raises(UntrustedIssuerError, match="names somebody else"):
        verify(diploma(issuer_key("https://[", chain=(certificate(),))), odd)


def test_a_certificate_for_tls_only_signs_no_credentials():
    with pytest.raises(UntrustedIssuerError, match="made for TLS only"):
        verify(diploma(issuer_key(chain=(web_server_certificate(),))), anchored(ROOTED))


def test_a_certificate_that_is_refused_is_not_made_good_by_metadata():
    web = metadata_web()
    token = diploma(issuer_key(chain=(certificate(THIEF, of="thief"),)))

    with pytest.raises(UntrustedIssuerError, match="leads to no root"):
        verify(token, anchored(ANYBODYS), IssuerKeys(web))
    assert web.asked == []


def test_a_did_without_a_kid_means_its_only_key():
    token = issue_sd_jwt({"iss": DID_JWK, "vct": DIPLOMA, **CLAIMS}, KEY, typ="dc+sd-jwt")

    assert verify(token, anchored(DIDS)).issuer.id == ACADEMY


def test_nobody_is_asked_about_an_issuer_who_is_not_in_the_registry():
    web = Web({})

    with pytest.raises(UnknownIssuerError):
        verify(diploma(issuer_key("https://nobody.example")), anchored(METADATA), IssuerKeys(web))
    assert web.asked == []


def test_the_ways_to_a_key_stay_out_of_what_is_signed():
    assert b"x5c" not in canonical_json(anchored(ROOTED).issuers[-1].to_json())
