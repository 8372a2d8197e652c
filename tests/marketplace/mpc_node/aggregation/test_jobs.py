"""Whole jobs that are added up under encryption: what comes out, and that lies are found and named."""

import statistics
from dataclasses import replace

import numpy as np
import pytest

from consent.opened_sum import OpenedSum
from crypto.elgamal.ciphertext import add, encrypt
from crypto.elgamal.decryption import decrypt_partially
from crypto.errors import ShareError
from crypto.mpc.release import Finished
from marketplace.mpc_node.aggregation.release import open_honestly
from marketplace.mpc_node.storage.encrypted import StoredRecord
from marketplace.sdk.aggregation import open_sums
from marketplace.sdk.errors import LyingNodeError
from ssi.dataset import data_set
from tests.marketplace.mpc_node.aggregation.joint import (
    ENCRYPTED,
    NOISED,
    ONLY_ENCRYPTED,
    SUMS,
    encryptor,
    entry_of,
    query_of,
    shares_of,
    town_with_key,
    with_key,
)
from tests.marketplace.mpc_node.aggregation.sums_buyer import (
    answer_of,
    computation_of,
    open_parts,
    totals_of,
)
from tests.marketplace.mpc_node.buyer import open_outputs
from tests.marketplace.mpc_node.orders import EXACT, manifest_for
from tests.marketplace.mpc_node.parties import NAMES, registry
from tests.marketplace.mpc_node.people import Offer, people, person, withdrawal_of
from tests.marketplace.mpc_node.town import Town, wait_for_attempts

CROWD = people(12)


@pytest.fixture
def town(tmp_path):
    built = town_with_key(tmp_path)
    yield built
    wait_for_attempts()
    for node in built.nodes.values():
        node.database.close()


def _in_the_clear(computation, crowd):
    encoded = [data_set("exam/1").encode(each.values) for each in crowd]
    masks = computation.row_masks([{"school_type": each.values["school_type"]} for each in crowd])
    return [
        sum(
            row[cell.left]
            for place, row in enumerate(encoded)
            if masks[cell.group] is None or masks[cell.group][place]
        )
        for cell in computation.cells
    ]


def test_an_exact_answer_is_the_answer_in_the_clear(town):
    town.settle(CROWD, ENCRYPTED)
    manifest = manifest_for(CROWD, SUMS, offer=ENCRYPTED)

    ended = town.run(manifest)

    assert {each["state"] for each in ended.values()} == {"DONE"}, ended
    scores = [each.values["exam_score"] for each in CROWD]
    count, mean, deviation = answer_of(town, manifest, CROWD).rows[0].estimates
    assert count.value == 12
    assert mean.value == pytest.approx(statistics.fmean(scores), abs=1e-9)
    assert deviation.value == pytest.approx(statistics.stdev(scores), abs=1e-6)


def test_the_other_engine_answers_the_same_question_alike(town):
    town.settle(CROWD, ENCRYPTED)
    encrypted = manifest_for(CROWD, SUMS, offer=ENCRYPTED)
    shared = replace(manifest_for(CROWD, EXACT, offer=ENCRYPTED, order_id="order-2"), job_id="job-2")

    town.run(encrypted)
    town.run(shared)

    assert totals_of(town, encrypted, CROWD) == open_outputs(town, shared, CROWD).totals()


def test_public_groups_are_sums_over_their_rows(town):
    crowd = people(24)
    town.settle(crowd, ENCRYPTED)
    manifest = manifest_for(crowd, query_of(group_by="school_type"), offer=ENCRYPTED)

    ended = town.run(manifest)

    assert {each["state"] for each in ended.values()} == {"DONE"}, ended
    computation = computation_of(manifest, crowd)
    assert set(computation.groups) == {"mixed", "girls"}
    assert totals_of(town, manifest, crowd) == _in_the_clear(computation, crowd)


def test_a_noised_answer_is_near_the_one_in_the_clear_and_has_the_noise_of_three_nodes(town):
    town.settle(CROWD, ENCRYPTED)
    manifest = manifest_for(CROWD, NOISED, offer=ENCRYPTED)

    ended = town.run(manifest)

    assert {each["state"] for each in ended.values()} == {"DONE"}, ended
    computation = computation_of(manifest, CROWD)
    people_cell = computation.measures[0]
    count = totals_of(town, manifest, CROWD)[0]
    assert count != 12
    assert abs(count - 12) < 12 * np.sqrt(people_cell.noise_variance)


def test_the_same_people_again_meet_the_same_noise_under_fresh_masks(town):
    town.settle(CROWD, ENCRYPTED)
    first = manifest_for(CROWD, NOISED, offer=ENCRYPTED)
    town.run(first)
    before, sum_before = totals_of(town, first, CROWD), open_parts(town, first, CROWD)[0].ciphertext
    second = replace(first, attempt=2)

    ended = town.run(second)

    assert {each["state"] for each in ended.values()} == {"DONE"}
    assert totals_of(town, second, CROWD) == before
    assert open_parts(town, second, CROWD)[0].ciphertext != sum_before


def test_any_two_nodes_open_the_sum_and_one_does_not(town):
    town.settle(CROWD, ENCRYPTED)
    manifest = manifest_for(CROWD, SUMS, offer=ENCRYPTED)
    town.run(manifest)
    parts, computation = open_parts(town, manifest, CROWD), computation_of(manifest, CROWD)

    opened = [
        open_sums([parts[one], parts[other]], entry_of(), computation, 12)
        for one, other in ((0, 1), (1, 2), (0, 2))
    ]

    assert opened[0] == opened[1] == opened[2] == _in_the_clear(computation, CROWD)
    with pytest.raises(ShareError):
        open_sums(parts[:1], entry_of(), computation, 12)


def test_one_node_down_and_the_job_fails_naming_it(tmp_path):
    town = with_key(Town(tmp_path, peer_timeout_seconds=3.0))
    town.settle(CROWD, ENCRYPTED)

    town.ask(manifest_for(CROWD, SUMS, offer=ENCRYPTED), of=NAMES[:2])

    ended = town.ended()
    assert {ended[name]["reason"] for name in NAMES[:2]} <= {"peer_timeout", "peer_failed"}
    assert ["node-c"] in [ended[name]["culprits"] for name in NAMES[:2]]


def test_a_node_that_left_somebody_out_of_its_sum_is_named(town):
    town.settle(CROWD, ENCRYPTED)
    liar = town.nodes["node-b"]
    store = liar.aggregation.records

    class WithoutOne:
        def read(self, ids, key_id):
            for piece in store.read(ids, key_id):
                lying = [replace(each, bins=piece[0].bins) for each in piece]
                yield lying  # everybody's record is the first one's

        def held(self, ids, key_id):
            return store.held(ids, key_id)

    object.__setattr__(liar.aggregation, "records", WithoutOne())

    ended = town.run(manifest_for(CROWD, SUMS, offer=ENCRYPTED))

    assert all(each["state"] == "FAILED" for each in ended.values())
    # Whoever compares first gives up, and the others may hear of that before they have compared themselves.
    assert {each["reason"] for each in ended.values()} <= {"protocol_violation", "peer_failed"}
    compared = [each for each in ended.values() if each["reason"] == "protocol_violation"]
    assert compared
    assert all(each["culprits"] == ["node-b"] for each in compared)


def test_somebody_who_was_not_admitted_is_in_no_sum(town):
    town.settle(CROWD, ENCRYPTED)
    stranger = person(40)
    manifest = manifest_for(CROWD, SUMS, offer=ENCRYPTED)
    ids = {**manifest.contributions, stranger.consent_id: "A" * 43}

    ended = town.run(replace(manifest, contributions=ids))

    assert {each["admitted"] for each in ended.values()} == {12}
    assert {each["refusals"][stranger.consent_id] for each in ended.values()} == {"unknown_here"}


def _wrong_partial(share, aggregated, random):
    other = decrypt_partially(shares_of("another key")[1], _under_another_key(aggregated), random)
    return OpenedSum(aggregated.ciphertext, replace(other, party=share.share.party)).encode()


def _under_another_key(aggregated):
    return replace(aggregated.ciphertext, key_id=shares_of("another key")[0].public.key_id)


def _another_sum(share, aggregated, random):
    one = encrypt(share.public, [1] * len(aggregated.ciphertext.bins), random).ciphertext
    shifted = add((aggregated.ciphertext, one))
    return OpenedSum(shifted, decrypt_partially(share, shifted, random)).encode()


def _of_another_node(share, aggregated, random):
    return OpenedSum(
        aggregated.ciphertext, decrypt_partially(shares_of()[0], aggregated.ciphertext, random)
    ).encode()


@pytest.mark.parametrize(
    ("lie", "message"),
    [
        (_wrong_partial, "wrong partial decryption"),
        (_another_sum, "another sum than it signed"),
        (_of_another_node, "partial decryption of another node"),
        (lambda share, aggregated, random: b"nothing", "not part of a sum"),
    ],
)
def test_a_node_that_lies_in_its_part_is_named_by_the_buyer(town, lie, message):
    town.settle(CROWD, ENCRYPTED)
    node = town.nodes["node-b"]
    object.__setattr__(node.around, "open_sum", lie)
    manifest = manifest_for(CROWD, SUMS, offer=ENCRYPTED)
    town.run(manifest)

    with pytest.raises(LyingNodeError, match=message) as lying:
        open_parts(town, manifest, CROWD)

    assert (lying.value.node, lying.value.role) == ("node-b", 1)


def test_an_honest_part_is_of_the_sum_that_was_agreed_on(town):
    seen = []

    def seeing(share, aggregated, random):
        seen.append(aggregated)
        return open_honestly(share, aggregated, random)

    town.settle(CROWD, ENCRYPTED)
    for node in town.nodes.values():
        object.__setattr__(node.around, "open_sum", seeing)
    town.run(manifest_for(CROWD, NOISED, offer=ENCRYPTED))

    assert len(seen) == 3
    assert len({each.own_digest for each in seen}) == 1
    assert not isinstance(seen[0], Finished)


def test_people_who_encrypted_nothing_are_left_out(town):
    plain = people(3)
    town.settle(people(14)[3:], ENCRYPTED)
    town.settle(plain, Offer(policy=ENCRYPTED.policy))
    crowd = people(14)
    named = manifest_for(crowd[3:], SUMS, offer=ENCRYPTED)
    others = manifest_for(plain, SUMS, offer=Offer(policy=ENCRYPTED.policy))
    manifest = replace(named, contributions={**named.contributions, **others.contributions})

    ended = town.run(manifest)

    assert {each["admitted"] for each in ended.values()} == {11}
    assert {each["refusals"][plain[0].consent_id] for each in ended.values()} == {"not_encrypted"}


def test_a_consent_that_does_not_allow_the_engine_keeps_its_person_out(town):
    town.settle(CROWD)

    ended = town.run(manifest_for(CROWD, SUMS))

    assert {each["reason"] for each in ended.values()} <= {"crowd_too_small", "peer_failed"}
    refusals = [reason for each in ended.values() for reason in each["refusals"].values()]
    assert set(refusals) == {"engine"}


def test_one_whose_consent_allows_only_this_engine_takes_part_in_no_other(town):
    only = Offer(policy=ONLY_ENCRYPTED, encrypt=encryptor())
    town.settle(CROWD, only)

    shared = town.run(manifest_for(CROWD, EXACT, offer=only))
    encrypted = town.run(replace(manifest_for(CROWD, SUMS, offer=only, order_id="order-2"), job_id="job-2"))

    assert {reason for each in shared.values() for reason in each["refusals"].values()} == {"engine"}
    assert {each["state"] for each in encrypted.values()} == {"DONE"}


def test_without_a_joint_key_the_job_is_refused_with_the_reason(town):
    town.settle(CROWD, ENCRYPTED)
    town.registry = registry()

    answers = town.ask(manifest_for(CROWD, SUMS, offer=ENCRYPTED))

    assert [answer.status_code for answer in answers] == [422] * 3
    assert all("no_aggregation_key" in answer.text for answer in answers)


def test_after_a_new_key_what_was_encrypted_to_the_old_one_is_left_out(town):
    town.settle(CROWD, ENCRYPTED)
    with_key(town, "a new key")

    ended = town.run(manifest_for(CROWD, SUMS, offer=ENCRYPTED))

    assert {reason for each in ended.values() for reason in each["refusals"].values()} == {"not_encrypted"}
    assert {each["state"] for each in ended.values()} == {"FAILED"}


def test_a_node_without_its_share_says_so_and_nothing_comes_out(town):
    town.settle(CROWD, ENCRYPTED)
    for path in town.nodes["node-c"].aggregation.shares.folder.iterdir():
        path.unlink()

    ended = town.run(manifest_for(CROWD, SUMS, offer=ENCRYPTED))

    assert ended["node-c"]["reason"] == "query_refused"
    assert {each["state"] for each in ended.values()} == {"FAILED"}


def test_whoever_withdrew_is_in_no_later_sum_and_her_record_is_gone(town):
    town.settle(CROWD, ENCRYPTED)
    her = CROWD[0]
    for name in NAMES:
        assert town.post(name, "/v1/withdrawals", {"withdrawal": withdrawal_of(her)}).status_code == 200

    ended = town.run(manifest_for(CROWD, SUMS, offer=ENCRYPTED))

    assert {each["admitted"] for each in ended.values()} == {11}
    for node in town.nodes.values():
        assert node.aggregation.records.held([her.consent_id], entry_of().key_id) == frozenset()


def test_a_record_rests_only_where_its_contribution_is_held(town):
    store = town.nodes["node-a"].aggregation.records

    store.put([StoredRecord(person(1).consent_id, entry_of().key_id, bytes(66))])

    assert store.held([person(1).consent_id], entry_of().key_id) == frozenset()


def test_a_manifest_that_was_used_is_not_used_again_for_another_sum(town):
    town.settle(CROWD, ENCRYPTED)
    first = manifest_for(CROWD, SUMS, offer=ENCRYPTED)
    town.run(first)

    answers = town.ask(replace(first, contributions=dict(list(first.contributions.items())[:11])))

    assert [answer.status_code for answer in answers] == [409] * 3
