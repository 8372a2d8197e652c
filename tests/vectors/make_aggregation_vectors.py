"""Make the vectors of encrypted sums anew: `PYTHONPATH=. python tests/vectors/make_aggregation_vectors.py`.

One encrypted record with what it is checked against, one node's part of an opened sum, and tamperings of
both, each with the error that must come of it.
"""

import json
from pathlib import Path

from consent.encrypted import EncryptedRecord, terms_of
from consent.opened_sum import OpenedSum, sum_digest
from crypto.commitments import Opening, commit
from crypto.elgamal.ciphertext import encrypt
from crypto.elgamal.decryption import decrypt_partially
from crypto.elgamal.keys import KeyShare, PublicKey
from crypto.linked.elgamal_link import encrypt_linked
from crypto.randomness import RandomBytes, random_below, stream
from crypto.sharing.feldman import commit as commit_polynomial
from crypto.sharing.shamir import Polynomial, Share
from ssi.dataset import data_set

FOLDER = Path(__file__).parent / "aggregation"
MADE_BY = "python tests/vectors/make_aggregation_vectors.py"
SOURCE = "consent/encrypted.py and consent/opened_sum.py"
Document = dict[str, object]

CONSENT = "urn:uuid:00000000-0000-4000-8000-000000000001"
OTHER_CONSENT = "urn:uuid:00000000-0000-4000-8000-000000000002"
EXAM = data_set("exam/1")
BINDING = bytes(range(32))
VALUES = tuple(1 if column.maximum == 1 else column.maximum // 2 for column in EXAM.columns)


def random(label: str) -> RandomBytes:
    """The randomness of a part of the vectors."""
    return stream(b"\x41" * 32, label)


def share() -> KeyShare:
    """The share of party 1 of a joint key."""
    draw = random("key")
    polynomial = Polynomial.draw(random_below(2**250, draw), 2, draw)
    return KeyShare(PublicKey(commit_polynomial(polynomial), 3), Share(1, polynomial.at(1)))


def documents() -> dict[str, Document]:
    """All vectors by name."""
    made = {**_records(), **_sums()}
    return {name: {"source": SOURCE, "made_by": MADE_BY, **document} for name, document in made.items()}


def write(folder: Path) -> None:
    """Write one file for each vector."""
    for name, document in documents().items():
        text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
        (folder / f"{name}.json").write_text(text, encoding="utf-8")


def _records() -> dict[str, Document]:
    blinding = random_below(2**250, random("blinding"))
    commitment = commit(VALUES, blinding, domain=EXAM.commitment_domain)
    opening = Opening(commitment, VALUES, blinding)
    linked = encrypt_linked(share().public, opening, terms_of(CONSENT, EXAM), random("record"))
    raw = EncryptedRecord(linked.ciphertext, linked.proof).to_bytes()
    good: Document = {
        "public_key": share().public.encode().hex(),
        "commitment": commitment.to_bytes().hex(),
        "consent_id": CONSENT,
        "data_set": EXAM.ref,
        "record": raw.hex(),
    }
    shifted = commit((VALUES[0] + 1, *VALUES[1:]), blinding, domain=EXAM.commitment_domain)
    first, second, end = 35, 35 + 66, 35 + 2 * 66
    swapped = raw[:first] + raw[second:end] + raw[first:second] + raw[end:]
    failing: dict[str, Document] = {
        "bad_record_of_another_consent": {"consent_id": OTHER_CONSENT, "error": "ProofError"},
        "bad_record_of_another_commitment": {"commitment": shifted.to_bytes().hex(), "error": "ProofError"},
        "bad_record_with_swapped_columns": {"record": swapped.hex(), "error": "ProofError"},
        "bad_record_too_short": {"record": raw[:-1].hex(), "error": "MalformedError"},
        "bad_record_version": {"record": (b"\x02" + raw[1:]).hex(), "error": "MalformedError"},
    }
    return {"record": good, **{name: {**good, **change} for name, change in failing.items()}}


def _sums() -> dict[str, Document]:
    held = share()
    total = encrypt(held.public, (12, 3456), random("sum")).ciphertext
    raw = OpenedSum(total, decrypt_partially(held, total, random("partial"))).encode()
    good: Document = {
        "public_key": held.public.encode().hex(),
        "binding": BINDING.hex(),
        "digest": sum_digest(total, BINDING).hex(),
        "cells": 2,
        "part": raw.hex(),
    }
    response = int.from_bytes(raw[-32:], "big") ^ 1
    failing: dict[str, Document] = {
        "bad_part_response": {
            "part": (raw[:-32] + response.to_bytes(32, "big")).hex(),
            "error": "ProofError",
        },
        "bad_part_cells": {"cells": 3, "error": "MalformedError"},
        "bad_part_length": {"part": (raw + b"\x00").hex(), "error": "MalformedError"},
    }
    return {"part": good, **{name: {**good, **change} for name, change in failing.items()}}


if __name__ == "__main__":
    write(FOLDER)
