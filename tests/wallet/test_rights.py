"""A person gets a copy of everything, and can have everything erased; nobody else can do either."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.ssi import parties
from tests.wallet.fakes import MovingClock
from tests.wallet.streaming import pulses
from tests.wallet.world import NODES, World
from wallet.domain.choices import PolicyChoices
from wallet.domain.erasure import COOLING_OFF, PATIENCE, Recipient
from wallet.domain.held_consent import ConsentState
from wallet.domain.letters import correction, deletion
from wallet.domain.proof import Password
from wallet.errors import NotInWalletError, PartnerRefusedError, WrongPasswordError

PASSWORD = Password("a quiet harbour")
WEEK = COOLING_OFF


@pytest.fixture
def given(world, anna):
    record = world.services.receive_credential(anna, world.issuers.offer())
    return world.services.publish_offer(anna, record.credential_id, PolicyChoices())


@pytest.fixture
def stored_anna(stored_world):
    return stored_world.services.create_wallet("anna", "a quiet harbour")


def copied(world: World, anna) -> dict[str, str]:
    return {name: "".join(pieces) for name, pieces in world.services.rights.copy(anna, PASSWORD).items()}


def erase(world: World, anna) -> None:
    world.services.rights.erase.plan(anna, PASSWORD)


def test_a_copy_has_everything_and_no_key(world, anna, given):
    world.market.use(given.consent_id, cents=75)
    world.services.refresh(anna)

    world.services.streams.keep(anna, "Watch", pulses(3))
    files = copied(world, anna)

    record = json.loads(files["records/001.json"])
    agreement = json.loads(files["agreements/001.json"])
    assert {each["name"] for each in record["fields"]} >= {"exam_score"}
    assert record["signed"].count("~") > 1
    assert agreement["words"] == given.notice
    assert agreement["record"]["consent_id"]
    assert agreement["receipt"]["log_index"] == 0
    assert json.loads(files["uses.json"])[0]["amount_cents"] == 75
    assert "0.75" in files["earnings.csv"]
    assert json.loads(files["log.json"])["entries"]
    assert json.loads(files["streams.json"])[0]["readings"] == 3
    assert len(files["streams/001.csv"].splitlines()) == 4
    (held,) = world.stores.credentials.all(anna)
    secret = held.holder_key.to_pem().decode()
    whole = "".join(files.values())
    assert secret not in whole
    assert all(line not in whole for line in secret.splitlines()[1:-1])
    assert "PRIVATE KEY" not in whole


def test_the_copy_of_an_empty_wallet_says_what_would_be_in_it(world, anna):
    files = copied(world, anna)

    assert "records/" in files["README.txt"]
    assert json.loads(files["uses.json"]) == []


@pytest.mark.parametrize("what", ["copy", "erase"])
def test_an_open_browser_alone_gets_neither(world, anna, given, what):
    rights = world.services.rights
    ask = rights.copy if what == "copy" else rights.erase.plan

    with pytest.raises(WrongPasswordError):
        ask(anna, Password("not the password"))

    assert rights.erase.planned(anna) is None
    assert world.services.consents(anna)[0].state(world.clock()) is not ConsentState.WITHDRAWN


def test_everything_ends_at_once_and_the_wallet_after_a_week(world, anna, given):
    erase(world, anna)

    (held,) = world.services.consents(anna)
    assert held.state(world.clock()) is ConsentState.WITHDRAWN
    assert set(held.withdrawal.deletions) == set(NODES)
    world.clock.forward(days=6, hours=23)
    assert world.services.rights.tidy_up().erased == 0
    assert world.services.open_wallet("anna", "a quiet harbour")
    world.clock.forward(hours=1)
    assert world.services.rights.tidy_up().erased == 1
    with pytest.raises(WrongPasswordError):
        world.services.open_wallet("anna", "a quiet harbour")
    assert not world.services.open_wallet.holds(anna)


def test_planning_again_keeps_the_first_date(world, anna):
    first = world.services.rights.erase.plan(anna, PASSWORD)
    world.clock.forward(days=3)

    assert world.services.rights.erase.plan(anna, PASSWORD) == first
    assert world.services.rights.erase.planned(anna) == first


def test_a_wallet_that_is_kept_is_not_erased(world, anna, given):
    erase(world, anna)

    world.services.rights.erase.keep(anna)
    world.clock.forward(days=30)

    assert world.services.rights.tidy_up().erased == 0
    assert world.services.open_wallet("anna", "a quiet harbour")
    assert world.services.consents(anna)[0].state(world.clock()) is ConsentState.WITHDRAWN


def test_who_did_not_answer_is_told_after_the_wallet_is_gone(world, anna, given):
    world.nodes.down, world.market.down = {"node-b"}, True
    erase(world, anna)
    world.clock.forward(days=8)
    done = world.services.rights.tidy_up()
    assert (done.erased, done.heard, done.waiting, done.overdue) == (1, 0, 2, ())
    world.nodes.down, world.market.down = set(), False

    done = world.services.rights.tidy_up()

    assert (done.erased, done.heard, done.waiting) == (0, 2, 0)
    assert given.consent_id in world.market.withdrawals
    assert world.services.rights.tidy_up().heard == 0


def test_a_node_that_lies_about_deleting_is_asked_again_and_told_of(world, anna, given):
    world.nodes.keys["node-b"] = parties.ed25519("somebody else")
    erase(world, anna)
    (farewell,) = world.stores.erasures.farewells(10)
    assert (farewell.recipient, farewell.node_id) == (Recipient.NODE, "node-b")

    assert world.services.rights.tidy_up().waiting == 1
    world.clock.forward(seconds=PATIENCE.total_seconds() + 1)
    assert [each.node_id for each in world.services.rights.tidy_up().overdue] == ["node-b"]


def test_a_node_that_left_the_registry_is_not_believed(world, anna, given):
    world.nodes.down = {"node-b"}
    erase(world, anna)
    world.nodes.down = set()
    (farewell,) = world.stores.erasures.farewells(10)
    world.stores.erasures.said(farewell.farewell_id)
    world.stores.erasures.unsaid["x"] = replace(farewell, node_id="node-z")

    assert world.services.rights.tidy_up().waiting == 1


def test_a_farewell_that_is_refused_is_kept(world, anna, given, monkeypatch):
    world.market.down = True
    erase(world, anna)
    world.market.down = False

    def no(_withdrawal: str) -> None:
        raise PartnerRefusedError("The marketplace said no.")

    monkeypatch.setattr(world.market, "withdraw", no)
    assert world.services.rights.tidy_up().waiting == 1


@pytest.mark.database
def test_nothing_of_an_erased_wallet_is_left_in_the_database(stored_world, stored_anna):
    services = stored_world.services
    record = services.receive_credential(stored_anna, stored_world.issuers.offer())
    services.publish_offer(stored_anna, record.credential_id, PolicyChoices())
    services.locks.make_recovery(stored_anna, PASSWORD)
    ben = services.create_wallet("ben", "a windy harbour")
    stored_world.nodes.down = {"node-c"}
    services.rights.erase.plan(stored_anna, PASSWORD)
    stored_world.clock.forward(days=8)

    assert services.rights.tidy_up().erased == 1

    database = stored_world.stores.wallets.database
    with database.reading() as session:
        left = {
            table: session.scalars(text(f"SELECT wallet_id FROM {table}")).all()  # noqa: S608 — constants
            for table in ("wallet", "password_lock", "recovery_lock", "credential", "consent", "erasure")
        }
        farewells = session.execute(text("SELECT * FROM farewell")).all()
    assert set().union(*left.values()) == {ben.wallet_id}
    assert len(farewells) == 1
    assert stored_anna.wallet_id not in repr(farewells)
    assert "anna" not in repr(farewells)
    assert services.open_wallet("ben", "a windy harbour")


@pytest.mark.database
def test_the_keys_of_an_erased_wallet_are_in_no_page_of_the_file(stored_world, stored_anna, database_url):
    if not database_url.startswith("sqlite"):
        pytest.skip("PostgreSQL keeps its files to itself until it vacuums")
    services, database = stored_world.services, stored_world.stores.wallets.database
    with database.reading() as session:
        (wrapped,) = session.scalars(text("SELECT wrapped_key FROM password_lock"))
    services.rights.erase.plan(stored_anna, PASSWORD)
    stored_world.clock.forward(days=8)
    services.rights.tidy_up()
    with database.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")

    with open(database_url.removeprefix("sqlite:///"), "rb") as file:  # noqa: PTH123 — one small file
        assert wrapped not in file.read()


def test_letters_name_whom_what_and_when():
    day = (MovingClock().moment + timedelta(days=1)).date()

    english = correction("Example University", "Exam", day, "en")
    german = deletion("Amt {x}", "Diplom", day, "de")

    assert english.to == "Example University"
    assert "Exam" in english.text
    assert f"{day.day} March 2026" in english.text
    assert german.to == "Amt {x}"
    assert day.strftime("%d.%m.%Y") in german.text
    assert "Artikel 17" in german.text
    assert correction("x", "{y}", day, "fr").text == correction("x", "{y}", day, "en").text


def test_a_letter_about_what_is_not_there_is_not_written(world, anna):
    with pytest.raises(NotInWalletError):
        world.services.read.record(anna, "nothing")
