"""Make the vectors of the menu anew: `PYTHONPATH=. python tests/vectors/make_mpc_menu_vectors.py`.

One run for each kind of question, from meeting to fixed summands: of every message of every round the
SHA-256, and the opened results. A role that plays a kept run again with the same seeds sends the same bytes.
The tamperings flip one bit of one message, by what it belongs to, and say what must come of it at which role.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path

import numpy as np

from crypto import goldilocks
from crypto.encoding import sha256
from crypto.errors import ProtocolError
from crypto.mpc.clusters import Plan as ClusterPlan
from crypto.mpc.local import Shares
from crypto.mpc.logistic import Plan as LogisticPlan
from crypto.mpc.menu.holdings import Holdings, Table
from crypto.mpc.menu.plan import (
    Clusters,
    Draw,
    Feature,
    Filter,
    Following,
    Logistic,
    Plan,
    Quantiles,
    Top,
)
from crypto.mpc.menu.run import run_menu
from crypto.mpc.party import meet
from crypto.mpc.program import LinearCell, ProductCell, Program
from crypto.mpc.release import Finished, finish
from crypto.mpc.rounds import HEAD_BYTES, Done, Envelope, Protocol, Running, both, start
from crypto.randomness import expand
from crypto.sharing.replicated import ROLES, following

FOLDER = Path(__file__).parent / "mpc_menu"
MADE_BY = "python tests/vectors/make_mpc_menu_vectors.py"
SOURCE = "replicated sharing of Araki et al., CCS 2016; the menu of crypto.mpc"
Document = dict[str, object]

SEED = bytes(range(7, 39))
BINDING = hashlib.sha256(b"a run of the menu").digest()
NOISE_BINDING = hashlib.sha256(b"the noise of a run of the menu").digest()

SCORES = (9, 4, 4, 15, 0, 7, 4, 12, 3, 8, 14, 1)
HOURS = (2, 7, 1, 8, 2, 8, 1, 8, 2, 8, 4, 5)
PASSED = (1, 0, 0, 1, 0, 1, 0, 1, 0, 1, 1, 0)
PRESENT = (1, 1, 1, 1, 0, 1, 1, 0, 1, 1, 1, 1)
RED = (1, 0, 1, 0, 0, 0, 0, 1, 1, 0, 1, 1)
GREEN = tuple(1 - red for red in RED)
COLUMNS = (SCORES, HOURS, PASSED, PRESENT, RED, GREEN)
ROWS = np.array([place % 3 == 0 for place in range(len(SCORES))])
NOTHING = Program(())
SUMS = Program((LinearCell(0), ProductCell(0, 1), LinearCell(1, ROWS), ProductCell(1, 1, ROWS)))
SCALED = (Feature(0, 8, 8, 1, 9), Feature(1, 4, 8, 1, 9))

PLANS: Mapping[str, Plan] = {
    "sums": Plan(len(SCORES), SUMS),
    "sums_verified": Plan(len(SCORES), SUMS, verified=True),
    "sums_filtered_with_noise": Plan(
        len(SCORES),
        SUMS,
        draws=(Draw((0,), 15, Fraction(1, 4)), Draw((1, 3), 1, Fraction(2))),
        followings=(Following(2, 3, 0),),
        filters=(Filter(0, 4, 2, 12, presence=3),),
    ),
    "quantiles": Plan(
        len(SCORES),
        NOTHING,
        tasks=(Quantiles(0, 4, (None, ROWS), (Fraction(0), Fraction(1, 2), Fraction(1)), presence=3),),
    ),
    "quantiles_with_noise": Plan(
        len(SCORES),
        NOTHING,
        tasks=(Quantiles(0, 4, (4, 5), (Fraction(1, 2),), rho=Fraction(1)),),
    ),
    "top": Plan(len(SCORES), NOTHING, tasks=(Top((2, 3, 4, 5), (None,), 3, Fraction(2)),)),
    "logistic": Plan(
        len(SCORES), NOTHING, tasks=(Logistic(2, SCALED, ((None, LogisticPlan(3, len(SCORES), 2)),)),)
    ),
    "clusters": Plan(
        len(SCORES),
        NOTHING,
        tasks=(
            Clusters(
                (Feature(0, 0, 2, 1, 5), Feature(1, 0, 2, 1, 5)),
                ((None, ClusterPlan(((2, 2), (12, 8)), len(SCORES), 4, 2)),),
                floor=2,
            ),
        ),
    ),
}


def documents() -> dict[str, Document]:
    """All vectors by name."""
    runs = {name: Run(plan) for name, plan in PLANS.items()}
    made = {name: run.document() for name, run in runs.items()} | bad_messages(runs)
    return {name: {"source": SOURCE, "made_by": MADE_BY, **document} for name, document in made.items()}


def write(folder: Path) -> None:
    """Write one file for each vector."""
    folder.mkdir(exist_ok=True)
    for name, document in documents().items():
        text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
        (folder / f"{name}.json").write_text(text, encoding="utf-8")


def holdings(role: int) -> Holdings:
    """One role's shares of all columns, in both forms."""
    plain = np.array(COLUMNS, dtype=np.uint64)
    first, second = (
        np.frombuffer(expand(SEED, f"column {index}", 8 * plain.size), dtype=np.uint64).reshape(plain.shape)
        for index in range(2)
    )
    words = (first, second, plain - first - second)
    one, two = goldilocks.from_words(first), goldilocks.from_words(second)
    elements = (one, two, goldilocks.subtract(goldilocks.subtract(plain, one), two))
    fields, integers = (
        Table(tuple(range(len(COLUMNS))), Shares(form[role], form[following(role)]))
        for form in (elements, words)
    )
    return Holdings(fields, integers)


def whole(plan: Plan, role: int) -> Protocol[Finished]:
    """A role's run from meeting to fixed summands; both parties of a role meet in one round."""
    seeds = (expand(SEED, f"role {role}", 32), expand(SEED, f"noise of role {role}", 32))
    party, noise = yield from both(
        meet(role, seeds[0], BINDING),
        meet(role, seeds[1], NOISE_BINDING),
    )
    found = yield from run_menu(party, noise, plan, holdings(role))
    return (yield from finish(party, found))


Tamper = Callable[[int, int, int, bytes], bytes]


class Run:
    """Three roles play one plan; every message is kept."""

    def __init__(self, plan: Plan, tamper: Tamper | None = None) -> None:
        self.boxes: list[dict[int, dict[int, bytes]]] = []
        self.errors: dict[int, ProtocolError] = {}
        states = {role: start(whole(plan, role), Envelope(role, BINDING)) for role in ROLES}
        while not self.errors and any(isinstance(state, Running) for state in states.values()):
            self._round(states, tamper)
        self.finished = [state.result for state in states.values() if isinstance(state, Done)]

    def document(self) -> Document:
        """What each role got, as digests, and what comes of it."""
        return {
            "received": [
                [
                    {str(sender): sha256(raw).hex() for sender, raw in sorted(boxes[role].items())}
                    for boxes in self.boxes
                ]
                for role in ROLES
            ],
            "digests": [state.own_digest.hex() for state in self.finished],
            "results": self.results(),
        }

    def results(self) -> list[int]:
        """The opened results, as signed integers."""
        first, second, third = (state.own.values for state in self.finished)
        return goldilocks.to_signed(goldilocks.add(goldilocks.add(first, second), third))

    def _round(self, states: dict[int, Running[Finished] | Done[Finished]], tamper: Tamper | None) -> None:
        boxes: dict[int, dict[int, bytes]] = {role: {} for role in ROLES}
        running = {role: state for role, state in states.items() if isinstance(state, Running)}
        for sender, state in running.items():
            for receiver, frame in state.outbox.items():
                raw = frame.to_bytes()
                altered = raw if tamper is None else tamper(len(self.boxes) + 1, sender, receiver, raw)
                boxes[receiver][sender] = altered
        self.boxes.append(boxes)
        for role, state in running.items():
            try:
                states[role] = state.receive(boxes[role])
            except ProtocolError as error:
                self.errors[role] = error


def flip(number: int, sender: int, receiver: int, *, word: int = 0) -> Tamper:
    """The lowest bit of one word of one message, inverted on its way."""

    def tamper(at: int, origin: int, target: int, raw: bytes) -> bytes:
        if (at, origin, target) != (number, sender, receiver):
            return raw
        altered = bytearray(raw)
        altered[HEAD_BYTES + 8 * word] ^= 1
        return bytes(altered)

    return tamper


BAD: Mapping[str, tuple[str, int, int, int, int]] = {
    "bad_sums_product": ("sums", 2, 1, 0, 0),
    "bad_sums_digest": ("sums", 3, 1, 0, 4),
    "bad_verified_tag": ("sums_verified", 2, 1, 0, 0),
    "bad_verified_product": ("sums_verified", 3, 1, 0, 0),
    "bad_filter_and": ("sums_filtered_with_noise", 2, 1, 0, 0),
    "bad_mark_conversion": ("sums_filtered_with_noise", 8, 1, 0, 0),
    "bad_marked_product": ("sums_filtered_with_noise", 17, 1, 0, 0),
    "bad_noise_digit": ("sums_filtered_with_noise", 31, 2, 1, 0),
    "bad_noise_conversion": ("sums_filtered_with_noise", 88, 2, 1, 0),
    "bad_random_triple": ("sums_filtered_with_noise", 94, 2, 1, 0),
    "bad_coin_commitment": ("sums_filtered_with_noise", 95, 2, 1, 0),
    "bad_coin_piece": ("sums_filtered_with_noise", 96, 2, 1, 0),
    "bad_coin_repeated": ("sums_filtered_with_noise", 96, 2, 1, 8),
    "bad_opened_factor": ("sums_filtered_with_noise", 97, 1, 2, 24_000),
    "bad_view": ("sums_filtered_with_noise", 98, 1, 2, 0),
    "bad_sum_of_errors": ("sums_filtered_with_noise", 99, 1, 2, 0),
    "bad_walk_and": ("quantiles_with_noise", 9, 0, 2, 0),
    "bad_top_and": ("top", 2, 2, 1, 0),
    "bad_logistic_digest": ("logistic", 19, 0, 2, 4),
    "bad_clusters_salt": ("clusters", 130, 0, 2, 0),
}
"""By name: which run, and which word of which message (round, sender, receiver) is another."""


def bad_messages(runs: Mapping[str, Run]) -> dict[str, Document]:
    """Runs in which one message was altered: at which round and role it is noticed, and who is named."""
    made: dict[str, Document] = {}
    for name, (base, number, sender, receiver, word) in BAD.items():
        altered = Run(PLANS[base], flip(number, sender, receiver, word=word))
        made[name] = {
            "base": base,
            "round": number,
            "sender": sender,
            "receiver": receiver,
            "word": word,
            "noticed_in_round": len(altered.boxes),
            "errors": {
                str(role): {"error": type(error).__name__, "culprits": list(error.culprits)}
                for role, error in sorted(altered.errors.items())
            },
            "rounds_of_an_honest_run": len(runs[base].boxes),
        }
    return made


if __name__ == "__main__":
    write(FOLDER)
