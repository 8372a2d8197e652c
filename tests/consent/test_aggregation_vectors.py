"""The vectors of sums under encryption are what the code makes, and each tampering fails as it says."""

import json
from pathlib import Path

import pytest

import crypto.errors
from consent.encrypted import EncryptedRecord, terms_of
from consent.opened_sum import OpenedSum, sum_digest
from crypto.curve import Point
from crypto.elgamal.decryption import verify_partial
from crypto.elgamal.keys import PublicKey
from crypto.linked.elgamal_link import verify_linked
from ssi.dataset import data_set
from tests.vectors import make_aggregation_vectors

FOLDER = Path(__file__).parents[1] / "vectors" / "aggregation"
KEPT = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in FOLDER.glob("*.json")}


def check(document):
    """Verify a record or a part as its receiver does."""
    key = PublicKey.decode(bytes.fromhex(document["public_key"]))
    if "record" in document:
        record = EncryptedRecord.from_bytes(bytes.fromhex(document["record"]))
        terms = terms_of(document["consent_id"], data_set(document["data_set"]))
        commitment = Point.from_bytes(bytes.fromhex(document["commitment"]))
        return verify_linked(key, record.linked(commitment, terms))
    part = OpenedSum.decode(bytes.fromhex(document["part"]), document["cells"])
    assert sum_digest(part.ciphertext, bytes.fromhex(document["binding"])).hex() == document["digest"]
    return verify_partial(key, part.ciphertext, part.partial)


def test_making_the_vectors_again_changes_nothing():
    assert json.loads(json.dumps(make_aggregation_vectors.documents())) == KEPT


@pytest.mark.parametrize("name", ["record", "part"])
def test_what_is_right_verifies(name):
    assert check(KEPT[name])


@pytest.mark.parametrize("name", sorted(name for name in KEPT if name.startswith("bad_")))
def test_each_tampering_fails_as_it_says(name):
    with pytest.raises(getattr(crypto.errors, KEPT[name]["error"])):
        check(KEPT[name])
