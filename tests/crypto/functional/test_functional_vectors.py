"""The vectors are what the code makes, and each tampering fails as it says."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import crypto.errors
from crypto.errors import CryptoError
from crypto.functional import (
    dcr,
    dcr_messages,
    multi_client,
    multi_client_messages,
    one_label,
    one_label_messages,
)
from crypto.functional.authority import Granted, Grants, decide
from crypto.functional.authority_store import decode_grants, encode_grants
from crypto.functional.authority_terms import Terms
from crypto.functional.dcr_keys import Bounds, MasterPublicKey, MasterSecretKey
from crypto.functional.decentralised_keys import AgreementKey, Cohort, PairwiseSeeds
from crypto.functional.multi_client_function import Function
from crypto.functional.multi_client_labels import UsedLabels
from crypto.functional.one_label_collect import Collected, collect
from crypto.functional.one_label_run import Run
from crypto.functional.rlwe import messages as rlwe_messages
from crypto.functional.rlwe import scheme
from crypto.functional.rlwe.parameters import choose
from crypto.randomness import stream
from tests.vectors import make_functional_owner_vectors, make_functional_vectors

FOLDER = Path(__file__).parents[2] / "vectors" / "functional"


def vector(name):
    document: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return document


def names(pattern):
    found = sorted(path.stem for path in FOLDER.glob(f"{pattern}.json"))
    assert found, f"no vector is called {pattern}"
    return found


def error_of(document):
    return getattr(crypto.errors, document["error"])


def test_making_the_vectors_again_changes_nothing():
    made = {**make_functional_vectors.documents(), **make_functional_owner_vectors.documents()}

    kept = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in FOLDER.glob("*.json")}

    assert json.loads(json.dumps(made)) == kept


def members(document):
    keys = [AgreementKey.from_bytes(bytes.fromhex(key)) for key in document["agreement_keys"]]
    cohort = Cohort(tuple(key.public for key in keys))
    assert [member.hex() for member in cohort.members] == document["members"]
    return [PairwiseSeeds.agree(key, cohort) for key in keys]


def function_of(document):
    weights = tuple(map(tuple, document["weights"]))
    return Function(members(document)[0].cohort, weights, tuple(document["bounds"]))


def test_wallets_of_one_purchase_send_the_bytes_of_the_vectors():
    document = vector("one_label")
    function, label = function_of(document), document["label"]
    keys = [one_label_messages.EncryptionKey(bytes.fromhex(key)) for key in document["keys"]]

    for place, (key, member) in enumerate(zip(keys, members(document), strict=True)):
        encrypted, _ = one_label.encrypt(
            document["table"][place], key, UsedLabels(), label=label, bounds=function.bounds
        )
        share = one_label.derive_key_share(key, member, function, label=label)
        assert encrypted.encode().hex() == document["ciphertexts"][place]
        assert share.encode().hex() == document["shares"][place]
    assert open_one_label(document) == document["result"]


def test_a_run_with_a_silent_wallet_sends_the_bytes_of_the_vectors():
    document, again = vector("one_label_dropout"), make_functional_vectors.Dropout().document()

    assert {name: again[name] for name in again} == {name: document[name] for name in again}
    assert open_dropout(document) == document["result"]


def open_dropout(document):
    messages, heard = one_label_messages, document["heard"]
    weights = tuple(map(tuple, document["weights"]))
    cohort, label = members_of_five(document), document["label"]
    function = Function(cohort, weights, tuple(document["bounds"]))
    run = Run(function, label, document["threshold"], document["colluding"])
    roster = {place: bytes.fromhex(key) for place, key in enumerate(document["roster"])}
    masked = [messages.KeyShare.decode(bytes.fromhex(raw)) for raw in document["shares"]]
    keys = [messages.EncryptionKey(bytes.fromhex(key)) for key in document["keys"]]
    texts = [
        one_label.encrypt(document["table"][at], keys[at], UsedLabels(), label=label, bounds=function.bounds)[
            0
        ]
        for at in heard
    ]
    collected = Collected(
        run,
        roster,
        frozenset(roster),
        dict(zip(heard, masked, strict=True)),
        dict(zip(heard, texts, strict=True)),
    )
    answers = [messages.Revealed.decode(bytes.fromhex(raw)) for raw in document["revealed"]]
    return collect(collected, answers)


def members_of_five(document):
    keys = [AgreementKey.from_bytes(bytes.fromhex(key)) for key in document["agreement_keys"]]
    return Cohort(tuple(key.public for key in keys))


def test_wallets_of_a_subscription_send_the_bytes_of_the_vectors():
    document = vector("multi_client")
    function, label, epoch = function_of(document), document["label"], document["epoch"]
    keys = [multi_client_messages.EncryptionKey(2, bytes.fromhex(key)) for key in document["keys"]]

    for place, (key, member) in enumerate(zip(keys, members(document), strict=True)):
        encrypted, _ = multi_client.encrypt(
            document["table"][place], key, UsedLabels(), label=label, bounds=function.bounds
        )
        share = multi_client.derive_key_share(key, member, function, epoch=epoch)
        assert encrypted.encode().hex() == document["ciphertexts"][place]
        assert share.encode().hex() == document["shares"][place]
    assert open_multi_client(document) == document["result"]


def open_one_label(document):
    messages = one_label_messages
    texts = [messages.Ciphertext.decode(bytes.fromhex(raw)) for raw in document["ciphertexts"]]
    shares = [messages.KeyShare.decode(bytes.fromhex(raw)) for raw in document["shares"]]
    return one_label.decrypt(function_of(document), texts, shares, label=document["label"])


def open_multi_client(document):
    messages = multi_client_messages
    texts = [messages.Ciphertext.decode(bytes.fromhex(raw)) for raw in document["ciphertexts"]]
    shares = [messages.KeyShare.decode(bytes.fromhex(raw)) for raw in document["shares"]]
    key = multi_client.combine_key(function_of(document), shares, epoch=document["epoch"])
    return multi_client.decrypt(key, texts, label=document["label"])


def owner_of(document):
    bounds = Bounds(int(document["value_bound"]), int(document["weight_bound"]))
    p, q = int(document["p"], 16), int(document["q"], 16)
    return MasterSecretKey(p, q, bytes.fromhex(document["seed"]), len(document["record"]), bounds)


def test_an_owner_with_large_results_makes_the_numbers_of_the_vectors():
    document = vector("dcr")
    owner = owner_of(document)
    record = [int(value) for value in document["record"]]

    assert owner.public == MasterPublicKey.decode(bytes.fromhex(document["public"]), least_bits=320)
    assert [str(s) for s in owner.secrets] == document["secrets"]
    for encrypt, key in ((dcr.encrypt, owner.public), (dcr.owner_encrypt, owner)):
        made = encrypt(record, key, stream(bytes.fromhex(document["random"]), "dcr randomness"))
        assert made.encode(owner.public).hex() == document["ciphertext"]
    assert str(dcr.derive_key(owner, [int(y) for y in document["weights"]]).secret) == document["key"]
    assert str(open_dcr(document)) == document["result"]


def open_dcr(document):
    owner = owner_of(document)
    ciphertext = dcr_messages.Ciphertext.decode(bytes.fromhex(document["ciphertext"]), owner.public)
    return dcr.derive_key(owner, [int(y) for y in document["weights"]]).decrypt(ciphertext)


def lattice_owner_of(document):
    names = ("columns", "value_bound", "weight_bound")
    chosen = choose(*(document[name] for name in names), degree=document["degree"])
    assert list(chosen.primes) == document["primes"]
    return scheme.MasterSecretKey(chosen, bytes.fromhex(document["seed"]))


def test_an_owner_of_batches_makes_the_bytes_of_the_vectors():
    document = vector("rlwe")
    owner = lattice_owner_of(document)
    random = stream(bytes.fromhex(document["random"]), "rlwe randomness")

    assert owner.public.encode().hex() == document["public"]
    assert scheme.encrypt(document["batch"], owner.public, random).encode().hex() == document["ciphertext"]
    assert open_rlwe(document) == document["results"]


def open_rlwe(document):
    owner = lattice_owner_of(document)
    ciphertext = rlwe_messages.Ciphertext.decode(bytes.fromhex(document["ciphertext"]), owner.public)
    return owner.derive_key(document["weights"]).decrypt(ciphertext)


def terms_of(document):
    return Terms(
        tuple(document["spans"]),
        document["budget_millibits"],
        tuple(map(tuple, document["protected"])),
        Fraction(document["largest_share"]),
        Fraction(document["least_ambiguity"]),
        document["largest_result"],
    )


def test_the_authority_decides_as_in_the_vectors():
    document = vector("authority")
    state = Grants(terms_of(document))

    for case in document["decisions"]:
        decision = decide(state, case["weights"])
        if isinstance(decision, Granted):
            assert decision.charged_millibits == case["charged"]
            state = decision.grants
        else:
            assert decision.reason.name == case["refused"]

    assert encode_grants(state).hex() == document["state"]
    assert open_authority(document) == state
    reasons = {case["refused"] for case in document["decisions"] if "refused" in case}
    assert {"SINGLE_VALUE", "PROTECTED", "DOMINATED", "OVER_BUDGET", "TOO_LARGE"} <= reasons


def open_authority(document):
    return decode_grants(bytes.fromhex(document["state"]), terms_of(document))


OPEN = {
    "one_label": open_one_label,
    "one_label_dropout": open_dropout,
    "multi_client": open_multi_client,
    "dcr": open_dcr,
    "rlwe": open_rlwe,
    "authority": open_authority,
}


@pytest.mark.parametrize("name", names("bad_*"))
def test_tampered_messages_are_refused(name):
    document = vector(name)
    base, kind = vector(document["base"]), document["kind"]
    if isinstance(base[kind], list):
        base[kind][1] = document["bytes"]
    else:
        base[kind] = document["bytes"]

    with pytest.raises(CryptoError) as refused:
        OPEN[document["base"]](base)

    assert refused.type is error_of(document)
