"""Server-sent events are read as the HTML standard has it, however they are cut into pieces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import MalformedError
from ssi.http.event_stream import MOST_MESSAGE, Message, messages, write

OF_THE_STANDARD = (
    b": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\ndata: lost"
)


def test_the_example_of_the_standard():
    assert list(messages([OF_THE_STANDARD])) == [
        Message("first event", last_id="1"),
        Message("second event"),
        Message(" third event"),
    ]


def test_empty_data_and_several_lines():
    assert list(messages([b"data\n\ndata\ndata\n\ndata:"])) == [Message(""), Message("\n")]


def test_a_mark_of_byte_order_is_left_out_and_an_id_with_nul_is_none():
    assert list(messages([b"\xef\xbb\xbfid: 7\ndata: a\n\nid: \x008\nevent: b\ndata: c\n\n"])) == [
        Message("a", last_id="7"),
        Message("c", "b", "7"),
    ]


@given(st.lists(st.integers(1, 30)), st.sampled_from([b"\n", b"\r", b"\r\n"]))
def test_pieces_and_line_breaks_make_no_difference(cuts, line_break):
    whole = OF_THE_STANDARD.replace(b"\n", line_break)
    pieces, rest = [], whole
    for cut in cuts:
        pieces.append(rest[:cut])
        rest = rest[cut:]

    assert list(messages([*pieces, rest])) == list(messages([OF_THE_STANDARD]))


@given(st.integers(0, 2**53), st.text(st.characters(blacklist_categories=("Cc", "Cs", "Zl", "Zp"))))
def test_what_is_written_is_read(number, data):
    assert list(messages([write(data, event="kind", number=number)])) == [Message(data, "kind", str(number))]


@pytest.mark.parametrize(
    "stream",
    [[b"data: " + b"x" * MOST_MESSAGE], [b"x" * 1000] * 100, [b"data: " + b"x" * 50_000 + b"\n"] * 2],
)
def test_what_does_not_end_is_refused(stream):
    with pytest.raises(MalformedError):
        list(messages(stream))


@given(st.lists(st.binary(max_size=50)))
def test_no_stream_breaks_the_reader(chunks):
    list(messages(chunks))
