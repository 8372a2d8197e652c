"""The doctor says what is wrong with an installation, and what to do about it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from crypto.encoding import canonical_json
from marketplace.bootstrap import open_house, services_of
from marketplace.cli import main
from marketplace.config import SESSION_KEY, SIGNING_KEY, Identity, Settings, make_folder
from marketplace.doctor import Level, examine
from marketplace.domain.account import AccountKind
from marketplace.domain.signed_state import Cosigned, SignedState
from marketplace.services.keep_breaches import KeepBreaches
from marketplace.services.sign_of_life import SILENT_AFTER, SignOfLife
from ssi.trust import sign_registry
from tests.marketplace.fakes import CHEAP, HandClock
from tests.marketplace.market import PASSWORD
from tests.marketplace.mpc_node.parties import MARKET, NOW, assembled, ed25519, parts
from tests.marketplace.test_breaches import FACTS, WORDS


@pytest.fixture
def settings(tmp_path, database_url):
    """An installation whose registry names it, over a database that was brought up to date."""
    folder = tmp_path / "market"
    make_folder(folder, Identity(MARKET, "Market", "http://127.0.0.1:8000"), now=NOW)
    (tmp_path / "authority.jwk").write_bytes(canonical_json(ed25519("authority").public.to_jwk()))
    made = Settings(
        folder,
        tmp_path / "registry.jwt",
        tmp_path / "authority.jwk",
        database_url=database_url,
        password_cost=CHEAP,
    )
    known = assembled(parts())
    own = replace(known.marketplace, verifying_key=made.signing_key.public)
    nodes = tuple(
        replace(node, url=f"https://127.0.0.1:{10 * place}", peer_address="")
        for place, node in enumerate(known.nodes, start=1)
    )
    signed = sign_registry(replace(known, marketplace=own, nodes=nodes), ed25519("authority"))
    made.registry.write_text(signed)
    _house(made).close()
    return made


def _house(settings, clock=None):
    return open_house(settings, clock=clock or HandClock())


def _found(settings, word, clock=None):
    found = examine(settings, clock=clock or HandClock())
    return [each for each in found if each.what.startswith(word)]


def test_a_worker_that_never_ran_and_nodes_that_do_not_answer_are_found(settings):
    found = examine(settings, clock=HandClock())

    grave = {each.what.split(":")[0] for each in found if each.level is Level.FAIL}
    nodes = {f"node {each.id}" for each in assembled(parts()).nodes}
    assert grave == {*nodes, "worker"}
    assert all(each.remedy for each in found if each.level is not Level.OK)


def test_a_worker_that_gave_a_sign_is_alive_until_it_was_silent_for_half_a_minute(settings):
    clock = HandClock()
    house = _house(settings, clock)
    SignOfLife(house.desk, "worker-1")()
    house.close()

    (alive,) = _found(settings, "worker", clock)
    clock.forward(seconds=SILENT_AFTER.total_seconds())
    (still,) = _found(settings, "worker", clock)
    clock.forward(seconds=1)
    (silent,) = _found(settings, "worker", clock)

    assert [alive.level, still.level, silent.level] == [Level.OK, Level.OK, Level.FAIL]


def test_a_key_that_others_can_read_or_that_is_gone_stops_the_examination(settings):
    (settings.directory / SESSION_KEY).chmod(0o644)
    (readable,) = _found(settings, f"file {SESSION_KEY}")
    assert (readable.level, "chmod 600" in readable.remedy) == (Level.FAIL, True)
    assert _found(settings, "worker") == []

    (settings.directory / SESSION_KEY).unlink()
    (gone,) = _found(settings, f"file {SESSION_KEY}")
    assert gone.what.endswith("missing")


def test_a_registry_that_ends_soon_is_a_warning_and_one_that_ended_a_failure(settings):
    ends = assembled(parts()).valid_until
    (soon,) = _found(settings, "trust registry: valid", HandClock(ends - timedelta(days=13)))
    assert soon.level is Level.WARN

    over = _found(settings, "trust registry", HandClock(ends))
    assert [each.level for each in over] == [Level.FAIL]


def test_a_registry_that_names_another_key_is_found(settings):
    settings.registry.write_text(sign_registry(assembled(parts()), ed25519("authority")))

    assert "another key" in _found(settings, "trust registry")[0].what


def test_a_database_that_is_not_of_this_version_is_found_and_left_as_it_is(settings):
    house = _house(settings)
    with house.store.database.writing() as session:
        session.execute(text("DROP TABLE heartbeats"))
    house.close()

    (first,) = _found(settings, "database")
    (again,) = _found(settings, "database")

    assert (first.level, "1 differences" in first.what) == (Level.FAIL, True)
    assert again == first


def test_a_log_that_nobody_confirmed_and_a_clock_that_is_behind_are_warnings(settings):
    house = _house(settings)
    by = _operator(house, settings)
    breaches = KeepBreaches(house.desk)
    breaches.record(by, "breach-1", FACTS)
    breaches.tell(by, "breach-1", WORDS)
    assert [each.level for each in _found(settings, "log")] == [Level.WARN]
    with house.store.writing() as books:
        books.states.add(SignedState(1, "note"))
        books.states.cosign(1, "node-a", Cosigned("line", NOW + timedelta(seconds=6)))
        books.states.publish(1)
    house.close()

    assert [each.level for each in _found(settings, "log")] == [Level.OK]
    (clock,) = _found(settings, "clock")
    assert (clock.level, "6 s behind" in clock.what) == (Level.WARN, True)


def _operator(house, settings):
    add = services_of(house, settings).add_account
    return add("o@market.example", PASSWORD, kind=AccountKind.OPERATOR).account_id


def test_a_breach_is_a_warning_while_it_is_open_and_a_failure_when_it_is_overdue(settings):
    house = _house(settings)
    KeepBreaches(house.desk).record(_operator(house, settings), "breach-1", FACTS)
    house.close()

    (fresh,) = _found(settings, "breaches")
    (late,) = _found(settings, "breaches", HandClock(NOW + timedelta(hours=72)))

    assert (fresh.level, fresh.what) == (Level.WARN, "breaches: 1 open")
    assert (late.level, late.what) == (Level.FAIL, "breaches: 1 overdue")


def test_books_that_do_not_add_up_are_found(settings):
    house = _house(settings)
    account = services_of(house, settings).add_account("b@example.org", PASSWORD)
    services_of(house, settings).top_up(account.account_id, transfer_id="1", amount_cents=5)
    with house.store.database.writing() as session:
        session.execute(text("UPDATE balances SET posted_credits = posted_credits + 1"))
    house.close()

    assert [each.level for each in _found(settings, "books")] == [Level.FAIL]


def test_the_command_prints_a_line_each_with_its_remedy_and_exits_with_one(settings):
    options = ["--dir", settings.directory, "--registry", settings.registry]
    options += ["--authority", settings.authority, "--database-url", settings.database]

    ran = CliRunner().invoke(main, ["doctor", *map(str, options)])

    assert ran.exit_code == 1, ran.output
    assert f"ok    file {SIGNING_KEY}: only its owner can read it" in ran.output
    assert "fail  " in ran.output
    assert settings.session_secret.hex() not in ran.output
