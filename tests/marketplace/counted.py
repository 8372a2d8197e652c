"""Which statements does a database carry out?"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from ssi.hosting.database import Database


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """The statements of the block, as they come; one that is carried out for many rows is one."""
    made: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        made.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield made
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
