"""What does a stream of server-sent events say? The form of the HTML standard, section 9.2, read and written.

Source: WHATWG HTML, "Server-sent events", 9.2.5 (parsing) and 9.2.6 (interpreting). Unlike a browser, a
reader here refuses a message that does not end: a peer may not fill the memory.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from crypto.errors import MalformedError

EVENT_STREAM: Final = "text/event-stream"
MOST_MESSAGE: Final = 65_536
"""So many bytes has one message at most, and so many a line."""
HEARTBEAT: Final = b":\n\n"
"""A comment: it says nothing and keeps the connection."""
_BOM: Final = "\ufeff"


@dataclass(frozen=True)
class Message:
    """One message; `last_id` is the id that counts from it on, also where an earlier one gave it."""

    data: str
    event: str = "message"
    last_id: str = ""


def write(data: str, *, event: str | None = None, number: int | None = None) -> bytes:
    """One message. `event` and `data` come from us: they hold no line breaks."""
    lines = [f"id: {number}"] if number is not None else []
    lines += [f"event: {event}"] if event is not None else []
    return "\n".join([*lines, f"data: {data}", "", ""]).encode()


def messages(chunks: Iterable[bytes]) -> Iterator[Message]:
    """The messages of a stream; one that was cut off by its end is left out, as the standard has it.

    Raises:
        MalformedError: a line or a message is longer than `MOST_MESSAGE`.
    """
    data: list[str] = []
    event, last_id = "", ""
    for line in _lines(chunks):
        if not line:
            if data:
                yield Message("\n".join(data), event or "message", last_id)
            data, event = [], ""
            continue
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            data.append(value)
            if sum(map(len, data)) > MOST_MESSAGE:
                raise MalformedError(f"a message has more than {MOST_MESSAGE} bytes")
        elif name == "event":
            event = value
        elif name == "id" and "\0" not in value:
            last_id = value


def _lines(chunks: Iterable[bytes]) -> Iterator[str]:
    """The lines that ended, by any of the three line breaks, also where one is cut in two."""
    rest, first, after_cr = b"", True, False
    for chunk in chunks:
        if after_cr and chunk.startswith(b"\n"):
            chunk = chunk[1:]  # noqa: PLW2901 — the second half of a line break whose first half was taken
        if not chunk:
            continue
        after_cr = chunk.endswith(b"\r")
        *whole, rest = (rest + chunk).replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        if max(map(len, (*whole, rest))) > MOST_MESSAGE:
            raise MalformedError(f"a line has more than {MOST_MESSAGE} bytes")
        for each in whole:
            text = each.decode("utf-8", "replace")
            yield text.removeprefix(_BOM) if first else text
            first = False
