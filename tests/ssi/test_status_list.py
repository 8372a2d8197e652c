import zlib
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.encoding import b64url_decode, b64url_encode
from ssi.errors import (
    AlteredCredentialError,
    ExpiredError,
    MalformedCredentialError,
    NotYetValidError,
    RevokedError,
    StatusRangeError,
    SuspendedError,
)
from ssi.jws import sign_jws
from ssi.status_list import (
    MAX_ENTRIES,
    STATUS_LIST_TYP,
    PublishedStatusList,
    Status,
    StatusList,
    StatusReference,
    sign_status_list,
    verify_status_list,
)
from tests.ssi.parties import ISSUER, NOW, STATUS_PREFIX, es256

URI = STATUS_PREFIX + "1"
DAY = timedelta(days=1)
PAYLOAD: dict[str, Any] = {
    "sub": URI,
    "iat": int(NOW.timestamp()),
    "exp": int((NOW + DAY).timestamp()),
    "ttl": 3600,
    "status_list": {"bits": 1, "lst": "eNrbuRgAAhcBXQ"},
}


def published(statuses: StatusList) -> PublishedStatusList:
    return PublishedStatusList(URI, statuses, NOW, NOW + DAY, ttl_seconds=3600)


def test_a_copy_is_used_for_its_ttl_and_never_beyond_the_end_of_the_list():
    found = published(StatusList.of(8, {}))

    assert found.usable_until(NOW) == NOW + timedelta(hours=1)
    assert found.usable_until(NOW + DAY - timedelta(minutes=1)) == NOW + DAY


def signed(changes: dict[str, Any], *, typ: str = STATUS_LIST_TYP) -> str:
    payload = {name: value for name, value in (PAYLOAD | changes).items() if value is not None}
    return sign_jws(payload, ISSUER.key, typ=typ, kid=ISSUER.kid)


def verify(token: str, *, now: datetime = NOW) -> PublishedStatusList:
    return verify_status_list(token, ISSUER.key.public, uri=URI, now=now)


def listed(lst: bytes, *, bits: int = 1) -> dict[str, Any]:
    return {"status_list": {"bits": bits, "lst": b64url_encode(lst)}}


EXAMPLES = {
    "one bit": (1, "eNrbuRgAAhcBXQ", [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]),
    "two bits": (2, "eNo76fITAAPfAgc", [1, 2, 0, None, 0, 1, 0, 1, 1, 2, None, None]),
}


@pytest.mark.parametrize(("bits", "lst", "expected"), EXAMPLES.values(), ids=list(EXAMPLES))
def test_the_examples_of_the_specification_read_as_it_says(bits: int, lst: str, expected: list[int | None]):
    statuses = verify(signed({"status_list": {"bits": bits, "lst": lst}})).statuses

    assert len(statuses) == len(expected)
    for index, status in enumerate(expected):
        if status is None:  # 3, which is for applications to define
            with pytest.raises(MalformedCredentialError, match=f"unknown status 3 at {index}"):
                statuses.status(index)
        else:
            assert statuses.status(index) == status


@given(
    st.sampled_from([1, 2, 4, 8]),
    st.integers(1, 200),
    st.dictionaries(st.integers(0, 199), st.sampled_from(Status), max_size=20),
)
def test_a_list_says_after_its_journey_what_was_put_in(bits: int, size: int, exceptions: dict[int, Status]):
    fitting = {i: status for i, status in exceptions.items() if i < size and status < 1 << bits}

    statuses = verify(
        sign_status_list(published(StatusList.of(size, fitting, bits=bits)), ISSUER.key, kid="k")
    ).statuses

    assert [statuses.status(index) for index in range(size)] == [
        fitting.get(index, Status.VALID) for index in range(size)
    ]


def test_a_list_of_a_million_is_small_and_complete():
    statuses = StatusList.of(1_000_000, {999_999: Status.SUSPENDED, 0: Status.INVALID})

    token = sign_status_list(published(statuses), ISSUER.key, kid=ISSUER.kid)

    assert len(token) < 2000
    assert verify(token).statuses == statuses
    assert statuses.status(999_999) is Status.SUSPENDED


def test_the_first_entry_is_in_the_lowest_bits():
    assert StatusList.of(8, {0: Status.INVALID}, bits=1).packed == b"\x01"
    assert StatusList.of(4, {1: Status.SUSPENDED}, bits=2).packed == b"\x08"


@pytest.mark.parametrize("size", [0, -1, MAX_ENTRIES + 1])
def test_a_list_of_no_or_too_many_entries_is_not_made(size: int):
    with pytest.raises(MalformedCredentialError, match="expected 1 to 1048576 entries"):
        StatusList.of(size, {})


@pytest.mark.parametrize("bits", [0, 3, 5, 16, -1])
def test_only_1_2_4_and_8_bits_are_known(bits: int):
    with pytest.raises(MalformedCredentialError, match="bits"):
        StatusList(bits, b"\x00")
    with pytest.raises(MalformedCredentialError, match="bits"):
        StatusList.of(8, {}, bits=bits)


@pytest.mark.parametrize(
    ("exceptions", "bits"), [({8: Status.INVALID}, 1), ({-1: Status.INVALID}, 1), ({0: Status.SUSPENDED}, 1)]
)
def test_a_status_that_has_no_room_is_not_lost_silently(exceptions: dict[int, Status], bits: int):
    with pytest.raises(MalformedCredentialError, match="no room for status"):
        StatusList.of(8, exceptions, bits=bits)


@pytest.mark.parametrize("index", [-1, 16, 10**9])
def test_an_index_outside_the_list_is_an_error_and_never_valid(index: int):
    with pytest.raises(MalformedCredentialError, match="no entry"):
        verify(signed({})).statuses.status(index)


def test_a_bomb_is_refused_after_little_work():
    bomb = zlib.compress(bytes(3_000_000), 9)

    with pytest.raises(MalformedCredentialError, match="inflates beyond 1048576 entries"):
        verify(signed(listed(bomb)))


BROKEN: dict[str, tuple[dict[str, Any], str]] = {
    "not compressed": (listed(bytes(10)), "does not decompress"),
    "raw deflate": (listed(zlib.compress(bytes(10))[2:-4]), "does not decompress"),
    "cut off": (listed(zlib.compress(bytes(10))[:-1]), "cut off or has something after"),
    "wrong checksum": (listed(zlib.compress(bytes(10))[:-1] + b"\xff"), "does not decompress"),
    "something after its end": (listed(zlib.compress(bytes(10)) + b"\x00"), "something after its end"),
    "empty": (listed(zlib.compress(b"")), "expected 1 to"),
    "three bits": (listed(zlib.compress(bytes(10)), bits=3), "expected 1, 2, 4 or 8 bits, got 3"),
    "nine bits": (listed(zlib.compress(bytes(10)), bits=9), "bits: expected 1 to 8"),
    "no bits": ({"status_list": {"lst": "eNrbuRgAAhcBXQ"}}, "bits: missing"),
    "padded": ({"status_list": {"bits": 1, "lst": "eNrbuRgAAhcBXQ=="}}, "lst: expected"),
    "unknown member": ({"other": 1}, "unknown member 'other'"),
    "unknown member in the list": (
        {"status_list": {"bits": 1, "lst": "eNrbuRgAAhcBXQ", "other": 1}},
        "unknown member 'other'",
    ),
    "no address": ({"sub": None}, "sub: missing"),
    "no end": ({"exp": None}, "exp: missing"),
    "no ttl": ({"ttl": None}, "ttl: missing"),
    "ttl of zero": ({"ttl": 0}, "ttl: expected 1 to"),
}


@pytest.mark.parametrize(("changes", "message"), BROKEN.values(), ids=list(BROKEN))
def test_a_list_of_another_form_is_refused(changes: dict[str, Any], message: str):
    with pytest.raises(MalformedCredentialError, match=message):
        verify(signed(changes))


def test_an_aggregation_address_may_stand_there():
    address = "https://university.example/all"
    inner = {**PAYLOAD["status_list"], "aggregation_uri": address}

    assert verify(signed({"status_list": inner})).statuses.status(0) is Status.INVALID
    assert verify(signed({"status_list": inner})).aggregation_uri == address
    again = sign_status_list(replace(verify(signed({})), aggregation_uri=address), ISSUER.key, kid="k")
    assert verify(again).aggregation_uri == address


@pytest.mark.parametrize(("bits", "packed"), [(4, b"\xc3\x0b"), (8, b"\x03\x0c\x0b")])
def test_what_an_application_defines_can_be_read_and_never_passes_for_valid(bits: int, packed: bytes):
    statuses = StatusList(bits, packed)

    assert [statuses.value(0), statuses.value(1), statuses.value(2)] == [3, 12, 11]
    with pytest.raises(MalformedCredentialError, match="unknown status 12 at 1"):
        statuses.status(1)
    with pytest.raises(StatusRangeError):
        statuses.value(len(statuses))


LEFT_OUT: dict[str, dict[str, Any]] = {
    "no end": {"exp": None},
    "no time to live": {"ttl": None},
    "an unknown member": {"other": 1},
}


@pytest.mark.parametrize("changes", LEFT_OUT.values(), ids=list(LEFT_OUT))
def test_a_foreign_list_may_leave_out_what_the_standard_lets_it(changes: dict[str, Any]):
    found = verify_status_list(signed(changes), ISSUER.key.public, uri=URI, now=NOW, foreign=True)

    assert found.statuses.status(0) is Status.INVALID
    assert found.ttl_seconds == 3600
    assert found.expires_at == NOW + DAY


def test_a_foreign_list_without_an_end_does_not_count_for_ever():
    with pytest.raises(ExpiredError):
        verify_status_list(signed({"exp": None}), ISSUER.key.public, uri=URI, now=NOW + DAY, foreign=True)


def test_the_list_of_another_address_is_refused():
    with pytest.raises(AlteredCredentialError, match="expected the list of"):
        verify(signed({"sub": STATUS_PREFIX + "2"}))


def test_a_list_signed_by_somebody_else_is_refused():
    with pytest.raises(AlteredCredentialError, match="does not verify"):
        verify_status_list(signed({}), es256("forger").public, uri=URI, now=NOW)


def test_another_token_of_the_issuer_is_no_status_list():
    with pytest.raises(MalformedCredentialError, match="expected a token of type"):
        verify(signed({}, typ="dc+sd-jwt"))


def test_a_list_counts_from_its_issuing_to_before_its_end():
    verify(signed({}), now=NOW + DAY - timedelta(seconds=1))

    with pytest.raises(ExpiredError):
        verify(signed({}), now=NOW + DAY)
    with pytest.raises(NotYetValidError):
        verify(signed({}), now=NOW - timedelta(seconds=61))


@pytest.mark.parametrize(
    ("index", "error"), [(0, RevokedError), (1, SuspendedError), (2, None), (3, None)], ids=str
)
def test_a_credential_is_valid_suspended_or_revoked(index: int, error: type[Exception] | None):
    current = published(StatusList.of(4, {0: Status.INVALID, 1: Status.SUSPENDED}))

    if error is None:
        current.require_valid(StatusReference(URI, index))
    else:
        with pytest.raises(error):
            current.require_valid(StatusReference(URI, index))


def test_one_list_does_not_speak_for_another():
    with pytest.raises(MalformedCredentialError, match="does not speak for"):
        published(StatusList.of(4, {})).require_valid(StatusReference(STATUS_PREFIX + "2", 0))


def test_statuses_stay_out_of_repr():
    assert "packed" not in repr(StatusList.of(4, {}))
    assert b64url_decode(StatusList.of(4, {}).compress())
