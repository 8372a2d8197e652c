"""The vectors are what the code makes; what is good in them verifies, and each tampering fails as it says."""

import json
import os
from typing import Any

import pytest

from ssi import errors
from ssi.vc_jose.credentials import verify_token
from ssi.vc_jose.presentations import verify_presentation_token
from ssi.vc_jose.selective import verify_selective_token
from tests.ssi.data_integrity.signed import SHOWN, VERIFICATION
from tests.ssi.parties import NOW
from tests.vectors import make_vc_jose_vectors as making

VECTORS: dict[str, Any] = {
    path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(making.FOLDER.glob("*.json"))
}
GOOD = {name: vector for name, vector in VECTORS.items() if not name.startswith("bad_")}
BAD = {name: vector for name, vector in VECTORS.items() if name.startswith("bad_")}


def test_making_the_vectors_again_changes_nothing():
    if os.environ.get("ARGONAUTA_REMAKE_VECTORS"):
        making.main()
    made = {name: making.written(document) for name, document in making.documents().items()}

    assert {path.stem: path.read_text(encoding="utf-8") for path in making.FOLDER.glob("*.json")} == made


def verified(vector: Any) -> Any:
    if vector["kind"] == "presentation":
        return verify_presentation_token(vector["token"], SHOWN, VERIFICATION, now=NOW)
    verify = verify_selective_token if vector["kind"] == "selective" else verify_token
    return verify(vector["token"], VERIFICATION, now=NOW)


@pytest.mark.parametrize("name", GOOD)
def test_a_good_vector_verifies(name: str):
    assert verified(GOOD[name])


@pytest.mark.parametrize("name", BAD)
def test_a_tampering_fails_as_it_says(name: str):
    with pytest.raises(getattr(errors, BAD[name]["error"])) as refused:
        verified(BAD[name])
    assert type(refused.value).__name__ == BAD[name]["error"]
