import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import consent.errors
import crypto.errors
from consent.score_answer import grant, open_function_key
from consent.score_authority import Foresight, judge
from consent.score_function import ScoreFunction
from consent.score_offer import ScoreOffer, verify_score_offer
from consent.score_request import verify_score_request
from consent.score_terms import ScoreTerms
from crypto.encoding import b64url_decode
from crypto.functional.als16_wire import decode_ciphertext, decode_function_key, decode_public_key
from crypto.reading import Fields
from crypto.signing import VerifyingKey
from ssi.dataset import data_set
from tests.consent.scores import EXAM, NOW, REQUEST, RESULT_KEY
from tests.ssi import parties
from tests.vectors.make_score_vectors import documents

FOLDER = Path(__file__).parents[1] / "vectors" / "score"


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


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)


def _verified(vector: dict[str, Any]):
    offer = ScoreOffer.from_json(vector["offer"])
    now = _moment(vector["now"])
    return verify_score_offer(offer, parties.registry(), marketplace=vector["marketplace"], now=now)


def test_making_the_vectors_anew_changes_nothing():
    made = documents()

    assert sorted(made) == _names("*")
    for name, document in made.items():
        assert json.loads(json.dumps(document)) == _vector(name), name


def test_the_offer_holds_what_the_issuer_signed():
    assert _verified(_vector("offer")).data_set == EXAM


@pytest.mark.parametrize("name", _names("bad_offer_*"))
def test_a_tampered_offer_is_refused(name):
    vector = _vector(name)

    with pytest.raises(_error(vector)):
        _verified(vector)


def test_the_request_is_the_buyers():
    vector = _vector("request")
    key = VerifyingKey.from_jwk(vector["buyer_key"])

    request = verify_score_request(
        vector["request"],
        key,
        buyer=vector["buyer"],
        marketplace=vector["marketplace"],
        now=_moment(vector["now"]),
    )

    assert request.digest == vector["digest"]


def test_the_function_key_opens_exactly_the_score():
    vector = _vector("function_key")
    function = ScoreFunction(data_set(vector["data_set"]), vector["weights"])
    key = decode_function_key(b64url_decode(vector["function_key"]))
    ciphertext = decode_ciphertext(b64url_decode(vector["ciphertext"]))

    low, high = function.bounds
    total = key.decrypt(ciphertext, bound=high, least=low)

    assert (list(function.key_weights), [low, high]) == (vector["key_weights"], vector["bounds"])
    assert (total, str(function.in_units(total))) == (vector["total"], vector["score"])
    in_the_clear = sum(weight * vector["values"][name] for name, weight in vector["weights"].items())
    assert float(vector["score"]) == pytest.approx(in_the_clear)


@pytest.mark.parametrize("name", _names("bad_key_*"))
def test_a_tampered_function_key_is_refused(name):
    vector = _vector(name)
    key = decode_function_key(b64url_decode(vector["function_key"]))
    answer = grant(REQUEST, key, at=NOW)

    with pytest.raises(_error(vector)):
        open_function_key(
            answer,
            REQUEST,
            ScoreFunction(EXAM, vector["weights"]).key_weights,
            public_key=decode_public_key(b64url_decode(vector["public_key"])),
            result_key=RESULT_KEY,
        )


def test_the_authority_decides_in_the_same_order_each_time():
    vector = _vector("decisions")
    terms = ScoreTerms.from_fields(Fields(vector["terms"], "terms"))
    functions: tuple[tuple[int, ...], ...] = ()

    for line in vector["asked"]:
        judged = judge(functions, ScoreFunction(EXAM, line["weights"]), terms)
        if isinstance(judged, Foresight):
            functions = judged.functions
            assert (judged.cost_bits, judged.left_bits) == (line["cost_bits"], line["left_bits"])
        else:
            assert judged.reason.value == line["refusal"]
    assert [list(each) for each in functions] == vector["functions"]
