"""A code and its words are the same thing, and a slip of the pen is noticed before anything is tried."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.code_words import CODE_BYTES, LONG_CODE_BYTES, WORDS, code_of, words_of
from crypto.errors import MalformedError

ZEROES = " ".join(["abandon"] * 14 + ["address"])


@given(st.binary(min_size=CODE_BYTES, max_size=CODE_BYTES))
def test_words_give_the_code_back(code):
    words = words_of(code)

    assert len(words.split()) == WORDS
    assert code_of(words) == code


def test_the_words_are_those_of_the_standard():
    assert words_of(bytes(CODE_BYTES)) == ZEROES
    assert words_of(b"\xff" * CODE_BYTES).split()[:14] == ["zoo"] * 14


@pytest.mark.parametrize(
    "typed",
    [
        ZEROES.upper(),
        "  " + ZEROES.replace(" ", "\n  "),
        ", ".join(f"{place}. {word}" for place, word in enumerate(ZEROES.split(), start=1)),
        " ".join(word[:4] for word in ZEROES.split()),
        ZEROES.replace("a", "\uff41"),
    ],
    ids=["capitals", "lines", "numbered", "four letters", "wide letters"],
)
def test_how_it_was_typed_does_not_matter(typed):
    assert code_of(typed) == bytes(CODE_BYTES)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "expected 15 words, got 0"),
        (ZEROES + " abandon", "got 16"),
        (ZEROES.replace("address", "adress"), "word 15 is not"),
        (ZEROES.replace("address", "addresses"), "word 15 is not"),
        (ZEROES.replace("address", "ad"), "word 15 is not"),
        (ZEROES.replace("address", "abandon"), "do not belong together"),
        ("abandon " * 5_000, "expected 15"),
        ("\x00" * 100, "got 0"),
    ],
)
def test_what_is_no_code_is_told_by_its_place(typed, told):
    with pytest.raises(MalformedError, match=told):
        code_of(typed)


def test_what_was_typed_is_not_in_the_error():
    with pytest.raises(MalformedError) as refused:
        code_of(ZEROES.replace("address", "hydrangea"))

    assert "hydrangea" not in str(refused.value)


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused_by_name(text):
    try:
        code_of(text)
    except MalformedError:
        return


@pytest.mark.parametrize("length", [0, 16, 19, 21, 24, 31, 33])
def test_a_code_of_another_length_has_no_words(length):
    with pytest.raises(MalformedError):
        words_of(bytes(length))


@given(st.binary(min_size=LONG_CODE_BYTES, max_size=LONG_CODE_BYTES))
def test_a_long_code_is_24_words_and_no_short_one(code):
    words = words_of(code)

    assert len(words.split()) == 24
    assert code_of(words, code_bytes=LONG_CODE_BYTES) == code
    with pytest.raises(MalformedError):
        code_of(words)


def test_the_reference_words_of_32_zero_bytes_are_read():
    """From the reference vectors of BIP 39."""
    assert words_of(bytes(32)) == "abandon " * 23 + "art"
