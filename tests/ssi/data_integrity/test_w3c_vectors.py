"""The signed documents of the Recommendations, with their intermediate values where they are there."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest

from ssi.data_integrity.secure import Expectation, verify_proofs
from ssi.data_integrity.signature_suites import (
    EDDSA_JCS_2022,
    EDDSA_RDFC_2022,
    SIGNATURE_SUITES,
    SignatureSuite,
    canonical_graph,
    canonical_text,
)
from ssi.did.public_key import PublicKey
from ssi.did.resolve import Resolver
from ssi.errors import AlteredCredentialError
from tests.ssi.parties import NOW

TESTS = Path(__file__).parents[2]
ECDSA = json.loads((TESTS / "vectors" / "data_integrity_ecdsa_w3c.json").read_text(encoding="utf-8"))[
    "vectors"
]
MISSING = "no shared vectors: set ARGONAUTA_VECTORS to the folder that holds vc-di-eddsa"


def folder() -> Path:
    beside = TESTS.parents[1] / "shared" / "vectors"
    return Path(os.environ.get("ARGONAUTA_VECTORS", beside)) / "vc-di-eddsa"


EDDSA = {
    "eddsa-jcs-2022": (EDDSA_JCS_2022, canonical_text, "JCS"),
    "eddsa-rdfc-2022": (EDDSA_RDFC_2022, canonical_graph, "DataInt"),
    "eddsa-rdfc-2022/employ": (EDDSA_RDFC_2022, canonical_graph, "DataInt"),
}
present = pytest.mark.skipif(not folder().is_dir(), reason=MISSING)


def vector(case: str, name: str) -> str:
    ending = EDDSA[case][2]
    [path] = (folder() / case).glob(f"{name}{ending}.*")
    return path.read_text(encoding="utf-8")


def parts(signed: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    document = {name: value for name, value in signed.items() if name != "proof"}
    return document, signed["proof"]


@present
@pytest.mark.parametrize("case", EDDSA)
def test_every_intermediate_value_of_eddsa_is_the_printed_one(case: str):
    suite, canonical_form, _ = EDDSA[case]
    document, proof = parts(json.loads(vector(case, "signed")))
    settings = json.loads(vector(case, "proofConfig"))
    key = PublicKey.from_multikey(proof["verificationMethod"].partition("#")[2])
    canonical = canonical_form(document, "sha256")
    canonical_settings = canonical_form(settings, "sha256")

    assert canonical.decode().rstrip("\n") == vector(case, "canonDoc").rstrip("\n")
    assert hashlib.sha256(canonical).hexdigest() == vector(case, "docHash").strip()
    assert canonical_settings.decode().rstrip("\n") == vector(case, "proofCanon").rstrip("\n")
    assert hashlib.sha256(canonical_settings).hexdigest() == vector(case, "proofHash").strip()
    assert suite.hash_data(document, settings, key).hex() == vector(case, "combinedHash").strip()
    assert proof["proofValue"] == vector(case, "sigBTC58").strip()


@present
@pytest.mark.parametrize("case", EDDSA)
def test_the_signed_documents_of_eddsa_verify(case: str):
    signed = json.loads(vector(case, "signed"))

    verified = verify_proofs(signed, Expectation(), resolver=Resolver(), suites=SIGNATURE_SUITES, now=NOW)

    assert verified.content == parts(signed)[0]


@pytest.mark.parametrize("case", ECDSA)
def test_the_signed_documents_of_ecdsa_verify_and_changed_ones_do_not(case: str):
    document, proof = parts(ECDSA[case]["signed"])
    suite = SIGNATURE_SUITES[proof["cryptosuite"]]
    key = PublicKey.from_multikey(ECDSA[case]["key"])

    assert isinstance(suite, SignatureSuite)
    assert suite.verify(document, proof, key) == document
    with pytest.raises(AlteredCredentialError):
        suite.verify({**document, "name": "Another"}, proof, key)
    with pytest.raises(AlteredCredentialError):
        suite.verify(document, {**proof, "created": "2023-02-24T23:36:39Z"}, key)
