"""The vectors of `ssi`: `ARGONAUTA_REMAKE_VECTORS=1 pytest tests/ssi/test_vectors.py` writes them anew.

One town (registry, issuers, a holder), what it signs, and each tampering with the error that must come of it.
Everything is deterministic; the status lists are stored and not compressed, as compressors differ.
"""

import json
import zlib
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from crypto.encoding import b64url_decode, b64url_encode, canonical_json
from crypto.reading import utc_text
from crypto.signing import SigningKey
from ssi.credential import present
from ssi.credential_payload import CREDENTIAL_TYP
from ssi.jws import sign_jws
from ssi.key_binding import Challenge, bind_presentation
from ssi.sd_jwt import Selective
from ssi.status_list import STATUS_LIST_TYP, Status, StatusList
from ssi.trust import REGISTRY_TYP, sign_registry
from tests.ssi.claims import signed
from tests.ssi.parties import (
    AUTHORITY,
    CHAMBER_ISSUER,
    EXAM,
    HOLDER,
    ISSUER,
    NOW,
    STATUS_PREFIX,
    YEAR,
    es256,
    exam_credential,
    health_credential,
    organisation_credential,
    record,
    registry,
    subject,
)

FOLDER = Path(__file__).parent / "ssi"
MADE_BY = "ARGONAUTA_REMAKE_VECTORS=1 pytest tests/ssi/test_vectors.py"
CHALLENGE = Challenge("market", "n-0S6_WzA2Mj")
STATUS_URI = STATUS_PREFIX + "1"
Document = dict[str, Any]


def documents() -> dict[str, Document]:
    """All vectors by name."""
    made = {**good(), **bad_credentials(), **bad_presentations(), **bad_status_lists(), **bad_registries()}
    return {name: {"made_by": MADE_BY, "now": utc_text(NOW), **document} for name, document in made.items()}


def written(document: Document) -> str:
    """A vector as it stands in its file."""
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def good() -> dict[str, Document]:
    """What verifies, and what verification says."""
    bound = bind_presentation(present(exam_credential(), {"school_type"}), HOLDER, CHALLENGE, now=NOW)
    return {
        "registry": {
            "kind": "registry",
            "authority": AUTHORITY.public.to_jwk(),
            "token": sign_registry(registry(), AUTHORITY),
        },
        "exam": {"kind": "credential", "token": exam_credential(), "claims": EXAM},
        "health": {
            "kind": "credential",
            "token": health_credential(),
            "claims": {"age": 41, "sex": "male", "systolic": 122, "age_band": "adult"},
        },
        "organisation": {
            "kind": "credential",
            "token": organisation_credential(),
            "claims": {"name": "Institute of Public Health", "kind": "research_institute", "country": "AT"},
        },
        "presentation": {**presented(bound), "claims": {"school_type": "girls"}},
        "status_list": {
            "kind": "status list",
            "uri": STATUS_URI,
            "token": listed(),
            "statuses": {"0": "VALID", "3": "INVALID", "17": "SUSPENDED"},
        },
    }


def bad_credentials() -> dict[str, Document]:
    """Credentials that must be refused, named by the tampering."""
    forger = es256("forger")
    jwt, *disclosures, _ = exam_credential().split("~")
    score = next(index for index, part in enumerate(disclosures) if b"exam_score" in b64url_decode(part))
    jwk_header = {"jwk": forger.public.to_jwk()}
    self_signed = sign_jws(payload_of(jwt), forger, typ=CREDENTIAL_TYP, kid=ISSUER.kid, header=jwk_header)
    tampered = {
        "claim_value": (joined(jwt, replaced(disclosures, score, _better_score)), "Malformed"),
        "disclosure_repeated": (joined(jwt, [*disclosures, disclosures[0]]), "Malformed"),
        "disclosure_made_up": (joined(jwt, [*disclosures, encoded(["c2FsdA", "age", 3])]), "Malformed"),
        "disclosure_of_another_credential": (
            joined(jwt, [*disclosures, health_credential().split("~")[1]]),
            "Malformed",
        ),
        "disclosure_not_canonical": (joined(jwt, [disclosures[0] + "=", *disclosures[1:]]), "Malformed"),
        "holder_key_replaced": (joined(edited(jwt, 1, _thief), disclosures), "Altered"),
        "expiry_moved": (
            joined(edited(jwt, 1, lambda claims: {**claims, "exp": 2**40}), disclosures),
            "Altered",
        ),
        "digest_removed": (joined(edited(jwt, 1, _without_digest), []), "Altered"),
        "signature_of_another": (joined(self_signed, disclosures), "Altered"),
        "algorithm_none": (
            joined(edited(jwt, 0, lambda header: {**header, "alg": "none"}), disclosures),
            "Malformed",
        ),
        "algorithm_of_another_key": (
            joined(edited(jwt, 0, lambda header: {**header, "alg": "EdDSA"}), disclosures),
            "Altered",
        ),
        "critical_header": (
            joined(edited(jwt, 0, lambda header: {**header, "crit": ["b64"]}), disclosures),
            "Malformed",
        ),
        "signature_removed": (joined(jwt.rpartition(".")[0] + ".", disclosures), "Altered"),
        "cut_off": (exam_credential()[:-1], "Malformed"),
    }
    signed_badly = {
        "token_of_another_type": (signed({}, typ="consent-record+jwt"), "Malformed"),
        "issuer_unknown": (signed({"iss": "did:web:nobody.example"}), "UnknownIssuer"),
        "issuer_not_trusted_for_type": (
            signed({"iss": "did:web:chamber.example"}, key=CHAMBER_ISSUER.key, kid=CHAMBER_ISSUER.kid),
            "UntrustedIssuer",
        ),
        "key_unknown": (signed({}, kid="exams-2019"), "UnknownIssuer"),
        "expired": (signed({"exp": int(NOW.timestamp())}), "Expired"),
        "issued_in_the_future": (signed({"iat": int(NOW.timestamp()) + 61}), "NotYetValid"),
        "status_list_of_a_stranger": (
            signed({"status": {"status_list": {"idx": 1, "uri": "https://a.example/1"}}}),
            "UntrustedIssuer",
        ),
        "commitment_not_a_point": (
            signed({"commitment": commitment(value=b64url_encode(bytes(33)))}),
            "Malformed",
        ),
        "commitment_of_another_data_set": (
            signed({"commitment": commitment(data_set="health/1")}),
            "Malformed",
        ),
        "data_set_unknown": (signed({"commitment": commitment(data_set="exam/9")}), "UnknownDataSet"),
        "attribute_always_shown": (signed({"sex": "female"}), "Malformed"),
        "attribute_unknown": (signed({"shoe_size": Selective(41)}), "Malformed"),
        "value_out_of_range": (signed({"exam_score": Selective(4.5)}), "Malformed"),
        "holder_key_selective": (signed({"cnf": Selective({"jwk": HOLDER.public.to_jwk()})}), "Malformed"),
        "holder_key_private": (signed({"cnf": {"jwk": {**HOLDER.public.to_jwk(), "d": "AA"}}}), "Malformed"),
        "member_unknown": (signed({"aud": "market"}), "Malformed"),
    }
    return {
        f"bad_{name}": {"kind": "credential", "token": token, "error": f"{error}{_suffix(error)}"}
        for name, (token, error) in {**tampered, **signed_badly}.items()
    }


def bad_presentations() -> dict[str, Document]:
    """Presentations that must be refused."""
    shown = present(exam_credential(), {"school_type"})
    more = present(exam_credential(), {"school_type", "sex"})
    binding = bind_presentation(shown, HOLDER, CHALLENGE, now=NOW).rpartition("~")[2]
    old = NOW - timedelta(minutes=6)
    cases = {
        "key_binding_missing": (shown, "MalformedCredentialError"),
        "key_binding_of_a_thief": (
            bind_presentation(shown, es256("thief"), CHALLENGE, now=NOW),
            "AlteredCredentialError",
        ),
        "key_binding_for_another_verifier": (
            bind_presentation(shown, HOLDER, Challenge("insurer", CHALLENGE.nonce), now=NOW),
            "AlteredCredentialError",
        ),
        "key_binding_replayed": (
            bind_presentation(shown, HOLDER, Challenge(CHALLENGE.audience, "seen"), now=NOW),
            "AlteredCredentialError",
        ),
        "key_binding_over_other_disclosures": (more + binding, "AlteredCredentialError"),
        "key_binding_too_old": (
            bind_presentation(shown, HOLDER, CHALLENGE, now=old),
            "AlteredCredentialError",
        ),
    }
    return {f"bad_{name}": {**presented(token), "error": error} for name, (token, error) in cases.items()}


def bad_status_lists() -> dict[str, Document]:
    """Status lists that must be refused."""
    day = int(NOW.timestamp())
    bomb = b64url_encode(zlib.compress(bytes(300_000), 9))
    tail = b64url_encode(zlib.compress(bytes(8), 0) + b"\x00")
    cases = {
        "status_list_of_another_address": (listed(sub=STATUS_PREFIX + "2"), "AlteredCredentialError"),
        "status_list_of_a_forger": (listed(key=es256("forger")), "AlteredCredentialError"),
        "status_list_expired": (listed(exp=day), "ExpiredError"),
        "status_list_bomb": (listed(status_list={"bits": 1, "lst": bomb}), "MalformedCredentialError"),
        "status_list_with_a_tail": (listed(status_list={"bits": 1, "lst": tail}), "MalformedCredentialError"),
        "status_list_of_three_bits": (
            listed(status_list={"bits": 3, "lst": tail}),
            "MalformedCredentialError",
        ),
    }
    made: dict[str, Document] = {
        f"bad_{name}": {"kind": "status list", "uri": STATUS_URI, "token": token, "error": error}
        for name, (token, error) in cases.items()
    }
    del made["bad_status_list_bomb"]["token"]  # compressors differ: the test makes it from this description
    made["bad_status_list_bomb"]["zeros"] = 300_000
    return made


def bad_registries() -> dict[str, Document]:
    """Trust registries that must be refused."""
    payload = payload_of(sign_registry(registry(), AUTHORITY))
    nodes = payload["nodes"]
    cases = {
        "registry_of_another_authority": sign_jws(payload, es256("forger"), typ=REGISTRY_TYP),
        "registry_names_a_node_twice": resigned(payload, nodes=[*nodes, nodes[0]]),
        "registry_one_key_under_two_names": resigned(
            payload, nodes=[nodes[0], {**nodes[1], "verifying_key": nodes[0]["verifying_key"]}]
        ),
        "registry_one_certificate_under_two_names": resigned(
            payload, nodes=[nodes[0], {**nodes[1], "tls_certificate": nodes[0]["tls_certificate"]}]
        ),
        "registry_out_of_date": resigned(payload, valid_until=utc_text(NOW)),
        "registry_with_an_unknown_member": resigned(payload, mirrors=[]),
        "registry_altered": edited(
            sign_registry(registry(), AUTHORITY), 1, lambda body: {**body, "issuers": []}
        ),
    }
    authority = AUTHORITY.public.to_jwk()
    return {
        f"bad_{name}": {"kind": "registry", "authority": authority, "token": token, "error": "RegistryError"}
        for name, token in cases.items()
    }


def presented(token: str) -> Document:
    """A presentation and the challenge that it is checked against."""
    return {"kind": "presentation", "audience": CHALLENGE.audience, "nonce": CHALLENGE.nonce, "token": token}


def listed(*, key: SigningKey = ISSUER.key, **changes: Any) -> str:
    """A status list of a hundred credentials, signed, with changed members."""
    statuses = StatusList.of(100, {3: Status.INVALID, 17: Status.SUSPENDED})
    payload = {
        "sub": STATUS_URI,
        "iat": int(NOW.timestamp()),
        "exp": int((NOW + YEAR).timestamp()),
        "ttl": 3600,
        "status_list": {"bits": 2, "lst": b64url_encode(zlib.compress(statuses.packed, 0))},
    }
    return sign_jws(payload | changes, key, typ=STATUS_LIST_TYP, kid=ISSUER.kid)


def commitment(**changes: str) -> dict[str, str]:
    """The commitment of the exam record with changed members."""
    return record().commitment_claim() | changes


def resigned(payload: Mapping[str, Any], **changes: Any) -> str:
    """A registry with changed members, signed by its authority."""
    return sign_jws({**payload, **changes}, AUTHORITY, typ=REGISTRY_TYP)


def payload_of(jwt: str) -> dict[str, Any]:
    """What a token says, unchecked."""
    loaded: dict[str, Any] = json.loads(b64url_decode(jwt.split(".")[1]))
    return loaded


def edited(jwt: str, part: int, change: Callable[[dict[str, Any]], dict[str, Any]]) -> str:
    """A token with a changed header (0) or payload (1) and its old signature."""
    parts = jwt.split(".")
    parts[part] = encoded(change(json.loads(b64url_decode(parts[part]))))
    return ".".join(parts)


def replaced(disclosures: list[str], index: int, change: Callable[[list[Any]], list[Any]]) -> list[str]:
    """The disclosures, one of them changed."""
    changed = encoded(change(json.loads(b64url_decode(disclosures[index]))))
    return [*disclosures[:index], changed, *disclosures[index + 1 :]]


def joined(jwt: str, disclosures: list[str]) -> str:
    """An SD-JWT in its compact form."""
    return "~".join([jwt, *disclosures, ""])


def encoded(value: object) -> str:
    """Canonical JSON in base64url."""
    return b64url_encode(canonical_json(value))


def _better_score(disclosure: list[Any]) -> list[Any]:
    return [*disclosure[:2], 3.9]


def _thief(claims: dict[str, Any]) -> dict[str, Any]:
    return {**claims, "cnf": {"jwk": es256("thief").public.to_jwk()}, "sub": subject().handle}


def _without_digest(claims: dict[str, Any]) -> dict[str, Any]:
    return {**claims, "_sd": claims["_sd"][1:]}


def _suffix(error: str) -> str:
    return "CredentialError" if error in {"Malformed", "Altered"} else "Error"
