"""The vectors are what the code makes, and each tampering fails as it says."""

import json
from pathlib import Path
from typing import Any

import pytest

import ssi.errors
from ssi.data_integrity import bbs_2023, ecdsa_sd_2023
from ssi.data_integrity.selective_suites import SELECTIVE_SUITES
from ssi.errors import CredentialError
from tests.ssi.data_integrity.w3c_selective import key_of, split
from tests.vectors import make_selective_vectors

FOLDER = Path(__file__).parents[2] / "vectors" / "selective"
DOCUMENTS: dict[str, dict[str, Any]] = {
    path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))
}
SUITES = {
    **SELECTIVE_SUITES,
    bbs_2023.NAME: bbs_2023.Bbs2023(make_selective_vectors.HEADER),
}


def verify(document: dict[str, Any]) -> None:
    credential = document["credential"]
    SUITES[document["suite"]].verify(*split(credential), key_of(credential))


def test_making_the_vectors_again_changes_nothing():
    assert json.loads(json.dumps(make_selective_vectors.documents())) == DOCUMENTS


@pytest.mark.parametrize("name", ["bbs_2023", "ecdsa_sd_2023"])
def test_what_is_good_verifies(name):
    verify(DOCUMENTS[name])


@pytest.mark.parametrize(
    ("name", "suite"), [("bbs_2023_base", bbs_2023), ("ecdsa_sd_2023_base", ecdsa_sd_2023)]
)
def test_base_proofs_verify_for_their_holder(name, suite):
    credential = DOCUMENTS[name]["credential"]

    suite.verify_base_proof(*split(credential), key_of(credential))


@pytest.mark.parametrize("name", [name for name in DOCUMENTS if name.startswith("bad_")])
def test_what_was_tampered_with_is_refused(name):
    with pytest.raises(CredentialError) as refused:
        verify(DOCUMENTS[name])

    assert refused.type is getattr(ssi.errors, DOCUMENTS[name]["error"])
