import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.errors import MalformedError
from ssi.did.multibase import MAX_BASE58, decode_base58, decode_base64url, encode_base58, encode_base64url


@given(st.binary(max_size=200))
def test_decoding_undoes_encoding(raw: bytes):
    assert decode_base58(encode_base58(raw)) == raw
    assert decode_base64url(encode_base64url(raw)) == raw


@pytest.mark.parametrize(
    "text", ["", "Q", "zO", "z0", "z 2", "z2 ", "z2\n", "zé", "z" + "2" * MAX_BASE58, "mAA"]
)
def test_what_is_no_base58_or_too_long_is_refused(text: str):
    with pytest.raises(MalformedError, match="base58"):
        decode_base58(text)


@pytest.mark.parametrize("text", ["", "zAA", "uA", "uAA=", "uAB", "u+/"])
def test_what_is_no_canonical_base64url_is_refused(text: str):
    with pytest.raises(MalformedError):
        decode_base64url(text)
