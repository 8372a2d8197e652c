"""Make the vectors of tokens: `PYTHONPATH=. python tests/vectors/make_vc_jose_vectors.py`.

A credential as `vc+jwt` under each algorithm and as `vc+sd-jwt`, a presentation as `vp+jwt`, and tamperings
of them, each with the error that must come of it. Keys and salts are expanded from seeds and signatures are
deterministic, so the bytes are the same in every run.
"""

import json
from pathlib import Path
from typing import Any

from tests.ssi.did.keys import p256_signer
from tests.ssi.vc_jose.test_selective import token as selective_token
from tests.ssi.vc_jose.tokens import (
    HOLDER,
    ISSUER,
    SIGNERS,
    enveloped,
    kid_of,
    presented,
    resigned,
    token_by,
)

FOLDER = Path(__file__).parent / "vc_jose"
STRANGER = p256_signer("stranger")


def documents() -> dict[str, dict[str, Any]]:
    """Each vector by its name: what kind it is of, the token, and for tamperings the error."""
    good = {f"credential_{name.lower()}": vector("credential", token_by(SIGNERS[name])) for name in SIGNERS}
    good["credential_selective"] = vector("selective", selective_token())
    good["presentation"] = vector("presentation", presented(enveloped(token_by())))
    return good | {f"bad_{name}": document for name, document in _bad().items()}


def vector(kind: str, token: str, error: str | None = None) -> dict[str, Any]:
    """One vector."""
    return {"kind": kind, "token": token, **({} if error is None else {"error": error})}


def written(document: dict[str, Any]) -> str:
    """A vector as its file holds it."""
    return json.dumps(document, indent=1, sort_keys=True) + "\n"


def _bad() -> dict[str, dict[str, Any]]:
    malformed, altered = "MalformedCredentialError", "AlteredCredentialError"
    changes: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
        "typ_of_vc_jwt": ({"typ": "JWT", "cty": None}, {}, malformed),
        "typ_missing": ({"typ": None}, {}, malformed),
        "alg_none": ({"alg": "none"}, {}, altered),
        "alg_of_another_key": ({"alg": "ES384"}, {}, altered),
        "crit": ({"crit": ["exp"]}, {}, malformed),
        "vc_claim": ({}, {"vc": {}}, malformed),
        "vp_claim": ({}, {"vp": {}}, malformed),
        "status_claim": ({}, {"status": {"status_list": {"idx": 0, "uri": "https://a.example"}}}, malformed),
        "iss_of_another": ({}, {"iss": "did:example:other"}, altered),
        "jti_of_another": ({}, {"jti": "urn:uuid:0"}, altered),
        "sub_of_another": ({}, {"sub": "did:example:other"}, altered),
        "expired": ({}, {"exp": 1_700_000_000}, "ExpiredError"),
        "not_yet": ({}, {"nbf": 1_900_000_000}, "NotYetValidError"),
        "undefined_term": ({}, {"@context": ["https://www.w3.org/ns/credentials/v2"]}, "DataLossError"),
        "unknown_key": ({"kid": f"{kid_of(ISSUER)}x"}, {}, "VerificationMethodError"),
    }
    bad = {
        f"credential_{name}": vector(
            "credential", resigned(token_by(), ISSUER, header=header, payload=payload), error
        )
        for name, (header, payload, error) in changes.items()
    }
    head, _, tail = token_by().split(".")
    other = token_by(name="Another").split(".")[1]
    bad["credential_payload_exchanged"] = vector("credential", f"{head}.{other}.{tail}", altered)
    forged = resigned(token_by(), STRANGER, header={}, payload={})
    bad["credential_signed_by_a_stranger"] = vector("credential", forged, altered)
    strange = resigned(token_by(), STRANGER, header={"kid": kid_of(STRANGER)}, payload={})
    bad["credential_under_a_strangers_key"] = vector("credential", strange, "VerificationMethodError")
    selected = selective_token()
    bad["selective_disclosure_twice"] = vector("selective", f"{selected}{selected.split('~')[1]}~", malformed)
    bad["presentation_with_forged_credential"] = vector("presentation", presented(enveloped(forged)), altered)
    for name, claim in (("domain", "aud"), ("challenge", "nonce")):
        token = resigned(
            presented(enveloped(token_by())), HOLDER, header={}, payload={claim: "https://other.example"}
        )
        error = "DomainError" if claim == "aud" else "ChallengeError"
        bad[f"presentation_for_another_{name}"] = vector("presentation", token, error)
    return bad


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, document in documents().items():
        (FOLDER / f"{name}.json").write_text(written(document), encoding="utf-8")


if __name__ == "__main__":
    main()
