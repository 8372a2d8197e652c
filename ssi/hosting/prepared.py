"""Ask a database one question at as little cost as its driver allows, for pages that ask nothing else.

A session, a statement that is looked up anew and typed rows cost more than an indexed question itself. Here
the statement is compiled once, and values come as the driver has them: right for comparing, not for reading.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Select
from sqlalchemy.exc import DBAPIError

from ssi.hosting.database import Database, told_when_away

Value = str | int | datetime | date


class Prepared:
    """A question that was compiled for a database; safe to share between threads."""

    def __init__(self, database: Database, statement: Select[Any]) -> None:
        dialect = database.engine.dialect
        compiled = statement.compile(dialect=dialect)
        self._database = database
        self._text = str(compiled)
        self._order = compiled.positiontup
        self._always = dict(compiled.params)
        found = {name: bind.type.dialect_impl(dialect) for bind, name in compiled.bind_names.items()}
        made = {name: kind.bind_processor(dialect) for name, kind in found.items()}
        self._into = {name: into for name, into in made.items() if into is not None}
        self._errors: Any = dialect.dbapi.Error if dialect.dbapi else DBAPIError

    def first(self, **values: Value) -> tuple[object, ...] | None:
        """The first row, None if there is none; in a `Database.one_moment` it is of that moment.

        Raises:
            DatabaseUnavailableError: the database does not answer.
        """
        given: dict[str, object] = self._always | values
        for name, into in self._into.items():
            given[name] = into(given[name])
        asked = given if self._order is None else tuple(given[name] for name in self._order)
        with told_when_away():
            try:
                return self._ask(asked)
            except self._errors as error:
                raise DBAPIError.instance(
                    self._text, None, error, self._errors, hide_parameters=True
                ) from error

    def _ask(self, asked: object) -> tuple[object, ...] | None:
        held = self._database.held_session()
        if held is not None:
            return _first(held.connection().connection, self._text, asked)
        connection = self._database.engine.raw_connection()
        try:
            return _first(connection, self._text, asked)
        finally:
            connection.close()  # which gives it back and ends its transaction


def _first(connection: Any, text: str, asked: object) -> tuple[object, ...] | None:
    cursor = connection.cursor()
    try:
        cursor.execute(text, asked)
        row = cursor.fetchone()
    finally:
        cursor.close()
    return None if row is None else tuple(row)
