"""Frames between nodes: what is written is read again, and everything else is refused by name."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.encoding import digest_of, sha256
from marketplace.mpc_node.errors import FrameRefusedError
from marketplace.mpc_node.frames import HELLO_BYTES, PREFIX_BYTES, Hello, Kind, Prefix, run_digest

HELLO = Hello(sha256(b"run"), sha256(b"binding"), sha256(b"cells"), 1, 2, 7)
EMPTY = st.sampled_from([Kind.ACKNOWLEDGED, Kind.ALIVE, Kind.FAREWELL])
NUMBERS = st.integers(0, 2**32 - 1)
PREFIXES = st.one_of(
    st.builds(Prefix, st.just(Kind.MESSAGE), NUMBERS, st.integers(0, 2**64 - 1)),
    st.builds(Prefix, EMPTY, NUMBERS, st.just(0)),
    st.builds(Prefix, st.just(Kind.HELLO), NUMBERS, st.just(HELLO_BYTES)),
)
DIGESTS = st.binary(min_size=32, max_size=32)
ROLES = st.integers(0, 255)
HELLOS = st.builds(Hello, DIGESTS, DIGESTS, DIGESTS, ROLES, ROLES, st.integers(1, 2**32 - 1))


@given(PREFIXES)
def test_a_prefix_comes_out_as_it_went_in(prefix):
    raw = prefix.encode()

    assert len(raw) == PREFIX_BYTES
    assert Prefix.decode(raw) == prefix


@given(HELLOS)
def test_a_hello_comes_out_as_it_went_in(hello):
    raw = hello.encode()

    assert Prefix.decode(raw[:PREFIX_BYTES]) == Prefix(Kind.HELLO, 0, HELLO_BYTES)
    assert Hello.decode(raw[PREFIX_BYTES:]) == hello


@given(st.binary(max_size=40))
def test_any_bytes_are_a_prefix_or_refused(raw):
    try:
        prefix = Prefix.decode(raw)
    except FrameRefusedError:
        return

    assert prefix.encode() == raw


@given(st.binary(min_size=HELLO_BYTES - 2, max_size=HELLO_BYTES + 2))
def test_any_bytes_are_a_hello_or_refused(raw):
    try:
        hello = Hello.decode(raw)
    except FrameRefusedError:
        return

    assert hello.encode()[PREFIX_BYTES:] == raw


@given(st.integers(0, HELLO_BYTES - 1), st.integers(1, 255))
def test_any_changed_byte_makes_another_hello_or_none(place, change):
    raw = bytearray(HELLO.encode()[PREFIX_BYTES:])
    raw[place] ^= change
    try:
        hello = Hello.decode(raw)
    except FrameRefusedError:
        return

    assert hello != HELLO


@pytest.mark.parametrize("place", range(4))
def test_another_magic_version_or_kind_is_refused(place):
    raw = bytearray(Prefix(Kind.ALIVE, 1, 0).encode())
    raw[place] ^= 0x40

    with pytest.raises(FrameRefusedError):
        Prefix.decode(raw)


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.MESSAGE])
def test_only_a_message_may_have_a_length_of_its_own(kind):
    with pytest.raises(FrameRefusedError, match="another length"):
        Prefix.decode(Prefix(kind, 1, 1 << 50).encode())


def test_a_hello_that_wants_round_zero_is_refused():
    with pytest.raises(FrameRefusedError):
        Hello.decode(replace(HELLO, wanted=0).encode()[PREFIX_BYTES:])


def test_a_run_is_one_attempt_of_one_job_by_one_manifest():
    one = run_digest("job-1", 1, digest_of("manifest"))

    others = {
        run_digest("job-2", 1, digest_of("manifest")),
        run_digest("job-1", 2, digest_of("manifest")),
        run_digest("job-1", 1, digest_of("another")),
    }

    assert len(others | {one}) == 4
