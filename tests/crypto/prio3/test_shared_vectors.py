"""Every byte of the draft's vectors, and the failure of every vector that must fail."""

from collections.abc import Iterator
from typing import Any

import pytest

from crypto.errors import CryptoError, ProofError
from crypto.prio3 import wire
from crypto.prio3.batch import BatchVerifier
from crypto.prio3.batch_rows import EncodedReport, InputBatch
from crypto.prio3.field import FIELD128
from crypto.prio3.report import RoleReport, VerifierShare, VerifyState
from crypto.prio3.scheme import AnyPrio3
from crypto.prio3.xof import Xof, XofFixedKeyAes128, XofTurboShake128, derive_seed, expand_vector
from tests.crypto.prio3.reports import reading
from tests.crypto.prio3.shared_vectors import MISSING, load, names, prio3_of

if not names("*"):
    pytest.skip(MISSING, allow_module_level=True)


class Played:
    """One report of a vector on its way through the protocol."""

    def __init__(self, document: dict[str, Any], report: dict[str, Any], prio3: AnyPrio3) -> None:
        self.prio3, self.report = prio3, report
        self.key, self.context = bytes.fromhex(document["verify_key"]), bytes.fromhex(document["ctx"])
        self.nonce = bytes.fromhex(report["nonce"])
        self.states: dict[int, VerifyState] = {}

    def shard(self) -> tuple[str, list[str]]:
        report = self.prio3.shard(
            self.context, self.report["measurement"], self.nonce, reading(bytes.fromhex(self.report["rand"]))
        )
        shares = [wire.encode_input_share(self.prio3, share).hex() for share in report.input_shares]
        return wire.encode_public_share(report.public_share).hex(), shares

    def verify_init(self, role: int) -> str:
        public_share = wire.decode_public_share(self.prio3, bytes.fromhex(self.report["public_share"]))
        encoded = bytes.fromhex(self.report["input_shares"][role])
        input_share = wire.decode_input_share(self.prio3, role, encoded)
        state, share = self.prio3.verify_init(
            self.key, self.context, role, RoleReport(self.nonce, public_share, input_share)
        )
        self.states[role] = state
        return wire.encode_verifier_share(self.prio3, share).hex()

    def verifier_shares_to_message(self) -> str:
        shares = [self._verifier_share(raw) for raw in self.report["verifier_shares"][0]]
        return self.prio3.verifier_shares_to_message(self.context, shares).hex()

    def _verifier_share(self, raw: str) -> VerifierShare:
        return wire.decode_verifier_share(self.prio3, bytes.fromhex(raw))

    def verify_next(self, role: int) -> list[int]:
        message = wire.decode_verifier_message(self.prio3, bytes.fromhex(self.report["verifier_messages"][0]))
        return self.prio3.verify_next(self.states[role], message)

    def play(self, operation: dict[str, Any]) -> tuple[object, object]:
        """What came out, and what the vector says."""
        role = operation.get("aggregator_id", 0)
        match operation["operation"]:
            case "shard":
                return self.shard(), (self.report["public_share"], self.report["input_shares"])
            case "verify_init":
                return self.verify_init(role), (self.report["verifier_shares"][0] + [None])[role]
            case "verifier_shares_to_message":
                return self.verifier_shares_to_message(), (self.report["verifier_messages"] + [None])[0]
            case _:
                share = wire.encode_aggregate_share(self.prio3, self.verify_next(role)).hex()
                return share, (self.report["out_shares"] + [None] * role)[role]


def operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from (operation for operation in document["operations"] if "report_index" in operation)


def played(name: str) -> tuple[dict[str, Any], AnyPrio3, list[Played]]:
    document = load(name)
    prio3 = prio3_of(name, document)
    return document, prio3, [Played(document, report, prio3) for report in document["reports"]]


@pytest.mark.parametrize("name", names("Prio3*_[0-9]"))
def test_every_message_of_a_report_is_the_expected_one(name):
    document, _, reports = played(name)

    for operation in operations(document):
        came_out, expected = reports[operation["report_index"]].play(operation)
        assert came_out == expected


@pytest.mark.parametrize("name", names("Prio3*_[0-9]"))
def test_aggregate_shares_and_result_are_the_expected_ones(name):
    document, prio3, _ = played(name)
    shares = []
    for role in range(prio3.shares):
        outputs = [bytes.fromhex(report["out_shares"][role]) for report in document["reports"]]
        shares.append(prio3.aggregate(wire.decode_aggregate_share(prio3, output) for output in outputs))

    encoded = [wire.encode_aggregate_share(prio3, share).hex() for share in shares]
    assert encoded == document["agg_shares"]
    assert prio3.unshard(shares) == document["agg_result"]


@pytest.mark.parametrize("name", [name for name in names("Prio3*_[0-9]") if "HigherDegree" not in name])
def test_the_batched_implementation_opens_the_expected_verifier_shares(name):
    document, prio3, _ = played(name)
    verifier = BatchVerifier(prio3, bytes.fromhex(document["verify_key"]), bytes.fromhex(document["ctx"]))
    shares = []
    for role in range(prio3.shares):
        parts = [
            EncodedReport(
                bytes.fromhex(report["nonce"]),
                bytes.fromhex(report["public_share"]),
                bytes.fromhex(report["input_shares"][role]),
            )
            for report in document["reports"]
        ]
        state, share = verifier.verify_init(role, InputBatch.of(prio3, role, parts))
        shares.append(share)
        for index, report in enumerate(document["reports"]):
            assert share.rows[index].tobytes().hex() == report["verifier_shares"][0][role]
            assert state.output_shares[index].tobytes().hex() == report["out_shares"][role]

    messages = verifier.verifier_shares_to_messages(shares)

    assert not messages.refused.any()
    expected = [report["verifier_messages"][0] for report in document["reports"]]
    assert [row.tobytes().hex() for row in messages.rows] == expected


@pytest.mark.parametrize("name", names("Prio3*_bad_*"))
def test_a_tampered_report_fails_where_the_vector_says(name):
    document, _, (report,) = played(name)
    *before, failing = operations(document)
    assert not failing["success"]
    for operation in before:
        came_out, expected = report.play(operation)
        assert expected is None or came_out == expected

    with pytest.raises(CryptoError) as refused:
        report.play(failing)

    assert refused.type is ProofError


@pytest.mark.parametrize("xof", [XofTurboShake128, XofFixedKeyAes128])
def test_the_extendable_output_functions_give_the_expected_bytes(xof: type[Xof]):
    document = load(xof.__name__)
    seed, tag, binder = (bytes.fromhex(document[name]) for name in ("seed", "dst", "binder"))

    expanded = expand_vector(xof(seed, tag, binder), FIELD128, document["length"])

    assert derive_seed(xof, seed, tag, binder).hex() == document["derived_seed"]
    assert FIELD128.encode(expanded).hex() == document["expanded_vec_field128"]
