"""The vectors are what the code makes, and each tampering fails as it says."""

import json
from typing import Any

import pytest

from crypto.errors import CryptoError
from crypto.paillier.aggregate import Aggregate, verify_aggregate
from crypto.paillier.aggregation import Aggregator
from crypto.paillier.ciphertext import Ciphertext
from crypto.paillier.contribution import Contribution, contribute
from crypto.paillier.decryption import BlindedDecryptor, Decryptor
from crypto.paillier.encryption import TABLE_FROM, Encryptor
from crypto.paillier.keys import Profile, PublicKey
from crypto.paillier.packing import unpack
from crypto.paillier.partial_decryption import PartialDecryption, combine, decrypt_partially, verify_partial
from crypto.paillier.phe_format import read_encrypted, read_public_key
from crypto.paillier.private_key import PrivateKey
from crypto.paillier.schema import QuerySchema
from crypto.paillier.threshold import KeyShare, ThresholdKey, deal
from crypto.randomness import stream
from tests.crypto.paillier.keyring import FOLDER, SUBGROUP, TEST_BITS, error_of, names, private_key, vector
from tests.vectors import make_paillier_vectors

REAL = {f"key_{profile}_{bits}" for profile in Profile for bits in make_paillier_vectors.REAL_BITS}


def kept() -> dict[str, object]:
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in FOLDER.glob("*.json")}


def test_making_the_vectors_again_changes_nothing():
    made = json.loads(json.dumps(make_paillier_vectors.documents()))

    assert made == {name: document for name, document in kept().items() if name not in REAL}


@pytest.mark.slow
def test_making_the_keys_of_real_size_again_changes_nothing():
    made = json.loads(json.dumps(make_paillier_vectors.real_keys()))

    assert made == {name: document for name, document in kept().items() if name in REAL}


@pytest.mark.parametrize("name", names("key_*"))
def test_keys_are_read_and_named_as_in_the_vectors(name):
    document = vector(name)
    key = PrivateKey.decode(bytes.fromhex(document["private"]), least_bits=TEST_BITS)
    public = PublicKey.decode(bytes.fromhex(document["public"]), least_bits=TEST_BITS)

    assert (key.public, public.bits, public.profile) == (public, document["bits"], document["profile"])
    assert public.key_id.hex() == document["key_id"]


@pytest.mark.parametrize("profile", Profile)
@pytest.mark.parametrize("expected", [1, TABLE_FROM])
def test_ciphertexts_are_those_of_the_formula(profile, expected):
    key = private_key(profile)
    encryptor = Encryptor(key.public, expected=expected)

    for case in vector(f"encryption_{profile}")["cases"]:
        plaintext, exponent, value = (int(case[name], 16) for name in ("plaintext", "exponent", "ciphertext"))
        ciphertext = encryptor.power(exponent).add_plain(plaintext)
        assert ciphertext.to_integer() == value
        for decryptor in (Decryptor(key), BlindedDecryptor(key)):
            assert decryptor.decrypt(Ciphertext.from_integer(key.public, value)) == plaintext


@pytest.mark.parametrize("name", ["sum", "one_hot"])
def test_a_whole_query_runs_as_in_the_vectors(name):
    document = vector(name)
    schema = QuerySchema.decode(document["schema"].encode())
    raws = list(map(bytes.fromhex, document["contributions"]))
    contributions = [Contribution.decode(raw, SUBGROUP.public, schema) for raw in raws]
    aggregator = Aggregator(SUBGROUP.public, schema)
    for contribution, raw in zip(contributions, raws, strict=True):
        aggregator.receive(raw, sender=contribution.contributor)

    aggregate = Aggregate.decode(bytes.fromhex(document["aggregate"]), SUBGROUP.public, schema)

    assert verify_aggregate(schema, aggregate, contributions) == aggregate
    assert aggregator.publish(Encryptor(SUBGROUP.public)).transcript == aggregate.transcript
    plaintext = Decryptor(SUBGROUP).decrypt(aggregate.ciphertext)
    assert unpack(schema, plaintext, aggregate.contributors) == document["sums"]


def test_decryptors_answer_as_in_the_vectors():
    document = vector("threshold")
    key = ThresholdKey.decode(bytes.fromhex(document["key"]), least_bits=TEST_BITS)
    ciphertext = Ciphertext.decode(bytes.fromhex(document["ciphertext"]), key.public)
    context = bytes.fromhex(document["context"])
    seed = make_paillier_vectors.SEED
    partials = []
    for raw, answer in zip(document["shares"], document["partials"], strict=True):
        share = KeyShare.decode(bytes.fromhex(raw), key)
        random = stream(seed, f"decryptor {share.index}")
        partials.append(decrypt_partially(share, ciphertext, random, context=context))
        assert partials[-1].encode(key).hex() == answer

    assert combine(key, ciphertext, partials[1:4], context=context) == int(document["plaintext"], 16)


def verified_aggregate(raw: bytes, document: dict[str, Any], schema: QuerySchema) -> Aggregate:
    contributions = [
        Contribution.decode(bytes.fromhex(each), SUBGROUP.public, schema)
        for each in document["contributions"]
    ]
    return verify_aggregate(schema, Aggregate.decode(raw, SUBGROUP.public, schema), contributions)


def read(document: dict[str, Any]) -> object:
    """What a receiver does with bytes of this kind."""
    raw, threshold = bytes.fromhex(document["bytes"]), vector("threshold")
    key = ThresholdKey.decode(bytes.fromhex(threshold["key"]), least_bits=TEST_BITS)
    sender = make_paillier_vectors.NAMES[0]
    schema = QuerySchema.decode(document.get("schema", vector("one_hot")["schema"]).encode())
    readers = {
        "public": lambda: PublicKey.decode(raw, least_bits=TEST_BITS),
        "private": lambda: PrivateKey.decode(raw, least_bits=TEST_BITS),
        "contribution": lambda: Aggregator(SUBGROUP.public, schema).receive(raw, sender=sender),
        "aggregate": lambda: verified_aggregate(raw, document, schema),
        "threshold_key": lambda: ThresholdKey.decode(raw, least_bits=TEST_BITS),
        "share": lambda: KeyShare.decode(raw, key),
        "partial": lambda: verify_partial(
            key,
            Ciphertext.decode(bytes.fromhex(threshold["ciphertext"]), key.public),
            PartialDecryption.decode(raw, key),
            context=bytes.fromhex(threshold["context"]),
        ),
        "schema": lambda: QuerySchema.decode(raw),
        "phe_key": lambda: read_public_key(raw, least_bits=TEST_BITS),
        "phe_ciphertext": lambda: read_encrypted(raw, SUBGROUP.public, exponent=-32),
    }
    return readers[document["reads"]]()


@pytest.mark.parametrize("name", names("bad_*"))
def test_tampered_bytes_are_refused_by_the_error_of_the_vector(name):
    document = vector(name)

    with pytest.raises(CryptoError) as refused:
        read(document)

    assert refused.type is error_of(document)


@pytest.mark.slow
@pytest.mark.parametrize("profile", Profile)
def test_a_query_of_real_size(profile):
    """3072 bits, 32 bins, a hundred people, both ways to encrypt, and decryptors with shares."""
    key = private_key(profile, 3072)
    schema = QuerySchema("real", key.public.key_id, bins=32, value_bits=16, most_contributors=1000)
    encryptor, random = Encryptor(key.public, expected=100), stream(b"\x01" * 16, "real")
    rows = [[(7 * person + bin_) % 2**16 for bin_ in range(32)] for person in range(100)]
    aggregator = Aggregator(key.public, schema)
    for person, row in enumerate(rows):
        name = person.to_bytes(32, "big")
        single = Encryptor(key.public) if person < 2 else encryptor
        contribution = contribute(schema, row, name, single, random)
        aggregator.receive(contribution.encode(), sender=name)
    aggregate = aggregator.publish(encryptor, random)
    sums = [sum(column) for column in zip(*rows, strict=True)]

    assert unpack(schema, Decryptor(key).decrypt(aggregate.ciphertext), 100) == sums
    if profile is Profile.DJN:
        shared, shares = deal(key, random, threshold=2, decryptors=3)
        partials = [decrypt_partially(share, aggregate.ciphertext, random) for share in shares[1:]]
        assert unpack(schema, combine(shared, aggregate.ciphertext, partials), 100) == sums
