import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ssi.data_integrity.selective.cbor import MAX_DEPTH, decode_cbor, encode_cbor
from ssi.errors import ProofError

numbers = st.integers(min_value=0, max_value=2**64 - 1)
scalars = numbers | st.binary(max_size=300) | st.text(max_size=300)
values = scalars | st.lists(scalars, max_size=30) | st.dictionaries(numbers, scalars, max_size=30)
parts = st.lists(values, max_size=6)


@given(parts)
def test_what_is_written_is_read(value):
    assert decode_cbor(encode_cbor(value)) == value


@given(parts)
def test_what_is_read_is_what_cbor2_reads(value):
    raw = cbor2.dumps(value, canonical=True)

    assert decode_cbor(raw) == cbor2.loads(raw) == value


@given(st.binary(max_size=60))
def test_any_bytes_are_a_value_of_one_spelling_or_a_named_error(raw):
    try:
        value = decode_cbor(raw)
    except ProofError:
        return
    assert encode_cbor(value) == raw


@given(parts, st.data())
def test_what_is_cut_off_is_refused(value, data):
    raw = encode_cbor(value)
    length = data.draw(st.integers(min_value=0, max_value=len(raw) - 1))

    with pytest.raises(ProofError):
        decode_cbor(raw[:length])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0000",
        "1800",
        "190001",
        "1a00000001",
        "1b0000000000000001",
        "1817",
        "1c",
        "20",
        "5fff",
        "9fff",
        "bfff",
        "d84041aa",
        "c0",
        "f4",
        "f6",
        "f93c00",
        "fb3ff0000000000000",
        "ff",
        "61ff",
        "a20000" + "0000",
        "a1" + "6161" + "00",
        "a12000",
        "9affffffff",
        "9bffffffffffffffff",
        "bbffffffffffffffff",
        "5bffffffffffffffff",
        "81" * (MAX_DEPTH + 1) + "00",
        "81" * 100_000,
    ],
    ids=lambda text: text[:24] or "empty",
)
def test_other_kinds_and_spellings_are_refused(text):
    with pytest.raises(ProofError):
        decode_cbor(bytes.fromhex(text))
