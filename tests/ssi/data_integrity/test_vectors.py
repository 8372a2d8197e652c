"""The vectors are what the code makes; what is good in them verifies, and each tampering fails as it says."""

import json
import os
from datetime import datetime
from typing import Any

import pytest

from ssi import errors
from ssi.data_integrity.credentials import verify_credential
from ssi.data_integrity.presentations import verify_presentation
from ssi.data_integrity.secure import Expectation
from ssi.did.document import Purpose
from tests.ssi.data_integrity.signed import VERIFICATION
from tests.vectors import make_data_integrity_vectors as making

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


def verified(vector: Any) -> Any:
    now = datetime.fromisoformat(vector["now"])
    if vector["kind"] == "credential":
        return verify_credential(vector["document"], VERIFICATION, now=now)
    expectation = Expectation(Purpose.AUTHENTICATION, frozenset({vector["domain"]}), vector["challenge"])
    return verify_presentation(vector["document"], expectation, VERIFICATION, now=now)


@pytest.mark.parametrize("vector", GOOD.values(), ids=list(GOOD))
def test_what_is_good_verifies(vector: Any):
    assert verified(vector)


@pytest.mark.parametrize("vector", BAD.values(), ids=list(BAD))
def test_what_was_tampered_with_is_refused_with_the_named_error(vector: Any):
    expected = getattr(errors, vector["error"])

    with pytest.raises(expected) as refusal:
        verified(vector)

    assert refusal.type is expected


def test_there_is_a_vector_for_every_kind_of_refusal():
    assert {vector["kind"] for vector in BAD.values()} == {"credential", "presentation"}
    assert len(BAD) > 50
