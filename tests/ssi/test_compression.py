import tracemalloc
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import MalformedError
from ssi.compression import TooLargeError, compress_gzip, compress_zlib, inflate_gzip, inflate_zlib

FORMS = [(compress_zlib, inflate_zlib), (compress_gzip, inflate_gzip)]
Compress = Callable[[bytes], bytes]


@pytest.mark.parametrize("form", FORMS, ids=["zlib", "gzip"])
@given(raw=st.binary(max_size=200))
def test_what_was_compressed_comes_back_up_to_its_very_size(
    form: tuple[Compress, Callable[..., bytes]], raw: bytes
):
    compress, inflate = form

    assert inflate(compress(raw), most=len(raw)) == raw
    if raw:
        with pytest.raises(TooLargeError):
            inflate(compress(raw), most=len(raw) - 1)


def test_equal_bytes_have_equal_gzip():
    assert compress_gzip(b"x")[4:8] == bytes(4)


@pytest.mark.parametrize(
    ("compressed", "inflate"), [(compress_gzip(b"x"), inflate_zlib), (compress_zlib(b"x"), inflate_gzip)]
)
def test_one_form_is_not_taken_for_the_other(compressed: bytes, inflate: Callable[..., bytes]):
    with pytest.raises(MalformedError, match="does not decompress"):
        inflate(compressed, most=10)


@pytest.mark.parametrize("form", FORMS, ids=["zlib", "gzip"])
def test_a_bomb_takes_no_more_memory_than_the_limit(form: tuple[Compress, Callable[..., bytes]]):
    bomb = form[0](bytes(50_000_000))
    tracemalloc.start()

    with pytest.raises(TooLargeError):
        form[1](bomb, most=1000)

    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()
