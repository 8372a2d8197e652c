"""Three nodes play three roles twice; each of them lies once."""

from dataclasses import replace

import numpy as np
import pytest

from crypto.errors import (
    CommitmentError,
    MalformedError,
    OutOfRangeError,
    ProofError,
    ProtocolError,
    ShareError,
)
from crypto.prio3 import instance, wire
from crypto.prio3.batch import BatchVerifier
from crypto.prio3.batch_rows import InputBatch
from crypto.prio3.three_nodes import (
    ReplayGuard,
    batch_digest,
    check_same_batch,
    check_three_roles,
    commit_key_part,
    compare_aggregate_shares,
    compare_verifier_shares,
    input_digests,
    open_verify_key,
    refuse_differing,
    roles_of,
)
from tests.crypto.prio3.reports import CONTEXT, batch_for, encoded_for, random_of, report_of, reports_of

PRIO3 = instance.histogram(5, 2, 3)
PARTS = [random_of(f"key part {node}")(32) for node in range(3)]
COMMITMENTS = [commit_key_part(node, part) for node, part in enumerate(PARTS)]
KEY = open_verify_key(COMMITMENTS, PARTS)
REPORTS = reports_of(PRIO3, [0, 1, 1, 4])
VERIFIER = BatchVerifier(PRIO3, KEY, CONTEXT)
STARTED = [VERIFIER.verify_init(role, batch_for(PRIO3, REPORTS, role)) for role in range(3)]
SENT = [(STARTED[first][1], STARTED[second][1]) for first, second in map(roles_of, range(3))]


def test_a_node_plays_two_of_three_roles_and_every_role_is_played_twice():
    played = [roles_of(node) for node in range(3)]

    assert played == [(0, 1), (1, 2), (2, 0)]
    with pytest.raises(OutOfRangeError):
        roles_of(3)


def test_three_honest_nodes_compute_the_result():
    messages = VERIFIER.verifier_shares_to_messages(compare_verifier_shares(SENT))
    outputs = [VERIFIER.verify_next(state, messages) for state, _ in STARTED]
    encoded = [wire.encode_aggregate_share(PRIO3, VERIFIER.aggregate(output)) for output in outputs]
    batches = [batch_for(PRIO3, REPORTS, role) for role in range(3)]
    check_same_batch([batch_digest(batches[role], outputs[role].refused_indices) for role in range(3)])

    agreed = compare_aggregate_shares([(encoded[node], encoded[(node + 1) % 3]) for node in range(3)])

    assert PRIO3.unshard([wire.decode_aggregate_share(PRIO3, raw) for raw in agreed]) == [1, 2, 0, 0, 1]


@pytest.mark.parametrize("liar", range(3))
@pytest.mark.parametrize("which", [0, 1])
def test_a_node_that_changes_a_verifier_share_is_one_of_the_two_named(liar, which):
    sent = list(SENT)
    rows = sent[liar][which].rows.copy()
    rows[2, 0] ^= 1
    pair = list(sent[liar])
    pair[which] = replace(pair[which], rows=rows)
    sent[liar] = (pair[0], pair[1])

    with pytest.raises(ProtocolError) as refused:
        compare_verifier_shares(sent)

    role = roles_of(liar)[which]
    assert set(refused.value.culprits) == {role, (role - 1) % 3}
    assert liar in refused.value.culprits


def test_a_wallet_that_sends_two_shares_for_one_role_is_refused_and_no_node_is_named():
    other = [*REPORTS[:1], report_of(PRIO3, 1, "other"), *REPORTS[2:]]
    mine, its = batch_for(PRIO3, REPORTS, 1), batch_for(PRIO3, REPORTS, 1)
    its.input_shares[1] = batch_for(PRIO3, other, 1).input_shares[1]
    played = [VERIFIER.verify_init(1, batch)[1] for batch in (mine, its)]
    # Without the comparison of inputs, two honest nodes contradict each other.
    with pytest.raises(ProtocolError):
        compare_verifier_shares([(SENT[0][0], played[1]), (played[0], SENT[1][1]), SENT[2]])

    digests = [input_digests(1, batch) for batch in (mine, its)]
    agreed = [refuse_differing(mine, *digests), refuse_differing(its, *digests[::-1])]
    first, second = (VERIFIER.verify_init(1, batch)[1] for batch in agreed)
    shares = compare_verifier_shares([(SENT[0][0], second), (first, SENT[1][1]), SENT[2]])

    assert list(VERIFIER.verifier_shares_to_messages(shares).refused) == [False, True, False, False]


def test_digests_of_inputs_are_of_the_whole_message_and_its_role():
    batch = batch_for(PRIO3, REPORTS, 1)
    digests = input_digests(1, batch)
    for part in ("nonces", "public_shares", "input_shares"):
        changed = getattr(batch, part).copy()
        changed[2, -1] ^= 1
        differs = (input_digests(1, replace(batch, **{part: changed})) != digests).any(axis=1)
        assert list(differs) == [False, False, True, False]

    assert (input_digests(2, batch) != digests).any(axis=1).all()
    with pytest.raises(ShareError):
        refuse_differing(batch, digests, digests[:2])


def test_a_node_that_refuses_a_report_alone_is_one_of_the_two_named():
    refused_one = np.array([True, False, False, False])
    lie = replace(SENT[0][0], refused=refused_one)

    with pytest.raises(ProtocolError) as refused:
        compare_verifier_shares([(lie, SENT[0][1]), *SENT[1:]])

    assert refused.value.culprits == (0, 2)


def test_a_node_that_changes_an_aggregate_share_is_one_of_the_two_named():
    shares = [b"zero", b"one", b"two"]
    sent = [(shares[node], shares[(node + 1) % 3]) for node in range(3)]
    assert compare_aggregate_shares(sent) == tuple(shares)

    with pytest.raises(ProtocolError) as refused:
        compare_aggregate_shares([sent[0], (b"lie", shares[2]), sent[2]])

    assert refused.value.culprits == (1, 0)


def test_nodes_that_sum_different_reports_are_named():
    batch = batch_for(PRIO3, REPORTS, 0)
    all_of_them, fewer = batch_digest(batch, ()), batch_digest(batch, (2,))
    backwards = batch_digest(batch_for(PRIO3, REPORTS[::-1], 1), ())

    check_same_batch([all_of_them, backwards, all_of_them])
    for digests, culprits in (
        ([all_of_them, fewer, all_of_them], (1,)),
        ([all_of_them, fewer, batch_digest(batch, (1,))], (0, 1, 2)),
    ):
        with pytest.raises(ProtocolError) as refused:
            check_same_batch(digests)
        assert refused.value.culprits == culprits


@pytest.mark.parametrize("check", [compare_verifier_shares, compare_aggregate_shares, check_same_batch])
def test_messages_of_two_nodes_are_not_enough(check):
    with pytest.raises(ShareError):
        check([])


@pytest.mark.parametrize("node", range(3))
def test_a_key_part_that_was_not_committed_to_is_refused_and_its_node_named(node):
    parts = list(PARTS)
    parts[node] = bytes(32)

    with pytest.raises(CommitmentError) as refused:
        open_verify_key(COMMITMENTS, parts)

    assert refused.value.indices == (node,)


def test_a_node_cannot_commit_to_another_s_part_by_copying_its_commitment():
    with pytest.raises(CommitmentError) as refused:
        open_verify_key([COMMITMENTS[0], COMMITMENTS[0], COMMITMENTS[2]], [PARTS[0], PARTS[0], PARTS[2]])

    assert refused.value.indices == (1,)


def test_every_part_makes_another_key():
    for node in range(3):
        parts = list(PARTS)
        parts[node] = bytes(32)

        assert open_verify_key([commit_key_part(i, part) for i, part in enumerate(parts)], parts) != KEY


def test_key_parts_of_another_length_or_number_are_refused():
    with pytest.raises(MalformedError):
        commit_key_part(0, bytes(31))
    with pytest.raises(ShareError):
        open_verify_key(COMMITMENTS[:2], PARTS[:2])


def test_a_replayed_report_is_refused():
    guard = ReplayGuard().admit(REPORTS[0].nonce)

    with pytest.raises(ProofError, match="before"):
        guard.admit(REPORTS[0].nonce)


def test_replays_in_a_batch_are_refused_and_the_first_stands():
    batch = batch_for(PRIO3, [REPORTS[0], REPORTS[1], REPORTS[0]], 0)

    guard, first = ReplayGuard().admit_batch(batch)
    _, again = guard.admit_batch(batch_for(PRIO3, [REPORTS[1], REPORTS[3]], 0))

    assert list(first.refused) == [False, False, True]
    assert list(again.refused) == [True, False]


def test_a_malformed_report_does_not_use_up_its_nonce():
    whole = encoded_for(PRIO3, REPORTS[0], 0)
    guard, batch = ReplayGuard().admit_batch(InputBatch.of(PRIO3, 0, [whole._replace(input_share=b"")]))

    assert list(batch.refused) == [True]
    assert guard.seen == frozenset()


def test_an_instance_for_another_number_of_nodes_is_refused():
    check_three_roles(PRIO3)

    with pytest.raises(ShareError):
        check_three_roles(instance.count(2))
