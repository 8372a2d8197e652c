import gzip
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.encoding import b64url_encode
from ssi.bitstring import MAX_ENTRIES, MIN_ENTRIES, Bitstring
from ssi.bitstring_status_list import DEFAULT_TTL, BitstringEntry, list_credential, read_list
from ssi.errors import (
    CredentialError,
    MalformedCredentialError,
    RevokedError,
    StatusListLengthError,
    StatusPurposeError,
    StatusRangeError,
    SuspendedError,
)
from tests.ssi.parties import NOW, YEAR

URL = "https://a.example/status/3"
SPECIFICATION = "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA"
"""The list of the specification's example: 131,072 entries, none of them set."""


def listed(
    statuses: Bitstring, purposes: tuple[str, ...] = ("revocation",), **changes: Any
) -> dict[str, Any]:
    made: dict[str, Any] = list_credential(
        statuses, url=URL, issuer="did:web:a.example", purposes=purposes, validity=(NOW, NOW + YEAR)
    )
    return {**made, "credentialSubject": {**made["credentialSubject"], **changes}}


def entry(index: int = 7, purpose: str = "revocation", **members: Any) -> BitstringEntry:
    return BitstringEntry(purpose, index, URL, **members)


def test_the_example_of_the_specification_says_that_nothing_is_revoked():
    found = Bitstring.decode(SPECIFICATION)

    assert len(found) == MIN_ENTRIES
    assert found == Bitstring.of(MIN_ENTRIES, {})


def test_the_first_entry_is_the_left_most_bit():
    assert Bitstring.of(8, {0: 1}).packed[0] == 0b1000_0000
    assert Bitstring.of(8, {1: 3}, size=2).packed[0] == 0b0011_0000
    assert Bitstring.of(8, {2: 5}, size=3).packed[:2] == bytes([0b0000_0010, 0b1000_0000])


@given(st.integers(1, 8), st.dictionaries(st.integers(0, 299), st.integers(0, 255), max_size=20))
@settings(max_examples=30)
def test_a_list_says_after_its_journey_what_was_put_in(size: int, exceptions: dict[int, int]):
    fitting = {index: value % (1 << size) for index, value in exceptions.items()}

    found = Bitstring.decode(Bitstring.of(300, fitting, size=size).encode(), size=size)

    assert [found.value(index) for index in range(300)] == [fitting.get(index, 0) for index in range(300)]


def test_a_list_of_a_million_is_small_and_complete():
    found = Bitstring.of(1_000_000, {999_999: 1, 0: 1})

    assert len(found.encode()) < 2000
    assert Bitstring.decode(found.encode()).value(999_999) == 1


def test_a_short_list_is_made_long_enough_to_hide_in():
    assert len(Bitstring.of(1, {0: 1})) == MIN_ENTRIES


@pytest.mark.parametrize("size", [1, 2])
def test_a_list_too_short_to_hide_in_is_refused(size: int):
    short = b64url_encode(gzip.compress(bytes(MIN_ENTRIES * size // 8 - 1)))

    with pytest.raises(StatusListLengthError, match="at least 131072 hide one among many"):
        Bitstring.decode("u" + short, size=size)


BROKEN: dict[str, str] = {
    "no multibase": SPECIFICATION[1:],
    "base58": "z" + SPECIFICATION[1:],
    "no gzip": "u" + b64url_encode(bytes(100)),
    "padded": SPECIFICATION + "=",
    "cut off": "u" + b64url_encode(gzip.compress(bytes(16384))[:-1]),
    "wrong checksum": "u" + b64url_encode(gzip.compress(bytes(16384))[:-5] + bytes(5)),
    "something after its end": "u" + b64url_encode(gzip.compress(bytes(16384)) + b"\0"),
    "two members": "u" + b64url_encode(gzip.compress(bytes(16384)) * 2),
    "a bomb": "u" + b64url_encode(gzip.compress(bytes(30_000_000))),
}


@pytest.mark.parametrize("encoded", BROKEN.values(), ids=list(BROKEN))
def test_an_encoded_list_of_another_form_is_refused(encoded: str):
    with pytest.raises(MalformedCredentialError, match="encodedList"):
        Bitstring.decode(encoded)


@pytest.mark.parametrize("index", [-1, MIN_ENTRIES, 10**9])
def test_an_index_outside_the_list_is_an_error_and_never_valid(index: int):
    with pytest.raises(StatusRangeError, match="no entry"):
        Bitstring.decode(SPECIFICATION).value(index)


UNMADE: dict[str, tuple[int, dict[int, int], int]] = {
    "no entries": (0, {}, 1),
    "too many": (MAX_ENTRIES + 1, {}, 1),
    "no bits": (1, {}, 0),
    "nine bits": (1, {}, 9),
    "a status without room": (1, {0: 2}, 1),
    "a negative status": (1, {0: -1}, 1),
    "an index outside": (1, {1: 1}, 1),
    "a negative index": (1, {-1: 1}, 1),
}


@pytest.mark.parametrize(("length", "exceptions", "size"), UNMADE.values(), ids=list(UNMADE))
def test_a_list_that_could_not_be_read_is_not_made(length: int, exceptions: dict[int, int], size: int):
    with pytest.raises(MalformedCredentialError):
        Bitstring.of(length, exceptions, size=size)


@pytest.mark.parametrize("size", [0, 9])
def test_only_entries_of_1_to_8_bits_are_read(size: int):
    with pytest.raises(MalformedCredentialError, match="bits"):
        Bitstring.decode(SPECIFICATION, size=size)
    with pytest.raises(MalformedCredentialError, match="bits"):
        Bitstring(size, b"")


@pytest.mark.parametrize(
    ("purpose", "error"),
    [("revocation", RevokedError), ("suspension", SuspendedError), ("recall", RevokedError)],
)
def test_a_bit_that_is_set_means_what_the_list_is_for(purpose: str, error: type[CredentialError]):
    found = read_list(listed(Bitstring.of(100, {7: 1}), (purpose,)))

    assert found.require_valid(entry(6, purpose)) == ""
    with pytest.raises(error):
        found.require_valid(entry(7, purpose))


def test_a_list_for_another_purpose_does_not_answer():
    with pytest.raises(StatusPurposeError, match="it is about suspension, not 'revocation'"):
        read_list(listed(Bitstring.of(100, {}), ("suspension",))).require_valid(entry())


def test_one_list_may_be_for_several_purposes():
    found = read_list(listed(Bitstring.of(100, {7: 1}), ("revocation", "suspension")))

    with pytest.raises(RevokedError):
        found.require_valid(entry())
    with pytest.raises(SuspendedError):
        found.require_valid(entry(purpose="suspension"))


@pytest.mark.parametrize("purpose", ["message", "refresh"])
def test_a_message_is_handed_on_and_refuses_nothing(purpose: str):
    messages = {0: "pending", 1: "accepted", 2: "rejected", 3: "undefined"}
    found = read_list(listed(Bitstring.of(100, {7: 2}, size=2), (purpose,)))

    assert found.require_valid(entry(purpose=purpose, size=2, messages=messages)) == "rejected"
    assert found.require_valid(entry(8, purpose, size=2, messages=messages)) == "pending"


def test_an_entry_reads_back():
    plain, spoken = entry(), entry(purpose="message", size=1, messages={0: "no", 1: "yes"})

    assert BitstringEntry.read(plain.to_json(), "status") == plain
    assert BitstringEntry.read(spoken.to_json(), "status") == spoken


ENTRY: dict[str, Any] = entry().to_json()
MALFORMED: dict[str, Any] = {
    "no object": [],
    "another type": {**ENTRY, "type": "StatusList2021Entry"},
    "no purpose": {**ENTRY, "statusPurpose": ""},
    "an index as number": {**ENTRY, "statusListIndex": 7},
    "a negative index": {**ENTRY, "statusListIndex": "-7"},
    "digits of another script": {**ENTRY, "statusListIndex": "٧"},
    "an endless index": {**ENTRY, "statusListIndex": "9" * 11},
    "no list": {**ENTRY, "statusListCredential": None},
    "a size of none": {**ENTRY, "statusSize": 0},
    "a size as text": {**ENTRY, "statusSize": "1"},
    "a size of two without messages": {**ENTRY, "statusSize": 2},
    "too few messages": {**ENTRY, "statusMessage": [{"status": "0x0", "message": "a"}]},
    "a message for no value": {
        **ENTRY,
        "statusMessage": [{"status": "0x0", "message": "a"}, {"status": "0x2", "message": "b"}],
    },
    "a message for a word": {
        **ENTRY,
        "statusMessage": [{"status": "zero", "message": "a"}, {"status": "0x1", "message": "b"}],
    },
}


@pytest.mark.parametrize("value", MALFORMED.values(), ids=list(MALFORMED))
def test_an_entry_of_another_form_is_refused(value: Any):
    with pytest.raises(MalformedCredentialError, match="status"):
        BitstringEntry.read(value, "status")


def test_a_copy_is_kept_for_five_minutes_unless_the_list_says_otherwise():
    stated = listed(Bitstring.of(1, {}), ttl=60_000)
    silent = listed(Bitstring.of(1, {}), ttl=None)

    assert read_list(stated).ttl == timedelta(minutes=1)
    assert read_list(silent).ttl == DEFAULT_TTL == timedelta(minutes=5)


LISTS: dict[str, dict[str, Any]] = {
    "another type of credential": {**listed(Bitstring.of(1, {})), "type": ["VerifiableCredential"]},
    "another subject": listed(Bitstring.of(1, {}), type="StatusList2021"),
    "no purposes": listed(Bitstring.of(1, {}), statusPurpose=[]),
    "no list": listed(Bitstring.of(1, {}), encodedList=None),
    "a negative time to live": listed(Bitstring.of(1, {}), ttl=-1),
    "no subject": {**listed(Bitstring.of(1, {})), "credentialSubject": None},
}


@pytest.mark.parametrize("credential", LISTS.values(), ids=list(LISTS))
def test_a_list_credential_of_another_form_is_refused(credential: dict[str, Any]):
    with pytest.raises(MalformedCredentialError, match="status list"):
        read_list(credential)
