"""Make the vectors of `crypto.mpc` anew: `PYTHONPATH=. python tests/vectors/make_mpc_vectors.py`.

Whole runs of three roles, byte by byte, and their tamperings, each with the error that must come of it and
the culprits that it must name.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from crypto import goldilocks
from crypto.goldilocks import PRIME, FieldVector
from crypto.mpc.output import Digests, Summand, encode_output
from crypto.mpc.program import Cell, Inputs, LinearCell, ProductCell, Program
from crypto.mpc.release import Finished
from crypto.mpc.rounds import HEAD_BYTES, Done, Envelope, Protocol, Running, start
from crypto.mpc.statistics import run_statistics
from crypto.randomness import expand
from crypto.sharing.replicated import ROLES, following

FOLDER = Path(__file__).parent / "mpc"
MADE_BY = "python tests/vectors/make_mpc_vectors.py"
Document = dict[str, object]
Boxes = list[dict[int, dict[int, bytes]]]

SEED = bytes(range(100, 132))
BINDING = hashlib.sha256(b"binding").digest()
OTHER_BINDING = hashlib.sha256(b"another binding").digest()
KEYING, COMPUTING, FIXING = 1, 2, 3
NOISE_WORD = 2
"""Where the noise begins in a message of the second round: behind two product cells."""


def documents() -> dict[str, Document]:
    """All vectors by name."""
    made = {
        "statistics": Run(BINDING).document(),
        "statistics_authenticated": Run(BINDING, mac=True).document(),
        **bad_messages(),
        **bad_outputs(),
    }
    return {name: {"made_by": MADE_BY, **document} for name, document in made.items()}


def write(folder: Path) -> None:
    """Write one file for each vector."""
    folder.mkdir(exist_ok=True)
    for name, document in documents().items():
        text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
        (folder / f"{name}.json").write_text(text, encoding="utf-8")


class Run:
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

    def __init__(self, binding: bytes, *, mac: bool = False) -> None:
        self.binding, self.mac = binding, mac
        plain = np.array(self.table, dtype=np.uint64).T
        first, second = (self._component(index, plain.shape) for index in range(2))
        self.components = (first, second, goldilocks.subtract(goldilocks.subtract(plain, first), second))
        self.messages, self.finished = played([self.protocol(role) for role in ROLES], binding)

    def protocol(self, role: int) -> Protocol[Finished]:
        """A role's run, from its start."""
        return run_statistics(
            role,
            expand(SEED, f"role {role}", 32),
            self.binding,
            program=Program(self.cells),
            inputs=Inputs(self.components[role], self.components[following(role)]),
            noise=np.array(self.noise[role], dtype=np.int64),
            mac=self.mac,
        )

    def document(self) -> Document:
        """Everything that fixes the run, and all that it leads to."""
        return {
            "source": "replicated sums and inner products in the Goldilocks field",
            "binding": self.binding.hex(),
            "mac": self.mac,
            "seeds": [expand(SEED, f"role {role}", 32).hex() for role in ROLES],
            "noise": [list(noise) for noise in self.noise],
            "cells": [
                {"linear": 0},
                {"product": [0, 1]},
                {"linear": 2, "rows": list(self.rows)},
                {"product": [2, 2], "rows": list(self.rows)},
            ],
            "table": [list(row) for row in self.table],
            "components": [goldilocks.encode(component).hex() for component in self.components],
            "received": [[_hex_by_role(boxes[role]) for boxes in self.messages] for role in ROLES],
            **self.outputs(),
            "results": [3 - 6, 1 * 7 + 1 + 250 - 2, 300 + 65535 + 4 + 1, 300**2 + 65535**2 + 4**2 - 88],
        }

    def outputs(self) -> Document:
        """What the three roles give to the buyer."""
        return {
            "outputs": [encode_output(state.own, state.held).hex() for state in self.finished],
            "digests": [[state.own_digest.hex(), state.held_digest.hex()] for state in self.finished],
        }

    def _component(self, index: int, shape: tuple[int, ...]) -> FieldVector:
        count = len(self.table) * len(self.table[0])
        words = np.frombuffer(expand(SEED, f"component {index}", count * 8), dtype="<u8")
        return goldilocks.from_words(words).reshape(shape)


def played(protocols: Sequence[Protocol[Finished]], binding: bytes) -> tuple[Boxes, list[Finished]]:
    """What each role receives, round by round, and what each ends with."""
    states: list[Running[Finished] | Done[Finished]] = [
        start(protocol, Envelope(role, binding)) for role, protocol in enumerate(protocols)
    ]
    rounds: Boxes = []
    while any(isinstance(state, Running) for state in states):
        boxes: dict[int, dict[int, bytes]] = {role: {} for role in ROLES}
        for sender, state in enumerate(states):
            if isinstance(state, Running):
                for receiver, frame in state.outbox.items():
                    boxes[receiver][sender] = frame.to_bytes()
        rounds.append(boxes)
        states = [
            state.receive(boxes[role]) if isinstance(state, Running) else state
            for role, state in enumerate(states)
        ]
    return rounds, [state.result for state in states if isinstance(state, Done)]


def bad_messages() -> dict[str, Document]:
    """Messages of role 1 to role 0 that were altered on their way."""
    honest, other = Run(BINDING), Run(OTHER_BINDING)
    key, cells, fixed = (boxes[0][1] for boxes in honest.messages)
    cases: dict[str, tuple[int, bytes, str, list[int]]] = {
        "bad_keying_of_another_run": (KEYING, other.messages[0][0][1], "ProtocolError", [1]),
        "bad_keying_of_another_sender": (KEYING, honest.messages[0][1][2], "ProtocolError", [1]),
        "bad_keying_truncated": (KEYING, key[:-1], "MalformedMessageError", [1]),
        "bad_keying_version": (KEYING, b"\x01" + key[1:], "MalformedMessageError", [1]),
        "bad_resharing_of_another_run": (COMPUTING, other.messages[1][0][1], "ProtocolError", [1]),
        "bad_resharing_of_another_round": (COMPUTING, key, "MalformedMessageError", [1]),
        "bad_resharing_truncated": (COMPUTING, cells[:-8], "MalformedMessageError", [1]),
        "bad_resharing_no_element": (COMPUTING, _with_word(cells, 0, PRIME), "MalformedMessageError", [1]),
        "bad_resharing_product": (COMPUTING, _flip(cells, HEAD_BYTES), "ProtocolError", [1, 0]),
        "bad_noise_piece": (COMPUTING, _flip(cells, HEAD_BYTES + 8 * NOISE_WORD), "ProtocolError", [1, 0]),
        "bad_summand_salt": (FIXING, _flip(fixed, HEAD_BYTES), "ProtocolError", [1, 0]),
        "bad_summand_digest": (FIXING, _flip(fixed, -1), "ProtocolError", [1, 0]),
    }
    return {
        name: {
            "base": "statistics",
            "round": number,
            "sender": 1,
            "receiver": 0,
            "message": message.hex(),
            "error": error,
            "culprits": culprits,
        }
        for name, (number, message, error, culprits) in cases.items()
    }


def bad_outputs() -> dict[str, Document]:
    """Outputs that do not agree with what was stated about them."""
    honest = Run(BINDING)
    altered, altered_held = (_shifted(each) for each in (honest.finished[1].own, honest.finished[0].held))
    outputs = [encode_output(state.own, state.held) for state in honest.finished]
    stated = [Digests(state.own_digest, state.held_digest) for state in honest.finished]
    own = encode_output(altered, honest.finished[1].held)
    kept = encode_output(honest.finished[0].own, altered_held)
    restated = [stated[0], Digests(altered.digest(BINDING), stated[1].held), stated[2]]
    cases: dict[str, tuple[list[bytes], list[Digests], str, list[int]]] = {
        "bad_output_own_summand": ([outputs[0], own, outputs[2]], stated, "ProtocolError", [1]),
        "bad_output_held_summand": ([kept, outputs[1], outputs[2]], stated, "ProtocolError", [0]),
        "bad_output_both_summands": ([kept, own, outputs[2]], stated, "ProtocolError", [0, 1]),
        "bad_output_restated_digest": ([outputs[0], own, outputs[2]], restated, "ProtocolError", [0, 1]),
        "bad_output_of_another_role": ([outputs[0], outputs[2], outputs[2]], stated, "ProtocolError", [1]),
        "bad_output_no_element": (
            [outputs[0], _no_element(outputs[1]), outputs[2]],
            stated,
            "MalformedError",
            [],
        ),
        "bad_output_version": (
            [outputs[0], b"\x01" + outputs[1][1:], outputs[2]],
            stated,
            "MalformedError",
            [],
        ),
    }
    return {
        name: {
            "base": "statistics",
            "outputs": [output.hex() for output in given],
            "digests": [[pair.own.hex(), pair.held.hex()] for pair in digests],
            "error": error,
            "culprits": culprits,
        }
        for name, (given, digests, error, culprits) in cases.items()
    }


def _shifted(summand: Summand) -> Summand:
    return Summand(summand.role, goldilocks.add(summand.values, np.ones_like(summand.values)), summand.salt)


def _no_element(output: bytes) -> bytes:
    return output[:-8] + PRIME.to_bytes(8, "little")


def _with_word(message: bytes, word: int, value: int) -> bytes:
    start = HEAD_BYTES + 8 * word
    return message[:start] + value.to_bytes(8, "little") + message[start + 8 :]


def _hex_by_role(box: Mapping[int, bytes]) -> dict[str, str]:
    return {str(role): message.hex() for role, message in sorted(box.items())}


def _flip(raw: bytes, index: int) -> bytes:
    changed = bytearray(raw)
    changed[index] ^= 1
    return bytes(changed)


if __name__ == "__main__":
    write(FOLDER)
