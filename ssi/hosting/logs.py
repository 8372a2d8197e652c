"""Logs an operator can search and a data subject need not fear: one JSON object per line on stderr.

An event has a fixed text and named values: ids, counts and reasons, never what a person said or owns. Of an
error the class and the places in the code are written; its message only if the class is one of ours, whose
messages hold no secrets by the rule of the house. Foreign libraries quote the data they choked on, so their
messages are left out.
"""

import json
import logging
import sys
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import TextIO

from gunicorn.glogging import Logger as GunicornLogger

from crypto.reading import utc_text

_OURS = ("crypto", "ssi", "consent", "wallet", "marketplace")
_VALUES = "argonauta_values"
_MAX_LENGTH = 300
_MAX_PLACES = 12

Value = str | int | float | bool | None
_ErrorInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def configure(stream: TextIO | None = None, *, level: int = logging.INFO) -> None:
    """Send this process's logs as JSON lines to a stream, stderr by default; twice is harmless."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    for old in tuple(root.handlers):
        if isinstance(old.formatter, JsonLines):
            root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level)
    logging.getLogger("alembic").setLevel(logging.WARNING)


def log(logger: logging.Logger, event: str, /, *, level: int = logging.INFO, **values: Value) -> None:
    """Write one event with its values; texts are cut at 300 characters."""
    logger.log(level, event, extra={_VALUES: values})


class JsonLines(logging.Formatter):
    """One JSON object per record: ``at``, ``level``, ``logger``, ``event``, the values, and ``error``."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one record on one line."""
        at = utc_text(datetime.fromtimestamp(record.created, UTC))
        line: dict[str, object] = {"at": at, "level": record.levelname.lower(), "logger": record.name}
        line["event"] = record.getMessage()[:_MAX_LENGTH]
        values: Mapping[str, Value] = getattr(record, _VALUES, {})
        line |= {name: _shortened(value) for name, value in values.items() if name not in line}
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = _told(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


class ServerLog(GunicornLogger):  # type: ignore[misc]
    """Gunicorn's own events, in the same form and without addresses of clients."""

    def setup(self, cfg: object) -> None:
        """Leave handlers and levels to `configure`."""
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True

    def warning(self, msg: str, *args: object, **kwargs: object) -> None:
        """Write a warning; one about a malformed request quotes it and its sender, so only the fact."""
        if str(msg).startswith("Invalid request from"):
            msg, args = "a request that is not HTTP was refused", ()
        super().warning(msg, *args, **kwargs)

    def exception(self, msg: str, *args: object, **kwargs: object) -> None:
        """Write an error; one about a request quotes its path, so only the error."""
        if str(msg).startswith("Error handling request"):
            msg, args = "a request ended in an error", ()
        super().exception(msg, *args, **kwargs)


def _told(error: _ErrorInfo | tuple[None, None, None]) -> dict[str, object]:
    kind, raised, trace = error
    if kind is None:
        return {}
    places = [f"{place.filename}:{place.lineno}" for place in traceback.extract_tb(trace)[-_MAX_PLACES:]]
    told: dict[str, object] = {"class": f"{kind.__module__}.{kind.__qualname__}", "places": places}
    if kind.__module__.partition(".")[0] in _OURS:
        told["message"] = _shortened(str(raised))
    return told


def _shortened(value: Value) -> Value:
    return value[:_MAX_LENGTH] if isinstance(value, str) else value
