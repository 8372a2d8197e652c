import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import consent.errors
import crypto.errors
from consent import computation
from consent.answer import decode
from consent.computation import Computation
from consent.job import verify_manifest
from consent.joining import asked_about, handle_of, join_key
from consent.log import InclusionProof, verify_checkpoint
from consent.odrl import from_odrl
from consent.query import Query
from consent.record import ConsentRecord, verify_consent, verify_withdrawal
from consent.record_document import Notice
from crypto.encoding import b64url_decode
from crypto.signing import VerifyingKey
from tests.vectors.make_consent_vectors import every_vector

FOLDER = Path(__file__).parents[1] / "vectors" / "consent"
BINDING = ("subject", "credential_digest", "inputs_digest")


def _vector(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return document


def _names(pattern: str) -> list[str]:
    found = sorted(path.stem for path in FOLDER.glob(f"{pattern}.json"))
    assert found, f"no vector is called {pattern}"
    return found


def _error(document: dict[str, Any]) -> type[Exception]:
    name = document["error"]
    kind: type[Exception] = getattr(crypto.errors, name, None) or getattr(consent.errors, name)
    return kind


def test_making_the_vectors_anew_changes_nothing():
    made = every_vector()

    assert sorted(made) == _names("*")
    for name, document in made.items():
        stored = _vector(name)
        stored.pop("made_by")
        assert json.loads(json.dumps(document)) == stored, name


def test_offer_and_agreement_hold_the_same_policy():
    vector = _vector("policy")

    assert from_odrl(vector["offer"]) == from_odrl(vector["agreement"])


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_notice_is_the_digest_of_the_text(language):
    vector = _vector("policy")

    assert Notice.of(vector["text"][language], language).digest == vector["notice"][language]


def test_the_signed_consent_is_the_record():
    vector = _vector("consent")
    key = VerifyingKey.from_jwk(vector["holder_key"])

    record = verify_consent(vector["consent"], key, **{name: vector[name] for name in BINDING})

    assert record == ConsentRecord.from_json(vector["record"])
    assert verify_withdrawal(vector["withdrawal"], key).consent_id == record.consent_id


def test_the_join_handle_comes_from_the_wallets_secret_and_is_proved_in_the_consent():
    vector = _vector("joinable_consent")
    secret = b64url_decode(vector["wallet_secret"])
    first, second = vector["data_sets"]

    made = join_key(secret, marketplace=vector["marketplace"], data_sets=(first, second))
    record = verify_consent(
        vector["consent"],
        VerifyingKey.from_jwk(vector["holder_key"]),
        **{name: vector[name] for name in BINDING},
    )

    assert handle_of(made) == vector["handle"] == record.policy.join_handle("health/1")
    assert record == ConsentRecord.from_json(vector["record"])


def test_the_entry_stands_in_the_log_of_the_checkpoint():
    vector = _vector("checkpoint")
    key = VerifyingKey.from_jwk(vector["log_key"])

    checkpoint = InclusionProof.from_json(vector["proof"]).verify(vector["origin"], key)

    assert checkpoint == verify_checkpoint(vector["checkpoint"], vector["origin"], key)


@pytest.mark.parametrize("name", _names("computation_*"))
def test_a_query_compiles_to_the_computation_and_its_digest(name):
    vector = _vector(name)
    query = Query.from_json(vector["query"])

    compiled = computation.compile_groups(
        query, asked_about(query), groups=tuple(vector["groups"]), people=vector["people"]
    )

    assert compiled.to_json() == vector["computation"]
    assert compiled.digest == vector["digest"]


@pytest.mark.parametrize("name", _names("computation_*"))
def test_totals_decode_to_the_answer(name):
    vector = _vector(name)

    answer = decode(Computation.from_json(vector["computation"]), [int(each) for each in vector["totals"]])

    for row, expected in zip(answer.rows, vector["answer"]["rows"], strict=True):
        assert row.group == expected["group"]
        for estimate, stored in zip(row.estimates, expected["estimates"], strict=True):
            assert estimate.value == pytest.approx(stored["value"])
            assert estimate.noise_sd == pytest.approx(stored["noise_sd"])
            assert estimate.standard_error == pytest.approx(stored["standard_error"])
            assert estimate.noise_rank_sd == pytest.approx(stored["noise_rank_sd"])
            assert (estimate.index, estimate.label) == (stored["index"], stored["label"])
            assert (None if estimate.withheld is None else estimate.withheld.value) == stored["withheld"]


@pytest.mark.parametrize("name", _names("bad_policy_*"))
def test_a_tampered_policy_is_refused(name):
    vector = _vector(name)

    with pytest.raises(_error(vector)):
        from_odrl(vector["offer"])


@pytest.mark.parametrize("name", _names("bad_consent_*"))
def test_a_consent_that_was_signed_with_tampered_content_is_refused(name):
    vector = _vector(name)

    with pytest.raises(_error(vector)):
        verify_consent(
            vector["consent"],
            VerifyingKey.from_jwk(vector["holder_key"]),
            **{member: vector[member] for member in BINDING},
        )


@pytest.mark.parametrize("name", _names("bad_manifest_*"))
def test_a_manifest_that_was_signed_with_tampered_content_is_refused(name):
    vector = _vector(name)
    key, now = VerifyingKey.from_jwk(vector["marketplace_key"]), datetime(2026, 12, 1, 12, tzinfo=UTC)

    verify_manifest(vector["untampered"], key, now=now)
    with pytest.raises(_error(vector)):
        verify_manifest(vector["manifest"], key, now=now)
