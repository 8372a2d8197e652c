"""The vectors are what the code makes; what is good in them verifies, and each tampering fails as it says."""

import json
import os
import zlib
from datetime import datetime
from typing import Any

import pytest

from crypto.encoding import b64url_encode
from crypto.signing import VerifyingKey
from ssi import errors
from ssi.credential import verify_credential
from ssi.key_binding import Challenge
from ssi.presentation import verify_presentation
from ssi.revocation import verify_issuer_status_list
from ssi.trust import TrustRegistry, verify_registry
from tests.ssi.parties import UNIVERSITY
from tests.vectors import make_ssi_vectors as making

FILES = sorted(making.FOLDER.glob("*.json"))
VECTORS: dict[str, Any] = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in FILES}
GOOD = {name: vector for name, vector in VECTORS.items() if not name.startswith("bad_")}
BAD = {name: vector for name, vector in VECTORS.items() if name.startswith("bad_")}


def test_making_the_vectors_again_changes_nothing():
    made = {name: making.written(document) for name, document in making.documents().items()}
    if os.environ.get("ARGONAUTA_REMAKE_VECTORS"):
        for name, text in made.items():
            (making.FOLDER / f"{name}.json").write_text(text, encoding="utf-8")

    assert {path.stem: path.read_text(encoding="utf-8") for path in making.FOLDER.glob("*.json")} == made


def registry(vector: Any) -> TrustRegistry:
    pinned = VerifyingKey.from_jwk(vector["authority"])
    return verify_registry(vector["token"], pinned, now=datetime.fromisoformat(vector["now"]))


def verified(vector: Any) -> Any:
    """What verification says about a vector."""
    if vector["kind"] == "registry":
        return registry(vector)
    trusted, now = registry(VECTORS["registry"]), datetime.fromisoformat(vector["now"])
    if vector["kind"] == "credential":
        return verify_credential(vector["token"], trusted, now=now)
    if vector["kind"] == "presentation":
        challenge = Challenge(vector["audience"], vector["nonce"])
        return verify_presentation(vector["token"], trusted, challenge, now=now)
    token = vector.get("token") or making.listed(status_list={"bits": 1, "lst": bomb(vector["zeros"])})
    return verify_issuer_status_list(token, trusted, issuer_id=UNIVERSITY, uri=vector["uri"], now=now)


def bomb(zeros: int) -> str:
    return b64url_encode(zlib.compress(bytes(zeros), 9))


@pytest.mark.parametrize("vector", GOOD.values(), ids=list(GOOD))
def test_what_is_good_verifies_and_says_what_it_should(vector: Any):
    found = verified(vector)

    assert "claims" not in vector or found.claims == vector["claims"]
    for index, status in vector.get("statuses", {}).items():
        assert found.statuses.status(int(index)).name == status


@pytest.mark.parametrize("vector", BAD.values(), ids=list(BAD))
def test_what_was_tampered_with_is_refused_with_the_named_error(vector: Any):
    expected = getattr(errors, vector["error"])

    with pytest.raises(expected) as refusal:
        verified(vector)

    assert refusal.type is expected


def test_there_is_a_vector_for_every_kind_of_refusal():
    assert {vector["kind"] for vector in BAD.values()} == {vector["kind"] for vector in GOOD.values()}
    assert len(BAD) > 30
