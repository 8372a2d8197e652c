"""What happens to a job when a peer is silent, contradicts itself, or says what it must not say."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from consent.job import admitted_root
from consent.statement import sign_admission, sign_summand, verify_admission, verify_summand
from crypto.encoding import canonical_json, digest_of, parse_json
from marketplace.mpc_node.conversation import checking_seconds
from marketplace.mpc_node.mailbox import KEEP_FOR
from marketplace.mpc_node.message import PeerMessage, Step, read_kept_message, sign_message
from ssi.http.errors import UnreachablePeerError
from tests.marketplace.mpc_node.buyer import open_outputs
from tests.marketplace.mpc_node.orders import EXACT, NOISY, manifest_for
from tests.marketplace.mpc_node.parties import NAMES, node_keys
from tests.marketplace.mpc_node.people import people, person
from tests.marketplace.mpc_node.town import Town, step_of, wait_for_attempts

SOON = 3.0
CROWD = people(12)
SHE = person(13)


@pytest.fixture
def hasty(tmp_path: Path) -> Town:
    """Nodes that soon stop waiting: for what only silence betrays, since a busy machine is silent too."""
    town = Town(tmp_path, peer_timeout_seconds=SOON)
    town.settle(CROWD)
    return town


@pytest.fixture
def settled(town: Town) -> Town:
    """Nodes that wait as long as a busy machine needs, with the crowd's data."""
    town.settle(CROWD)
    return town


def altering(town: Town, sender: str, step: str, change: Callable[[PeerMessage], PeerMessage]) -> None:
    """Let a node say something else at one step, signed with its own key."""

    def wire(speaker: str, receiver: str, token: str) -> list[str]:
        if speaker != sender or step_of(token) != step:
            return [token]
        return [sign_message(change(read_kept_message(token)), node_keys(sender).signing)]

    town.wire = wire


def body_of(message: PeerMessage) -> dict[str, Any]:
    """The body of a message as a document."""
    document = parse_json(message.body)
    assert isinstance(document, dict)
    return document


def failed(ended: dict[str, dict[str, Any]], *, reason: str, culprits: list[str]) -> None:
    """Nobody has an output, and those who could tell name the right one."""
    assert {each["state"] for each in ended.values()} == {"FAILED"}, ended
    told = [each for each in ended.values() if each["reason"] == reason]
    assert told, ended
    assert all(each["culprits"] == culprits for each in told), ended
    others = {each["reason"] for each in ended.values()} - {reason}
    assert others <= {"peer_failed", "peer_timeout"}, ended


def test_a_node_that_falls_silent_is_named_by_both_others(hasty: Town):
    hasty.wire = lambda sender, receiver, token: (
        [] if sender == "node-c" and step_of(token) == "admission" else [token]
    )

    ended = hasty.run(manifest_for(CROWD))

    told = [ended[name] for name in ("node-a", "node-b") if ended[name]["reason"] == "peer_timeout"]
    assert {ended[name]["state"] for name in ("node-a", "node-b")} == {"FAILED"}
    assert told
    assert all(each["culprits"] == ["node-c"] for each in told)


def test_a_node_that_falls_silent_at_the_end_is_named_by_the_one_that_waits(hasty: Town):
    hasty.wire = lambda sender, receiver, token: (
        [] if sender == "node-c" and step_of(token) == "summand" else [token]
    )

    ended = hasty.run(manifest_for(CROWD))

    assert (ended["node-b"]["reason"], ended["node-b"]["culprits"]) == ("peer_timeout", ["node-c"])


def test_a_node_that_cannot_be_reached_is_named(hasty: Town):
    def wire(sender: str, receiver: str, token: str) -> list[str]:
        if "node-c" in (sender, receiver):
            raise UnreachablePeerError("node-c: no answer")
        return [token]

    hasty.wire = wire

    ended = hasty.run(manifest_for(CROWD))

    told = [each for each in ended.values() if "node-c" in each["culprits"]]
    assert {each["state"] for each in ended.values()} == {"FAILED"}
    assert {each["reason"] for each in told} == {"peer_timeout"}


def test_a_peer_that_was_unreachable_for_a_moment_does_no_harm(town: Town):
    town.settle(CROWD)
    failures = iter(range(3))

    def wire(sender: str, receiver: str, token: str) -> list[str]:
        if next(failures, None) is not None:
            raise UnreachablePeerError("no answer yet")
        return [token]

    town.wire = wire

    ended = town.run(manifest_for(CROWD))

    assert {each["state"] for each in ended.values()} == {"DONE"}


def test_messages_that_come_before_their_manifest_are_kept(town: Town):
    town.settle(CROWD)
    manifest = manifest_for(CROWD)
    town.ask(manifest, of=["node-a", "node-b"])
    town.ask(manifest, of=["node-c"])

    ended = town.ended()

    assert {each["state"] for each in ended.values()} == {"DONE"}


def test_a_message_delivered_twice_changes_nothing(town: Town):
    town.settle(CROWD)
    town.wire = lambda sender, receiver, token: [token, token]

    ended = town.run(manifest_for(CROWD))

    assert {each["state"] for each in ended.values()} == {"DONE"}


@pytest.mark.parametrize("step", ["admission", "summand"])
def test_a_node_that_says_two_things_at_one_step_is_named(settled: Town, step):
    manifest = manifest_for(CROWD)
    for body in (b"one thing", b"another thing"):
        said = PeerMessage("job-1", 1, manifest.digest, Step(step), 1, body)
        token = sign_message(said, node_keys("node-b").signing)
        answer = settled.post("node-a", "/v1/peer/messages", {"message": token}, caller="node-b")

    ended = settled.run(manifest)

    assert answer.status_code == 409
    assert (ended["node-a"]["reason"], ended["node-a"]["culprits"]) == ("peer_conflict", ["node-b"])
    assert not any(each["state"] == "DONE" for each in ended.values())


def test_a_node_that_speaks_for_another_role_is_named(settled: Town):
    altering(settled, "node-b", "admission", lambda message: replace(message, sender=2))

    failed(settled.run(manifest_for(CROWD)), reason="peer_violation", culprits=["node-b"])


@pytest.mark.parametrize("step", ["admission", "summand"])
@pytest.mark.parametrize("body", [b"", b'{"message": 7}'])
def test_a_node_that_sends_garbage_is_named(settled: Town, step, body):
    altering(settled, "node-b", step, lambda message: replace(message, body=body))

    ended = settled.run(manifest_for(CROWD))

    told = [each for each in ended.values() if each["reason"] == "peer_violation"]
    assert told
    assert all(each["culprits"] == ["node-b"] for each in told)


def test_a_position_signed_by_another_node_is_the_senders_fault(settled: Town):
    def borrow(message: PeerMessage) -> PeerMessage:
        document = body_of(message)
        document["statement"] = "e30.e30.e30"
        return replace(message, body=canonical_json(document))

    altering(settled, "node-b", "admission", borrow)

    failed(settled.run(manifest_for(CROWD)), reason="peer_violation", culprits=["node-b"])


def test_a_node_that_tells_the_two_others_different_things_stops_the_job(settled: Town):
    """It is not named: of the two others neither can prove what it was told."""

    def wire(sender: str, receiver: str, token: str) -> list[str]:
        if (sender, receiver, step_of(token)) != ("node-b", "node-c", "admission"):
            return [token]
        message = read_kept_message(token)
        document = body_of(message)
        document["cannot_afford"] = sorted(manifest.contributions)[:1]
        changed = replace(message, body=canonical_json(document))
        return [sign_message(changed, node_keys("node-b").signing)]

    manifest = manifest_for(CROWD, NOISY)
    settled.wire = wire

    failed(settled.run(manifest), reason="disagreement", culprits=[])


def test_a_signed_digest_other_than_the_one_sent_names_its_signer(settled: Town):
    def two_words(message: PeerMessage) -> PeerMessage:
        key = node_keys("node-b").signing
        statement = verify_summand(message.body.decode(), key.public)
        return replace(
            message, body=sign_summand(replace(statement, digest=digest_of("other")), key).encode()
        )

    altering(settled, "node-b", "summand", two_words)

    ended = settled.run(manifest_for(CROWD))

    assert (ended["node-a"]["reason"], ended["node-a"]["culprits"]) == ("peer_violation", ["node-b"])


def test_a_node_that_was_given_another_manifest_stops_the_job(settled: Town):
    manifest = manifest_for(CROWD)
    other = replace(manifest, contributions=dict(list(manifest.contributions.items())[:11]))
    settled.ask(manifest, of=["node-a", "node-b"])
    settled.ask(other, of=["node-c"])

    failed(settled.ended(), reason="manifests_differ", culprits=[])


def test_a_node_outside_the_job_cannot_disturb_it(town: Town):
    town.settle(CROWD)
    manifest = manifest_for(CROWD)
    noise = PeerMessage("job-1", 1, manifest.digest, Step.FAILED, 1, b"")
    token = sign_message(noise, node_keys("node-d").signing)
    for name in NAMES:
        answer = town.post(name, "/v1/peer/messages", {"message": token}, caller="node-d")
        assert answer.status_code == 204

    ended = town.run(manifest)

    assert {each["state"] for each in ended.values()} == {"DONE"}


def test_a_node_that_gives_up_tells_the_others_at_once(town: Town):
    town.settle(CROWD)
    town.nodes["node-b"].contributions.selected = lambda ids, group: 1 / 0  # type: ignore[method-assign,assignment,return-value]

    ended = town.run(manifest_for(CROWD))

    assert (ended["node-b"]["reason"], ended["node-b"]["culprits"]) == ("internal_error", [])
    for name in ("node-a", "node-c"):
        assert (ended[name]["reason"], ended[name]["culprits"]) == ("peer_failed", [])


def test_a_higher_attempt_ends_the_one_that_waits(tmp_path: Path):
    town = Town(tmp_path)
    town.settle(CROWD)
    first = manifest_for(CROWD)
    town.ask(first, of=["node-a"])

    ended = town.run(replace(first, attempt=2))

    assert {(each["attempt"], each["state"]) for each in ended.values()} == {(2, "DONE")}
    assert not town.nodes["node-a"].jobs.is_running("job-1", 1)
    assert open_outputs(town, replace(first, attempt=2), CROWD).answer().rows[0].estimates[0].value == 12


def test_a_node_without_room_takes_nothing_new(tmp_path: Path):
    town = Town(tmp_path, max_running=1)
    town.settle(CROWD)
    first = manifest_for(CROWD)
    town.ask(first, of=["node-a"])
    second = replace(manifest_for(CROWD, order_id="order-2"), job_id="job-2")

    (refused,) = town.ask(second, of=["node-a"])
    (again,) = town.ask(first, of=["node-a"])
    town.moment = first.expires_at  # nobody waits any longer
    wait_for_attempts()

    assert refused.status_code == 503
    assert again.status_code == 202
    assert town.get("node-a", "/v1/jobs/job-2").status_code == 404


def test_an_attempt_that_a_crash_cut_off_is_marked_and_the_next_one_succeeds(tmp_path: Path):
    town = Town(tmp_path, peer_timeout_seconds=SOON)
    town.settle(CROWD)
    manifest = manifest_for(CROWD)
    unfinished, honest = town.nodes["node-a"].jobs, town.wire
    town.wire = lambda sender, receiver, token: []  # nobody tells it that the others gave up: it waits
    town.ask(manifest, of=["node-b", "node-c"])
    wait_for_attempts()
    town.ask(manifest, of=["node-a"])

    # A second process on the same database, as after a restart: the old one's threads never come back.
    town.start("node-a")
    cut_off = town.get("node-a", "/v1/jobs/job-1").json
    wait_for_attempts()
    town.wire = honest
    ended = town.run(replace(manifest, attempt=2))

    assert (cut_off["state"], cut_off["reason"]) == ("FAILED", "interrupted")
    assert {each["state"] for each in ended.values()} == {"DONE"}
    assert not unfinished.is_running("job-1", 1)


def test_stored_contributions_survive_a_restart(town: Town):
    town.settle(CROWD)
    for name in NAMES:
        town.start(name)

    ended = town.run(manifest_for(CROWD))

    assert {each["state"] for each in ended.values()} == {"DONE"}


def test_a_manifest_that_runs_out_while_the_job_runs_leaves_no_output(settled: Town):
    manifest = manifest_for(CROWD, EXACT)

    def late(sender: str, receiver: str, token: str) -> list[str]:
        if step_of(token) == "summand":
            settled.moment = manifest.expires_at
        return [token]

    settled.wire = late

    ended = settled.run(manifest)

    assert "expired" in {each["reason"] for each in ended.values()}
    assert not any(each["state"] == "DONE" for each in ended.values())


def test_a_message_must_be_signed_by_the_node_whose_connection_it_came_on(town: Town):
    message = PeerMessage("job-1", 1, digest_of("manifest"), Step.SUMMAND, 1, b"")
    token = sign_message(message, node_keys("node-b").signing)

    assert town.post("node-a", "/v1/peer/messages", {"message": token}, caller="node-c").status_code == 422
    assert town.post("node-a", "/v1/peer/messages", {"message": token}, caller=None).status_code == 403
    assert town.post("node-a", "/v1/peer/messages", {"message": token}, caller="market").status_code == 403
    assert town.post("node-a", "/v1/peer/messages", {"message": token}, caller="node-b").status_code == 204


def test_an_invented_reason_of_a_peer_is_told_in_a_known_word(town: Town):
    town.settle([*CROWD, SHE])
    key = node_keys("node-b").signing

    def invent(message: PeerMessage) -> PeerMessage:
        body = body_of(message)
        statement = verify_admission(body["statement"], key.public)
        invented = replace(
            statement,
            refusals={SHE.consent_id: "call 555-0100"},
            admitted=12,
            admitted_root=admitted_root(each.consent_id for each in CROWD),
        )
        rows = {each: digest for each, digest in body["rows"].items() if each != SHE.consent_id}
        changed = {**body, "statement": sign_admission(invented, key), "rows": rows}
        return replace(message, body=canonical_json(changed))

    altering(town, "node-b", "admission", invent)

    ended = town.run(manifest_for([*CROWD, SHE]))

    assert [ended[name]["refusals"] for name in ("node-a", "node-c")] == [
        {SHE.consent_id: "refused_by_peer"}
    ] * 2


def test_what_a_peer_said_of_a_job_that_never_came_is_forgotten_without_a_restart(town: Town):
    town.settle(CROWD)
    said = PeerMessage("made up", 1, digest_of("manifest"), Step.FAILED, 1, b"")
    token, then = sign_message(said, node_keys("node-b").signing), town.moment
    town.moment = then - KEEP_FOR - timedelta(seconds=1)
    assert town.post("node-a", "/v1/peer/messages", {"message": token}, caller="node-b").status_code == 204
    town.moment = then

    town.run(manifest_for(CROWD))

    assert town.nodes["node-a"].mailbox.messages("made up", 1, ["node-b"]) == ()


def test_an_attempt_ends_when_its_manifest_runs_out_though_its_peers_are_silent(town: Town):
    town.settle(CROWD)
    manifest = manifest_for(CROWD)
    town.ask(manifest, of=["node-a"])

    town.moment = manifest.expires_at
    wait_for_attempts()
    ended = town.get("node-a", "/v1/jobs/job-1").json

    assert (ended["state"], ended["reason"], ended["culprits"]) == ("FAILED", "expired", [])


@pytest.mark.parametrize(("people", "seconds"), [(0, 0), (12, 0.12), (100_000, 60), (1_000_000, 200)])
def test_admission_is_waited_for_as_long_as_the_papers_take(people, seconds):
    assert checking_seconds(people) == pytest.approx(seconds)
