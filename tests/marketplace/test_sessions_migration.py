"""Sessions from before they remembered their use go on, and ask before what nobody can take back."""

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from marketplace.domain.member import MemberSession
from marketplace.storage.store import MIGRATIONS, open_store
from ssi.hosting import database
from ssi.hosting.database import VERSION_TABLE
from tests.contracts.stores import LATER
from tests.marketplace.builders import a_member, an_account
from tests.marketplace.mpc_node.parties import NOW

SESSION = MemberSession("s1", "member-1", "Firefox", NOW, seen_at=LATER, proven_at=NOW)


@pytest.fixture
def books_before(database_url):
    """A session in books that were set back to before."""
    store = open_store(database_url)
    with store.writing() as books:
        books.accounts.add(an_account(1))
        books.members.add(a_member(1))
        books.members.add_session(SESSION)
    config = Config()
    config.set_main_option("script_location", str(Path(database.__file__).parent / "migrations_environment"))
    config.set_main_option("version_locations", str(MIGRATIONS / "versions"))
    config.set_main_option("path_separator", "newline")
    with store.database.engine.begin() as connection:
        config.attributes |= {"connection": connection, "version_table": VERSION_TABLE}
        before = ScriptDirectory.from_config(config).get_revision("0024").down_revision
        command.downgrade(config, str(before))
    with store.database.engine.connect() as connection:
        columns = {each["name"] for each in inspect(connection).get_columns("member_sessions")}
    assert columns == {"session_id", "member_id", "device", "started_at"}
    store.database.close()
    return database_url


@pytest.mark.usefixtures("as_in_production")
def test_a_session_from_before_goes_on_and_is_not_taken_for_proven(books_before):
    store = open_store(books_before)

    with store.writing() as books:
        kept = books.members.session("s1")
        assert kept == MemberSession("s1", "member-1", "Firefox", NOW)
        assert kept.used_at == NOW
        assert not kept.is_proven(NOW)
        books.members.see_session("s1", LATER)
        seen = books.members.session("s1")
        assert seen is not None
        assert seen.used_at == LATER
    store.database.close()
