"""The attacks that Prio3 is there to stop, each by the wallet or node that would gain from it."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.errors import OutOfRangeError, ProofError, ShareError
from crypto.prio3 import instance
from crypto.prio3.circuits.sum_vector import SumVector
from crypto.prio3.expansion import Expansion
from crypto.prio3.field import FIELD64, roots_of_unity
from crypto.prio3.proof import Query, decide, prove, query
from crypto.prio3.report import HelperShare, LeaderShare
from crypto.prio3.scheme import Prio3
from tests.crypto.prio3.higher_degree import HigherDegree
from tests.crypto.prio3.reports import (
    CASES,
    CONTEXT,
    VERIFY_KEY,
    Case,
    nonce_of,
    report_of,
    report_of_encoded,
    reports_of,
    started,
    verified,
)

COUNT, HISTOGRAM, SUM = instance.count(3), instance.histogram(5, 2, 3), instance.sum_of(10, 3)
of_every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


@of_every_case
def test_sums_of_verified_reports_are_the_result(case: Case):
    prio3 = case.prio3
    reports = reports_of(prio3, case.measurements)

    outputs = [verified(prio3, report) for report in reports]
    aggregates = [prio3.aggregate(shares) for shares in zip(*outputs, strict=True)]

    assert prio3.unshard(aggregates) == case.result


@of_every_case
def test_an_encoding_that_is_no_measurement_s_is_refused(case: Case):
    encoded = case.prio3.circuit.encode(case.measurements[0])
    encoded[-1] += 2

    with pytest.raises(ProofError):
        verified(case.prio3, report_of_encoded(case.prio3, encoded))


@pytest.mark.parametrize(
    ("prio3", "encoded"),
    [
        (COUNT, [2]),
        (COUNT, [FIELD64.modulus - 1]),
        (HISTOGRAM, [1, 0, 0, 1, 0]),
        (HISTOGRAM, [0] * 5),
        (SUM, [0, 0, 2, 0]),
    ],
    ids=["count two", "count minus one", "two buckets", "no bucket", "a bit of two"],
)
def test_measurements_that_would_count_more_than_one_person_s_are_refused(prio3, encoded):
    report = report_of_encoded(prio3, encoded)

    with pytest.raises(ProofError):
        verified(prio3, report)

    # Without the proofs, which is additive sharing alone, the same shares are summed as they are.
    states, _ = started(prio3, report)
    unproven = prio3.unshard([prio3.aggregate([state.output_share]) for state in states])
    assert unproven == prio3.circuit.decode(prio3.circuit.truncate(encoded))


@of_every_case
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_any_changed_element_of_the_leader_s_share_is_refused(case: Case, data):
    report = report_of(case.prio3, case.measurements[0])
    leader = report.input_shares[0]
    assert isinstance(leader, LeaderShare)
    elements = leader.measurement + leader.proofs
    place = data.draw(st.integers(0, len(elements) - 1))
    elements[place] = (elements[place] + data.draw(st.integers(1, 5))) % case.prio3.circuit.field.modulus
    length = len(leader.measurement)
    changed = replace(leader, measurement=elements[:length], proofs=elements[length:])

    with pytest.raises(ProofError):
        verified(case.prio3, replace(report, input_shares=(changed, *report.input_shares[1:])))


@of_every_case
def test_another_seed_for_a_helper_is_refused(case: Case):
    report = report_of(case.prio3, case.measurements[0])
    changed = HelperShare(bytes(32), report.input_shares[1].blind)

    with pytest.raises(ProofError):
        verified(
            case.prio3,
            replace(report, input_shares=(report.input_shares[0], changed, *report.input_shares[2:])),
        )


@pytest.mark.parametrize("role", range(3))
def test_another_blind_or_joint_randomness_part_is_refused(role):
    report = report_of(HISTOGRAM, 1)
    shares, parts = list(report.input_shares), list(report.public_share)
    shares[role] = replace(shares[role], blind=bytes(32))
    parts[role] = bytes(32)

    with pytest.raises(ProofError):
        verified(HISTOGRAM, replace(report, input_shares=tuple(shares)))
    with pytest.raises(ProofError):
        verified(HISTOGRAM, replace(report, public_share=tuple(parts)))


def test_a_wallet_that_tells_one_role_another_part_fails_at_that_role():
    report = report_of(HISTOGRAM, 1)
    parts = [report.of_role(role) for role in range(3)]
    parts[2] = parts[2]._replace(public_share=(bytes(32), *report.public_share[1:]))

    with pytest.raises(ProofError):
        verified(HISTOGRAM, parts)


@of_every_case
def test_roles_with_different_verify_keys_agree_on_nothing(case: Case):
    prio3, report = case.prio3, report_of(case.prio3, case.measurements[0])
    _, shares = started(prio3, report)
    _, others = started(prio3, report, bytes(32))

    with pytest.raises(ProofError):
        prio3.verifier_shares_to_message(CONTEXT, [*others[:1], *shares[1:]])


@of_every_case
def test_shares_of_two_reports_do_not_mix(case: Case):
    first, second = (report_of(case.prio3, case.measurements[0], label) for label in ("first", "second"))
    mixed = replace(first, input_shares=(first.input_shares[0], *second.input_shares[1:]))

    with pytest.raises(ProofError):
        verified(case.prio3, mixed)


@pytest.mark.parametrize("change", [{"context": b"another task"}, {"nonce": nonce_of("another")}], ids=str)
def test_a_report_is_bound_to_its_context_and_with_joint_randomness_to_its_nonce(change):
    report = report_of(HISTOGRAM, 1)
    context = change.get("context", CONTEXT)
    parts = [report.of_role(role)._replace(nonce=change.get("nonce", report.nonce)) for role in range(3)]
    shares = [HISTOGRAM.verify_init(VERIFY_KEY, context, role, part)[1] for role, part in enumerate(parts)]

    with pytest.raises(ProofError):
        HISTOGRAM.verifier_shares_to_message(context, shares)


@of_every_case
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_a_role_that_changes_its_verifier_share_makes_the_report_fail_and_learns_nothing(case: Case, data):
    prio3 = case.prio3
    _, shares = started(prio3, report_of(prio3, case.measurements[0]))
    role = data.draw(st.integers(0, prio3.shares - 1))
    verifiers = list(shares[role].verifiers)
    place = data.draw(st.integers(0, len(verifiers) - 1))
    verifiers[place] = (verifiers[place] + 1) % prio3.circuit.field.modulus
    shares[role] = replace(shares[role], verifiers=verifiers)

    with pytest.raises(ProofError) as refused:
        prio3.verifier_shares_to_message(CONTEXT, shares)

    assert str(refused.value) == "the proof does not show that the measurement is valid"


def test_a_wallet_that_knows_the_verify_key_reports_anything():
    """Why the key is secret: a wrong gadget polynomial need only be right at the point that will be asked."""
    expansion = Expansion(COUNT.circuit, 1, COUNT.derivation(CONTEXT))
    (asked,) = expansion.queries(VERIFY_KEY, nonce_of("report"), 3, b"")
    t, p = asked.query_randomness[-1], FIELD64.modulus
    honest_proof_of_two = report_of_encoded(COUNT, [2])
    leader = honest_proof_of_two.input_shares[0]
    assert isinstance(leader, LeaderShare)
    # The gadget's one call is at α = -1, where f = 2·2 and the circuit wants 2. Adding s (x - t) makes it 2.
    s = -2 * pow(-1 - t, -1, p)
    polynomial = zip(leader.proofs[2:], roots_of_unity(FIELD64, 4), strict=False)
    proofs = leader.proofs[:2] + [(value + s * (x - t)) % p for value, x in polynomial]
    shares = (replace(leader, proofs=proofs), *honest_proof_of_two.input_shares[1:])
    forged = replace(honest_proof_of_two, input_shares=shares)

    assert COUNT.unshard(verified(COUNT, forged)) == 2
    with pytest.raises(ProofError):
        COUNT.verifier_shares_to_message(CONTEXT, started(COUNT, forged, bytes(32))[1])


def test_two_verifications_under_two_keys_show_a_measurement_that_one_does_not():
    """Why a report is verified once: two points of a wire show its value at the gadget's call."""
    report = report_of(COUNT, 1)
    expansion = Expansion(COUNT.circuit, 1, COUNT.derivation(CONTEXT))
    points, openings = [], []
    for key in (VERIFY_KEY, bytes(32)):
        (asked,) = expansion.queries(key, report.nonce, 3, b"")
        _, shares = started(COUNT, report, key)
        points.append(asked.query_randomness[-1])
        openings.append(sum(share.verifiers[1] for share in shares))
    # The wire is a line through (1, random) and (-1, measurement), as p = 2.
    (t, u), (wire_t, wire_u), p = points, openings, FIELD64.modulus

    measurement = (wire_t + (wire_u - wire_t) * (-1 - t) * pow(u - t, -1, p)) % p

    assert measurement == 1


@pytest.mark.parametrize("root", range(4))
def test_a_query_at_a_root_of_unity_would_show_the_gadget_s_inputs_and_is_not_asked(root):
    circuit = HigherDegree()
    proof = prove(circuit, [2], [77], [])
    point = roots_of_unity(FIELD64, 4)[root]
    asked = Query([point], [], 1)

    if root % 2 == 0:
        with pytest.raises(ProofError, match="root of unity"):
            query(circuit, [2], proof, asked)
    else:
        decide(circuit, query(circuit, [2], proof, asked))


def test_aggregate_shares_of_different_batches_are_no_result():
    first, second = (verified(COUNT, report_of(COUNT, 1, label)) for label in ("first", "second"))
    shares = [COUNT.aggregate([first[0]]), COUNT.aggregate([second[1]]), COUNT.aggregate([second[2]])]

    assert COUNT.unshard(shares) > 1 << 32


@pytest.mark.parametrize("proofs", [1, 2])
def test_joint_randomness_on_the_small_field_needs_three_proofs(proofs):
    with pytest.raises(OutOfRangeError, match="needs 3 proofs"):
        Prio3(SumVector(FIELD64, 3, 1, 2), instance.PRIVATE_USE, 3, proofs)


@pytest.mark.parametrize(("shares", "proofs"), [(1, 1), (256, 1), (2, 0), (2, 256)])
def test_numbers_of_shares_and_proofs_out_of_range_are_refused(shares, proofs):
    with pytest.raises(OutOfRangeError):
        Prio3(HigherDegree(), instance.PRIVATE_USE, shares, proofs)


def test_several_proofs_also_serve_circuits_without_joint_randomness():
    prio3 = Prio3(HigherDegree(), instance.PRIVATE_USE, 4, 2)

    assert prio3.unshard(verified(prio3, report_of(prio3, 2))) == 2
    with pytest.raises(ProofError):
        verified(prio3, report_of_encoded(prio3, [3]))


@pytest.mark.parametrize(
    ("key", "role", "nonce"),
    [
        (bytes(31), 0, bytes(16)),
        (VERIFY_KEY, 3, bytes(16)),
        (VERIFY_KEY, -1, bytes(16)),
        (VERIFY_KEY, 0, b""),
    ],
)
def test_keys_roles_and_nonces_out_of_range_are_refused(key, role, nonce):
    part = report_of(COUNT, 1).of_role(0)._replace(nonce=nonce)

    with pytest.raises(OutOfRangeError):
        COUNT.verify_init(key, CONTEXT, role, part)


def test_a_wallet_does_not_shard_under_a_short_nonce():
    with pytest.raises(OutOfRangeError):
        COUNT.shard(CONTEXT, 1, b"short")


def test_shares_of_another_role_or_number_of_roles_are_refused():
    report = report_of(HISTOGRAM, 1)
    states, shares = started(HISTOGRAM, report)
    assert states

    for role, part in (
        (1, report.of_role(0)),
        (0, report.of_role(1)),
        (0, report.of_role(0)._replace(public_share=())),
    ):
        with pytest.raises(ShareError):
            HISTOGRAM.verify_init(VERIFY_KEY, CONTEXT, role, part)
    for wrong in (shares[:2], shares * 2, [*shares[:2], replace(shares[2], verifiers=[])]):
        with pytest.raises(ShareError):
            HISTOGRAM.verifier_shares_to_message(CONTEXT, wrong)
    for aggregates in ([[0] * 5] * 2, [[0] * 5] * 4, [[0] * 4] * 3):
        with pytest.raises(ShareError):
            HISTOGRAM.unshard(aggregates)


def test_no_secret_shows_in_a_representation():
    report = report_of(HISTOGRAM, 1)
    states, _ = started(HISTOGRAM, report)

    leader, helper, *_ = report.input_shares
    assert repr(leader) == "LeaderShare()"
    assert repr(helper) == "HelperShare()"
    assert "input_shares" not in repr(report)
    assert str(states[0].output_share[0]) not in repr(states[0])


def test_any_one_share_missing_leaves_the_others_uniform():
    """Two of three shares of 0 and of 1 can be the same two; the third makes the difference."""
    zero, one = report_of(COUNT, 0), report_of(COUNT, 1)

    assert zero.input_shares[1:] == one.input_shares[1:]
    assert zero.input_shares[0] != one.input_shares[0]
