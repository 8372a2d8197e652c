"""The vectors of crowd sums say what they say, and every tampering is refused for its reason."""

import json
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import consent.errors
import crypto.errors
from consent.crowd_authority import CrowdForesight, Exposure, ToldSum, judge
from consent.crowd_cohort import JoinPapers, verify_cohort
from consent.crowd_order import unverified_crowd_order, verify_crowd_order
from consent.crowd_run import asked_of, numbers_of
from consent.crowd_terms import CrowdTerms
from crypto.curve import Point
from crypto.encoding import b64url_decode
from crypto.linked.one_label_link import LinkedTerm, open_terms, verify_term
from crypto.reading import Fields, utc_text
from crypto.signing import VerifyingKey
from tests.consent.crowds import ordered
from tests.ssi import parties
from tests.vectors.make_crowd_vectors import documents

FOLDER = Path(__file__).parents[1] / "vectors" / "crowd"


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


def test_making_the_vectors_anew_changes_nothing():
    made = documents()

    assert sorted(made) == _names("*")
    for name, document in made.items():
        assert json.loads(json.dumps(document)) == _vector(name), name


def _order(vector: dict[str, Any]):
    return verify_crowd_order(
        vector["token"],
        VerifyingKey.from_jwk(vector["buyer_jwk"]),
        buyer=vector["buyer"],
        marketplace=vector["marketplace"],
        now=_moment(vector["now"]),
    )


def test_an_order_is_read_as_it_was_signed():
    vector = _vector("order")

    order = _order(vector)

    assert (order.digest, utc_text(order.closes_at)) == (vector["digest"], vector["closes_at"])


@pytest.mark.parametrize("name", _names("bad_order_*"))
def test_a_tampered_order_is_refused(name):
    vector = _vector(name)

    with pytest.raises(_error(vector)):
        _order(vector)


def test_everybody_computes_the_same_numbers():
    for vector in _vector("numbers")["numbers"]:
        numbers = numbers_of(ordered(people=255), vector["size"])
        assert (numbers.threshold, numbers.colluding) == (vector["threshold"], vector["colluding"])
        assert (str(numbers.rho), str(numbers.variance)) == (vector["rho"], vector["variance"])
        assert numbers.noise_width == vector["noise_width"]


def _cohort(vector: dict[str, Any]):
    return verify_cohort(
        vector["statement"],
        [JoinPapers(each["join"], each["presentation"]) for each in vector["members"]],
        unverified_crowd_order(vector["order"]),
        parties.registry(),
        now=_moment(vector["now"]),
    )


def test_a_cohort_holds_with_everybody_at_her_place():
    vector = _vector("cohort")

    cohort = _cohort(vector)

    assert cohort.size == len(vector["members"]) == 12
    assert len(set(cohort.handles)) == 12


@pytest.mark.parametrize("name", _names("bad_cohort_*"))
def test_a_tampered_cohort_is_refused(name):
    vector = _vector(name)

    with pytest.raises(_error(vector)):
        _cohort(vector)


def _term(vector: dict[str, Any]) -> Point:
    numbers = numbers_of(ordered(), vector["people"])
    return verify_term(
        LinkedTerm.decode(b64url_decode(vector["term"])),
        Point.from_bytes(b64url_decode(vector["commitment"])),
        asked_of(numbers, vector["consent_id"], b64url_decode(vector["binding"])),
    )


def test_a_term_holds_the_weighted_sum_of_the_signed_record_and_its_noise():
    vector = _vector("term")

    open_terms([_term(vector)], vector["total"], int(vector["blinding"]))


@pytest.mark.parametrize("name", _names("bad_term_*"))
def test_a_tampered_term_is_refused(name):
    vector = _vector(name)

    with pytest.raises(_error(vector)):
        _term(vector)


def test_the_authority_decides_as_it_did():
    vector = _vector("decisions")
    terms = CrowdTerms.from_fields(Fields.of(vector["terms"], "terms"))
    sums: tuple[ToldSum, ...] = ()
    for number, step in enumerate(vector["steps"], start=1):
        exposure = Exposure(sums, tuple(tuple(each) for each in vector["scores"]))
        made = ordered(number, weights=step["weights"])
        numbers = numbers_of(made, len(step["people"]))
        told = ToldSum(made.order_id, frozenset(step["people"]), numbers.function.key_weights, numbers.rho)
        judged = judge(exposure, numbers, told, vector["own"], terms)
        assert exposure.millibits == step["millibits"], step["name"]
        assert isinstance(judged, CrowdForesight) is step["granted"], step["name"]
        if isinstance(judged, CrowdForesight):
            sums = (*sums, judged.told)
        else:
            assert judged.reason.value == step["refusal"], step["name"]
    assert sum((each.rho for each in sums), Fraction(0)) > 0
