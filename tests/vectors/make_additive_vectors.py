"""Make the vectors of additive sharing anew: `PYTHONPATH=. python tests/vectors/make_additive_vectors.py`.

Sharing, one multiplication with dealt triples, and a whole verified run of three nodes, byte by byte; and
their tamperings, each with the error that must come of it and the culprits that it must name.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from crypto import goldilocks
from crypto.errors import CryptoError, ProtocolError
from crypto.goldilocks import PRIME, FieldVector
from crypto.mpc.additive.beaver import Session, enter, multiply
from crypto.mpc.additive.dealer import deal, receive
from crypto.mpc.additive.part import Fixed
from crypto.mpc.additive.sharing import Summand, combine, split
from crypto.mpc.rounds import HEAD_BYTES, Protocol
from crypto.randomness import stream
from tests.crypto.mpc.additive.committed import (
    BITS,
    DOMAIN,
    NODES,
    PROGRAM,
    RECORDS,
    SEATS,
    components_of,
    deals,
    held_by_nodes,
    in_the_clear,
    verified,
)
from tests.crypto.mpc.additive.nodes import BINDING, play

FOLDER = Path(__file__).parent / "additive"
MADE_BY = "python tests/vectors/make_additive_vectors.py"
Document = dict[str, object]

SEED = bytes(range(32))
VALUES = [5, -7, 2**62, 0]
PAIRS = [(3, 5), (-2, 2**30), (0, 9)]
MEETING, OPENING_TRIPLES, ZERO, ENTERING, MULTIPLYING, PROVING, CHECKING = 1, 4, 5, 6, 7, 10, 15


def documents() -> dict[str, Document]:
    """All vectors by name."""
    made = {
        "sharing": sharing(),
        "multiplication": multiplication(),
        "verified": verified_run(),
        **bad_packets(),
        **bad_messages(),
        **bad_parts(),
    }
    return {name: {"made_by": MADE_BY, **document} for name, document in made.items()}


def write(folder: Path) -> None:
    """Write one file for each vector."""
    folder.mkdir(exist_ok=True)
    for name, document in documents().items():
        text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
        (folder / f"{name}.json").write_text(text, encoding="utf-8")


def sharing() -> Document:
    """Values cut into one summand for each of four nodes."""
    summands = split(VALUES, 4, stream(SEED, "vectors sharing"))
    return {
        "source": "additive sharing in the Goldilocks field",
        "values": VALUES,
        "summands": [goldilocks.encode(each).hex() for each in summands],
        "results": combine(summands),
    }


def packets(count: int, *, authenticated: bool) -> list[bytes]:
    """What a dealer gives three nodes."""
    random = stream(SEED, "vectors deal")
    return deal(count, NODES, binding=BINDING, authenticated=authenticated, random=random)


def multiplication() -> Document:
    """Products of values that three nodes share, without tags."""
    left = split([x for x, _ in PAIRS], NODES, stream(SEED, "vectors left"))
    right = split([y for _, y in PAIRS], NODES, stream(SEED, "vectors right"))
    dealt = packets(len(PAIRS), authenticated=False)
    heard = _Heard()

    def node(role: int) -> Protocol[FieldVector]:
        session = Session(receive(dealt[role], SEATS[role], binding=BINDING))
        x = yield from enter(session, Summand(SEATS[role], left[role]))
        y = yield from enter(session, Summand(SEATS[role], right[role]))
        return (yield from multiply(session, x, y)).values

    results = play([node(role) for role in range(NODES)], heard)
    return {
        "source": "Beaver, Crypto 1991",
        "binding": BINDING.hex(),
        "packets": [each.hex() for each in dealt],
        "left": [goldilocks.encode(each).hex() for each in left],
        "right": [goldilocks.encode(each).hex() for each in right],
        "received": heard.rounds,
        "parts": [goldilocks.encode(each).hex() for each in results],
        "results": [x * y for x, y in PAIRS],
    }


def verified_run() -> Document:
    """Sums and products of committed records, with triples that are checked and inputs that are proved."""
    heard = _Heard()
    fixed: list[Fixed] = verified(held_by_nodes(RECORDS), tamper=heard)
    components = components_of(RECORDS)
    return {
        "source": "SPDZ (Damgard, Pastro, Smart, Zakarias, Crypto 2012) with inputs held against commitments",
        "binding": BINDING.hex(),
        "bits": list(BITS),
        "domain": DOMAIN,
        "records": RECORDS,
        "components": [[each.encode().hex() for each in record] for record in components],
        "commitments": [
            [each.commitment(DOMAIN).to_bytes().hex() for each in record] for record in components
        ],
        "cells": [
            {"columns": list(cell.columns), "rows": None if cell.rows is None else cell.rows.tolist()}
            for cell in PROGRAM.cells
        ],
        "key_summands": [str(each.dealt.key) for each in deals(PROGRAM, len(RECORDS))],
        "received": heard.rounds,
        "parts": [each.part.encode().hex() for each in fixed],
        "digests": [[each.own_digest.hex(), each.held_digest.hex()] for each in fixed],
        "results": in_the_clear(RECORDS),
    }


def bad_packets() -> dict[str, Document]:
    """Packets for the last node that are none."""
    good = packets(2, authenticated=True)[2]
    cases = {
        "bad_packet_version": b"\2" + good[1:],
        "bad_packet_kind": good[:1] + b"\7" + good[2:],
        "bad_packet_padding": good[:2] + b"\1" + good[3:],
        "bad_packet_count": good[:4] + b"\3" + good[5:],
        "bad_packet_truncated": good[:-1],
        "bad_packet_no_element": good[:-8] + PRIME.to_bytes(8, "little"),
        "bad_packet_of_a_seed_alone": good[: 12 + 32],
    }
    return {
        name: {"base": "packet", "packet": raw.hex(), "error": "MalformedError", "culprits": []}
        for name, raw in cases.items()
    }


def bad_messages() -> dict[str, Document]:
    """What role 1 says otherwise to role 0 in the verified run, and what role 0 makes of it."""
    cases: dict[str, tuple[int, int, int]] = {
        "bad_meeting_of_another_deal": (MEETING, 0, 1),
        "bad_meeting_mask": (MEETING, 4, 1),
        "bad_meeting_padding": (MEETING, 8, 1 << 33),
        "bad_triple_opened": (OPENING_TRIPLES, 0, 1),
        "bad_triple_sum_opened": (ZERO, 0, 1),
        "bad_input_entered": (ENTERING, 0, 1),
        "bad_factor_opened": (MULTIPLYING, 1, 1),
        "bad_input_proof": (PROVING, 0, 1),
        "bad_check_difference": (CHECKING, 0, 1),
    }
    return {name: _bad_message(*case) for name, case in cases.items()}


def _bad_message(number: int, word: int, amount: int) -> Document:
    sent: list[bytes] = []

    def tamper(current: int, sender: int, receiver: int, message: bytes) -> bytes:
        if (current, sender, receiver) != (number, 1, 0):
            return message
        at = HEAD_BYTES + 8 * word
        altered = (int.from_bytes(message[at : at + 8], "little") + amount) % PRIME
        sent.append(message[:at] + altered.to_bytes(8, "little") + message[at + 8 :])
        return sent[0]

    error = verified(held_by_nodes(RECORDS), tamper=tamper)[0]
    assert isinstance(error, CryptoError)
    return {
        "base": "verified",
        "round": number,
        "sender": 1,
        "receiver": 0,
        "message": sent[0].hex(),
        "error": type(error).__name__,
        "culprits": list(error.culprits) if isinstance(error, ProtocolError) else [],
    }


def bad_parts() -> dict[str, Document]:
    """Parts of the verified run that were altered before the buyer got them."""
    parts = [each.part.encode() for each in verified(held_by_nodes(RECORDS))]
    cells = len(PROGRAM.cells)
    start, tags, key = 36, 36 + 8 * cells, 36 + 16 * cells
    cases: dict[str, tuple[bytes, str, Sequence[int]]] = {
        "bad_part_value": (_plus_one(parts[1], start), "ProtocolError", (0, 1, 2)),
        "bad_part_tag": (_plus_one(parts[1], tags), "ProtocolError", (0, 1, 2)),
        "bad_part_key": (_plus_one(parts[1], key), "ProtocolError", (0, 1, 2)),
        "bad_part_of_another_role": (parts[2], "OutOfRangeError", ()),
        "bad_part_version": (b"\2" + parts[1][1:], "MalformedError", ()),
        "bad_part_without_tags": (parts[1][:3] + b"\0" + parts[1][4:], "MalformedError", ()),
        "bad_part_truncated": (parts[1][:-1], "MalformedError", ()),
        "bad_part_no_element": (parts[1][:-8] + PRIME.to_bytes(8, "little"), "MalformedError", ()),
        "bad_part_of_seventeen_nodes": (parts[1][:2] + b"\x11" + parts[1][3:], "MalformedError", ()),
    }
    return {
        name: {
            "base": "verified",
            "parts": [parts[0].hex(), raw.hex(), parts[2].hex()],
            "error": error,
            "culprits": list(culprits),
        }
        for name, (raw, error, culprits) in cases.items()
    }


class _Heard:
    """Keeps what each node receives: by round, receiver and sender."""

    def __init__(self) -> None:
        self.rounds: list[dict[str, dict[str, str]]] = []

    def __call__(self, number: int, sender: int, receiver: int, message: bytes) -> bytes:
        while len(self.rounds) < number:
            self.rounds.append({})
        self.rounds[number - 1].setdefault(str(receiver), {})[str(sender)] = message.hex()
        return message


def _plus_one(raw: bytes, at: int) -> bytes:
    word = (int.from_bytes(raw[at : at + 8], "little") + 1) % PRIME
    return raw[:at] + word.to_bytes(8, "little") + raw[at + 8 :]


if __name__ == "__main__":
    write(FOLDER)
