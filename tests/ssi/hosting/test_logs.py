import io
import json
import logging

import pytest

from crypto.errors import MalformedError
from crypto.reading import Fields
from ssi.hosting import logs

LOGGER = logging.getLogger("tests.logs")


@pytest.fixture
def stream():
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    stream = io.StringIO()
    logs.configure(stream)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)


def written(stream):
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_is_one_line_with_its_values(stream):
    logs.log(LOGGER, "offer stored", consent_id="urn:uuid:1", commitments=3)

    [line] = written(stream)
    assert line.pop("at").endswith("Z")
    assert line == {
        "level": "info",
        "logger": "tests.logs",
        "event": "offer stored",
        "consent_id": "urn:uuid:1",
        "commitments": 3,
    }


def test_values_cannot_replace_the_fixed_members(stream):
    logs.log(LOGGER, "paid", level=logging.WARNING, at="never", logger="other")

    [line] = written(stream)
    assert line["logger"] == "tests.logs"
    assert line["at"] != "never"
    assert line["level"] == "warning"


def test_a_line_break_cannot_forge_a_line(stream):
    LOGGER.info("one\n{}")
    logs.log(LOGGER, "two", reason="a\nb")

    assert len(stream.getvalue().splitlines()) == 2


def test_long_texts_are_cut(stream):
    logs.log(LOGGER, "x" * 1000, reason="y" * 1000)

    [line] = written(stream)
    assert len(line["event"]) == len(line["reason"]) == 300


def test_the_message_of_a_foreign_error_is_left_out(stream):
    try:
        int("grade of Ada")
    except ValueError:
        LOGGER.exception("failed")

    [line] = written(stream)
    assert line["error"]["class"] == "builtins.ValueError"
    assert "test_logs.py" in line["error"]["places"][-1]
    assert "Ada" not in stream.getvalue()


def test_the_message_of_one_of_our_errors_is_kept(stream):
    try:
        Fields.of({}, "query").any("floor")
    except MalformedError:
        LOGGER.exception("failed")

    assert written(stream)[0]["error"]["message"] == "query.floor: missing"


def test_an_error_without_an_error_is_just_an_event(stream):
    LOGGER.error("failed", exc_info=(None, None, None))

    assert "error" not in written(stream)[0]


def test_configuring_twice_writes_once(stream):
    again = io.StringIO()
    logs.configure(again)

    LOGGER.info("once")

    assert stream.getvalue() == ""
    assert len(again.getvalue().splitlines()) == 1
