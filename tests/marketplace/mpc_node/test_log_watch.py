"""A node takes no job over a log that is stale, or in which a withdrawal that it knows does not stand."""

import json
import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner

from consent.contradiction import verify_contradiction
from consent.errors import NoContradictionError
from consent.job import sign_manifest
from consent.log import Entry, LogState
from consent.logged_withdrawal import LoggedWithdrawal
from consent.record import sign_withdrawal
from crypto.encoding import sha256
from crypto.errors import SignatureError
from crypto.reading import Fields
from marketplace.mpc_node.cli import main
from marketplace.mpc_node.config import Settings, save_settings
from tests.marketplace.mpc_node.market_log import BEGINNING, MarketLog
from tests.marketplace.mpc_node.orders import NOISY, manifest_for
from tests.marketplace.mpc_node.parties import MARKET, MARKET_KEY, NAMES, NOW, ed25519, es256, random_of
from tests.marketplace.mpc_node.people import contribution_of, people, person, withdrawal_of
from tests.marketplace.mpc_node.town import Town, step_of

HER = person(1)
WORD = withdrawal_of(HER)
AGE = timedelta(seconds=600)
SECOND = timedelta(seconds=1)


def ask(town: Town, number: int = 1, **changes: Any) -> list[tuple[int, str]]:
    """An order of its own over the log as it is now: how each node answers, and with which word."""
    changes = {"log": town.log.state(), "order_id": f"order-{number}", "job_id": f"job-{number}", **changes}
    answers = town.ask(manifest_for(people(13), NOISY, **changes))
    town.ended(f"job-{number}")
    return [(each.status_code, str(each.json.get("detail", "")).partition(":")[0]) for each in answers]


def withdraw(town: Town, *names: str) -> None:
    """She withdraws at some nodes."""
    for name in names:
        answer = town.post(name, "/v1/withdrawals", {"withdrawal": WORD}, caller=None)
        assert answer.status_code == 200


def show(town: Town, name: str, shown: LoggedWithdrawal) -> Any:
    """The marketplace shows a node a withdrawal in the log; what came of it."""
    answer = town.post(name, "/v1/log/withdrawals", {"withdrawals": [shown.to_json()]})
    assert answer.status_code == 200, answer.text
    return answer.json["results"][0]


def log_hers(town: Town) -> int:
    """An honest marketplace takes the withdrawal from a node, and logs it."""
    told = town.get("node-a", "/v1/log/withdrawals").json["withdrawals"]
    assert told == [{"consent_id": HER.consent_id, "withdrawal": WORD}]
    index = town.log.withdraw(HER.consent_id, told[0]["withdrawal"])
    town.show_log()
    return index


def counted(town: Town, name: str) -> list[float | None]:
    """What a node counts of withdrawals: awaited, and overdue."""
    value = town.nodes[name].meter.registry.get_sample_value
    return [value("mpc_withdrawals_awaited"), value("mpc_withdrawals_overdue")]


def health(town: Town, name: str = "node-a") -> tuple[str, dict[str, str]]:
    """How a node says that it is."""
    answer: Any = town.client(name).get("/health")
    assert answer.status_code == 200
    return answer.json["status"], answer.json["checks"]


OK, STALE, HIDDEN = (202, ""), (422, "log_stale"), (422, "withdrawal_hidden")


@pytest.fixture
def settled(town: Town) -> Town:
    """Nodes that hold thirteen people's contributions."""
    town.settle(people(13))
    return town


def test_a_marketplace_that_stops_showing_its_log_gets_nothing_until_it_shows_it_again(settled: Town):
    before = ask(settled)
    settled.shows_log = False
    settled.moment += AGE
    just_in_time = ask(settled, 2)
    settled.moment += SECOND
    stale = ask(settled, 3)
    unwell = health(settled)
    settled.shows_log = True
    again = ask(settled, 4)

    assert (before, just_in_time, stale, again) == ([OK] * 3, [OK] * 3, [STALE] * 3, [OK] * 3)
    assert unwell[0] == "degraded"
    assert unwell[1]["log"] == "failing"
    assert health(settled)[0] == "ok"
    count = settled.nodes["node-a"].meter.registry.get_sample_value
    assert count("mpc_manifests_refused_total", {"reason": "log_stale"}) == 1


def test_a_log_that_was_never_shown_is_stale(settled: Town):
    settled.shows_log = False

    assert ask(settled) == [STALE] * 3
    assert health(settled)[0] == "ok"  # a node that just began is well


@pytest.mark.parametrize("leap", [timedelta(days=1), -timedelta(days=1)], ids=["forward", "back"])
def test_a_clock_that_was_moved_makes_the_log_stale_until_it_is_shown_again(settled: Town, leap):
    settled.show_log()
    settled.shows_log = False
    settled.moment += leap
    span = {"issued_at": settled.moment - SECOND, "expires_at": settled.moment + timedelta(hours=1)}
    stale = ask(settled, 1, **span)
    settled.shows_log = True

    assert stale == [STALE] * 3
    assert ask(settled, 2, **span) == [OK] * 3


def test_what_is_fresh_and_what_is_awaited_is_known_after_a_restart(settled: Town):
    settled.show_log()
    withdraw(settled, "node-a")
    settled.shows_log = False
    for name in NAMES:
        settled.nodes[name].database.close()
        settled.start(name)

    fresh = ask(settled, 1)
    settled.moment += AGE + SECOND

    assert fresh == [OK] * 3
    assert ask(settled, 2) == [STALE] * 3
    settled.show_log()
    assert ask(settled, 3) == [HIDDEN, OK, OK]


def test_an_output_does_not_leave_over_a_log_that_became_stale_meanwhile(settled: Town):
    once, passed = threading.Lock(), threading.Event()

    def before_the_word(sender: str, receiver: str, token: str) -> list[str]:
        with once:
            if step_of(token) == "summand" and not passed.is_set():
                passed.set()
                settled.moment += AGE + SECOND
        return [token]

    settled.wire = before_the_word
    ended = settled.run(manifest_for(people(13), NOISY, log=settled.log.state()))

    assert {each["state"] for each in ended.values()} == {"FAILED"}
    assert {each["reason"] for each in ended.values()} <= {"log_stale", "peer_failed"}
    assert "log_stale" in {each["reason"] for each in ended.values()}


def test_a_manifest_over_entries_that_a_node_was_not_shown_waits(settled: Town):
    settled.show_log()
    settled.shows_log = False
    settled.log.add(replace(BEGINNING, kind="order"))
    ahead = ask(settled)
    settled.shows_log = True

    assert ahead == [(422, "log_ahead")] * 3
    assert ask(settled) == [OK] * 3


def test_a_manifest_over_an_older_log_than_the_stated_age_is_stale(settled: Town):
    settled.show_log()
    old = settled.log.state()
    settled.log.add(replace(BEGINNING, kind="order"))
    settled.show_log()
    settled.moment += AGE - SECOND
    while_both_are_known = ask(settled, 1, log=old)
    settled.moment += SECOND

    assert while_both_are_known == [OK] * 3
    assert ask(settled, 2, log=old) == [STALE] * 3
    assert ask(settled, 3) == [OK] * 3


def test_a_manifest_that_names_another_root_names_another_log(settled: Town):
    other = LogState(1, sha256(b"another root"))

    assert ask(settled, 1, log=other) == [(422, "log_forked")] * 3


def test_a_withdrawal_that_is_left_out_of_the_log_stops_every_job_until_it_is_shown(settled: Town, caplog):
    withdraw(settled, *NAMES)
    settled.moment += AGE
    in_time = ask(settled, 1)
    settled.moment += SECOND
    hidden, unwell, numbers = ask(settled, 2), health(settled), counted(settled, "node-a")
    named = [record for record in caplog.records if "not in the log" in record.message]
    index = log_hers(settled)
    for name in NAMES:
        assert show(settled, name, settled.log.shown(index)) == {"consent_id": HER.consent_id, "shown": True}

    assert (in_time, hidden) == ([OK] * 3, [HIDDEN] * 3)
    assert (unwell[0], unwell[1]["withdrawals"]) == ("degraded", "failing")
    assert numbers == [1, 1]
    assert HER.consent_id in str([vars(record) for record in named])
    assert ask(settled, 3, contributions=without_her()) == [OK] * 3
    assert (health(settled)[0], counted(settled, "node-a")) == ("ok", [0, 0])
    assert settled.get("node-a", "/v1/log/withdrawals").json == {"withdrawals": []}


def test_one_node_that_knows_of_a_hidden_withdrawal_stops_the_job(settled: Town):
    withdraw(settled, "node-b")
    settled.moment += AGE + SECOND

    assert ask(settled) == [OK, HIDDEN, OK]
    assert {each["state"] for name, each in settled.ended().items() if name != "node-b"} == {"FAILED"}


def test_a_withdrawal_that_becomes_overdue_while_a_job_runs_keeps_its_output_back(settled: Town):
    withdraw(settled, "node-a")
    settled.moment += AGE
    once, passed = threading.Lock(), threading.Event()

    def before_the_word(sender: str, receiver: str, token: str) -> list[str]:
        with once:
            if step_of(token) == "summand" and not passed.is_set():
                passed.set()
                settled.moment += SECOND
        return [token]

    settled.wire = before_the_word
    ended = settled.run(manifest_for(people(13), NOISY, log=settled.log.state()))

    assert ended["node-a"]["reason"] in {"withdrawal_hidden", "peer_failed"}
    assert ended["node-a"]["state"] == "FAILED"


def test_a_withdrawal_that_came_before_its_contribution_is_awaited_as_well(town: Town):
    answer = town.post("node-a", "/v1/withdrawals", {"withdrawal": WORD}, caller=None)
    stranger = sign_withdrawal(person(2).consent_id, NOW, es256("somebody else"))
    town.post("node-a", "/v1/withdrawals", {"withdrawal": stranger}, caller=None)
    before = town.get("node-a", "/v1/log/withdrawals").json["withdrawals"]
    verdicts = town.contribute("node-a", contribution_of(HER), contribution_of(person(2)))

    assert answer.status_code == 404
    assert before == []
    assert [each["accepted"] for each in verdicts] == [False, True]
    awaited = town.get("node-a", "/v1/log/withdrawals").json["withdrawals"]
    assert awaited == [{"consent_id": HER.consent_id, "withdrawal": WORD}]


def without_her() -> dict[str, str]:
    """Everybody else, with their inputs."""
    return {each.consent_id: contribution_of(each).inputs_digest for each in people(13)[1:]}


def refused_evidence(town: Town) -> dict[str, LoggedWithdrawal]:
    """What does not show node-a that her withdrawal stands in the log that it cosigned."""
    honest = town.log.shown(log_hers(town))
    kept_apart = MarketLog([*town.log.entries[:-1], replace(town.log.entries[-1], kind="withdrawal")])
    kept_apart.entries[0] = replace(BEGINNING, salt=sha256(b"another salt"))
    about_something_else = town.log.add(Entry.of("usage", NOW, town.log.entries[-1].body, random_of("salt")))
    of_somebody_else = town.log.withdraw(person(2).consent_id, withdrawal_of(person(2)))
    not_cosigned = town.log.shown(1)
    town.show_log()
    return {
        "a log that is kept for this node": kept_apart.shown(1),
        "a log that somebody else signed": replace(town.log, key=ed25519("somebody else")).shown(1),
        "another salt": replace(honest, entry=replace(honest.entry, salt=bytes(32))),
        "another place": replace(honest, proof=replace(honest.proof, index=0)),
        "an entry about something else": town.log.shown(about_something_else),
        "a withdrawal that did not come here": town.log.shown(of_somebody_else),
        "a state between those that were cosigned": replace(not_cosigned, proof=town.log.shown(1, 3).proof),
    }


def test_what_does_not_show_it_in_the_log_that_all_see_is_not_believed(settled: Town):
    withdraw(settled, "node-a")

    for name, shown in refused_evidence(settled).items():
        answer = show(settled, "node-a", shown)
        assert answer["shown"] is False, name
        assert answer["reason"]
    assert counted(settled, "node-a") == [1, 0]


@pytest.mark.parametrize(
    "document",
    [{}, {"entry": {}, "proof": {}}, {"entry": None, "proof": None}, {"more": 1}, {"entry": "x\x00"}],
    ids=str,
)
def test_what_is_no_logged_withdrawal_is_a_bad_request(town: Town, document):
    assert town.post("node-a", "/v1/log/withdrawals", {"withdrawals": [document]}).status_code == 400
    assert town.post("node-a", "/v1/log/withdrawals", {"withdrawals": []}).status_code == 400
    assert town.post("node-a", "/v1/log/withdrawals", {"withdrawals": [document] * 101}).status_code == 400


def printed(town: Town, name: str) -> list[dict[str, Any]]:
    """What the operator of a node can print of contradictions, in another process."""
    settings = Settings(town.folder / name, name, f"Operator of {name}", f"https://{name}.example:7000")
    save_settings(settings)
    result = CliRunner().invoke(main, ["contradictions", "--dir", str(settings.directory)])
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.output.splitlines()]


def test_naming_somebody_whose_withdrawal_was_logged_before_is_evidence_for_anyone(settled: Town):
    withdraw(settled, "node-a")
    settled.show_log()
    before = settled.log.state()
    index = log_hers(settled)
    show(settled, "node-a", settled.log.shown(index))

    late = ask(settled, 1, log=before)
    contradiction = ask(settled, 2)

    assert late == [OK] * 3  # looked at before she withdrew: she is left out
    assert contradiction == [(422, "names_withdrawn"), OK, OK]
    (kept,) = printed(settled, "node-a")
    shown = LoggedWithdrawal.from_fields(Fields.of(kept["withdrawal"], "kept"))
    found = verify_contradiction(str(kept["manifest"]), shown, origin=MARKET, key=MARKET_KEY.public)
    assert (found.consent_id, found.job_id, found.log_index) == (HER.consent_id, "job-2", index)
    honest = sign_manifest(manifest_for(people(13), NOISY, log=before), MARKET_KEY)
    with pytest.raises(NoContradictionError):
        verify_contradiction(honest, shown, origin=MARKET, key=MARKET_KEY.public)
    forged = sign_manifest(manifest_for(people(13), NOISY, log=settled.log.state()), ed25519("somebody else"))
    with pytest.raises(SignatureError):
        verify_contradiction(forged, shown, origin=MARKET, key=MARKET_KEY.public)
