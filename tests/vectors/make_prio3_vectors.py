"""Make the vectors of Prio3 again: reports of every algorithm among three roles, and reports that must fail.

The draft's own vectors cover two to four shares and are not repeated here; these add messages to be refused
by name, and a seed whose stream holds a number beyond the modulus, which happens once in 2^32 numbers.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from crypto.prio3 import instance, wire
from crypto.prio3.field import FIELD64, FIELD128
from crypto.prio3.report import HelperShare, LeaderShare, Report
from crypto.prio3.scheme import AnyPrio3
from crypto.randomness import RandomBytes, expand

FOLDER = Path(__file__).parent / "prio3"
MADE_BY = "python tests/vectors/make_prio3_vectors.py"
SOURCE = "draft-irtf-cfrg-vdaf-20, section 7, wire version 18"
Document = dict[str, Any]

SHARES = 3
CONTEXT = b"argonauta vectors"
SEED = bytes(range(200, 232))
VERIFY_KEY = expand(SEED, "verify key", 32)
SKIPPING_SEED = (356_955_947).to_bytes(32, "little")
"""As a helper's seed for sums up to 255, number 4 of role 1's proofs share is not reduced and skipped."""

INSTANCES: dict[str, Callable[..., AnyPrio3]] = {
    "count": instance.count,
    "sum_of": instance.sum_of,
    "sum_vector": instance.sum_vector,
    "sum_vector_multiproof": instance.sum_vector_multiproof,
    "histogram": instance.histogram,
    "multihot": instance.multihot,
}


@dataclass(frozen=True)
class Plan:
    """An instance with its measurements."""

    algorithm: str
    parameters: dict[str, int]
    measurements: Sequence[Any]

    @property
    def prio3(self) -> AnyPrio3:
        return INSTANCES[self.algorithm](**self.parameters, shares=SHARES)


PLANS = (
    Plan("count", {}, [1, 0]),
    Plan("sum_of", {"most": 65_535}, [65_535, 1234]),
    Plan("sum_vector", {"length": 3, "most": 100, "chunk_length": 4}, [[0, 100, 17], [64, 63, 1]]),
    Plan("sum_vector_multiproof", {"length": 2, "most": 10, "chunk_length": 3}, [[10, 0], [7, 8]]),
    Plan("histogram", {"length": 5, "chunk_length": 2}, [4, 0]),
    Plan("multihot", {"length": 5, "max_weight": 2, "chunk_length": 3}, [[1, 0, 0, 0, 1], [0, 0, 0, 0, 0]]),
)
COUNT, SUM, HISTOGRAM = PLANS[0], PLANS[1], PLANS[4]


class Recorder:
    """Deterministic randomness that keeps what it gave."""

    def __init__(self, label: str) -> None:
        self.given = b""
        self._label = label

    def draw(self, length: int) -> bytes:
        start = len(self.given)
        self.given = expand(SEED, self._label, start + length)
        return self.given[start:]


def documents() -> dict[str, Document]:
    """All vectors by name."""
    made = {plan.algorithm: _accepted(plan) for plan in PLANS}
    made["skipped_number"] = _skipped_number()
    made |= _refused()
    head = {"source": SOURCE, "made_by": MADE_BY}
    return {name: head | document for name, document in made.items()}


def write(folder: Path) -> None:
    """Write one file for each vector."""
    folder.mkdir(exist_ok=True)
    for name, document in documents().items():
        text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
        (folder / f"{name}.json").write_text(text, encoding="utf-8")


def _head(plan: Plan) -> Document:
    return {
        "algorithm": plan.algorithm,
        "parameters": plan.parameters,
        "shares": SHARES,
        "context": CONTEXT.hex(),
        "verify_key": VERIFY_KEY.hex(),
    }


def _accepted(plan: Plan) -> Document:
    prio3, reports, outputs = plan.prio3, [], []
    for index, measurement in enumerate(plan.measurements):
        recorder = Recorder(f"{plan.algorithm} randomness {index}")
        report = prio3.shard(CONTEXT, measurement, _nonce(plan, index), recorder.draw)
        verified, shares = _verified(prio3, report)
        reports.append({"measurement": measurement, "randomness": recorder.given.hex(), **verified})
        outputs.append(shares)
    aggregates = [prio3.aggregate(column) for column in zip(*outputs, strict=True)]
    return _head(plan) | {
        "reports": reports,
        "aggregate_shares": [wire.encode_aggregate_share(prio3, share).hex() for share in aggregates],
        "result": prio3.unshard(aggregates),
    }


def _skipped_number() -> Document:
    plan = replace(SUM, parameters={"most": 255})
    seeds = iter((SKIPPING_SEED, expand(SEED, "second helper", 32), expand(SEED, "prove", 32)))
    report = plan.prio3.shard(CONTEXT, 200, _nonce(plan, 0), lambda _length: next(seeds))
    verified, _ = _verified(plan.prio3, report)
    return _head(plan) | {"reports": [verified]}


def _verified(prio3: AnyPrio3, report: Report) -> tuple[Document, list[list[int]]]:
    started = [prio3.verify_init(VERIFY_KEY, CONTEXT, role, report.of_role(role)) for role in range(SHARES)]
    message = prio3.verifier_shares_to_message(CONTEXT, [share for _, share in started])
    outputs = [prio3.verify_next(state, message) for state, _ in started]
    return _encoded(prio3, report) | {
        "verifier_shares": [wire.encode_verifier_share(prio3, share).hex() for _, share in started],
        "verifier_message": message.hex(),
        "output_shares": [wire.encode_aggregate_share(prio3, share).hex() for share in outputs],
    }, outputs


def _encoded(prio3: AnyPrio3, report: Report) -> Document:
    return {
        "nonce": report.nonce.hex(),
        "public_share": wire.encode_public_share(report.public_share).hex(),
        "input_shares": [wire.encode_input_share(prio3, share).hex() for share in report.input_shares],
    }


def _nonce(plan: Plan, index: int) -> bytes:
    return expand(SEED, f"{plan.algorithm} nonce {index}", 16)


def _report(plan: Plan, index: int = 0, random: RandomBytes | None = None) -> Report:
    draw = random or Recorder(f"{plan.algorithm} randomness {index}").draw
    return plan.prio3.shard(CONTEXT, plan.measurements[index], _nonce(plan, index), draw)


def _forged(plan: Plan, encoded: list[int]) -> Report:
    draw = Recorder(f"{plan.algorithm} forged").draw
    return plan.prio3.shard_encoded(CONTEXT, encoded, _nonce(plan, 0), draw)


def _refused() -> dict[str, Document]:
    """Reports that fail, each with the step and the error: messages are given up to the failing step."""
    proof = "verifier_shares_to_message", "ProofError"
    tampered = {
        "bad_count_of_two": (COUNT, _forged(COUNT, [2])),
        "bad_histogram_two_buckets": (HISTOGRAM, _forged(HISTOGRAM, [1, 0, 0, 1, 0])),
        "bad_histogram_no_bucket": (HISTOGRAM, _forged(HISTOGRAM, [0] * 5)),
        "bad_histogram_half_a_bucket_twice": (HISTOGRAM, _forged(HISTOGRAM, _halves())),
        "bad_sum_bit_of_two": (SUM, _forged(SUM, [0] * 15 + [2])),
        "bad_wire_seed": (COUNT, _with_proof(COUNT, 0)),
        "bad_gadget_polynomial": (COUNT, _with_proof(COUNT, -1)),
        "bad_measurement_share": (COUNT, _with_measurement(COUNT)),
        "bad_helper_seed": (SUM, _with_helper(SUM)),
        "bad_joint_randomness_part": (HISTOGRAM, _with_part(HISTOGRAM)),
        "bad_joint_randomness_blind": (HISTOGRAM, _with_blind(HISTOGRAM)),
        "bad_shares_of_two_reports": (HISTOGRAM, _mixed(HISTOGRAM)),
        "bad_nonce": (HISTOGRAM, replace(_report(HISTOGRAM), nonce=_nonce(HISTOGRAM, 1))),
    }
    made = {
        name: _failing(plan, _encoded(plan.prio3, report), *proof)
        for name, (plan, report) in tampered.items()
    }
    return made | _unreadable() | _late()


def _failing(plan: Plan, report: Document, step: str, error: str) -> Document:
    return _head(plan) | {"reports": [report], "step": step, "error": error}


def _unreadable() -> dict[str, Document]:
    made: dict[str, Document] = {}
    for plan, name in ((COUNT, "count"), (HISTOGRAM, "histogram")):
        field = plan.prio3.circuit.field
        unreduced = field.modulus.to_bytes(field.element_bytes, "little").hex()
        report = _encoded(plan.prio3, _report(plan))
        leader, *helpers = report["input_shares"]
        for what, shares in (
            ("unreduced_element", [unreduced + leader[len(unreduced) :], *helpers]),
            ("truncated_leader_share", [leader[:-2], *helpers]),
            ("extended_helper_share", [leader, helpers[0] + "00", helpers[1]]),
        ):
            changed = report | {"input_shares": shares}
            made[f"bad_{name}_{what}"] = _failing(plan, changed, "verify_init", "MalformedError")
        changed = report | {"public_share": report["public_share"] + "00"}
        made[f"bad_{name}_public_share_length"] = _failing(plan, changed, "verify_init", "MalformedError")
    return made


def _late() -> dict[str, Document]:
    """Failures by what a role or the coordinating node sends."""
    verified, _ = _verified(HISTOGRAM.prio3, _report(HISTOGRAM))
    first, second, third = verified["verifier_shares"]
    lie = "00" * 16 + second[32:]
    unreduced = FIELD128.modulus.to_bytes(16, "little").hex() + second[32:]
    step = "verifier_shares_to_message"
    return {
        "bad_verifier_share": _failing(
            HISTOGRAM, verified | {"verifier_shares": [first, lie, third]}, step, "ProofError"
        ),
        "bad_verifier_share_unreduced": _failing(
            HISTOGRAM, verified | {"verifier_shares": [first, unreduced, third]}, step, "MalformedError"
        ),
        "bad_verifier_share_truncated": _failing(
            HISTOGRAM, verified | {"verifier_shares": [first, second[:-2], third]}, step, "MalformedError"
        ),
        "bad_verifier_share_missing": _failing(
            HISTOGRAM, verified | {"verifier_shares": [first, second]}, step, "ShareError"
        ),
        "bad_verifier_message": _failing(
            HISTOGRAM, verified | {"verifier_message": "00" * 32}, "verify_next", "ProofError"
        ),
        "bad_verifier_message_truncated": _failing(
            HISTOGRAM, verified | {"verifier_message": "00" * 31}, "verify_next", "MalformedError"
        ),
    }


def _halves() -> list[int]:
    half = FIELD128.inverse(2)
    return [half, half, 0, 0, 0]


def _leader(report: Report) -> LeaderShare:
    leader = report.input_shares[0]
    assert isinstance(leader, LeaderShare)
    return leader


def _with_proof(plan: Plan, place: int) -> Report:
    report = _report(plan)
    proofs = list(_leader(report).proofs)
    proofs[place] = (proofs[place] + 1) % FIELD64.modulus
    return replace(report, input_shares=(replace(_leader(report), proofs=proofs), *report.input_shares[1:]))


def _with_measurement(plan: Plan) -> Report:
    report = _report(plan)
    measurement = [(element + 1) % FIELD64.modulus for element in _leader(report).measurement]
    leader = replace(_leader(report), measurement=measurement)
    return replace(report, input_shares=(leader, *report.input_shares[1:]))


def _with_helper(plan: Plan) -> Report:
    report = _report(plan)
    first, _, third = report.input_shares
    return replace(report, input_shares=(first, HelperShare(bytes(32)), third))


def _with_part(plan: Plan) -> Report:
    report = _report(plan)
    first, _, third = report.public_share
    return replace(report, public_share=(first, bytes(32), third))


def _with_blind(plan: Plan) -> Report:
    report = _report(plan)
    return replace(report, input_shares=(replace(_leader(report), blind=bytes(32)), *report.input_shares[1:]))


def _mixed(plan: Plan) -> Report:
    first, second = _report(plan, 0), _report(plan, 1)
    return replace(first, input_shares=(first.input_shares[0], *second.input_shares[1:]))


if __name__ == "__main__":
    write(FOLDER)
