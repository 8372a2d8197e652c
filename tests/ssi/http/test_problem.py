import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.encoding import canonical_json
from ssi.http.problem import Problem

texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=100)


@given(st.integers(400, 599), texts, st.none() | texts, texts)
def test_what_is_said_is_understood(status, title, detail, kind):
    problem = Problem(status, title, detail, kind)

    assert Problem.parse(canonical_json(problem.to_json()), status=status) == problem


def test_the_status_of_the_answer_counts_and_not_the_one_in_the_document():
    raw = canonical_json({"title": "Fine", "status": 200})

    assert Problem.parse(raw, status=409) == Problem(409, "Fine")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<html>busy</html>",
        b"[]",
        b"{}",
        b'{"title": 5}',
        b'{"title": ""}',
        b'{"title": "\\u0000"}',
        b'{"title":"a","title":"b"}',
        b"\xff",
    ],
)
def test_anything_else_counts_as_nothing_said(raw):
    assert Problem.parse(raw, status=500) is None


def test_a_long_text_is_cut():
    problem = Problem.parse(canonical_json({"title": "x" * 5000, "detail": "y" * 5000}), status=400)

    assert problem is not None
    assert len(problem.title) == len(problem.sentence) == 2000


def test_the_detail_is_the_sentence_where_there_is_one():
    assert Problem(404, "Unknown order", "order 7 is not known").sentence == "order 7 is not known"
    assert Problem(404, "Unknown order").sentence == "Unknown order"
