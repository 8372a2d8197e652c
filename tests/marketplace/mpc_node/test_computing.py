"""What happens to a job when a peer misbehaves on its connection while the nodes compute."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from crypto.encoding import sha256
from marketplace.mpc_node.frames import Hello, Kind, Prefix
from tests.marketplace.mpc_node.lines import Passing, altering
from tests.marketplace.mpc_node.orders import manifest_for
from tests.marketplace.mpc_node.parties import NAMES
from tests.marketplace.mpc_node.people import people
from tests.marketplace.mpc_node.town import Town, step_of

SOON = 3.0
CROWD = people(12)
MEETING, FIXING, LEAVING = 1, 2, 3
HEAD_BYTES = 48


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


def flipped(place: int):
    """A message with one bit of one byte inverted."""

    def change(passing: Passing) -> bytes:
        body = bytearray(passing.body)
        body[place] ^= 1
        return passing.prefix.encode() + bytes(body)

    return change


def hello_with(**changes: object):
    """A hello with some members replaced."""

    def change(passing: Passing) -> bytes:
        return replace(Hello.decode(passing.body), **changes).encode()  # type: ignore[arg-type]

    return change


def told_by(ended: dict[str, dict[str, object]], reason: str) -> list[dict[str, object]]:
    """Nobody has an output; those who say so for a reason."""
    assert {each["state"] for each in ended.values()} == {"FAILED"}, ended
    others = {each["reason"] for each in ended.values()} - {reason}
    assert others <= {"peer_failed", "peer_timeout"}, ended
    told = [each for each in ended.values() if each["reason"] == reason]
    assert told, ended
    return told


def test_a_node_that_falls_silent_while_computing_is_named(hasty: Town):
    hasty.lines.alter = lambda passing: (
        passing.raw if passing.sender != "node-c" or passing.prefix.kind is Kind.HELLO else b""
    )

    told = told_by(hasty.run(manifest_for(CROWD)), "peer_timeout")

    assert all(each["culprits"] == ["node-c"] for each in told)


def test_a_node_that_gives_signs_of_life_and_nothing_else_is_named(hasty: Town):
    hasty.lines.alter = altering("node-c", Kind.MESSAGE, lambda passing: b"")

    told = told_by(hasty.run(manifest_for(CROWD)), "peer_timeout")

    assert all(each["culprits"] == ["node-c"] for each in told)


def test_a_node_that_cannot_be_dialled_is_named(hasty: Town):
    hasty.lines.cut = lambda caller, called: "node-c" in {caller, called}
    hasty.wire = lambda sender, receiver, token: (
        [] if sender == "node-c" and step_of(token) == "failed" else [token]
    )

    ended = hasty.run(manifest_for(CROWD))

    told_by(ended, "peer_timeout")
    told = [ended[name] for name in ("node-a", "node-b") if ended[name]["reason"] == "peer_timeout"]
    assert told
    assert all(each["culprits"] == ["node-c"] for each in told)


def test_a_node_that_could_not_be_dialled_for_a_moment_does_no_harm(town: Town):
    town.settle(CROWD)
    failures = iter(range(4))
    town.lines.cut = lambda caller, called: next(failures, None) is not None

    ended = town.run(manifest_for(CROWD))

    assert {each["state"] for each in ended.values()} == {"DONE"}
    assert len(town.lines.calls) == 3 + 4


def test_each_role_dials_the_one_after_it(town: Town):
    town.settle(CROWD)

    town.run(manifest_for(CROWD))

    assert set(town.lines.calls) == set(zip(NAMES, (*NAMES[1:], NAMES[0]), strict=True))


@pytest.mark.parametrize("member", ["binding", "cells"])
def test_nodes_that_would_compute_different_things_stop_before_anything_flows(settled: Town, member):
    sent: list[Passing] = []

    def alter(passing: Passing) -> bytes:
        if passing.prefix.kind is Kind.MESSAGE and {passing.sender, passing.receiver} == {"node-a", "node-b"}:
            sent.append(passing)
        return altering("node-b", Kind.HELLO, hello_with(**{member: sha256(b"other")}))(passing)

    settled.lines.alter = alter

    told = told_by(settled.run(manifest_for(CROWD)), "disagreement")

    assert all(each["culprits"] == [] for each in told)
    assert not [each for each in sent if each.sender == "node-a"]


@pytest.mark.parametrize("changes", [{"sender": 0}, {"receiver": 1}, {"run": bytes(32)}])
def test_a_hello_for_another_role_or_attempt_gets_nowhere(hasty: Town, changes):
    hasty.lines.alter = altering("node-b", Kind.HELLO, hello_with(**changes))

    ended = hasty.run(manifest_for(CROWD))

    told = [each for each in ended.values() if each["culprits"] == ["node-b"]]
    assert {each["state"] for each in ended.values()} == {"FAILED"}
    assert {each["reason"] for each in told} & {"peer_violation", "peer_timeout"}


MALFORMED = {
    "longer": lambda passing: Prefix(Kind.MESSAGE, passing.prefix.number, 1 << 40).encode() + passing.body,
    "shorter": lambda passing: Prefix(Kind.MESSAGE, passing.prefix.number, 56).encode() + passing.body[:56],
    "another round": lambda passing: (
        Prefix(Kind.MESSAGE, passing.prefix.number + 1, passing.prefix.length).encode() + passing.body
    ),
    "no frame": lambda passing: b"GET / HTTP/1.1\r\n\r\n" + passing.body,
    "another version": lambda passing: b"AN\x09" + passing.raw[3:],
    "an unknown kind": lambda passing: b"AN\x01\x77" + passing.raw[4:],
    "a second hello": lambda passing: Prefix(Kind.HELLO, 0, 104).encode() + bytes(104),
}


@pytest.mark.parametrize("how", MALFORMED)
def test_a_node_that_sends_malformed_frames_is_named_and_counted(settled: Town, how):
    settled.lines.alter = altering("node-b", Kind.MESSAGE, MALFORMED[how], number=FIXING)

    told = told_by(settled.run(manifest_for(CROWD)), "peer_violation")

    assert all(each["culprits"] == ["node-b"] for each in told)
    counted = [
        node.meter.registry.get_sample_value("mpc_frames_refused_total") for node in settled.nodes.values()
    ]
    assert sum(each or 0 for each in counted) == len(told)


def test_a_frame_of_an_earlier_round_sent_again_names_its_sender(settled: Town):
    earlier: dict[str, bytes] = {}

    def alter(passing: Passing) -> bytes:
        if passing.sender == "node-b" and passing.prefix.kind is Kind.MESSAGE:
            replayed = earlier.get(passing.receiver)
            earlier.setdefault(passing.receiver, passing.raw)
            return replayed or passing.raw
        return passing.raw

    settled.lines.alter = alter

    told = told_by(settled.run(manifest_for(CROWD)), "peer_violation")

    assert all(each["culprits"] == ["node-b"] for each in told)


@pytest.mark.parametrize("number", [MEETING, FIXING, LEAVING])
def test_a_message_of_another_run_names_its_sender(settled: Town, number):
    settled.lines.alter = altering("node-b", Kind.MESSAGE, flipped(HEAD_BYTES - 1), number=number)

    told = told_by(settled.run(manifest_for(CROWD)), "protocol_violation")

    assert all(each["culprits"] == ["node-b"] for each in told)


def test_a_summand_that_contradicts_its_digest_names_both_holders(settled: Town):
    settled.lines.alter = altering("node-b", Kind.MESSAGE, flipped(-1), number=FIXING)

    told = told_by(settled.run(manifest_for(CROWD)), "protocol_violation")

    assert [each["culprits"] for each in told] == [["node-b", "node-a"]]


def test_a_connection_that_breaks_is_replaced_and_the_job_goes_on(town: Town):
    town.settle(CROWD)
    broken = threading.Event()

    def alter(passing: Passing) -> bytes:
        due = passing.sender == "node-b" and passing.prefix[:2] == (Kind.MESSAGE, FIXING)
        if due and not broken.is_set():
            broken.set()
            raise OSError("the cable was pulled")
        return passing.raw

    town.lines.alter = alter

    ended = town.run(manifest_for(CROWD))

    assert broken.is_set()
    assert {each["state"] for each in ended.values()} == {"DONE"}


def test_what_was_computed_is_counted_without_naming_anybody(town: Town):
    town.settle(CROWD)

    town.run(manifest_for(CROWD))

    registry = town.nodes["node-a"].meter.registry
    assert registry.get_sample_value("mpc_rounds_total") == 3
    assert (registry.get_sample_value("mpc_peer_bytes_total", {"direction": "sent"}) or 0) > 300
    assert registry.get_sample_value("mpc_compute_seconds_count") == 1
    names = {label for metric in registry.collect() for sample in metric.samples for label in sample.labels}
    assert names <= {"outcome", "reason", "direction", "le", "endpoint", "method", "status"}
