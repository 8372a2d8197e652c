"""The vectors of foreign SD-JWT VCs, Bitstring Status Lists and type metadata.

`ARGONAUTA_REMAKE_VECTORS=1 pytest tests/ssi/test_sd_jwt_vc_vectors.py` writes them anew. One academy, known
by certificates or by DIDs, what it signs, and each tampering with the error that must come of it. Everything
is deterministic; lists are stored and not compressed, as compressors differ.
"""

import gzip
import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from crypto.encoding import b64url_decode, b64url_encode, canonical_json
from crypto.reading import utc_text
from ssi.bitstring import MIN_ENTRIES, Bitstring
from ssi.bitstring_status_list import BitstringEntry, list_credential
from ssi.certificates import Lifetime
from ssi.issuer_anchors import IssuerAnchors
from ssi.key_binding import Challenge, bind_presentation
from ssi.sd_jwt import Selective, issue_sd_jwt, present_claims
from ssi.trust import sign_registry
from ssi.type_metadata import integrity_of
from tests.ssi.foreign import (
    ACADEMY,
    CLAIMS,
    DID_JWK,
    DID_KEY,
    DIPLOMA,
    KEY,
    LIFETIME,
    ROOTED,
    anchored,
    certificate,
    diploma,
    issuer_key,
)
from tests.ssi.parties import AUTHORITY, HOLDER, NOW, YEAR, es256

FOLDER = Path(__file__).parent / "sd_jwt_vc"
MADE_BY = "ARGONAUTA_REMAKE_VECTORS=1 pytest tests/ssi/test_sd_jwt_vc_vectors.py"
CHALLENGE = Challenge("https://verifier.example", "n-0S6_WzA2Mj")
LIST_URL = f"{ACADEMY}/status/3"
BASE = "urn:example:base:1"
THIEF = es256("thief")
CERTIFIED = issuer_key(chain=(certificate(),))
Document = dict[str, Any]
PARENT: Document = {"vct": BASE, "claims": [{"path": ["given_name"], "mandatory": True, "sd": "always"}]}
CHILD: Document = {
    "vct": DIPLOMA,
    "extends": BASE,
    "extends#integrity": integrity_of(canonical_json(PARENT)),
    "claims": [{"path": ["address", "country"], "mandatory": True, "sd": "never"}],
}


def documents() -> dict[str, Document]:
    """All vectors by name."""
    made = {**good(), **bad_credentials(), **bad_presentations(), **bad_lists(), **bad_types()}
    return {name: {"made_by": MADE_BY, "now": utc_text(NOW), **document} for name, document in made.items()}


def written(document: Document) -> str:
    """A vector as it stands in its file."""
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def good() -> dict[str, Document]:
    """What verifies."""
    part = present_claims(diploma(CERTIFIED), [("degrees", None, "name")])
    shown: Document = {"degrees": [{"name": "BSc"}, {"name": "MSc"}], "address": {"country": "AT"}}
    return {
        "by_certificate": credential(diploma(CERTIFIED)),
        "by_certificate_without_iss": credential(without_iss(x5c=list(CERTIFIED.x5c))),
        "by_did_jwk": credential(diploma(issuer_key(DID_JWK, "#0"))),
        "by_did_key": credential(
            diploma(issuer_key(DID_KEY, f"{DID_KEY}#{DID_KEY.removeprefix('did:key:')}"))
        ),
        "nested_claims_presented": {**presented(bound(part)), "claims": shown},
        "bitstring": listed({7: 1}, index=8),
        "type": {**credential(diploma(CERTIFIED)), "kind": "type", "documents": [CHILD, PARENT]},
    }


def bad_credentials() -> dict[str, Document]:
    """Credentials that must be refused, named by the tampering."""
    old = Lifetime(LIFETIME.start, NOW - timedelta(days=1))
    claims = {"iss": ACADEMY, "vct": DIPLOMA, **CLAIMS}
    cases = {
        "certificate_of_a_stranger": (
            diploma(issuer_key(chain=(certificate(THIEF, of="thief"),), key=THIEF)),
            "UntrustedIssuerError",
        ),
        "certificate_of_somebody_else": (
            diploma(issuer_key(chain=(certificate(THIEF, uri="https://thief.example"),), key=THIEF)),
            "UntrustedIssuerError",
        ),
        "certificate_out_of_date": (
            diploma(issuer_key(chain=(certificate(lifetime=old),))),
            "UntrustedIssuerError",
        ),
        "certificate_of_another_key": (
            diploma(issuer_key(chain=(certificate(),), key=THIEF)),
            "AlteredCredentialError",
        ),
        "certificate_not_canonical": (
            without_iss(x5c=[CERTIFIED.x5c[0] + "="]),
            "MalformedCredentialError",
        ),
        "did_of_a_stranger": (diploma(issuer_key("did:web:thief.example", "#0")), "UnknownIssuerError"),
        "did_without_that_method": (diploma(issuer_key(DID_JWK, "#1")), "UntrustedIssuerError"),
        "did_of_another_key": (diploma(issuer_key(DID_JWK, "#0", key=THIEF)), "AlteredCredentialError"),
        "issuer_missing": (without_iss(), "MalformedCredentialError"),
        "type_not_trusted": (diploma(CERTIFIED, vct="urn:example:other"), "UntrustedIssuerError"),
        "expiry_selective": (hiding(claims, "exp"), "MalformedCredentialError"),
        "status_selective": (hiding(claims, "status"), "MalformedCredentialError"),
        "expiry_null": (signed({**claims, "exp": None}), "MalformedCredentialError"),
        "former_typ": (signed(claims, typ="vc+sd-jwt"), "MalformedCredentialError"),
        "not_valid_yet": (diploma(CERTIFIED, {"nbf": int(NOW.timestamp()) + 61}), "NotYetValidError"),
        "expired": (diploma(CERTIFIED, {"exp": int(NOW.timestamp())}), "ExpiredError"),
    }
    return {f"bad_{name}": {**credential(token), "error": error} for name, (token, error) in cases.items()}


def bad_presentations() -> dict[str, Document]:
    """Presentations of the nested credential that must be refused."""
    whole = diploma(CERTIFIED)
    jwt, *disclosures, binding = bound(whole).split("~")
    grade = next(index for index, part in enumerate(disclosures) if b"grade" in b64url_decode(part))
    better = b64url_encode(canonical_json([*json.loads(b64url_decode(disclosures[grade]))[:2], 1.0]))
    cases = {
        "nested_disclosure_altered": "~".join(
            [jwt, *disclosures[:grade], better, *disclosures[grade + 1 :], binding]
        ),
        "parent_left_out": "~".join([jwt, *disclosures[:grade], *disclosures[grade + 1 :], binding]),
        "disclosures_reordered": "~".join([jwt, *reversed(disclosures), binding]),
        "not_bound": whole,
        "bound_by_a_thief": bind_presentation(whole, THIEF, CHALLENGE, now=NOW),
        "bound_to_another_verifier": bind_presentation(
            whole, HOLDER, Challenge("https://other.example", CHALLENGE.nonce), now=NOW
        ),
    }
    malformed = {"nested_disclosure_altered", "not_bound", "parent_left_out"}
    return {
        f"bad_presentation_{name}": {
            **presented(token),
            "error": "MalformedCredentialError"
            if name in malformed - {"parent_left_out"}
            else "AlteredCredentialError",
        }
        for name, token in cases.items()
    }


def bad_lists() -> dict[str, Document]:
    """Bitstring Status Lists that must be refused, or that say that a credential is void."""
    short = "u" + b64url_encode(gzip.compress(bytes(MIN_ENTRIES // 8 - 1), 0, mtime=0))
    whole = stored(Bitstring.of(1, {}))
    return {
        "bad_bitstring_revoked": {**listed({7: 1}, index=7), "error": "RevokedError"},
        "bad_bitstring_suspended": {
            **listed({7: 1}, index=7, purpose="suspension"),
            "error": "SuspendedError",
        },
        "bad_bitstring_too_short": {**listed({}, encodedList=short), "error": "StatusListLengthError"},
        "bad_bitstring_index_outside": {**listed({}, index=MIN_ENTRIES), "error": "StatusRangeError"},
        "bad_bitstring_of_another_purpose": {
            **listed({}, statusPurpose="refresh"),
            "error": "StatusPurposeError",
        },
        "bad_bitstring_cut_off": {
            **listed({}, encodedList=whole[:-4]),
            "error": "MalformedCredentialError",
        },
        "bad_bitstring_without_multibase": {
            **listed({}, encodedList=whole[1:]),
            "error": "MalformedCredentialError",
        },
    }


def bad_types() -> dict[str, Document]:
    """Documents of a type that must be refused, or that a credential does not fit."""
    token = credential(diploma(CERTIFIED))
    hidden = credential(diploma(CERTIFIED, {"address": {"country": Selective("AT")}}))
    cases: dict[str, tuple[Document, list[Document], str]] = {
        "type_not_the_pinned_one": (token, [CHILD, {**PARENT, "name": "x"}], "AlteredCredentialError"),
        "type_in_a_circle": (
            token,
            [{**CHILD, "extends#integrity": None}, {**PARENT, "extends": DIPLOMA}],
            "MalformedCredentialError",
        ),
        "type_that_is_laxer": (
            token,
            [{**CHILD, "claims": [{"path": ["given_name"], "sd": "never"}]}, PARENT],
            "MalformedCredentialError",
        ),
        "type_claim_that_may_be_kept_back": (hidden, [CHILD, PARENT], "MalformedCredentialError"),
    }
    return {
        f"bad_{name}": {**found, "kind": "type", "documents": served, "error": error}
        for name, (found, served, error) in cases.items()
    }


def credential(token: str) -> Document:
    """A credential and the registry that it is checked against."""
    anchors = IssuerAnchors(x509_roots=ROOTED.x509_roots, dids=(DID_JWK, DID_KEY))
    return {
        "kind": "credential",
        "authority": AUTHORITY.public.to_jwk(),
        "registry": sign_registry(anchored(anchors), AUTHORITY),
        "token": token,
    }


def presented(token: str) -> Document:
    """A presentation and the challenge that it is checked against."""
    return {
        **credential(token),
        "kind": "presentation",
        "audience": CHALLENGE.audience,
        "nonce": CHALLENGE.nonce,
    }


def bound(token: str) -> str:
    """A presentation bound to the verifier's challenge by its holder."""
    return bind_presentation(token, HOLDER, CHALLENGE, now=NOW)


def signed(claims: Mapping[str, Any], *, typ: str = "dc+sd-jwt", **header: Any) -> str:
    """Any claims, signed with the academy's key and certificate."""
    return issue_sd_jwt(claims, KEY, typ=typ, header={**CERTIFIED.header, **header}, random=bytes)


def without_iss(**header: Any) -> str:
    """A diploma that does not say who issued it, with this header."""
    return issue_sd_jwt({"vct": DIPLOMA, **CLAIMS}, KEY, typ="dc+sd-jwt", header=header, random=counted())


def hiding(claims: Mapping[str, Any], member: str) -> str:
    """A credential of which a member can be kept back that must not."""
    plain = {name: value for name, value in claims.items() if not isinstance(value, Selective)}
    return signed({**plain, "address": {}, member: Selective(plain[member])})


def counted() -> Any:
    """Salts that differ, and are the same in every run."""
    numbers = iter(range(1, 1000))
    return lambda length: next(numbers).to_bytes(length, "big")


def stored(statuses: Bitstring) -> str:
    """A list that is stored and not compressed."""
    return "u" + b64url_encode(gzip.compress(statuses.packed, 0, mtime=0))


def listed(
    exceptions: Mapping[int, int], *, index: int = 7, purpose: str = "revocation", **changes: Any
) -> Document:
    """A list credential, which somebody verified, and an entry to look up."""
    statuses = Bitstring.of(100, exceptions)
    made: Document = dict(
        list_credential(
            statuses, url=LIST_URL, issuer=ACADEMY, purposes=(purpose,), validity=(NOW, NOW + YEAR)
        )
    )
    subject = {**made["credentialSubject"], "encodedList": stored(statuses), **changes}
    entry = BitstringEntry(purpose, index, LIST_URL).to_json()
    return {"kind": "bitstring", "credential": {**made, "credentialSubject": subject}, "entry": entry}
