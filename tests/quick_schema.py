"""Migrate each app's empty database once by Alembic, and every further one by the statements that this gave.

Alembic loads and compares scripts for a fifth of a second of CPU for each database, and there are thousands
of tests. What a database becomes is the same: only empty ones are made this way, and tests of migrations
themselves leave Alembic alone by `as_in_production`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, event, inspect

Statement = tuple[str, Any]

_WRITES = ("CREATE", "INSERT", "UPDATE", "ALTER", "DROP", "DELETE")


@dataclass
class QuickSchemas:
    """The statements that made each schema in this process, by its kind of server and its revisions."""

    upgrade: Callable[[Config, str], None] = command.upgrade
    known: dict[tuple[str, str, str], list[Statement]] = field(default_factory=dict)

    def __call__(self, config: Config, revision: str) -> None:
        """Stand in for `alembic.command.upgrade`."""
        connection: Connection = config.attributes["connection"]
        if inspect(connection).get_table_names():
            self.upgrade(config, revision)
            return
        folder = config.get_main_option("version_locations") or ""
        schema = (connection.dialect.name, folder, config.attributes["version_table"])
        if schema in self.known:
            for statement, parameters in self.known[schema]:
                connection.exec_driver_sql(statement, parameters)
            return
        with _written(connection) as statements:
            self.upgrade(config, revision)
        self.known[schema] = statements


@contextmanager
def _written(connection: Connection) -> Iterator[list[Statement]]:
    statements: list[Statement] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.lstrip().upper().startswith(_WRITES):
            statements.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(connection, "before_cursor_execute", note)


@pytest.fixture(scope="session", autouse=True)
def quick_schemas() -> Iterator[None]:
    """From the second database of a kind on, schemas are made without Alembic."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(command, "upgrade", QuickSchemas())
        yield


@pytest.fixture
def as_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every database of this test is migrated by Alembic itself."""
    monkeypatch.setattr(command, "upgrade", QuickSchemas.upgrade)
