"""Make the vectors of scores anew: `PYTHONPATH=. python tests/vectors/make_score_vectors.py`.

An offer with its proof, a request, a function key with the score it opens, and a series of decisions of the
authority; and their tamperings, each with the error that must come of it. Everything is derived from
constants. What is sealed is drawn anew by the library each time and has no vector.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from consent.score_authority import Foresight, judge
from consent.score_function import ScoreFunction
from consent.score_offer import EncryptedRecord, encrypt_record
from consent.score_request import sign_score_request
from crypto.curve import ORDER
from crypto.encoding import b64url_encode
from crypto.functional.als16_wire import (
    decode_ciphertext,
    encode_ciphertext,
    encode_function_key,
    encode_public_key,
)
from crypto.reading import utc_text
from ssi.record import Record
from tests.consent.scores import (
    CONSENT_ID,
    DOUBLE,
    EQUAL,
    EXAM,
    MARKET,
    NOW,
    OTHER_CONSENT_ID,
    REQUEST,
    TERMS,
    function,
    master_key,
    offer,
)
from tests.ssi import parties

FOLDER = Path(__file__).parent / "score"
MADE_BY = "python tests/vectors/make_score_vectors.py"
SOURCE = "own; the schemes are those of crypto.functional and crypto.linked"
Document = dict[str, Any]


def documents() -> dict[str, Document]:
    """All vectors by name."""
    return {
        name: {"source": SOURCE, "made_by": MADE_BY, **document}
        for name, document in {
            "offer": _offer(_encrypted()),
            "request": _request(),
            "function_key": _function_key(),
            "decisions": _decisions(),
            **_bad_offers(),
            **_bad_keys(),
        }.items()
    }


def _encrypted(record: Record | None = None, consent_id: str = CONSENT_ID) -> EncryptedRecord:
    record = record or parties.record()
    return encrypt_record(
        master_key(),
        record.encoded,
        record.blinding,
        of=(record.commitment, record.data_set, consent_id),
        random=parties.random_of("score vectors"),
    )


def _offer(record: EncryptedRecord, error: str | None = None, **changes: Any) -> Document:
    made = offer(record, **changes)
    shown = {"offer": made.to_json(), "marketplace": MARKET, "now": utc_text(NOW)}
    return shown if error is None else {**shown, "error": error}


def _request() -> Document:
    key = parties.es256("company")
    return {
        "buyer_key": key.public.to_jwk(),
        "buyer": REQUEST.buyer,
        "marketplace": REQUEST.marketplace,
        "now": utc_text(NOW),
        "request": sign_score_request(REQUEST, key),
        "digest": REQUEST.digest,
    }


def _function_key() -> Document:
    score, record = function(DOUBLE), parties.record()
    key = master_key().derive_key(score.key_weights)
    ciphertext = decode_ciphertext(_encrypted().ciphertext)
    low, high = score.bounds
    total = key.decrypt(ciphertext, bound=high, least=low)
    return {
        "data_set": EXAM.ref,
        "weights": DOUBLE,
        "key_weights": list(score.key_weights),
        "bounds": [low, high],
        "public_key": b64url_encode(encode_public_key(master_key().public)),
        "ciphertext": b64url_encode(_encrypted().ciphertext),
        "function_key": b64url_encode(encode_function_key(key)),
        "values": {name: record.values[name] for name in DOUBLE},
        "total": total,
        "score": str(score.in_units(total)),
    }


def _decisions() -> Document:
    functions: tuple[tuple[int, ...], ...] = ()
    asked: list[Mapping[str, int]] = [
        {"exam_score": 1},
        {"exam_score": 1, "reading_score": 10, "school_average": 100},
        {"exam_score": 100, "reading_score": 1, "school_average": 1},
        EQUAL,
        {"exam_score": 3, "reading_score": 3},
        {"exam_score": 1, "reading_score": -1},
        {"exam_score": 1, "reading_score": 1, "school_average": 1},
    ]
    lines = []
    for weights in asked:
        judged = judge(functions, ScoreFunction(EXAM, weights), TERMS)
        told: Document
        if isinstance(judged, Foresight):
            functions = judged.functions
            told = {"cost_bits": judged.cost_bits, "left_bits": judged.left_bits}
        else:
            told = {"refusal": judged.reason.value}
        lines.append({"weights": dict(weights), **told})
    return {"terms": TERMS.to_json(), "asked": lines, "functions": [list(each) for each in functions]}


def _bad_offers() -> dict[str, Document]:
    honest, true = _encrypted(), parties.record()
    values: dict[str, int | float | str] = {**true.values, "exam_score": 3.9}
    better = replace(true, values=values, encoded=EXAM.encode(values))
    ciphertext = decode_ciphertext(honest.ciphertext)
    first, *others = ciphertext.values
    shifted = replace(ciphertext, values=(first + first, *others))
    swapped = replace(ciphertext, values=(others[0], first, *others[1:]))
    other_key = encode_public_key(master_key("ben").public)
    return {
        "bad_offer_better_grade": _offer(_encrypted(better), "ProofError"),
        "bad_offer_proof_for_another_consent": _offer(_encrypted(consent_id=OTHER_CONSENT_ID), "ProofError"),
        "bad_offer_doubled_number": _offer(
            replace(honest, ciphertext=encode_ciphertext(shifted)), "ProofError"
        ),
        "bad_offer_swapped_numbers": _offer(
            replace(honest, ciphertext=encode_ciphertext(swapped)), "ProofError"
        ),
        "bad_offer_another_key": _offer(replace(honest, public_key=other_key), "MismatchError"),
        "bad_offer_another_market": _offer(honest, "MismatchError", controller="another market"),
        "bad_offer_cut_proof": _offer(replace(honest, proof=honest.proof[:-1]), "MalformedError"),
    }


def _bad_keys() -> dict[str, Document]:
    honest = master_key().derive_key(function(DOUBLE).key_weights)
    other = master_key().derive_key(function(EQUAL).key_weights)
    strange = master_key("ben").derive_key(function(DOUBLE).key_weights)
    cases = {
        "bad_key_opens_another_number": (replace(honest, s=(honest.s + 1) % ORDER), "ProofError"),
        "bad_key_second_part_changed": (replace(honest, t=(honest.t + 1) % ORDER), "ProofError"),
        "bad_key_other_weights": (other, "MismatchError"),
        "bad_key_of_somebody_else": (strange, "ProofError"),
    }
    return {
        name: {
            "weights": DOUBLE,
            "public_key": b64url_encode(encode_public_key(master_key().public)),
            "function_key": b64url_encode(encode_function_key(key)),
            "error": error,
        }
        for name, (key, error) in cases.items()
    }


def main() -> None:
    """Write every vector."""
    FOLDER.mkdir(exist_ok=True)
    for name, document in documents().items():
        text = json.dumps(document, indent=1, ensure_ascii=False)
        (FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
