"""Make the vectors of `crypto.mpc` anew: `PYTHONPATH=. python tests/vectors/make_mpc_vectors.py`.

One whole run of three roles, byte by byte, and its tamperings, each with the error that must come of it and
the culprits that it must name.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from crypto.mpc.output import Digests, Summand, encode_output
from crypto.mpc.program import Cell, Inputs, LinearCell, ProductCell, Program
from crypto.mpc.statistics import Finished, Keying, start
from crypto.randomness import expand
from crypto.ring import ring_bytes, ring_from_bytes, to_ring
from crypto.sharing.replicated import ROLES, following

FOLDER = Path(__file__).parent / "crypto"
MADE_BY = "python tests/vectors/make_mpc_vectors.py"
Document = dict[str, object]

SEED = bytes(range(100, 132))
BINDING = hashlib.sha256(b"binding").digest()
OTHER_BINDING = hashlib.sha256(b"another binding").digest()


def documents() -> dict[str, Document]:
    """All vectors by name."""
    made = {"statistics": Transcript(BINDING).document(), **bad_messages(), **bad_outputs()}
    return {name: {"made_by": MADE_BY, **document} for name, document in made.items()}


def write(folder: Path) -> None:
    """Write one file for each vector."""
    for name, document in documents().items():
        text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
        (folder / f"{name}.json").write_text(text, encoding="utf-8")


class Transcript:
    """Three roles play one program; every byte is kept."""

    rows = (True, False, True, True)
    cells: tuple[Cell, ...] = (
        LinearCell(0),
        ProductCell(0, 1),
        LinearCell(2, np.array(rows)),
        ProductCell(2, 2, np.array(rows)),
    )
    table = ((1, 7, 300), (0, 9, 20), (1, 1, 65535), (1, 250, 4))
    noise = ((3, -4, 0, 12), (0, 0, 0, 0), (-9, 2, 1, -100))

    def __init__(self, binding: bytes) -> None:
        self.binding = binding
        shape = (len(self.table), len(self.table[0]))
        count = shape[0] * shape[1]
        first, second = (
            ring_from_bytes(expand(SEED, f"component {index}", count * 8), count).reshape(shape)
            for index in range(2)
        )
        plain = to_ring([value for row in self.table for value in row]).reshape(shape)
        self.components = (first, second, plain - first - second)
        self.keying = tuple(self._start(role) for role in ROLES)
        self.resharing = tuple(
            state.receive(inbox(self.keying, role)) for role, state in enumerate(self.keying)
        )
        self.finished: tuple[Finished, ...] = tuple(
            state.receive(inbox(self.resharing, role)) for role, state in enumerate(self.resharing)
        )

    def _start(self, role: int) -> Keying:
        return start(
            Program(self.cells),
            Inputs(self.components[role], self.components[following(role)]),
            role=role,
            noise=np.array(self.noise[role], dtype=np.int64),
            seed=expand(SEED, f"role {role}", 32),
            binding=self.binding,
        )

    def document(self) -> Document:
        return {
            "source": "replicated sums and inner products over Z_2^64",
            "binding": self.binding.hex(),
            "seeds": [expand(SEED, f"role {role}", 32).hex() for role in ROLES],
            "noise": [list(noise) for noise in self.noise],
            "cells": [
                {"linear": 0},
                {"product": [0, 1]},
                {"linear": 2, "rows": list(self.rows)},
                {"product": [2, 2], "rows": list(self.rows)},
            ],
            "table": [list(row) for row in self.table],
            "components": [ring_bytes(component).hex() for component in self.components],
            "keying": [_hex_by_role(state.outbox) for state in self.keying],
            "resharing": [_hex_by_role(state.outbox) for state in self.resharing],
            **self.outputs(),
            "results": [3 - 6, 1 * 7 + 1 + 250 - 2, 300 + 65535 + 4 + 1, 300**2 + 65535**2 + 4**2 - 88],
        }

    def outputs(self) -> Document:
        return {
            "outputs": [encode_output(state.own, state.held).hex() for state in self.finished],
            "digests": [[state.own_digest.hex(), state.held_digest.hex()] for state in self.finished],
        }


def bad_messages() -> dict[str, Document]:
    honest, other = Transcript(BINDING), Transcript(OTHER_BINDING)
    keyed, reshared = honest.keying[1].outbox[0], honest.resharing[1].outbox[0]
    cases: dict[str, tuple[str, bytes, str, list[int]]] = {
        "bad_keying_of_another_run": ("keying", other.keying[1].outbox[0], "ProtocolError", [1]),
        "bad_keying_of_another_sender": ("keying", honest.keying[2].outbox[1], "ProtocolError", [1]),
        "bad_keying_truncated": ("keying", keyed[:-1], "MalformedMessageError", [1]),
        "bad_keying_version": ("keying", b"\x02" + keyed[1:], "MalformedMessageError", [1]),
        "bad_resharing_of_another_run": ("resharing", other.resharing[1].outbox[0], "ProtocolError", [1]),
        "bad_resharing_truncated": ("resharing", reshared[:-8], "MalformedMessageError", [1]),
        "bad_resharing_salt": ("resharing", _flip(reshared, 36), "ProtocolError", [1, 0]),
        "bad_summand_digest": ("resharing", _flip(reshared, 36 + 32), "ProtocolError", [1, 0]),
        "bad_resharing_product": ("resharing", _flip(reshared, -1), "ProtocolError", [1, 0]),
    }
    return {
        name: {
            "base": "statistics",
            "step": step,
            "sender": 1,
            "receiver": 0,
            "message": message.hex(),
            "error": error,
            "culprits": culprits,
        }
        for name, (step, message, error, culprits) in cases.items()
    }


def bad_outputs() -> dict[str, Document]:
    honest = Transcript(BINDING)
    lie = honest.finished[1].own
    altered = Summand(lie.role, lie.values + np.uint64(1), lie.salt)
    held = honest.finished[0].held
    altered_held = Summand(held.role, held.values + np.uint64(1), held.salt)
    outputs = [encode_output(state.own, state.held) for state in honest.finished]
    stated = [Digests(state.own_digest, state.held_digest) for state in honest.finished]
    own, kept = (
        encode_output(altered, honest.finished[1].held),
        encode_output(honest.finished[0].own, altered_held),
    )
    restated = [stated[0], Digests(altered.digest(BINDING), stated[1].held), stated[2]]
    cases: dict[str, tuple[list[bytes], list[Digests], list[int]]] = {
        "bad_output_own_summand": ([outputs[0], own, outputs[2]], stated, [1]),
        "bad_output_held_summand": ([kept, outputs[1], outputs[2]], stated, [0]),
        "bad_output_both_summands": ([kept, own, outputs[2]], stated, [0, 1]),
        "bad_output_restated_digest": ([outputs[0], own, outputs[2]], restated, [0, 1]),
        "bad_output_of_another_role": ([outputs[0], outputs[2], outputs[2]], stated, [1]),
    }
    return {
        name: {
            "base": "statistics",
            "outputs": [output.hex() for output in given],
            "digests": [[pair.own.hex(), pair.held.hex()] for pair in digests],
            "error": "ProtocolError",
            "culprits": culprits,
        }
        for name, (given, digests, culprits) in cases.items()
    }


class Sends(Protocol):
    """A state of the protocol that has something to say."""

    @property
    def outbox(self) -> Mapping[int, bytes]: ...


def inbox(states: Sequence[Sends], receiver: int) -> dict[int, bytes]:
    """What a role gets when every outbox is delivered."""
    return {i: state.outbox[receiver] for i, state in enumerate(states) if receiver in state.outbox}


def _hex_by_role(outbox: Mapping[int, bytes]) -> dict[str, str]:
    return {str(role): message.hex() for role, message in sorted(outbox.items())}


def _flip(raw: bytes, index: int) -> bytes:
    changed = bytearray(raw)
    changed[index] ^= 1
    return bytes(changed)


if __name__ == "__main__":
    write(FOLDER)
