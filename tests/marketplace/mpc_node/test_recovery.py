"""A node that is killed while a job is computed: it goes on where it was, or ends the attempt cleanly."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pytest

from consent.job import put_on_roll
from consent.roll import digest_of_piece
from crypto.mpc.rounds import Frame, Raw
from crypto.sealing import Vault
from marketplace.mpc_node import runner
from marketplace.mpc_node.checkpoint import AttemptLog
from marketplace.mpc_node.opening import Checkpoints, Opening
from marketplace.mpc_node.storage.ledger import account_of
from tests.marketplace.mpc_node.buyer import open_outputs
from tests.marketplace.mpc_node.orders import EXACT, NOISY, manifest_for
from tests.marketplace.mpc_node.parties import NAMES, UNIVERSITY, node_keys
from tests.marketplace.mpc_node.people import people, withdrawal_of
from tests.marketplace.mpc_node.town import PATIENCE_SECONDS, Town, step_of, wait_for_attempts

# A killed process ends its threads without a word; here the thread of the attempt ends with SystemExit.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")

CROWD = people(12)
DYING = "node-b"
SOON = 3.0
ROUNDS = 3
BEFORE_IT_COMPUTES = ("begin", 0)


class DeadlyLog(AttemptLog):
    """A log at whose side the process ends in some round, as by SIGKILL: nothing is tidied up."""

    moment: tuple[str, int]
    over: threading.Event

    def sending(self, number: int, outbox: Mapping[int, Frame]) -> None:
        super().sending(number, outbox)
        self._strike("sending", number)

    def received(self, number: int, inbox: Mapping[int, Raw]) -> None:
        super().received(number, inbox)
        self._strike("received", number)

    def parted(self) -> None:
        super().parted()
        self._strike("parted", ROUNDS)

    def discard(self) -> None:
        self.close()
        self.over.set()

    def _strike(self, moment: str, number: int) -> None:
        if (moment, number) == self.moment:
            raise SystemExit


@dataclass(frozen=True)
class DeadlyCheckpoints(Checkpoints):
    """Checkpoints of a process that ends at one moment of one round."""

    moment: tuple[str, int] = ("", 0)
    over: threading.Event = field(default_factory=threading.Event)

    def begin(self, job_id: str, attempt: int, opening: Opening) -> AttemptLog:
        if self.moment == BEFORE_IT_COMPUTES:
            self.over.set()
            raise SystemExit
        log = super().begin(job_id, attempt, opening)
        log.close()
        deadly = DeadlyLog.reopen(log.path, log.name, log.vault)
        deadly.moment, deadly.over = self.moment, self.over
        return deadly


def checkpoints_of(town: Town, moment: tuple[str, int], boot: str = "this boot") -> Checkpoints:
    """The checkpoints of the node that dies."""
    folder, vault = town.folder / DYING / "attempts", Vault(node_keys(DYING).log_key)
    if moment[0]:
        return DeadlyCheckpoints(folder, vault, lambda: boot, moment)
    return Checkpoints(folder, vault, lambda: boot)


def killed(
    folder: Path,
    moment: tuple[str, int],
    query=EXACT,
    *,
    on_roll: bool = False,
    patience_seconds: float = PATIENCE_SECONDS,
) -> Town:
    """A town in which one node has died while it computed a job, and the others wait."""
    town = Town(folder, names=(), peer_timeout_seconds=patience_seconds)
    deadly = checkpoints_of(town, moment)
    town.checkpoints[DYING] = deadly
    for name in NAMES:
        town.start(name)
    town.settle(CROWD)
    manifest, pieces = (
        put_on_roll(manifest_for(CROWD, query)) if on_roll else (manifest_for(CROWD, query), ())
    )
    for name in NAMES:
        for piece in pieces:
            assert town.put(name, f"/v1/pieces/{digest_of_piece(piece)}", piece).status_code == 204
    town.ask(manifest)
    assert isinstance(deadly, DeadlyCheckpoints)
    assert deadly.over.wait(60)
    town.checkpoints[DYING] = checkpoints_of(town, ("", 0))
    assert town.nodes[DYING].jobs.is_running("job-1", 1)
    return town


MOMENTS = [("sending", 1), ("received", 1), ("sending", 2), ("received", 2), ("received", 3), ("parted", 3)]


@pytest.mark.parametrize("moment", MOMENTS, ids=lambda moment: f"{moment[0]} {moment[1]}")
def test_a_job_goes_on_when_a_node_that_was_killed_is_back_in_time(tmp_path: Path, moment):
    town = killed(tmp_path, moment)

    town.start(DYING)
    ended = town.ended()

    assert {(each["attempt"], each["state"]) for each in ended.values()} == {(1, "DONE")}, ended
    answer = open_outputs(town, manifest_for(CROWD), CROWD).answer()
    assert answer.rows[0].estimates[0].value == len(CROWD)
    assert not list((town.folder / DYING / "attempts").iterdir())


def test_a_job_over_a_roll_goes_on_as_well(tmp_path: Path):
    town = killed(tmp_path, ("received", 2), on_roll=True)

    town.start(DYING)
    ended = town.ended()

    assert {(each["attempt"], each["state"]) for each in ended.values()} == {(1, "DONE")}, ended
    manifest, _ = put_on_roll(manifest_for(CROWD))
    answer = open_outputs(town, manifest, sorted(CROWD, key=lambda each: each.consent_id)).answer()
    assert answer.rows[0].estimates[0].value == len(CROWD)


def test_a_job_whose_roll_was_altered_meanwhile_is_over(tmp_path: Path):
    town = killed(tmp_path, ("received", 2), on_roll=True, patience_seconds=SOON)
    (piece,) = [path for path in (town.folder / DYING / "pieces").glob("*/*") if path.stat().st_size]
    piece.write_bytes(piece.read_bytes()[:-1] + b"!")

    town.start(DYING)
    ended = town.ended()

    assert (ended[DYING]["state"], ended[DYING]["reason"]) == ("FAILED", "interrupted")
    assert {each["state"] for each in ended.values()} == {"FAILED"}


def test_nobody_is_charged_twice_for_an_attempt_that_went_on(tmp_path: Path):
    town = killed(tmp_path, ("received", 2), NOISY)

    town.start(DYING)
    ended = town.ended()

    assert {each["state"] for each in ended.values()} == {"DONE"}
    node = town.nodes[DYING]
    stored = node.contributions.find([CROWD[0].consent_id])[CROWD[0].consent_id]
    assert len(node.ledger.charges([account_of(UNIVERSITY, stored.handle)])) == 1


@pytest.mark.parametrize("boot", ["this boot", "another boot"])
@pytest.mark.parametrize(
    "moment",
    [BEFORE_IT_COMPUTES, ("sending", 1), ("received", 2), ("parted", 3)],
    ids=lambda moment: moment[0],
)
def test_a_node_killed_between_spending_and_release_never_counts_less(tmp_path: Path, moment, boot: str):
    town = killed(tmp_path, moment, NOISY, patience_seconds=SOON)
    dead = spent_at(town, DYING)

    town.checkpoints[DYING] = checkpoints_of(town, ("", 0), boot)
    town.start(DYING)
    ended = town.ended()

    assert dead == [Decimal(1)]
    assert {name: spent_at(town, name) for name in NAMES} == {key: [Decimal(1)] for key in NAMES}
    assert {each["state"] for each in ended.values()} <= {"DONE", "FAILED"}


def spent_at(town: Town, name: str) -> list[Decimal]:
    """What a node has charged to somebody."""
    node = town.nodes[name]
    stored = node.contributions.find([CROWD[0].consent_id])[CROWD[0].consent_id]
    charges = node.ledger.charges([account_of(UNIVERSITY, stored.handle)])
    return [each.epsilon for each in charges]


def test_whoever_withdrew_meanwhile_ends_the_attempt(tmp_path: Path):
    town = killed(tmp_path, ("received", 2))
    withdrawal = {"withdrawal": withdrawal_of(CROWD[3])}

    assert town.post(DYING, "/v1/withdrawals", withdrawal, caller=None).status_code == 200
    town.start(DYING)
    ended = town.ended()

    assert ended[DYING]["reason"] == "withdrawn_during_computation"
    assert ended[DYING]["refusals"] == {CROWD[3].consent_id: "withdrawn"}
    assert {ended[name]["state"] for name in NAMES} == {"FAILED"}


def test_after_a_loss_of_power_the_attempt_is_over_and_the_next_one_succeeds(tmp_path: Path):
    town = killed(tmp_path, ("received", 2))
    town.checkpoints[DYING] = checkpoints_of(town, ("", 0), boot="another boot")

    town.start(DYING)
    cut_off = town.get(DYING, "/v1/jobs/job-1").json
    wait_for_attempts()
    ended = town.run(manifest_for(CROWD, attempt=2))

    assert (cut_off["state"], cut_off["reason"]) == ("FAILED", "interrupted")
    assert {(each["attempt"], each["state"]) for each in ended.values()} == {(2, "DONE")}


def test_a_node_that_is_back_too_late_fails_and_so_do_the_others(tmp_path: Path):
    town = killed(tmp_path, ("received", 2), patience_seconds=SOON)
    wait_for_attempts()

    town.start(DYING)
    ended = town.ended()

    assert {each["state"] for each in ended.values()} == {"FAILED"}
    assert ended[DYING]["reason"] == "peer_failed"
    assert DYING in {name for each in ended.values() for name in each["culprits"]}


def test_a_log_that_somebody_altered_ends_the_attempt(tmp_path: Path):
    town = killed(tmp_path, ("received", 2), patience_seconds=SOON)
    (log,) = (town.folder / DYING / "attempts").iterdir()
    raw = bytearray(log.read_bytes())
    raw[-1] ^= 1
    log.write_bytes(raw)

    town.start(DYING)
    ended = town.ended()

    assert (ended[DYING]["state"], ended[DYING]["reason"]) == ("FAILED", "interrupted")
    assert {each["state"] for each in ended.values()} == {"FAILED"}


def test_the_others_are_told_at_once_of_an_attempt_that_a_crash_ended(tmp_path: Path):
    town = killed(tmp_path, ("received", 2))
    town.checkpoints[DYING] = checkpoints_of(town, ("", 0), boot="another boot")
    told: list[tuple[str, str]] = []

    def listening(sender: str, receiver: str, token: str) -> list[str]:
        told.append((sender, step_of(token)))
        return [token]

    town.wire = listening
    town.start(DYING)
    town.ended()

    assert (DYING, "failed") in told


def test_an_attempt_whose_check_breaks_after_a_restart_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    town = killed(tmp_path, ("received", 2), patience_seconds=SOON)
    monkeypatch.setattr(runner, "check_job", lambda *_, **__: 1 / 0)

    town.start(DYING)
    ended = town.ended()

    assert (ended[DYING]["state"], ended[DYING]["reason"]) == ("FAILED", "interrupted")


def test_a_finished_attempt_leaves_no_log(town: Town):
    town.settle(CROWD)

    town.run(manifest_for(CROWD))

    assert not list(town.folder.glob("*/attempts/*"))
