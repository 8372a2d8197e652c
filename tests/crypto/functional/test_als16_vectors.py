"""The vectors of the ALS16 scheme are what the code makes, and each tampering fails as it says."""

import json
from pathlib import Path

import pytest

import crypto.errors
from crypto.functional import als16_wire as wire
from crypto.functional.als16_batch import Encryptor
from crypto.randomness import stream
from tests.vectors import make_als16_vectors

FOLDER = Path(__file__).parents[2] / "vectors" / "als16"
KEPT = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in FOLDER.glob("*.json")}
DECODERS = {
    "ciphertext": wire.decode_ciphertext,
    "public_key": wire.decode_public_key,
    "function_key": wire.decode_function_key,
    "secret_key": wire.decode_secret_key,
}


def having(member):
    found = sorted(name for name, document in KEPT.items() if name.startswith("bad_") and member in document)
    assert found
    return found


def test_making_the_vectors_again_changes_nothing():
    assert json.loads(json.dumps(make_als16_vectors.documents())) == KEPT


def test_keys_ciphertexts_and_results_are_those_of_the_vector():
    document = KEPT["als16"]
    secret = wire.decode_secret_key(bytes.fromhex(document["secret_key"]))
    values = [int(value) for value in document["values"]]
    randomness = bytes.fromhex(document["randomness"]["seed"]), document["randomness"]["label"]
    key = secret.derive_key(document["weights"])

    assert wire.encode_public_key(secret.public).hex() == document["public_key"]
    assert wire.encode_function_key(key).hex() == document["function_key"]
    for encrypt in (secret.public.encrypt, secret.owner_encrypt, Encryptor(secret.public).encrypt):
        ciphertext = encrypt(values, stream(*randomness))
        assert wire.encode_ciphertext(ciphertext).hex() == document["ciphertext"]
        assert key.decrypt(ciphertext, bound=document["bound"]) == document["result"]


@pytest.mark.parametrize("name", having("bytes"))
def test_tampered_bytes_are_refused(name):
    document = KEPT[name]

    with pytest.raises(getattr(crypto.errors, document["error"])):
        DECODERS[document["decode"]](bytes.fromhex(document["bytes"]))


@pytest.mark.parametrize("name", having("function_key"))
def test_ciphertexts_without_a_result_are_refused(name):
    document = KEPT[name]
    key = wire.decode_function_key(bytes.fromhex(document["function_key"]))
    ciphertext = wire.decode_ciphertext(bytes.fromhex(document["ciphertext"]))

    with pytest.raises(getattr(crypto.errors, document["error"])):
        key.decrypt(ciphertext, bound=document["bound"])
