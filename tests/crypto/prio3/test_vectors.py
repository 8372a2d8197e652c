"""Our own vectors, played from their bytes alone; the batched implementation takes them as well."""

import json
from pathlib import Path
from typing import Any

import pytest

import crypto.errors
from crypto.errors import CryptoError
from crypto.prio3 import wire
from crypto.prio3.batch import BatchVerifier
from crypto.prio3.batch_rows import EncodedReport, InputBatch
from crypto.prio3.field import FIELD64
from crypto.prio3.report import RoleReport
from crypto.prio3.scheme import AnyPrio3
from crypto.prio3.tag import Usage
from crypto.prio3.xof import XofTurboShake128
from tests.crypto.prio3.reports import reading
from tests.vectors.make_prio3_vectors import CONTEXT, INSTANCES, SKIPPING_SEED, documents

FOLDER = Path(__file__).parents[2] / "vectors" / "prio3"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))
ACCEPTED = [name for name in NAMES if not name.startswith("bad_")]
REFUSED = [name for name in NAMES if name.startswith("bad_")]


def load(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return document


def prio3_of(document: dict[str, Any]) -> AnyPrio3:
    return INSTANCES[document["algorithm"]](**document["parameters"], shares=document["shares"])


class Played:
    """One report of a vector, step by step."""

    def __init__(self, document: dict[str, Any], report: dict[str, Any]) -> None:
        self.prio3, self.report = prio3_of(document), report
        self.key, self.context = bytes.fromhex(document["verify_key"]), bytes.fromhex(document["context"])

    def role_report(self, role: int) -> RoleReport:
        nonce, public_share = (bytes.fromhex(self.report[name]) for name in ("nonce", "public_share"))
        share = bytes.fromhex(self.report["input_shares"][role])
        return RoleReport(
            nonce,
            wire.decode_public_share(self.prio3, public_share),
            wire.decode_input_share(self.prio3, role, share),
        )

    def verify_init(self) -> list[str]:
        roles = range(self.prio3.shares)
        started = [
            self.prio3.verify_init(self.key, self.context, role, self.role_report(role)) for role in roles
        ]
        self.states = [state for state, _ in started]
        self.shares = [wire.encode_verifier_share(self.prio3, share).hex() for _, share in started]
        return self.shares

    def verifier_shares_to_message(self) -> str:
        sent = self.report.get("verifier_shares", self.shares)
        shares = [wire.decode_verifier_share(self.prio3, bytes.fromhex(raw)) for raw in sent]
        return self.prio3.verifier_shares_to_message(self.context, shares).hex()

    def verify_next(self) -> list[str]:
        message = wire.decode_verifier_message(self.prio3, bytes.fromhex(self.report["verifier_message"]))
        outputs = [self.prio3.verify_next(state, message) for state in self.states]
        return [wire.encode_aggregate_share(self.prio3, output).hex() for output in outputs]


def test_making_the_vectors_again_changes_nothing():
    made = json.loads(json.dumps(documents()))

    assert sorted(made) == NAMES
    assert all(load(name) == document for name, document in made.items())


@pytest.mark.parametrize("name", ACCEPTED)
def test_every_step_of_a_report_gives_the_expected_messages(name):
    document = load(name)
    for report in document["reports"]:
        played = Played(document, report)

        assert played.verify_init() == report["verifier_shares"]
        assert played.verifier_shares_to_message() == report["verifier_message"]
        assert played.verify_next() == report["output_shares"]


@pytest.mark.parametrize("name", [name for name in ACCEPTED if "result" in load(name)])
def test_measurements_are_sharded_and_summed_as_expected(name):
    document = load(name)
    prio3, context = prio3_of(document), bytes.fromhex(document["context"])
    for report in document["reports"]:
        nonce, randomness = bytes.fromhex(report["nonce"]), reading(bytes.fromhex(report["randomness"]))
        made = prio3.shard(context, report["measurement"], nonce, randomness)
        shares = [wire.encode_input_share(prio3, share).hex() for share in made.input_shares]
        assert (wire.encode_public_share(made.public_share).hex(), shares) == (
            report["public_share"],
            report["input_shares"],
        )

    raw = [bytes.fromhex(share) for share in document["aggregate_shares"]]
    assert prio3.unshard([wire.decode_aggregate_share(prio3, share) for share in raw]) == document["result"]


@pytest.mark.parametrize("name", REFUSED)
def test_a_tampered_report_fails_at_its_step_with_its_error(name):
    document = load(name)
    played, steps = Played(document, document["reports"][0]), iter(Played.__dict__)
    order = [step for step in steps if step.startswith("verif")]
    for step in order[: order.index(document["step"])]:
        getattr(played, step)()

    with pytest.raises(CryptoError) as refused:
        getattr(played, document["step"])()

    assert refused.type is getattr(crypto.errors, document["error"])


@pytest.mark.parametrize("name", [name for name in NAMES if load(name).get("step") != "verify_next"])
def test_the_batched_implementation_decides_the_same(name):
    document = load(name)
    prio3 = prio3_of(document)
    verifier = BatchVerifier(prio3, bytes.fromhex(document["verify_key"]), bytes.fromhex(document["context"]))
    shares, refused = [], "error" in document
    for role in range(prio3.shares):
        parts = [
            EncodedReport(
                bytes.fromhex(report["nonce"]),
                bytes.fromhex(report["public_share"]),
                bytes.fromhex(report["input_shares"][role]),
            )
            for report in document["reports"]
        ]
        shares.append(verifier.verify_init(role, InputBatch.of(prio3, role, parts))[1])
        for index, report in enumerate(document["reports"]):
            if not refused:
                assert shares[role].rows[index].tobytes().hex() == report["verifier_shares"][role]

    messages = verifier.verifier_shares_to_messages(shares)

    # What a role sent wrong is not in these inputs; see the tests of the batch for it.
    assert messages.refused.all() == (refused and not name.startswith("bad_verifier_share"))


def test_the_seed_of_a_skipped_number_is_one():
    tag = prio3_of(load("skipped_number")).derivation(CONTEXT).tag(Usage.PROOF_SHARE)
    stream = XofTurboShake128(SKIPPING_SEED, tag, bytes((1, 1))).next(8 * 6)
    numbers = [int.from_bytes(stream[place : place + 8], "little") for place in range(0, 48, 8)]

    assert [number >= FIELD64.modulus for number in numbers] == [False] * 4 + [True, False]
