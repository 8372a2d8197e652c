"""Batched verification gives what the plain implementation gives, report by report, and refuses the same."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.errors import CryptoError, OutOfRangeError, ShareError
from crypto.prio3 import instance, wire
from crypto.prio3.batch import BatchVerifier
from crypto.prio3.batch_field import value_words
from crypto.prio3.batch_query import Opened, query_direct, tables_for
from crypto.prio3.batch_rows import (
    EncodedReport,
    InputBatch,
    MessageBatch,
    OutputBatch,
    StateBatch,
    VerifierBatch,
)
from crypto.prio3.field import FIELD64, roots_of_unity
from crypto.prio3.report import HelperShare, RoleReport, VerifierShare, VerifyState
from crypto.prio3.scheme import AnyPrio3, Prio3
from tests.crypto.prio3.higher_degree import HigherDegree
from tests.crypto.prio3.reports import (
    CASES,
    CONTEXT,
    VERIFY_KEY,
    Case,
    batch_for,
    parts_for,
    report_of,
    report_of_encoded,
    reports_of,
)

UNREDUCED_SEED = (356_955_947).to_bytes(32, "little")
"""Expands, as role 1's proofs share of `REJECTING` in `REJECTING_CONTEXT`, to a number beyond the modulus."""

REJECTING, REJECTING_CONTEXT = instance.sum_of(255, 3), b"argonauta vectors"
HISTOGRAM = instance.histogram(5, 2, 3)
of_every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def tampered(part: EncodedReport, field_name: str, place: int, change: int) -> EncodedReport:
    raw = bytearray(getattr(part, field_name))
    if raw:
        raw[place % len(raw)] ^= change
    return part._replace(**{field_name: bytes(raw)})


def plain_outputs(prio3: AnyPrio3, parts: list[EncodedReport]) -> list[bytes | None]:
    """Every role's encoded output share by the plain implementation, or None where it refuses."""
    try:
        started = [_started(prio3, role, part) for role, part in enumerate(parts)]
        message = prio3.verifier_shares_to_message(CONTEXT, [share for _, share in started])
    except CryptoError:
        return [None] * prio3.shares
    return [_finished(prio3, state, message) for state, _ in started]


def _started(prio3: AnyPrio3, role: int, part: EncodedReport) -> tuple[VerifyState, VerifierShare]:
    public_share = wire.decode_public_share(prio3, part.public_share)
    input_share = wire.decode_input_share(prio3, role, part.input_share)
    return prio3.verify_init(VERIFY_KEY, CONTEXT, role, RoleReport(part.nonce, public_share, input_share))


def _finished(prio3: AnyPrio3, state: VerifyState, message: bytes) -> bytes | None:
    try:
        return wire.encode_aggregate_share(prio3, prio3.verify_next(state, message))
    except CryptoError:
        return None


def run(
    prio3: AnyPrio3, reports: list[list[EncodedReport]]
) -> tuple[list[StateBatch], list[VerifierBatch], list[OutputBatch]]:
    """Batched verification of reports, each given as the parts of all roles."""
    verifier = BatchVerifier(prio3, VERIFY_KEY, CONTEXT)
    roles = range(prio3.shares)
    batches = [InputBatch.of(prio3, role, [parts[role] for parts in reports]) for role in roles]
    started = [verifier.verify_init(role, batches[role]) for role in roles]
    shares = [share for _, share in started]
    messages = verifier.verifier_shares_to_messages(shares)
    outputs = [verifier.verify_next(state, messages) for state, _ in started]
    return [state for state, _ in started], shares, outputs


@of_every_case
def test_every_byte_of_states_and_verifier_shares_is_the_plain_one(case: Case):
    prio3 = case.prio3
    reports = reports_of(prio3, [*case.measurements] * 3)
    states, shares, outputs = run(prio3, parts_for(prio3, reports))

    for role in range(prio3.shares):
        for index, report in enumerate(reports):
            state, share = prio3.verify_init(VERIFY_KEY, CONTEXT, role, report.of_role(role))
            assert shares[role].rows[index].tobytes() == wire.encode_verifier_share(prio3, share)
            encoded = wire.encode_aggregate_share(prio3, state.output_share)
            assert states[role].output_shares[index].tobytes() == encoded
            assert states[role].joint_randomness_seeds[index].tobytes() == state.joint_randomness_seed
        assert outputs[role].refused_indices == ()


@of_every_case
def test_the_sum_over_a_batch_is_the_result(case: Case):
    prio3, verifier = case.prio3, BatchVerifier(case.prio3, VERIFY_KEY, CONTEXT)
    _, _, outputs = run(prio3, parts_for(prio3, reports_of(prio3, case.measurements)))

    assert prio3.unshard([verifier.aggregate(output) for output in outputs]) == case.result


@of_every_case
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_of_good_and_bad_reports_exactly_those_are_refused_that_the_plain_one_refuses(case: Case, data):
    prio3 = case.prio3
    count = data.draw(st.integers(1, 10))
    reports = parts_for(prio3, reports_of(prio3, ([*case.measurements] * count)[:count]))
    for parts in reports:
        if data.draw(st.booleans()):
            role = data.draw(st.integers(0, prio3.shares - 1))
            which = data.draw(st.sampled_from(EncodedReport._fields))
            place, change = data.draw(st.integers(0, 5000)), data.draw(st.integers(1, 255))
            parts[role] = tampered(parts[role], which, place, change)

    _, _, outputs = run(prio3, reports)

    for index, parts in enumerate(reports):
        found = [
            None if output.refused[index] else output.output_shares[index].tobytes() for output in outputs
        ]
        assert found == plain_outputs(prio3, parts)


@of_every_case
def test_a_bad_report_is_refused_alone_and_not_summed(case: Case):
    prio3 = case.prio3
    encoded = prio3.circuit.encode(case.measurements[0])
    encoded[0] += 2
    reports = reports_of(prio3, case.measurements)
    parts = parts_for(prio3, [*reports[:1], report_of_encoded(prio3, encoded, "bad"), *reports[1:]])
    verifier = BatchVerifier(prio3, VERIFY_KEY, CONTEXT)

    _, _, outputs = run(prio3, parts)

    assert {output.refused_indices for output in outputs} == {(1,)}
    assert prio3.unshard([verifier.aggregate(output) for output in outputs]) == case.result


@pytest.mark.parametrize("which", EncodedReport._fields)
def test_a_message_of_another_length_is_refused_alone(which):
    prio3 = instance.histogram(5, 2, 3)
    reports = parts_for(prio3, reports_of(prio3, [1, 1, 1]))
    reports[2][0] = reports[2][0]._replace(**{which: b"short"})

    _, _, outputs = run(prio3, reports)

    assert {output.refused_indices for output in outputs} == {(2,)}


def test_an_element_that_is_not_reduced_is_refused_alone():
    prio3 = instance.count(3)
    reports = parts_for(prio3, reports_of(prio3, [1, 1, 1]))
    share = reports[0][0].input_share
    reports[0][0] = reports[0][0]._replace(input_share=FIELD64.modulus.to_bytes(8, "little") + share[8:])

    _, _, outputs = run(prio3, reports)

    assert {output.refused_indices for output in outputs} == {(0,)}


def test_a_seed_whose_stream_skips_a_number_is_expanded_as_the_plain_one_does():
    report = REJECTING.shard(REJECTING_CONTEXT, 200, bytes(16), lambda length: UNREDUCED_SEED[:length])
    assert report.input_shares[1] == HelperShare(UNREDUCED_SEED)
    other = REJECTING.shard(REJECTING_CONTEXT, 100, bytes(16))
    verifier = BatchVerifier(REJECTING, VERIFY_KEY, REJECTING_CONTEXT)

    shares = []
    for role in range(3):
        _, batched = verifier.verify_init(role, batch_for(REJECTING, [other, report, other], role))
        _, plain = REJECTING.verify_init(VERIFY_KEY, REJECTING_CONTEXT, role, report.of_role(role))
        assert batched.rows[1].tobytes() == wire.encode_verifier_share(REJECTING, plain)
        shares.append(batched)

    assert not verifier.verifier_shares_to_messages(shares).refused.any()


@pytest.mark.parametrize("root", range(4))
def test_a_kernel_flags_queries_at_roots_of_unity(root):
    """For one gadget call p = 2: of the fourth roots, 1 and -1 are flagged and the others computed."""
    point = value_words(FIELD64, [roots_of_unity(FIELD64, 4)[root]])[np.newaxis]
    nothing, element = np.empty((1, 0), dtype=np.uint64), value_words(FIELD64, [1])[np.newaxis]
    proof = value_words(FIELD64, [5, 6, 30, 0, 1])[np.newaxis]
    verifiers, flags = np.empty((1, 4), dtype=np.uint64), np.zeros(1, dtype=np.bool_)

    opened = Opened(element, proof, point, nothing, element)
    query_direct(opened, tables_for(FIELD64, 2, 1), 2, verifiers, flags)

    assert bool(flags[0]) == (root % 2 == 0)


def test_batches_of_any_size_are_verified_in_tiles():
    prio3, verifier = instance.count(2), BatchVerifier(instance.count(2), VERIFY_KEY, CONTEXT)
    report = report_of(prio3, 1)
    for count in (0, 1, 1023, 1025, 2100):
        batches = [batch_for(prio3, [report] * count, role) for role in range(2)]
        states, shares = zip(*(verifier.verify_init(*each) for each in enumerate(batches)), strict=True)
        messages = verifier.verifier_shares_to_messages(shares)
        outputs = [verifier.verify_next(state, messages) for state in states]

        assert prio3.unshard([verifier.aggregate(output) for output in outputs]) == count


def test_a_lying_role_s_verifier_share_makes_only_that_report_fail():
    prio3, verifier = HISTOGRAM, BatchVerifier(HISTOGRAM, VERIFY_KEY, CONTEXT)
    reports = reports_of(prio3, [2] * 4)
    shares = [verifier.verify_init(role, batch_for(prio3, reports, role))[1] for role in range(3)]
    rows = [row.tobytes() for row in shares[1].rows]
    rows[3] = rows[3][:-1] + bytes([rows[3][-1] ^ 1])
    rows[1] = bytes([rows[1][0] ^ 1]) + rows[1][1:]
    rows[2] = b"\xff" * len(rows[2])
    rows[0] = rows[0][1:]

    messages = verifier.verifier_shares_to_messages([shares[0], VerifierBatch.of(prio3, rows), shares[2]])
    outputs = verifier.verify_next(verifier.verify_init(0, batch_for(prio3, reports, 0))[0], messages)

    # The proofs hold for report 3, whose joint randomness part was changed; the roles see that at the end.
    assert list(messages.refused) == [True, True, True, False]
    assert outputs.refused_indices == (0, 1, 2, 3)


def test_messages_that_somebody_else_computed_are_read_and_compared():
    prio3, verifier = HISTOGRAM, BatchVerifier(HISTOGRAM, VERIFY_KEY, CONTEXT)
    reports = reports_of(prio3, [2] * 3)
    states, shares = zip(
        *(verifier.verify_init(role, batch_for(prio3, reports, role)) for role in range(3)), strict=True
    )
    rows = [row.tobytes() for row in verifier.verifier_shares_to_messages(shares).rows]

    outputs = verifier.verify_next(states[0], MessageBatch.of(prio3, [rows[0], bytes(32), b""]))

    assert outputs.refused_indices == (1, 2)


def test_a_refused_report_stays_refused():
    prio3, verifier = instance.count(3), BatchVerifier(instance.count(3), VERIFY_KEY, CONTEXT)
    batch = batch_for(prio3, [report_of(prio3, 1, "a"), report_of(prio3, 1, "b")], 0)

    state, shares = verifier.verify_init(0, batch.without(np.array([True, False])))

    assert list(state.refused) == list(shares.refused) == [True, False]
    assert not shares.rows[0].any()


def test_shares_and_messages_of_other_batches_or_instances_are_refused():
    prio3, verifier = HISTOGRAM, BatchVerifier(HISTOGRAM, VERIFY_KEY, CONTEXT)
    reports = reports_of(prio3, [2] * 2)
    state, share = verifier.verify_init(0, batch_for(prio3, reports, 0))
    _, fewer = verifier.verify_init(0, batch_for(prio3, reports[:1], 0))
    other = VerifierBatch(share.rows[:, :-8], share.refused)

    for shares in ([share] * 2, [share, share, fewer], [other] * 3):
        with pytest.raises(ShareError):
            verifier.verifier_shares_to_messages(shares)
    with pytest.raises(ShareError):
        verifier.verify_next(state, MessageBatch.of(prio3, [bytes(32)]))


def test_keys_roles_and_circuits_that_cannot_be_are_refused():
    with pytest.raises(OutOfRangeError):
        BatchVerifier(instance.count(3), bytes(16), CONTEXT)
    with pytest.raises(OutOfRangeError, match="HigherDegree"):
        BatchVerifier(Prio3(HigherDegree(), instance.PRIVATE_USE, 2), VERIFY_KEY, CONTEXT)
    with pytest.raises(OutOfRangeError):
        BatchVerifier(HISTOGRAM, VERIFY_KEY, CONTEXT).verify_init(3, InputBatch.of(HISTOGRAM, 0, []))


def test_no_share_shows_in_a_representation():
    batch = batch_for(instance.count(3), [report_of(instance.count(3), 1)], 0)

    assert "input_shares" not in repr(batch)


@pytest.mark.slow
def test_a_thousand_reports_about_a_thousand_buckets_are_verified_and_the_bad_ones_named():
    length = 1000
    prio3 = instance.histogram(length, instance.best_chunk_length(length), 3)
    verifier = BatchVerifier(prio3, VERIFY_KEY, CONTEXT)
    reports = reports_of(prio3, range(8))
    bad = replace(reports[0], nonce=reports[1].nonce)
    batches = [batch_for(prio3, [*reports, bad] * 120, role) for role in range(3)]
    states, shares = zip(*(verifier.verify_init(*each) for each in enumerate(batches)), strict=True)
    messages = verifier.verifier_shares_to_messages(shares)
    outputs = [verifier.verify_next(state, messages) for state in states]

    assert outputs[0].refused_indices == tuple(range(8, 9 * 120, 9))
    assert prio3.unshard([verifier.aggregate(output) for output in outputs]) == [120] * 8 + [0] * (length - 8)
