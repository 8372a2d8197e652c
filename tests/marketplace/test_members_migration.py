"""Accounts from before there were members get their one member, and give her login back on the way down."""

import logging
from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from crypto.sealing import derive_key_from_password
from marketplace.domain.account import ApiKey, StoredPassword
from marketplace.domain.member import Role
from marketplace.services.accounts import matches
from marketplace.storage.store import MIGRATIONS, SqlStore, open_store
from ssi.hosting import database
from ssi.hosting.database import VERSION_TABLE
from tests.contracts.stores import LATER
from tests.marketplace.builders import a_member, an_account, an_organisation
from tests.marketplace.fakes import CHEAP
from tests.marketplace.mpc_node.parties import NOW

SALT = b"salt" * 4
WORD = "correct horse battery"
PASSWORD = StoredPassword(SALT, CHEAP, derive_key_from_password(WORD, salt=SALT, cost=CHEAP))


def go(store: SqlStore, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(database.__file__).parent / "migrations_environment"))
    config.set_main_option("version_locations", str(MIGRATIONS / "versions"))
    config.set_main_option("path_separator", "newline")
    with store.database.engine.execution_options(argonauta_mode="reshaping").begin() as connection:
        config.attributes |= {"connection": connection, "version_table": VERSION_TABLE}
        (command.downgrade if revision != "head" else command.upgrade)(config, revision)


@pytest.fixture
def store(database_url):
    """Two accounts: one with three members of whom one was ended, one whose owner has no password."""
    opened = open_store(database_url)
    with opened.writing() as books:
        books.accounts.add(an_account(1))
        books.accounts.set_organisation("account-1", an_organisation())
        books.members.add(a_member(1), PASSWORD)
        books.members.add(replace(a_member(2), role=Role.READER, joined_at=LATER), PASSWORD)
        books.members.add(replace(a_member(3), ended_at=LATER))
        books.accounts.add_api_key(ApiKey("key", "account-1", "laptop", NOW, made_by="member-2"), "digest")
        books.accounts.add(an_account(2))
        books.members.add(replace(a_member(4), account_id="account-2"))
    yield opened
    opened.database.close()


@pytest.mark.usefixtures("as_in_production")
def test_down_the_first_owner_keeps_the_account_and_it_is_said_who_does_not(store, caplog):
    with caplog.at_level(logging.WARNING):
        go(store, "0017")

    with store.database.reading() as session:
        found = session.execute(
            text("SELECT account_id, email, password_salt FROM accounts ORDER BY 1")
        ).all()
    assert [(each.account_id, each.email) for each in found] == [
        ("account-1", "buyer1@example.org"),
        ("account-2", "buyer4@example.org"),
    ]
    assert bytes(found[0].password_salt) == SALT
    assert "account account-1 keeps its first owner; 1 other members lose theirs" in caplog.text
    assert "example.org" not in caplog.text


@pytest.mark.usefixtures("as_in_production")
def test_up_each_login_becomes_an_owner_who_signs_in_as_before(store):
    go(store, "0017")
    go(store, "head")

    with store.reading() as books:
        member, password = books.members.find("buyer1@example.org") or (None, None)
        assert member is not None
        assert (member.account_id, member.role, member.joined_at) == ("account-1", Role.OWNER, NOW)
        assert password is not None
        assert matches(WORD, password)
        assert books.accounts.api_keys("account-1")[0].made_by == member.member_id
        assert books.accounts.get("account-1").organisation == an_organisation()
        assert books.members.find("buyer2@example.org") is None


@pytest.mark.usefixtures("as_in_production")
def test_an_owner_who_had_no_password_has_one_that_nobody_knows(store):
    go(store, "0017")
    go(store, "head")

    with store.reading() as books:
        _, password = books.members.find("buyer4@example.org") or (None, None)
    assert password is not None
    assert not matches("", password)
