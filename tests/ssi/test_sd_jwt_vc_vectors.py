"""The vectors are what the code makes; what is good in them verifies, and each tampering fails as it says."""

import json
import os
from datetime import datetime
from typing import Any

import pytest

from crypto.encoding import canonical_json
from crypto.signing import VerifyingKey
from ssi import errors
from ssi.bitstring_status_list import BitstringEntry, read_list
from ssi.key_binding import Challenge
from ssi.sd_jwt_vc import verify_presented_vc, verify_sd_jwt_vc
from ssi.trust import verify_registry
from ssi.type_metadata import require_type
from tests.vectors import make_sd_jwt_vc_vectors as making

FILES = sorted(making.FOLDER.glob("*.json"))
VECTORS: dict[str, Any] = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in FILES}
GOOD = {name: vector for name, vector in VECTORS.items() if not name.startswith("bad_")}
BAD = {name: vector for name, vector in VECTORS.items() if name.startswith("bad_")}


def test_making_the_vectors_again_changes_nothing():
    made = {name: making.written(document) for name, document in making.documents().items()}
    if os.environ.get("ARGONAUTA_REMAKE_VECTORS"):
        making.FOLDER.mkdir(exist_ok=True)
        for name, text in made.items():
            (making.FOLDER / f"{name}.json").write_text(text, encoding="utf-8")

    assert {path.stem: path.read_text(encoding="utf-8") for path in making.FOLDER.glob("*.json")} == made


def verified(vector: Any) -> Any:
    """What verification says about a vector: claims, or nothing where there are none."""
    if vector["kind"] == "bitstring":
        entry = BitstringEntry.read(vector["entry"], "entry")
        return read_list(vector["credential"]).require_valid(entry)
    now = datetime.fromisoformat(vector["now"])
    registry = verify_registry(vector["registry"], VerifyingKey.from_jwk(vector["authority"]), now=now)
    if vector["kind"] == "presentation":
        challenge = Challenge(vector["audience"], vector["nonce"])
        return verify_presented_vc(vector["token"], registry, challenge, now=now).credential.claims
    found = verify_sd_jwt_vc(vector["token"], registry, now=now)
    if vector["kind"] == "type":
        served = {document["vct"]: canonical_json(document) for document in vector["documents"]}
        require_type(found, lambda url, *, max_bytes: served[url][:max_bytes])
    return found.claims


@pytest.mark.parametrize("vector", GOOD.values(), ids=list(GOOD))
def test_what_is_good_verifies_and_says_what_it_should(vector: Any):
    claims = verified(vector)

    assert all(claims[name] == value for name, value in vector.get("claims", {}).items())


@pytest.mark.parametrize("vector", BAD.values(), ids=list(BAD))
def test_what_was_tampered_with_is_refused_with_the_named_error(vector: Any):
    expected = getattr(errors, vector["error"])

    with pytest.raises(expected) as refusal:
        verified(vector)

    assert refusal.type is expected


def test_there_is_a_vector_for_every_kind_of_refusal():
    assert {vector["kind"] for vector in BAD.values()} == {vector["kind"] for vector in GOOD.values()}
    assert len(BAD) > 30
