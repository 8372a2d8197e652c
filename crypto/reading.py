"""Reading a hostile document member by member, with errors that name the place.

>>> fields = Fields.of({"dataset": "exam/1", "floor": 50}, "query")
>>> fields.text("dataset"), fields.integer("floor", least=2, most=1000)
('exam/1', 50)

A reader is closed with `done()`, which refuses members nobody asked for: an unknown member is a message we
did not understand, and ignoring it could mean ignoring a condition.
"""

import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TypeVar

from crypto.encoding import Json, b64url_decode, parse_json
from crypto.errors import MalformedError, OutOfRangeError

T = TypeVar("T")
_ABSENT = object()
MAX_TEXT = 100_000
_NUL = "\x00"


class Fields:
    """The members of one JSON object, read once each by name and type."""

    def __init__(self, members: Mapping[str, Json], where: str) -> None:
        self.where = where
        self._members = members
        self._read: set[str] = set()

    @classmethod
    def of(cls, value: object, where: str) -> "Fields":
        """Read an already parsed value.

        Raises:
            MalformedError: it is not an object.
        """
        if not isinstance(value, Mapping):
            raise MalformedError(f"{where}: expected an object, got {kind_of(value)}")
        return cls(value, where)

    @classmethod
    def parse(cls, raw: bytes | str, where: str) -> "Fields":
        """Parse bytes and read the object in them."""
        try:
            return cls.of(parse_json(raw), where)
        except MalformedError as error:
            message = str(error)
            raise MalformedError(message if message.startswith(where) else f"{where}: {message}") from error

    def has(self, name: str) -> bool:
        """Whether a member is there and not null."""
        self._read.add(name)
        return self._members.get(name) is not None

    def any(self, name: str) -> Json:
        """A member of any type, which must be there."""
        self._read.add(name)
        value = self._members.get(name, _ABSENT)
        if value is _ABSENT:
            raise MalformedError(f"{self.where}.{name}: missing")
        return value  # type: ignore[return-value]

    def text(self, name: str, *, max_length: int = MAX_TEXT) -> str:
        """A non-empty text of at most `max_length` characters without NUL, which not every database keeps."""
        value = self.any(name)
        if not isinstance(value, str):
            raise self._unexpected(name, "text", value)
        if not 0 < len(value) <= max_length:
            raise MalformedError(
                f"{self.where}.{name}: expected 1 to {max_length} characters, got {len(value)}"
            )
        if _NUL in value:
            raise MalformedError(f"{self.where}.{name}: expected text without NUL characters")
        return value

    def integer(self, name: str, *, least: int, most: int) -> int:
        """An integer within stated bounds; true and false are no integers."""
        value = self.any(name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self._unexpected(name, "an integer", value)
        if not least <= value <= most:
            raise MalformedError(f"{self.where}.{name}: expected {least} to {most}, got {value}")
        return value

    def boolean(self, name: str) -> bool:
        """True or false."""
        value = self.any(name)
        if not isinstance(value, bool):
            raise self._unexpected(name, "true or false", value)
        return value

    def number(self, name: str, *, most: float = sys.float_info.max) -> float:
        """A number of at most this magnitude, whichever way JSON spells it."""
        value = self.any(name)
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            raise self._unexpected(name, "a number", value)
        # Compared before it becomes a float, which an integer of many digits could not; NaN fails as well.
        if not -most <= value <= most:
            raise MalformedError(f"{self.where}.{name}: expected a magnitude of at most {most}")
        return float(value)

    def binary(self, name: str, *, length: int | None = None) -> bytes:
        """Bytes in canonical base64url, of an exact length where one is stated."""
        try:
            return b64url_decode(self.text(name, max_length=MAX_TEXT * 100), length=length)
        except MalformedError as error:
            raise MalformedError(_placed(f"{self.where}.{name}", error)) from error

    def moment(self, name: str) -> datetime:
        """A moment in UTC in its one form: RFC 3339 with whole seconds and a final Z."""
        text = self.text(name, max_length=40)
        try:
            moment = datetime.fromisoformat(text) if text.endswith("Z") else None
        except ValueError:
            moment = None
        # Other forms of ISO 8601 are read as well, so the text has to be the one that is written.
        if moment is None or utc_text(moment) != text:
            raise MalformedError(f"{self.where}.{name}: expected a moment such as 2026-01-31T12:00:00Z")
        return moment

    def choice(self, name: str, parse: Callable[[str], T]) -> T:
        """A text that `parse` (usually an enum) knows."""
        text = self.text(name, max_length=500)
        try:
            return parse(text)
        except ValueError as error:
            raise MalformedError(f"{self.where}.{name}: unknown value {text[:80]!r}") from error

    def section(self, name: str) -> "Fields":
        """A nested object."""
        return Fields.of(self.any(name), f"{self.where}.{name}")

    def entries(self, name: str, *, least: int = 0, most: int = 1000) -> list[Json]:
        """A list whose length is within bounds."""
        value = self.any(name)
        if not isinstance(value, list):
            raise self._unexpected(name, "a list", value)
        if not least <= len(value) <= most:
            raise MalformedError(f"{self.where}.{name}: expected {least} to {most} entries, got {len(value)}")
        return value

    def texts(self, name: str, *, least: int = 0, most: int = 1000, max_length: int = 500) -> tuple[str, ...]:
        """A list of distinct non-empty texts."""
        texts = []
        for index, value in enumerate(self.entries(name, least=least, most=most)):
            if not isinstance(value, str) or not 0 < len(value) <= max_length or _NUL in value:
                raise MalformedError(
                    f"{self.where}.{name}[{index}]: expected text of 1 to {max_length} characters, no NUL"
                )
            texts.append(value)
        if len(set(texts)) != len(texts):
            raise MalformedError(f"{self.where}.{name}: an entry stands twice")
        return tuple(texts)

    def objects(self, name: str, *, least: int = 0, most: int = 1000) -> tuple["Fields", ...]:
        """A list of objects, each with its place in its name."""
        found = self.entries(name, least=least, most=most)
        return tuple(Fields.of(entry, f"{self.where}.{name}[{index}]") for index, entry in enumerate(found))

    def done(self) -> None:
        """Refuse members that nobody read.

        Raises:
            MalformedError: the object has a member that this version does not know.
        """
        unknown = sorted(set(self._members) - self._read)
        if unknown:
            raise MalformedError(f"{self.where}: unknown member {unknown[0][:80]!r}")

    def _unexpected(self, name: str, expected: str, value: object) -> MalformedError:
        return MalformedError(f"{self.where}.{name}: expected {expected}, got {kind_of(value)}")


def kind_of(value: object) -> str:
    """The JSON kind of a value, for messages that must not repeat the value itself."""
    kinds = {type(None): "null", bool: "true or false", str: "text", list: "a list", dict: "an object"}
    return kinds.get(type(value), "a number")


def utc_text(moment: datetime) -> str:
    """Write a moment as RFC 3339 in UTC with whole seconds and a final Z; the inverse of `Fields.moment`.

    Raises:
        OutOfRangeError: the moment has no time zone, so that nobody can tell when it is.
    """
    if moment.tzinfo is None:
        raise OutOfRangeError("a moment without a time zone cannot be written in UTC")
    return moment.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def _placed(where: str, error: Exception) -> str:
    message = str(error)
    return message if message.startswith(where) else f"{where}: {message}"
