import pytest

from ssi.data_integrity.selective.cbor import Cbor
from ssi.data_integrity.selective.pointers import MAX_POINTERS
from ssi.data_integrity.selective.proof_value import (
    MAX_PROOF_VALUE,
    MAX_STATEMENTS,
    ProofParts,
    canonical_place,
    write_proof_value,
)
from ssi.did.multibase import encode_base64url
from ssi.errors import ProofError

HEADER = b"\xd9\x5d\x63"


def read(part: Cbor) -> ProofParts:
    return ProofParts(write_proof_value(HEADER, [part]), HEADER, 1)


def test_parts_are_read_as_they_were_written():
    value = write_proof_value(HEADER, [b"bytes", [b"a", b"b"], ["/a"], [0, 3], {0: b"c"}, {0: 5}])

    parts = ProofParts(value, HEADER, 6)

    assert parts.binary("part", 5) == b"bytes"
    assert parts.binaries("part", 1) == (b"a", b"b")
    assert parts.texts("part") == ("/a",)
    assert parts.indexes("part") == (0, 3)
    assert parts.binary_labels("part", 1) == {"c14n0": "uYw"}
    assert parts.numbered_labels("part") == {"c14n0": "b5"}


def test_a_canonical_label_has_its_place():
    assert canonical_place("c14n12") == 12


@pytest.mark.parametrize(
    "value",
    [
        None,
        7,
        "",
        "z" + write_proof_value(HEADER, [0])[1:],
        write_proof_value(HEADER, [0])[1:],
        write_proof_value(HEADER, [0]) + "=",
        write_proof_value(HEADER, [0]) + "AA",
        write_proof_value(b"\xd9\x5d\x64", [0]),
        write_proof_value(HEADER, []),
        write_proof_value(HEADER, [0, 0]),
        encode_base64url(HEADER[:2]),
        encode_base64url(HEADER),
        encode_base64url(HEADER + b"\x00"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_value_of_another_form_is_refused(value):
    with pytest.raises(ProofError):
        ProofParts(value, HEADER, 1)


def test_a_value_that_is_too_long_is_not_decoded():
    with pytest.raises(ProofError, match="bounded length"):
        ProofParts("u" + "A" * MAX_PROOF_VALUE, HEADER, 1)


@pytest.mark.parametrize("part", [0, "text", [], {}, b"four", b"sixsix"])
def test_a_byte_string_of_a_stated_length_is_expected(part):
    with pytest.raises(ProofError, match="signature"):
        read(part).binary("signature", 5)


@pytest.mark.parametrize("part", [b"x", {}, [b"xy"], ["x"], [0], [b""] * (MAX_STATEMENTS + 1)], ids=str)
def test_an_array_of_byte_strings_is_expected(part):
    with pytest.raises(ProofError, match="signatures"):
        read(part).binaries("signatures", 1)


@pytest.mark.parametrize("part", [b"x", "x", [0], [b"x"], ["x"] * (MAX_POINTERS + 1)], ids=repr)
def test_an_array_of_texts_is_expected(part):
    with pytest.raises(ProofError, match="pointers"):
        read(part).texts("pointers")


@pytest.mark.parametrize("part", [0, ["0"], [1, 1], [2, 1], [0, 5, 5], [[0]]], ids=repr)
def test_indexes_ascend(part):
    with pytest.raises(ProofError, match="indexes"):
        read(part).indexes("indexes")


def test_no_more_indexes_than_the_limit():
    with pytest.raises(ProofError, match="at most"):
        read(list(range(MAX_STATEMENTS + 1))).indexes("indexes")


@pytest.mark.parametrize("part", [[], {0: 1}, {0: b"xy"}, {0: "x"}], ids=repr)
def test_labels_are_byte_strings_of_a_stated_length(part):
    with pytest.raises(ProofError, match="labels"):
        read(part).binary_labels("labels", 1)


@pytest.mark.parametrize("part", [[], {0: b"x"}, {0: "x"}, {0: [1]}], ids=repr)
def test_numbered_labels_are_integers(part):
    with pytest.raises(ProofError, match="labels"):
        read(part).numbered_labels("labels")


def test_no_more_labels_than_the_limit():
    with pytest.raises(ProofError, match="at most"):
        read(dict.fromkeys(range(MAX_STATEMENTS + 1), 0)).numbered_labels("labels")
