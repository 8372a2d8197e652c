"""Make the vectors of crowd sums anew: `PYTHONPATH=. python tests/vectors/make_crowd_vectors.py`.

An order, the numbers that follow from it, a cohort, a term with its proof, and a series of decisions of the
authority; and their tamperings, each with the error that must come of it. Everything is derived from
constants. What is sealed is drawn anew by the library each time and has no vector.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from consent.crowd_authority import CrowdForesight, Exposure, ToldSum, judge
from consent.crowd_cohort import JoinPapers, sign_cohort
from consent.crowd_order import CrowdOrder, sign_crowd_order
from consent.crowd_run import CrowdNumbers, asked_of, numbers_of
from consent.crowd_word import Seat
from crypto.base_point import BASE
from crypto.commitments import Opening
from crypto.curve import ORDER
from crypto.encoding import Json, b64url_encode
from crypto.linked.one_label_link import LinkedTerm, link_term
from crypto.reading import utc_text
from tests.consent.crowds import BUYER_KEY, MARKET, NOW, afresh, cohort_of, ordered, others, sittings
from tests.crowd_sitters import Sitting, terms
from tests.ssi import parties

FOLDER = Path(__file__).parent / "crowd"
MADE_BY = "python tests/vectors/make_crowd_vectors.py"
SOURCE = "own; the schemes are those of crypto.functional and crypto.linked"
SIZES = (10, 11, 12, 50, 255)
NOISE = -1234
BLINDING = 2**200 + 7
Document = dict[str, Any]


def documents() -> dict[str, Document]:
    """All vectors by name."""
    return {
        name: {"source": SOURCE, "made_by": MADE_BY, **document}
        for name, document in {
            "order": _order(ordered()),
            "numbers": {"numbers": [_numbers(size) for size in SIZES]},
            "cohort": _cohort(sittings()),
            "term": _term(_linked()),
            "decisions": _decisions(),
            **_bad_orders(),
            **_bad_cohorts(),
            **_bad_terms(),
        }.items()
    }


def _order(made: CrowdOrder) -> Document:
    return {
        "token": sign_crowd_order(made, BUYER_KEY),
        "buyer_jwk": dict(BUYER_KEY.public.to_jwk()),
        "buyer": ordered().buyer,
        "marketplace": MARKET,
        "now": utc_text(NOW),
        "digest": made.digest,
        "closes_at": utc_text(made.closes_at),
    }


def _bad_orders() -> dict[str, Document]:
    changes: Mapping[str, tuple[Mapping[str, Any], str]] = {
        "bad_order_another_buyer": ({"buyer": "urn:somebody"}, "MismatchError"),
        "bad_order_another_market": ({"marketplace": "elsewhere"}, "MismatchError"),
        "bad_order_floor_above_people": ({"floor": 13}, "MalformedError"),
        "bad_order_floor_too_low": ({"floor": 9}, "MalformedError"),
        "bad_order_result_key_of_small_order": ({"result_key": bytes(32)}, "MalformedError"),
        "bad_order_time_to_join_too_long": (
            {"join_until": NOW.replace(year=NOW.year + 1)},
            "MalformedError",
        ),
        "bad_order_not_begun": ({"issued_at": NOW.replace(hour=12, minute=59)}, "ExpiredDocumentError"),
    }
    return {
        name: {**_order(replace(ordered(), **change)), "error": error}
        for name, (change, error) in changes.items()
    }


def _numbers(size: int) -> Document:
    return _written(numbers_of(ordered(people=255), size))


def _written(numbers: CrowdNumbers) -> Document:
    return {
        "size": numbers.size,
        "threshold": numbers.threshold,
        "colluding": numbers.colluding,
        "rho": str(numbers.rho),
        "variance": str(numbers.variance),
        "noise_width": numbers.noise_width,
        "noise_sd": numbers.noise_sd(numbers.size),
    }


def _cohort(sitting: tuple[Sitting, ...]) -> Document:
    return _papers([each.papers for each in sitting], [each.papers for each in sitting])


def _papers(signed: list[JoinPapers], shown: list[JoinPapers], made: CrowdOrder | None = None) -> Document:
    about = made or ordered()
    return {
        "order": sign_crowd_order(ordered(), BUYER_KEY),
        "statement": sign_cohort(about, signed, NOW, parties.ed25519(MARKET)),
        "members": [each.to_json() for each in shown],
        "now": utc_text(NOW),
    }


def _bad_cohorts() -> dict[str, Document]:
    everybody = [each.papers for each in sittings()]
    other = ordered(2)
    stranger = afresh(others()[0]).sit(other, BUYER_KEY, NOW).papers
    again = replace(afresh(others()[1]), index=999).sit(ordered(), BUYER_KEY, NOW).papers
    swapped = JoinPapers(everybody[0].join, everybody[1].presentation)
    few = everybody[:9]
    return {
        "bad_cohort_one_left_out": {**_papers(everybody, everybody[:-1]), "error": "MismatchError"},
        "bad_cohort_another_order_of_members": {
            **_papers(everybody, everybody[::-1]),
            "error": "MismatchError",
        },
        "bad_cohort_of_another_order": {**_papers(everybody, everybody, other), "error": "MismatchError"},
        "bad_cohort_below_the_floor": {**_papers(few, few), "error": "MismatchError"},
        "bad_cohort_member_of_another_order": _with(everybody, stranger, "MismatchError"),
        "bad_cohort_person_twice": _with(everybody, again, "MismatchError"),
        "bad_cohort_join_of_somebody_else": _with(everybody, swapped, "SignatureError"),
    }


def _with(everybody: list[JoinPapers], papers: JoinPapers, error: str) -> Document:
    changed = [papers, *everybody[1:]]
    return {**_papers(changed, changed), "error": error}


def _seat() -> Seat:
    cohort = cohort_of(sittings())
    return Seat(ordered(), cohort.digest, cohort.members[0], 0, numbers_of(ordered(), cohort.size))


def _linked(values: tuple[int, ...] | None = None) -> LinkedTerm:
    seat, record = _seat(), others(12)[0].record
    return link_term(
        Opening(record.commitment, values or record.encoded, record.blinding),
        asked_of(seat.numbers, seat.consent_id, seat.binding),
        noise=NOISE,
        blinding=BLINDING,
        random=parties.random_of("crowd term"),
    )


def _term(linked: LinkedTerm, **changes: Json) -> Document:
    seat = _seat()
    record = others(12)[0].record
    scored = zip(
        seat.numbers.function.key_weights, asked_of(seat.numbers, "x", b"").terms.chosen, strict=True
    )
    return {
        "commitment": b64url_encode(record.commitment.to_bytes()),
        "consent_id": seat.consent_id,
        "binding": b64url_encode(seat.binding),
        "people": seat.numbers.size,
        "total": sum(weight * record.encoded[place] for weight, place in scored) + NOISE,
        "blinding": str(BLINDING),
        "term": b64url_encode(linked.encode()),
        **changes,
    }


def _bad_terms() -> dict[str, Document]:
    good = _linked()
    record = others(12)[0].record
    lied = tuple(value + (place == 1) for place, value in enumerate(record.encoded))
    first, *rest = good.noise.bits
    number, *numbers = good.proof.responses
    tampered = {
        "another_number_than_was_signed": _linked(lied),
        "shifted_by_one": replace(good, commitment=good.commitment + BASE),
        "noise_bit_turned": replace(
            good, noise=replace(good.noise, bits=(first._replace(commitment=first.commitment + BASE), *rest))
        ),
        "response_changed": replace(
            good, proof=replace(good.proof, responses=((number + 1) % ORDER, *numbers))
        ),
    }
    named = {f"bad_term_{name}": _term(linked, error="ProofError") for name, linked in tampered.items()}
    return {
        **named,
        "bad_term_of_another_place": _term(good, binding=b64url_encode(b"another"), error="ProofError"),
        "bad_term_of_another_consent": _term(
            good, consent_id="urn:uuid:00000000-0000-4000-8000-000000000000", error="ProofError"
        ),
        "bad_term_cut": {**_term(good), "term": b64url_encode(good.encode()[:-1]), "error": "MalformedError"},
    }


def _decisions() -> Document:
    """One after the other, each with everything told before it: who asks about whom, and what comes of it."""
    everybody = tuple(f"person {number}" for number in range(12))
    asked = (
        ("the first", everybody, {"exam_score": 2, "reading_score": 1}),
        ("the same again", everybody, {"exam_score": 2, "reading_score": 1}),
        ("without one", everybody[:-1], {"exam_score": 2, "reading_score": 1}),
        ("other weights", everybody, {"school_average": 1}),
        ("the same once more", everybody, {"exam_score": 2, "reading_score": 1}),
        ("and once more", everybody, {"exam_score": 2, "reading_score": 1}),
        ("until it is spent", everybody, {"exam_score": 2, "reading_score": 1}),
    )
    exposure, steps = Exposure(scores=((1, 1, 0),)), []
    for number, (name, people, weights) in enumerate(asked, start=1):
        made = ordered(number, weights=weights)
        numbers = numbers_of(made, len(people))
        told = ToldSum(made.order_id, frozenset(people), numbers.function.key_weights, numbers.rho)
        judged = judge(exposure, numbers, told, everybody[0], terms(NOW))
        granted = isinstance(judged, CrowdForesight)
        refusal = None if isinstance(judged, CrowdForesight) else judged.reason.value
        steps.append(
            {
                "name": name,
                "people": list(people),
                "weights": dict(weights),
                "granted": granted,
                "refusal": refusal,
                "millibits": exposure.millibits,
            }
        )
        if granted:
            exposure = replace(exposure, sums=(*exposure.sums, told))
    return {"own": everybody[0], "terms": terms(NOW).to_json(), "scores": [[1, 1, 0]], "steps": steps}


def main() -> None:
    """Write every vector."""
    FOLDER.mkdir(exist_ok=True)
    for name, document in documents().items():
        text = json.dumps(document, indent=1, ensure_ascii=False)
        (FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
