"""A file opens with its password here and elsewhere, and asks for no weak protection or endless work."""

import json

import pytest
from jwcrypto import jwe, jwk  # type: ignore[import-untyped]

from crypto.encoding import b64url_decode, b64url_encode
from crypto.errors import MalformedError, SealError
from crypto.password_jwe import MOST_ROUNDS, ROUNDS, decrypt_with_password, encrypt_with_password
from crypto.randomness import stream

PASSWORD = "a sentence for the file"
TYP = "thing+jwe"
FILE = encrypt_with_password(b"everything", PASSWORD, typ=TYP, random=stream(b"password files, 16+", "file"))
HEADER = json.loads(b64url_decode(FILE.partition(".")[0]))


def with_header(**changes: object) -> str:
    header = {name: value for name, value in {**HEADER, **changes}.items() if value is not None}
    return ".".join((b64url_encode(json.dumps(header).encode()), *FILE.split(".")[1:]))


def the_peers_key() -> jwk.JWK:
    return jwk.JWK(kty="oct", k=b64url_encode(PASSWORD.encode()))


@pytest.fixture
def patient(monkeypatch):
    """The peer does at most 16,384 rounds unless it is told otherwise."""
    monkeypatch.setattr("jwcrypto.jwa.default_max_pbkdf2_iterations", MOST_ROUNDS)


def test_what_was_locked_opens_with_its_password():
    assert decrypt_with_password(FILE, PASSWORD, typ=TYP) == b"everything"


def test_a_peer_opens_our_file(patient):
    theirs = jwe.JWE(algs=["PBES2-HS256+A128KW", "A128GCM"])
    theirs.deserialize(FILE)
    theirs.decrypt(the_peers_key())

    assert theirs.payload == b"everything"


def test_we_open_a_peers_file(patient):
    protected = {
        "alg": "PBES2-HS256+A128KW",
        "enc": "A128GCM",
        "p2c": ROUNDS,
        "p2s": "c2FsdHNhbHQ",
        "typ": TYP,
    }
    theirs = jwe.JWE(b"theirs", json.dumps(protected), algs=["PBES2-HS256+A128KW", "A128GCM"])
    theirs.add_recipient(the_peers_key())

    assert decrypt_with_password(theirs.serialize(compact=True), PASSWORD, typ=TYP) == b"theirs"


def test_two_files_of_the_same_thing_have_nothing_in_common():
    again = encrypt_with_password(b"everything", PASSWORD, typ=TYP)

    assert not set(again.split(".")) & set(FILE.split("."))


def test_another_password_opens_nothing():
    with pytest.raises(SealError):
        decrypt_with_password(FILE, PASSWORD + "s", typ=TYP)


@pytest.mark.parametrize("part", range(1, 5))
def test_any_changed_part_opens_nothing(part):
    parts = FILE.split(".")
    raw = bytearray(b64url_decode(parts[part]))
    raw[0] ^= 1
    parts[part] = b64url_encode(bytes(raw))

    with pytest.raises(SealError):
        decrypt_with_password(".".join(parts), PASSWORD, typ=TYP)


def test_the_header_is_sealed_as_well():
    with pytest.raises(SealError):
        decrypt_with_password(with_header(cty="something else"), PASSWORD, typ=TYP)


@pytest.mark.parametrize(
    "changes",
    [
        {"p2c": 1_000},
        {"p2c": ROUNDS - 1},
        {"p2c": MOST_ROUNDS + 1},
        {"p2c": 10**9},
        {"p2c": 1e6},
        {"p2c": "600000"},
        {"p2c": None},
        {"p2s": "AAAA"},
        {"p2s": None},
        {"alg": "dir"},
        {"alg": "PBES2-HS512+A256KW"},
        {"enc": "A256GCM"},
        {"typ": "another+jwe"},
        {"typ": None},
        {"zip": "DEF"},
        {"crit": ["exp"]},
    ],
    ids=str,
)
def test_another_kind_of_file_is_refused_before_any_work(changes, monkeypatch):
    monkeypatch.setattr("crypto.password_jwe.PBKDF2HMAC", None)

    with pytest.raises(MalformedError):
        decrypt_with_password(with_header(**changes), PASSWORD, typ=TYP)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "....",
        "a.b.c.d.e",
        FILE + ".",
        FILE[:-1],
        FILE.replace(".", "..", 1),
        "\x00" * 9,
        "e30" + FILE[3:],
    ],
)
def test_what_is_no_file_is_refused_by_name(text):
    with pytest.raises((MalformedError, SealError)):
        decrypt_with_password(text, PASSWORD, typ=TYP)


def test_a_header_without_end_is_refused():
    with pytest.raises(MalformedError, match="too long"):
        decrypt_with_password(with_header(cty="x" * 3_000), PASSWORD, typ=TYP)
