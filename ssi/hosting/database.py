"""One database, two ways in: read a consistent picture, or be the only one who writes.

The same code runs on SQLite (WAL) and PostgreSQL and must mean the same on both. Therefore `writing()`
admits one writer at a time on either, so what a transaction checked still holds when it commits; `reading()`
sees one moment and cannot write. Parameters of statements stay out of error messages; PostgreSQL may still
quote a key that exists twice, which is why `logs` leaves out what foreign libraries say.

Limit: a writer waits for the one before it, so no network call belongs inside ``with database.writing()``.
"""

import sqlite3
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, MetaData, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from ssi.hosting.errors import DatabaseAddressError, DatabaseUnavailableError, HostingError

_BUSY_TIMEOUT_SECONDS = 30
_CONNECT_SECONDS = 5
CONNECTIONS = 10
"""How many connections one program has to PostgreSQL at most: its server's eight threads each have one at a
time, and two more go to what runs beside them. A thread that finds none waits, as it would for the writer."""

# How many stay open unused: to open one takes milliseconds, and a server admits a hundred for all programs.
_IDLE_CONNECTIONS = 2
_WRITER_LOCK = 7_266_455_817  # any fixed number; it names the lock, per database
_MODE = "argonauta_mode"
_AWAY_IN_SQLITE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
    }
)
_PRIMARY_CODE = 0xFF  # SQLite tells more of the cause in the bits above
_ENVIRONMENT = Path(__file__).parent / "migrations_environment"
VERSION_TABLE = "schema_version"
_MOMENT: ContextVar[tuple[Engine, Session] | None] = ContextVar("moment", default=None)
"""The session in which this thread reads everything just now, see `Database.one_moment`."""


@dataclass(frozen=True)
class Database:
    """A database and its two ways in; safe to share between threads."""

    engine: Engine

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one moment of the database; writing in it is an error of the database.

        Raises:
            DatabaseUnavailableError: the database does not answer.
        """
        held = self.held_session()
        if held is not None:
            with told_when_away():
                yield held
            return
        with told_when_away(), Session(self._for_reading, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def one_moment(self) -> Iterator[None]:
        """Let everything that this thread reads in the block be of one moment, whoever reads it.

        What is written meanwhile, also by this thread, is not seen before the block ends.

        Raises:
            DatabaseUnavailableError: as `reading`.
        """
        with self.reading() as session:
            token = _MOMENT.set((self.engine, session))
            try:
                yield
            finally:
                _MOMENT.reset(token)

    def held_session(self) -> Session | None:
        """The session of this thread's `one_moment`, if it is in one."""
        held = _MOMENT.get()
        return held[1] if held is not None and held[0] is self.engine else None

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session of the only writer: committed at the end, rolled back when an error leaves the block.

        Raises:
            DatabaseUnavailableError: it does not answer or cannot keep anything, as in `reading`.
        """
        made = Session(self._for_writing, expire_on_commit=False)
        with told_when_away(), made as session, session.begin():
            session.connection()  # so that the lock is held from here on, not from the first statement
            yield session

    # Each is made once: an engine with options of its own copies what listens to it, at every request.
    @cached_property
    def _for_reading(self) -> Engine:
        options = {"postgresql_readonly": True, "isolation_level": "REPEATABLE READ"}
        if self.engine.dialect.name == "sqlite":
            options = {}
        return self.engine.execution_options(**{_MODE: "reading"}, **options)

    @cached_property
    def _for_writing(self) -> Engine:
        return self.engine.execution_options(**{_MODE: "writing"})

    def check(self) -> None:
        """Ask the database for a sign of life; raises what `reading` raises."""
        with self.reading() as session:
            session.execute(text("SELECT 1"))

    def close(self) -> None:
        """Close all connections that are not in use."""
        self.engine.dispose()


def open_database(address: str, *, connections: int = CONNECTIONS) -> Database:
    """Open ``sqlite:///file`` or ``postgresql://…``.

    This program opens at most so many `connections` to PostgreSQL, where the operator sees them by its name
    (``application_name``, unless the address has one). There must be more of them than threads that begin
    anything else while they read, or all of those could wait for each other.

    Raises:
        DatabaseAddressError: another kind of database, or SQLite without a file.
    """
    return Database(open_engine(address, connections=connections))


def open_engine(address: str, *, connections: int = CONNECTIONS) -> Engine:
    """The engine behind `open_database`."""
    url = _checked(address)
    if url.get_backend_name() == "sqlite":
        _make_private(Path(str(url.database)))
        patience = {"timeout": _BUSY_TIMEOUT_SECONDS}
        engine = create_engine(url, hide_parameters=True, max_overflow=connections, connect_args=patience)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    asked: dict[str, object] = {"fallback_application_name": _program(sys.argv)}
    if "connect_timeout" not in url.query:
        asked["connect_timeout"] = _CONNECT_SECONDS
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_size=_IDLE_CONNECTIONS,
        max_overflow=connections - _IDLE_CONNECTIONS,
        connect_args=asked,
    )
    event.listen(engine, "begin", _begin_postgresql)
    return engine


def _program(command: Sequence[str]) -> str:
    """How the operator calls a program, such as ``marketplace worker``; no option and no path is told."""
    words = (word for word in command[1:2] if word.replace("-", "").isalnum() and not word.startswith("-"))
    return " ".join([Path(command[0]).name, *words])


def migrate(engine: Engine, folder: Path, *, version_table: str = VERSION_TABLE) -> None:
    """Apply every revision of ``folder/versions`` that is not applied yet, all or none.

    An app keeps revisions (``migrations/versions/NNNN_what.py``) and nothing else of Alembic. Several
    processes may start at once: one of them migrates, the others wait and find it done. Two apps that share
    one database, which no deployment needs, must name different version tables.

    Raises:
        HostingError: rows refer to rows that a revision removed.
    """
    config = Config()
    config.set_main_option("script_location", str(_ENVIRONMENT))
    config.set_main_option("version_locations", str(folder / "versions"))
    config.set_main_option("path_separator", "newline")
    with engine.execution_options(**{_MODE: "reshaping"}).begin() as connection:
        config.attributes |= {"connection": connection, "version_table": version_table}
        command.upgrade(config, "head")
        if engine.dialect.name == "sqlite" and connection.execute(text("PRAGMA foreign_key_check")).first():
            raise HostingError("a migration left rows that refer to nothing; it was not applied")


def forget_pages(session: Session) -> None:
    """Let the database overwrite what it deletes from here on, where it would not do so by itself.

    SQLite then writes zeros over what is deleted; its log file is overwritten as it is used again. PostgreSQL
    keeps deleted rows until it vacuums, and in its log for as long as it is set to: what must not be found
    there is sealed, and its key is what gets overwritten.
    """
    if session.connection().dialect.name == "sqlite":
        session.execute(text("PRAGMA secure_delete = ON"))


def differences(engine: Engine, metadata: MetaData, *, version_table: str = VERSION_TABLE) -> list[object]:
    """What still differs between the migrated database and the declared tables; empty when nothing does."""
    with engine.execution_options(**{_MODE: "reading"}).connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": version_table})
        return list(compare_metadata(context, metadata))


@contextmanager
def told_when_away() -> Iterator[None]:
    """Give what a database says that is away, locked or full one name, whichever kind it is."""
    try:
        yield
    except PoolTimeoutError as error:
        raise DatabaseUnavailableError from error
    except OperationalError as error:
        code = getattr(error.orig, "sqlite_errorcode", None)
        if code is not None and code & _PRIMARY_CODE not in _AWAY_IN_SQLITE:
            raise  # the statement is at fault, which PostgreSQL calls by other names
        raise DatabaseUnavailableError from error


def _checked(address: str) -> URL:
    try:
        url = make_url(address)
    except ArgumentError as error:
        raise DatabaseAddressError("expected sqlite:///FILE or postgresql://HOST/NAME") from error
    if url.get_backend_name() == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    if url.drivername not in ("sqlite", "sqlite+pysqlite"):
        raise DatabaseAddressError(f"expected sqlite or postgresql, got {url.drivername}")
    if not url.database or url.database == ":memory:":
        raise DatabaseAddressError(
            "expected a file, sqlite:///FILE: each thread would get a memory of its own"
        )
    return url


def _make_private(file: Path) -> None:
    """Make a new database file readable by its owner only; SQLite gives its log files the same mode."""
    if file.parent.is_dir():
        file.touch(mode=0o600, exist_ok=True)


def _prepare_sqlite(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    # Python's driver would begin transactions by its own rules and not before reads; `_begin_sqlite` does.
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")  # a commit that was answered survives a power cut


def _begin_sqlite(connection: Connection) -> None:
    mode = connection.get_execution_options().get(_MODE, "writing")
    if connection.info.get(_MODE) != mode:  # what the connection was used for before; it forgets when closed
        connection.info[_MODE] = None
        connection.exec_driver_sql(f"PRAGMA query_only = {'ON' if mode == 'reading' else 'OFF'}")
        connection.exec_driver_sql(f"PRAGMA foreign_keys = {'OFF' if mode == 'reshaping' else 'ON'}")
        connection.info[_MODE] = mode
    # BEGIN IMMEDIATE takes the write lock now. A transaction that reads first and writes later could find the
    # picture changed in between, and SQLite would refuse it at once instead of waiting.
    connection.exec_driver_sql("BEGIN" if mode == "reading" else "BEGIN IMMEDIATE")


def _begin_postgresql(connection: Connection) -> None:
    if connection.get_execution_options().get(_MODE, "writing") != "reading":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITER_LOCK})")
