"""The vectors are what the code makes, and each tampering fails as it says."""

import json
from pathlib import Path
from typing import Any

import pytest

import crypto.errors
from crypto.bbs.keys import PublicKey
from crypto.bbs.proof import ProofContext
from crypto.bbs.proof_verification import verify_proof
from crypto.bbs.signature import verify_signature
from crypto.errors import CryptoError
from tests.crypto.bbs.foreign_vectors import unhex
from tests.vectors import make_bbs_vectors

FOLDER = Path(__file__).parents[2] / "vectors" / "bbs"
DOCUMENTS: dict[str, dict[str, Any]] = {
    path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))
}


def verify(document: dict[str, Any]) -> None:
    key, header = PublicKey.decode(bytes.fromhex(document["public_key"])), bytes.fromhex(document["header"])
    if "signature" in document:
        messages = unhex(document["messages"])
        verify_signature(bytes.fromhex(document["signature"]), messages, key, header=header)
    else:
        shown = {int(index): bytes.fromhex(text) for index, text in document["disclosed"].items()}
        context = ProofContext(key, header, bytes.fromhex(document["presentation_header"]))
        verify_proof(bytes.fromhex(document["proof"]), shown, context)


def test_making_the_vectors_again_changes_nothing():
    assert json.loads(json.dumps(make_bbs_vectors.documents())) == DOCUMENTS


@pytest.mark.parametrize("name", ["signature", "proof"])
def test_what_is_good_verifies(name):
    verify(DOCUMENTS[name])


@pytest.mark.parametrize("name", [name for name in DOCUMENTS if name.startswith("bad_")])
def test_what_was_tampered_with_is_refused(name):
    with pytest.raises(CryptoError) as refused:
        verify(DOCUMENTS[name])

    assert refused.type is getattr(crypto.errors, DOCUMENTS[name]["error"])
