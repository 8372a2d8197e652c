import os
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent

import psycopg
import pytest
from sqlalchemy import ForeignKey, String, inspect, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from ssi.hosting.columns import UtcMoment, new_metadata
from ssi.hosting.database import Database, differences, migrate, open_database, open_engine
from ssi.hosting.errors import DatabaseAddressError, DatabaseUnavailableError, HostingError

NOON = datetime(2026, 5, 3, 12, 0, tzinfo=UTC)
PATIENCE_SECONDS = 60
SERVER = "ARGONAUTA_TEST_DATABASE_URL"

pytestmark = pytest.mark.usefixtures("as_in_production")


class Base(DeclarativeBase):
    metadata = new_metadata()


class Person(Base):
    __tablename__ = "person"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(50), unique=True)
    born: Mapped[datetime] = mapped_column(UtcMoment)


class Offer(Base):
    __tablename__ = "offer"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))


FIRST = """
    from alembic import op
    import sqlalchemy as sa

    revision = "0001"
    down_revision = None

    def upgrade():
        op.create_table(
            "person",
            sa.Column("id", sa.Integer, nullable=False),
            sa.Column("name", sa.String(50), nullable=False),
            sa.Column("born", sa.DateTime(timezone=True), nullable=False),
            sa.PrimaryKeyConstraint("id", name="pk_person"),
            sa.UniqueConstraint("name", name="uq_person_name"),
        )
        op.create_table(
            "offer",
            sa.Column("id", sa.Integer, nullable=False),
            sa.Column("person_id", sa.Integer, nullable=False),
            sa.PrimaryKeyConstraint("id", name="pk_offer"),
            sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_offer_person_id_person"),
        )
"""
SECOND = """
    from alembic import op
    import sqlalchemy as sa

    revision = "0002"
    down_revision = "0001"

    def upgrade():
        with op.batch_alter_table("person") as person:
            person.add_column(sa.Column("nickname", sa.String(20)))
            person.alter_column("name", type_=sa.String(80), existing_type=sa.String(50))
        {afterwards}
"""


@pytest.fixture
def migrations(tmp_path):
    folder = tmp_path / "migrations"
    write_revision(folder, "0001_first.py", FIRST)
    return folder


@pytest.fixture
def database(database_url, migrations):
    with closing(open_database(database_url)) as database:
        migrate(database.engine, migrations)
        yield database


def write_revision(folder: Path, name: str, body: str) -> None:
    path = folder / "versions" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dedent(body))


def names(database: Database) -> list[str]:
    with database.reading() as session:
        return [person.name for person in session.query(Person).order_by(Person.id)]


def add(session: Session, name: str) -> None:
    session.add(Person(name=name, born=NOON))


def test_what_was_written_can_be_read(database):
    with database.writing() as session:
        add(session, "Ada")

    assert names(database) == ["Ada"]


def test_an_error_leaves_nothing_behind(database):
    def write_and_fail():
        with database.writing() as session:
            add(session, "Ada")
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fail()

    assert names(database) == []


def test_objects_can_be_used_after_their_session(database):
    with database.writing() as session:
        person = Person(name="Ada", born=NOON)
        session.add(person)

    assert person.name == "Ada"


def test_a_reader_cannot_write(database):
    with database.reading() as session:
        add(session, "Eve")
        with pytest.raises(DBAPIError):
            session.flush()
    with database.writing() as session:
        add(session, "Ada")

    assert names(database) == ["Ada"]


def test_a_reader_sees_one_moment(database):
    with database.reading() as reader:
        before = reader.query(Person).count()
        with database.writing() as session:
            add(session, "Ada")

        assert reader.query(Person).count() == before == 0


def test_rows_that_refer_to_nothing_are_refused(database):
    with pytest.raises(IntegrityError), database.writing() as session:
        session.add(Offer(person_id=7))


def test_parameters_stay_out_of_error_messages(database):
    with database.writing() as session:
        add(session, "Ada Lovelace")

    with pytest.raises(IntegrityError) as caught, database.writing() as session:
        add(session, "Ada Lovelace")

    assert "[SQL parameters hidden" in str(caught.value)


def test_one_writer_at_a_time(database):
    """Ten threads read a count and write the next: without a single writer, some would write the same."""

    def write():
        with database.writing() as session:
            add(session, f"person {session.query(Person).count()}")

    threads = [threading.Thread(target=write) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)

    assert names(database) == [f"person {number}" for number in range(10)]


def test_a_writer_holds_the_lock_from_its_first_line(database):
    entered = threading.Event()

    def write():
        with database.writing():
            entered.set()

    with database.writing():
        thread = threading.Thread(target=write)
        thread.start()
        assert not entered.wait(0.1)
    thread.join(PATIENCE_SECONDS)

    assert entered.is_set()


def test_a_reader_does_not_wait_for_the_writer(database):
    with database.writing() as session:
        add(session, "Ada")
        session.flush()

        assert names(database) == []


def test_a_sign_of_life(database):
    database.check()


def test_a_database_that_is_gone_gives_no_sign_of_life(tmp_path):
    database = open_database(f"sqlite:///{tmp_path}/missing/folder.sqlite")

    with pytest.raises(DatabaseUnavailableError, match="send the same again"):
        database.check()


def fill_up(database: Database) -> None:
    with database.writing() as session:
        session.execute(text("PRAGMA max_page_count = 1"))  # as many as there are
        for number in range(2000):
            add(session, f"Ada {number}")


def test_a_commit_that_does_not_fit_on_the_disk_keeps_nothing_and_the_next_one_is_as_ever(
    tmp_path, migrations
):
    with closing(open_database(f"sqlite:///{tmp_path / 'full.sqlite'}")) as database:
        migrate(database.engine, migrations)
        with pytest.raises(DatabaseUnavailableError):
            fill_up(database)
        with database.writing() as session:
            session.execute(text("PRAGMA max_page_count = 4294967294"))
            add(session, "Eve")

        assert names(database) == ["Eve"]


def test_a_statement_that_is_at_fault_is_not_called_an_absence(database):
    with pytest.raises(DBAPIError), database.reading() as session:
        session.execute(text("SELECT nothing FROM nowhere"))


def cut_off(database: Database) -> None:
    """Let the server end all connections to a database."""
    url = database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def write_and_lose(database: Database) -> None:
    with database.writing() as session:
        add(session, "Ada")
        session.flush()
        cut_off(database)


@pytest.mark.skipif(SERVER not in os.environ, reason="only a server ends connections")
def test_who_was_cut_off_from_the_server_is_told_so_and_connects_again_by_itself(database):
    with pytest.raises(DatabaseUnavailableError):
        write_and_lose(database)
    with database.writing() as session:
        add(session, "Eve")
    cut_off(database)

    assert names(database) == ["Eve"]


@pytest.mark.parametrize(
    "address",
    ["mysql://host/name", "sqlite://", "sqlite:///:memory:", "nonsense", "", "sqlite+aiosqlite:///a"],
)
def test_other_kinds_of_database_are_refused(address):
    with pytest.raises(DatabaseAddressError, match="expected"):
        open_engine(address)


def test_a_postgresql_address_needs_no_driver():
    engine = open_engine("postgresql://127.0.0.1/nowhere")

    assert engine.url.drivername == "postgresql+psycopg"


def test_sqlite_files_are_written_ahead_and_synced(tmp_path):
    with closing(open_database(f"sqlite:///{tmp_path}/a.sqlite")) as database, database.reading() as session:
        assert session.scalar(text("PRAGMA journal_mode")) == "wal"
        assert session.scalar(text("PRAGMA synchronous")) == 2


def test_sqlite_files_are_for_their_owner_only(tmp_path):
    path = tmp_path / "a.sqlite"
    with closing(open_database(f"sqlite:///{path}")) as database, database.writing() as session:
        session.execute(text("CREATE TABLE a (b INTEGER)"))
        modes = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()}

    assert modes == {"a.sqlite": 0o600, "a.sqlite-wal": 0o600, "a.sqlite-shm": 0o600}


def test_migrating_makes_the_declared_tables(database):
    assert differences(database.engine, Base.metadata) == []


def test_a_missing_revision_is_a_difference(database_url, tmp_path):
    with closing(open_database(database_url)) as database:
        assert differences(database.engine, Base.metadata) != []


def test_migrating_twice_changes_nothing(database, migrations):
    with database.writing() as session:
        add(session, "Ada")

    migrate(database.engine, migrations)

    assert names(database) == ["Ada"]


def test_a_table_is_rebuilt_under_the_rows_that_refer_to_it(database, migrations):
    with database.writing() as session:
        session.add(Person(id=1, name="Ada", born=NOON))
        session.flush()
        session.add(Offer(id=1, person_id=1))
    write_revision(migrations, "0002_second.py", SECOND.format(afterwards=""))

    migrate(database.engine, migrations)

    assert names(database) == ["Ada"]
    assert "nickname" in {column["name"] for column in inspect(database.engine).get_columns("person")}
    with database.reading() as session:
        assert session.query(Offer).one().person_id == 1


@pytest.mark.parametrize(
    "afterwards",
    ['raise RuntimeError("power cut")', "op.execute('DELETE FROM person')"],
    ids=["error", "orphans"],
)
def test_a_failed_migration_leaves_the_database_as_it_was(database, migrations, afterwards):
    with database.writing() as session:
        session.add(Person(id=1, name="Ada", born=NOON))
        session.flush()
        session.add(Offer(id=1, person_id=1))
    write_revision(migrations, "0002_second.py", SECOND.format(afterwards=afterwards))

    with pytest.raises((RuntimeError, HostingError, IntegrityError)):
        migrate(database.engine, migrations)

    assert names(database) == ["Ada"]
    assert differences(database.engine, Base.metadata) == []


def test_processes_that_start_together_migrate_once(database_url, migrations):
    failures: list[BaseException] = []

    def start():
        with closing(open_database(database_url)) as database:
            try:
                migrate(database.engine, migrations)
            except DBAPIError as error:
                failures.append(error)

    threads = [threading.Thread(target=start) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)

    assert failures == []


def test_two_apps_in_one_database_keep_versions_of_their_own(database, tmp_path):
    other = tmp_path / "other"
    body = FIRST.replace("person", "member").replace("offer", "bid")
    write_revision(other, "0001_other.py", body)

    migrate(database.engine, other, version_table="other_version")

    assert {"person", "member", "schema_version", "other_version"} <= set(
        inspect(database.engine).get_table_names()
    )


def test_python_does_not_begin_transactions_by_its_own_rules(tmp_path):
    """The lock is really taken: a plain connection to the file cannot write meanwhile."""
    path = tmp_path / "a.sqlite"
    with closing(open_database(f"sqlite:///{path}")) as database, database.writing() as session:
        session.execute(text("CREATE TABLE a (b INTEGER)"))
        with closing(sqlite3.connect(path, timeout=0)) as other, pytest.raises(sqlite3.OperationalError):
            other.execute("BEGIN IMMEDIATE")
