"""Make the vectors of bit-plane protocols anew: `PYTHONPATH=. python tests/vectors/make_mpc_bits_vectors.py`.

Whole runs of three roles over a handful of records, byte by byte, and tamperings of one of them, each with
the error that must come of it and the culprits that it must name.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from crypto import goldilocks
from crypto.mpc.comparison import less_than
from crypto.mpc.conversion import integers_to_planes
from crypto.mpc.integers import Integers
from crypto.mpc.packing import pack, unpack
from crypto.mpc.party import Party, meet
from crypto.mpc.ranks import quantiles
from crypto.mpc.release import finish
from crypto.mpc.rounds import HEAD_BYTES, Done, Envelope, Protocol, Running, Words, resume, start
from crypto.mpc.shares import Elements, Planes
from crypto.mpc.tally import histogram_of_codes, top_categories
from crypto.randomness import expand
from crypto.sharing.replicated import ROLES, following

FOLDER = Path(__file__).parent / "mpc_bits"
MADE_BY = "python tests/vectors/make_mpc_bits_vectors.py"
SOURCE = "replicated bits of Araki et al., CCS 2016; circuits of crypto.mpc"
Document = dict[str, object]
Boxes = list[dict[int, dict[int, bytes]]]

SEED = bytes(range(50, 82))
BINDING = hashlib.sha256(b"a run over bit-planes").digest()
OTHER_BINDING = hashlib.sha256(b"another run over bit-planes").digest()
NUMBERS = (9, 4, 4, 15, 0, 7, 4, 12)
OTHERS = (9, 5, 3, 0, 15, 8, 4, 11)
CODES = (2, 0, 2, 3, 2, 0, 1, 2)
PRESENT = (1, 1, 1, 1, 0, 1, 1, 0)
FRACTIONS = (Fraction(0), Fraction(1, 2), Fraction(1))


def documents() -> dict[str, Document]:
    """All vectors by name."""
    runs = {name: Run(protocol).document() for name, protocol in PROTOCOLS.items()}
    made = {**runs, **bad_messages()}
    return {name: {"source": SOURCE, "made_by": MADE_BY, **document} for name, document in made.items()}


def write(folder: Path) -> None:
    """Write one file for each vector."""
    folder.mkdir(exist_ok=True)
    for name, document in documents().items():
        text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
        (folder / f"{name}.json").write_text(text, encoding="utf-8")


def shared(label: str, words: Words) -> list[Words]:
    """Three summands whose exclusive or are the words."""
    first, second = (
        np.frombuffer(expand(SEED, f"{label} {index}", 8 * words.size), dtype=np.uint64).reshape(words.shape)
        for index in range(2)
    )
    return [first, second, words ^ first ^ second]


def planes(role: int, label: str, values: Sequence[int], bits: int) -> Planes:
    """One role's shares of the bits of a number for each record."""
    summands = shared(label, pack(np.array(values, dtype=np.uint64), bits))
    return Planes(role, len(values), summands[role], summands[following(role)])


def integers(role: int) -> Integers:
    """One role's shares of the numbers modulo 2^64."""
    first, second, _ = shared("integers", np.array(NUMBERS, dtype=np.uint64))
    summands = (first, second, np.array(NUMBERS, dtype=np.uint64) - first - second)
    return Integers(role, summands[role], summands[following(role)])


def compared(party: Party) -> Protocol[Any]:
    numbers, others = planes(party.role, "numbers", NUMBERS, 4), planes(party.role, "others", OTHERS, 4)
    return (yield from less_than(party, numbers, others))


def converted(party: Party) -> Protocol[Any]:
    return (yield from integers_to_planes(party, integers(party.role), 4))


def counted(party: Party) -> Protocol[Any]:
    codes, crowd = planes(party.role, "codes", CODES, 2), planes(party.role, "present", PRESENT, 1)
    counts = yield from histogram_of_codes(party, codes, 4, among=crowd)
    yield from finish(party, counts)
    return counts


def ranked(party: Party) -> Protocol[Any]:
    numbers, crowd = planes(party.role, "numbers", NUMBERS, 4), planes(party.role, "present", PRESENT, 1)
    found = yield from quantiles(party, numbers, crowd, FRACTIONS)
    return Elements.join([found.values, found.counts])


def ordered(party: Party) -> Protocol[Any]:
    categories = planes(party.role, "categories", [1 << code for code in CODES], 4)
    return Elements.join((yield from top_categories(party, categories, 3)))


PROTOCOLS: dict[str, Callable[[Party], Protocol[Any]]] = {
    "less_than": compared,
    "integers_to_planes": converted,
    "histogram_of_codes": counted,
    "quantiles": ranked,
    "top_categories": ordered,
}
RESULTS = {
    "less_than": [0, 1, 0, 0, 1, 1, 0, 0],
    "integers_to_planes": list(NUMBERS),
    "histogram_of_codes": [2, 1, 2, 1],
    "quantiles": [4, 4, 15, 6],
    "top_categories": [2, 0, 1, 4, 2, 1],
}


class Run:
    """Three roles meet and play one protocol; every byte is kept."""

    def __init__(self, protocol: Callable[[Party], Protocol[Any]], binding: bytes = BINDING) -> None:
        self.binding = binding
        self.boxes: Boxes = []
        self._protocol = protocol
        states = [start(self._whole(role), Envelope(role, binding)) for role in ROLES]
        while not all(isinstance(state, Done) for state in states):
            running = {role: state for role, state in enumerate(states) if isinstance(state, Running)}
            boxes: dict[int, dict[int, bytes]] = {role: {} for role in running}
            for sender, state in running.items():
                for receiver, frame in state.outbox.items():
                    boxes[receiver][sender] = frame.to_bytes()
            self.boxes.append(boxes)
            states = [
                state.receive(boxes[role]) if isinstance(state, Running) else state
                for role, state in enumerate(states)
            ]
        self.results = [state.result for state in states if isinstance(state, Done)]

    def state(self, role: int, number: int) -> Running[Any]:
        """The role again, as it waits for its messages of a round."""
        inboxes = [boxes[role] for boxes in self.boxes[: number - 1]]
        state = resume(self._whole(role), Envelope(role, self.binding), inboxes)
        assert isinstance(state, Running)
        return state

    def _whole(self, role: int) -> Protocol[Any]:
        party = yield from meet(role, expand(SEED, f"role {role}", 32), self.binding)
        return (yield from self._protocol(party))

    def document(self) -> Document:
        """What a run looks like: bodies of messages by round, receiver and sender, and the result."""
        return {
            "binding": self.binding.hex(),
            "seeds": [expand(SEED, f"role {role}", 32).hex() for role in ROLES],
            "rounds": [
                {
                    str(receiver): {str(sender): raw[HEAD_BYTES:].hex() for sender, raw in inbox.items()}
                    for receiver, inbox in boxes.items()
                }
                for boxes in self.boxes
            ],
            "shares": [
                [result.first.tobytes().hex(), result.second.tobytes().hex()] for result in self.results
            ],
            "result": self.opened(),
        }

    def opened(self) -> list[int]:
        """What the shares of the result open to."""
        first, second, third = (result.first for result in self.results)
        if isinstance(self.results[0], Elements):
            return goldilocks.to_signed(goldilocks.add(goldilocks.add(first, second), third))
        opened: list[int] = unpack(first ^ second ^ third, self.results[0].records).tolist()
        return opened


def bad_messages() -> dict[str, Document]:
    """Messages from role 1 to role 0 in a histogram, tampered with."""
    honest, other = Run(counted), Run(counted, OTHER_BINDING)
    last = len(honest.boxes)
    conversion = last - 2
    second, dealt, digest = (honest.boxes[number - 1][0][1] for number in (2, conversion, last))
    no_element = dealt[:HEAD_BYTES] + goldilocks.PRIME.to_bytes(8, "little") + dealt[HEAD_BYTES + 8 :]
    cases: dict[str, tuple[int, bytes, str, list[int]]] = {
        "bad_and_of_another_run": (2, other.boxes[1][0][1], "ProtocolError", [1]),
        "bad_and_of_another_round": (2, _flip(second, 4), "ProtocolError", [1]),
        "bad_and_of_another_sender": (2, honest.boxes[1][1][2], "ProtocolError", [1]),
        "bad_and_truncated": (2, second[:-8], "MalformedMessageError", [1]),
        "bad_and_with_a_word_more": (2, second + bytes(8), "MalformedMessageError", [1]),
        "bad_and_version": (2, b"\x01" + second[1:], "MalformedMessageError", [1]),
        "bad_conversion_no_element": (conversion, no_element, "MalformedMessageError", [1]),
        "bad_release_digest": (last, _flip(digest, -1), "ProtocolError", [1, 0]),
        "bad_release_salt": (last, _flip(digest, HEAD_BYTES), "ProtocolError", [1, 0]),
    }
    return {
        name: {
            "base": "histogram_of_codes",
            "round": number,
            "sender": 1,
            "receiver": 0,
            "message": message.hex(),
            "error": error,
            "culprits": culprits,
        }
        for name, (number, message, error, culprits) in cases.items()
    }


def _flip(raw: bytes, index: int) -> bytes:
    changed = bytearray(raw)
    changed[index] ^= 1
    return bytes(changed)


if __name__ == "__main__":
    write(FOLDER)
