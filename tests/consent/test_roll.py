"""A roll names everybody of a manifest, in order and once, by pieces that are believed by their digests."""

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.errors import MismatchError, MissingPiecesError
from consent.job import Manifest, Partner, put_on_roll, sign_manifest, verify_manifest
from consent.roll import (
    PIECE_BYTES,
    RECORD_BYTES,
    digest_of_piece,
    nothing,
    pack_id,
    read_roll,
    unpack_id,
    write_roll,
)
from crypto.encoding import b64url_encode, sha256
from crypto.errors import MalformedError
from tests.consent.examples import MARKETPLACE, NOW, manifest

UUIDS = st.integers(0, 2**128 - 1).map(lambda number: f"urn:uuid:{UUID(int=number)}")
RECORDS = st.tuples(UUIDS, st.binary(min_size=32, max_size=32).map(b64url_encode))


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch):
    """Four records to a piece."""
    monkeypatch.setattr("consent.roll.PIECE_RECORDS", 4)


def record(number: int) -> tuple[str, str]:
    """A consent and the digest of its inputs, by number."""
    return f"urn:uuid:{UUID(int=number)}", b64url_encode(sha256(number.to_bytes(8, "big")))


def read(pieces, *, rows: int, records: int = 1):
    """What stands on pieces that are all there."""
    held = {digest_of_piece(piece): piece for piece in pieces}
    return read_roll(list(held), held.get, rows=rows, records=records)


@given(UUIDS)
def test_an_id_packs_into_16_bytes_and_back(consent_id):
    assert unpack_id(pack_id(consent_id)) == consent_id
    assert len(pack_id(consent_id)) == 16


@pytest.mark.parametrize(
    "text",
    [
        "",
        "urn:uuid:",
        "urn:uuid:0000000g-0000-4000-8000-000000000000",
        "urn:uuid:0000000A-0000-4000-8000-000000000000",
        "urn:uuid:000000000000-4000-8000-0000-00000000",
        "00000000-0000-4000-8000-000000000000",
        "urn:uuid: 0000000-0000-4000-8000-000000000000",
    ],
)
def test_what_is_no_consent_id_is_not_packed(text):
    with pytest.raises(MalformedError):
        pack_id(text)


@given(st.lists(RECORDS, min_size=1, max_size=13, unique_by=lambda each: each[0]))
def test_everybody_comes_back_in_order(people):
    (column,), missing = read(write_roll([[each] for each in people], records=1), rows=len(people))

    assert column == sorted(people)
    assert missing == ()


def test_two_records_of_a_person_stand_in_one_row():
    rows = [[record(index), record(100 - index)] for index in (3, 1, 2)]

    (first, second), _ = read(write_roll(rows, records=2), rows=3, records=2)

    assert first == [record(1), record(2), record(3)]
    assert second == [record(99), record(98), record(97)]


def test_a_piece_of_a_million_fits_a_request():
    assert PIECE_BYTES == 65_536 * RECORD_BYTES == 3 * 1024 * 1024


MANIFEST = manifest()


def nine() -> tuple[bytes, ...]:
    """A roll of nine, on three pieces."""
    return write_roll([[record(index)] for index in range(9)], records=1)


def test_a_missing_piece_is_named():
    held = {digest_of_piece(piece): piece for piece in nine()}
    digests = list(held)
    del held[digests[1]]

    assert read_roll(digests, held.get, rows=9, records=1) == ([], (digests[1],))


def test_an_altered_piece_is_as_good_as_missing():
    held = {digest_of_piece(piece): piece for piece in nine()}
    digests = list(held)
    held[digests[2]] = bytes(len(held[digests[2]]))

    assert read_roll(digests, held.get, rows=9, records=1) == ([], (digests[2],))


def test_pieces_in_another_order_are_refused():
    first, second, third = nine()

    with pytest.raises(MalformedError, match="ascending"):
        read([second, first, third], rows=9)


def test_a_piece_that_stands_twice_is_refused():
    first, second, _ = nine()
    held = {digest_of_piece(piece): piece for piece in (first, second)}

    with pytest.raises(MalformedError, match="ascending"):
        read_roll([*held, *list(held)[:1]], held.get, rows=12, records=1)


def test_a_consent_that_stands_twice_in_a_piece_is_refused():
    with pytest.raises(MalformedError, match="ascending"):
        read(write_roll([[record(1)], [record(1)]], records=1), rows=2)


@pytest.mark.parametrize("rows", [8, 10, 4, 13])
def test_another_number_of_rows_is_refused(rows):
    with pytest.raises(MalformedError, match=r"pieces|length"):
        read(nine(), rows=rows)


def test_a_consent_that_stands_in_two_rows_is_refused():
    rows = [[record(1), record(8)], [record(2), record(8)]]

    with pytest.raises(MalformedError, match="twice"):
        read(write_roll(rows, records=2), rows=2, records=2)


def test_a_person_who_is_her_own_partner_is_refused():
    with pytest.raises(MalformedError, match="twice"):
        read(write_roll([[record(1), record(1)]], records=2), rows=1, records=2)


MANY = replace(MANIFEST, contributions=dict(map(record, range(8, -1, -1))))


def verified(manifest: Manifest, held) -> Manifest:
    """What is read of a signed manifest."""
    return verify_manifest(sign_manifest(manifest, MARKETPLACE), MARKETPLACE.public, now=NOW, find=held)[0]


def test_a_manifest_with_a_roll_is_short_and_says_the_same():
    rolled, pieces = put_on_roll(MANY)
    held = {digest_of_piece(piece): piece for piece in pieces}

    found = verified(rolled, held.get)

    assert found == rolled
    assert dict(found.contributions) == dict(MANY.contributions)
    assert list(found.contributions) == sorted(MANY.contributions)
    assert found.digest == rolled.digest != MANY.digest
    assert "contributions" not in rolled.to_json()


def test_partners_stand_on_the_roll_as_well():
    partners = {each: Partner(*record(index + 50)) for index, each in enumerate(MANY.contributions)}
    rolled, pieces = put_on_roll(replace(MANY, partners=partners))
    held = {digest_of_piece(piece): piece for piece in pieces}

    (first, second), missing = read_roll(rolled.roll, held.get, rows=9, records=2)

    assert missing == ()
    assert dict(zip((each for each, _ in first), second, strict=True)) == partners


def test_a_manifest_whose_pieces_are_missing_says_which():
    rolled, pieces = put_on_roll(MANY)
    held = {digest_of_piece(pieces[0]): pieces[0]}

    with pytest.raises(MissingPiecesError) as caught:
        verified(rolled, held.get)

    assert caught.value.digests == rolled.roll[1:]
    with pytest.raises(MissingPiecesError):
        verified(rolled, nothing)


@pytest.mark.parametrize("people", [600, 601])
def test_money_is_held_for_everybody_on_the_roll(monkeypatch: pytest.MonkeyPatch, people):
    monkeypatch.setattr("consent.roll.PIECE_RECORDS", 1000)
    rolled, (piece,) = put_on_roll(replace(MANIFEST, contributions=dict(map(record, range(people)))))
    held = {digest_of_piece(piece): piece}

    if people == 600:
        assert len(verified(rolled, held.get).contributions) == 600
    else:
        with pytest.raises(MismatchError, match="less money"):
            verified(rolled, held.get)


@pytest.mark.parametrize(
    "change",
    [{"rows": 0}, {"rows": 2_000_001}, {"pieces": []}, {"pieces": ["-"] * 65}, {"more": 1}],
    ids=lambda change: str(change)[:20],
)
def test_a_roll_of_another_form_is_refused(change):
    rolled, pieces = put_on_roll(MANY)
    held = {digest_of_piece(piece): piece for piece in pieces}
    document = rolled.to_json()
    roll = document["roll"]
    assert isinstance(roll, dict)
    document["roll"] = roll | change
    forged = replace(rolled)
    object.__setattr__(forged, "to_json", lambda: document)

    with pytest.raises(MalformedError):
        verified(forged, held.get)


def test_more_than_ten_thousand_are_not_named_one_by_one():
    crowd = dict(map(record, range(10_001)))

    with pytest.raises(MalformedError, match="10000"):
        verified(replace(MANIFEST, contributions=crowd), nothing)
