"""How often is the database asked? Counts the statements of an engine, without those that begin and end."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, event

_FRAME = ("BEGIN", "PRAGMA", "SELECT pg_advisory")


@contextmanager
def counting(engine: Engine) -> Iterator[list[str]]:
    """The statements that are executed meanwhile, by whatever engine was made of this one."""
    found: list[str] = []

    def note(connection, _cursor, statement: str, *_more: object) -> None:
        if connection.engine.url == engine.url and not statement.startswith(_FRAME):
            found.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)
