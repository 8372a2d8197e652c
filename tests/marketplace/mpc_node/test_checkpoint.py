"""The log of an attempt: whoever is killed in any round goes on from it, sends the same bytes, or nothing."""

import os
import threading
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from crypto.mpc.rounds import Frame, Raw
from crypto.sealing import Vault
from marketplace.mpc_node.agreement import Agreed
from marketplace.mpc_node.checkpoint import AttemptLog, boot_id
from marketplace.mpc_node.errors import AttemptFailedError, CheckpointError, Failure
from marketplace.mpc_node.frames import Kind
from marketplace.mpc_node.opening import Checkpoints, Opening
from tests.marketplace.mpc_node.lines import Lines, Passing
from tests.marketplace.mpc_node.parties import NAMES
from tests.marketplace.mpc_node.ring import (
    EXPECTED,
    KilledError,
    Role,
    Running,
    fifth_power,
    powers,
    seed_of,
)

VAULT = Vault(bytes(range(32)))
OPENING = Opening(bytes(32), Agreed(("c-1", "c-2"), {"c-3": "expired"}), "cells")
ROUNDS = 6
KILLED, SURVIVORS = 1, (0, 2)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "attempts" / "log"


def frame(content: bytes = b"words") -> dict[int, Frame]:
    """An outbox of one message."""
    return {0: Frame(b"head", memoryview(content))}


def written(path: Path, rounds: int = 2) -> AttemptLog:
    """A log of some rounds, each with messages of two roles."""
    log = AttemptLog.create(path, "name", VAULT, b"opening")
    for number in range(1, rounds + 1):
        log.sending(number, frame(bytes((number,))))
        log.received(number, {0: b"from 0 in %d" % number, 2: b"from 2"})
    return log


class Deadly:
    """A log that kills its role just before or after it is written in some round, at once with others."""

    def __init__(
        self, log: AttemptLog, moment: str, number: int, together: threading.Barrier | None = None
    ) -> None:
        self.log, self.moment, self.number = log, moment, number
        self.together = together or threading.Barrier(1)

    def sending(self, number: int, outbox: Mapping[int, Frame]) -> None:
        self._strike("before sending", number)
        self.log.sending(number, outbox)
        self._strike("before a frame leaves", number)

    def recall(self, number: int) -> Mapping[int, Raw] | None:
        return self.log.recall(number)

    @property
    def complete(self) -> bool:
        return self.log.complete

    def parted(self) -> None:
        self._strike("at the end", ROUNDS)
        self.log.parted()
        self._strike("after the end", ROUNDS)

    def received(self, number: int, inbox: Mapping[int, Raw]) -> None:
        self._strike("before the record", number)
        self.log.received(number, inbox)
        self._strike("after the record", number)

    def _strike(self, moment: str, number: int) -> None:
        if (moment, number) == (self.moment, self.number):
            self.together.wait(60)
            raise KilledError


MOMENTS = ("before sending", "before a frame leaves", "before the record", "after the record")


@pytest.mark.parametrize("number", range(1, ROUNDS + 1))
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_role_that_is_killed_in_any_round_goes_on_and_sends_the_same_bytes(path: Path, moment, number):
    lines = Lines()
    sent: dict[tuple[str, int], bytes] = {}
    repeated: list[Passing] = []

    def note(passing: Passing) -> bytes:
        if passing.sender == NAMES[KILLED] and passing.prefix.kind is Kind.MESSAGE:
            place = (passing.receiver, passing.prefix.number)
            if place in sent and sent[place] != passing.body:
                repeated.append(passing)
            sent.setdefault(place, passing.body)
        return passing.raw

    lines.alter = note
    log = AttemptLog.create(path, "name", VAULT, b"opening")
    running = Running().start(*(Role(each, lines.of(NAMES[each])) for each in SURVIVORS))
    dying = Running().start(Role(KILLED, lines.of(NAMES[KILLED]), Deadly(log, moment, number)))
    assert isinstance(dying.ended()[KILLED], KilledError)
    log.close()

    again = AttemptLog.reopen(path, "name", VAULT)
    running.start(Role(KILLED, lines.of(NAMES[KILLED]), again, again.wanted))
    answers = running.ended()
    again.discard()

    assert powers(answers) == EXPECTED
    assert not repeated
    assert not path.exists()


def test_a_role_that_is_killed_when_all_have_parted_needs_nobody_to_arrive_at_the_result(path: Path):
    lines = Lines()
    log = AttemptLog.create(path, "name", VAULT, b"opening")
    running = Running().start(*(Role(each, lines.of(NAMES[each])) for each in SURVIVORS))
    running.start(Role(KILLED, lines.of(NAMES[KILLED]), Deadly(log, "after the end", ROUNDS)))
    assert isinstance(running.ended()[KILLED], KilledError)
    log.close()
    lines.cut = lambda caller, called: True

    again = AttemptLog.reopen(path, "name", VAULT)
    answers = running.start(Role(KILLED, lines.of(NAMES[KILLED]), again, again.wanted)).ended()
    again.discard()

    assert powers(answers) == EXPECTED


def test_two_roles_that_are_killed_at_once_both_go_on(tmp_path: Path):
    lines = Lines()
    logs = {role: AttemptLog.create(tmp_path / str(role), "name", VAULT, b"") for role in (0, 1)}
    running = Running().start(Role(2, lines.of(NAMES[2])))
    both = threading.Barrier(2)
    dying = Running().start(
        *(
            Role(role, lines.of(NAMES[role]), Deadly(log, "after the record", 3, both))
            for role, log in logs.items()
        )
    )
    dying.ended()

    for role, log in logs.items():
        log.close()
        again = AttemptLog.reopen(tmp_path / str(role), "name", VAULT)
        running.start(Role(role, lines.of(NAMES[role]), again, again.wanted))

    assert powers(running.ended()) == EXPECTED


def test_a_run_that_would_send_something_else_sends_nothing(path: Path):
    lines, heard = Lines(), []
    log = AttemptLog.create(path, "name", VAULT, b"opening")
    running = Running().start(*(Role(each, lines.of(NAMES[each]), patience_seconds=1) for each in SURVIVORS))
    dying = Running().start(Role(KILLED, lines.of(NAMES[KILLED]), Deadly(log, "after the record", 3)))
    dying.ended()
    log.close()
    lines.alter = lambda passing: heard.append(passing) or passing.raw  # type: ignore[func-returns-value]

    again = AttemptLog.reopen(path, "name", VAULT)
    other_seed = seed_of(9)
    running.start(Role(KILLED, lines.of(NAMES[KILLED]), again, again.wanted, seed=other_seed))
    answers = running.ended()

    assert isinstance(answers[KILLED], CheckpointError)
    assert not [each for each in heard if each.sender == NAMES[KILLED] and each.prefix.kind is Kind.MESSAGE]
    assert all(isinstance(answers[each], AttemptFailedError) for each in SURVIVORS)
    assert {answers[each].failure for each in SURVIVORS} == {Failure.PEER_TIMEOUT}


def test_without_that_check_a_mask_would_meet_other_data(path: Path):
    """What the log prevents: the same keys are agreed on whatever the inputs are, and so the same masks."""
    first, other = fifth_power(0, seed_of(0), values=1), fifth_power(0, seed_of(0), values=2)

    assert next(first).send[2].tolist() == next(other).send[2].tolist()


def test_what_was_written_is_read_again_in_order(path: Path):
    written(path).close()

    log = AttemptLog.reopen(path, "name", VAULT)

    assert log.opening == b"opening"
    assert log.wanted == {0: 3, 2: 3}
    for number in (1, 2):
        log.sending(number, frame(bytes((number,))))
        assert log.recall(number) == {0: b"from 0 in %d" % number, 2: b"from 2"}
    assert log.recall(3) is None
    log.discard()


def test_a_round_in_which_nothing_was_heard_is_repeated_as_such(path: Path):
    log = AttemptLog.create(path, "name", VAULT, b"")
    for number in (1, 2):
        log.sending(number, frame())
        log.received(number, {})
    log.close()

    again = AttemptLog.reopen(path, "name", VAULT)
    again.sending(1, frame())

    assert again.recall(1) == {}
    again.sending(2, frame())
    assert again.recall(2) is None
    again.discard()


@pytest.mark.parametrize("cut", [1, 10, 60, 61])
def test_a_record_that_was_cut_off_is_dropped_with_the_whole_inbox_that_it_belongs_to(path: Path, cut):
    written(path).close()
    os.truncate(path, path.stat().st_size - cut)

    log = AttemptLog.reopen(path, "name", VAULT)
    log.sending(1, frame(b"\x01"))
    first = log.recall(1)
    log.sending(2, frame(b"\x02"))

    assert first is not None
    assert log.recall(2) is None
    log.received(2, {0: b"again", 2: b"again"})
    log.close()
    assert AttemptLog.reopen(path, "name", VAULT).wanted == {0: 3, 2: 3}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(place=st.integers(0, 10_000), change=st.integers(1, 255))
@example(place=329, change=1)
def test_any_changed_byte_is_refused_or_ends_the_log_before_it(tmp_path: Path, place, change):
    path = tmp_path / "changed"
    path.unlink(missing_ok=True)
    written(path).close()
    raw = bytearray(path.read_bytes())
    raw[place % len(raw)] ^= change
    path.write_bytes(raw)

    honest = {number: {0: b"from 0 in %d" % number, 2: b"from 2"} for number in (1, 2)}
    log = None
    try:
        log = AttemptLog.reopen(path, "name", VAULT)
        assert log.opening == b"opening"
        for number in (1, 2):
            log.sending(number, frame(bytes((number,))))
            assert log.recall(number) in (honest[number], None)
    except CheckpointError:
        pass
    finally:
        if log is not None:
            log.close()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(raw=st.one_of(st.binary(max_size=300), st.binary(max_size=300).map(b"argonauta log 1\n".__add__)))
def test_arbitrary_bytes_are_no_log(tmp_path: Path, raw):
    path = tmp_path / "any"
    path.write_bytes(raw)

    try:
        log = AttemptLog.reopen(path, "name", VAULT)
    except CheckpointError:
        return
    with pytest.raises(CheckpointError):
        _ = log.opening
    log.close()


@pytest.mark.parametrize(("name", "vault"), [("other", VAULT), ("name", Vault(bytes(32)))])
def test_the_log_of_another_attempt_or_node_does_not_open(path: Path, name, vault):
    written(path).close()
    log = AttemptLog.reopen(path, name, vault)

    with pytest.raises(CheckpointError):
        _ = log.opening
    log.close()


def test_two_processes_cannot_both_go_on(path: Path):
    first = written(path)

    with pytest.raises(CheckpointError):
        AttemptLog.reopen(path, "name", VAULT)
    first.close()


def test_a_log_is_begun_once_and_readable_by_its_owner_alone(path: Path):
    log = written(path)

    with pytest.raises(CheckpointError):
        AttemptLog.create(path, "name", VAULT, b"")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    log.discard()


def test_nothing_in_the_file_is_readable(path: Path):
    log = written(path)
    content = path.read_bytes()

    assert b"from 0" not in content
    assert b"opening" not in content.removeprefix(b"argonauta log 1\n")
    log.discard()


def test_an_opening_comes_out_as_it_went_in(tmp_path: Path):
    checkpoints = Checkpoints(tmp_path / "logs", VAULT, lambda: "this boot")
    checkpoints.begin("job-1", 1, OPENING).close()

    log, opening = checkpoints.resume("job-1", 1)

    assert opening == OPENING
    assert bytes(32) == opening.seed
    assert "seed" not in repr(opening)
    log.close()


@pytest.mark.parametrize("boot", ["another boot", ""])
def test_under_another_boot_of_the_machine_nothing_is_gone_on_with(tmp_path: Path, boot):
    Checkpoints(tmp_path / "logs", VAULT, lambda: "this boot").begin("job-1", 1, OPENING).close()

    with pytest.raises(CheckpointError, match="started anew"):
        Checkpoints(tmp_path / "logs", VAULT, lambda: boot).resume("job-1", 1)


def test_logs_of_attempts_that_are_over_are_removed(tmp_path: Path):
    checkpoints = Checkpoints(tmp_path / "logs", VAULT)
    for attempt in (1, 2):
        checkpoints.begin("job-1", attempt, OPENING).close()

    checkpoints.forget_all_but([("job-1", 2)])

    with pytest.raises(CheckpointError, match="no log"):
        checkpoints.resume("job-1", 1)
    log, _ = checkpoints.resume("job-1", 2)
    log.close()


def test_this_machine_names_its_boot():
    assert boot_id() == boot_id()
