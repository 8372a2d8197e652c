import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent.note import sign_note, verify_note
from crypto.encoding import b64url_encode
from crypto.errors import MalformedError, SignatureError
from crypto.signing import VerifyingKey
from tests.consent.examples import HOLDER, MARKETPLACE, STRANGER_ED25519

TEXT = "log.example\n3\nroot\n"
NAME = "log.example"
NOTE = sign_note(TEXT, NAME, MARKETPLACE)


def test_a_signed_note_is_read_back():
    assert verify_note(NOTE, NAME, MARKETPLACE.public) == TEXT


def test_the_example_of_the_go_package_verifies():
    """From the documentation of golang.org/x/mod/sumdb/note, which defined the format."""
    raw = base64.b64decode("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    key = VerifyingKey.from_jwk({"kty": "OKP", "crv": "Ed25519", "x": b64url_encode(raw[1:])})
    text = (
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n"
    )
    signature = (
        "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZ"
        "SNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    )

    assert verify_note(f"{text}\n{signature}", "PeterNeumann", key) == text


@given(st.integers(0, len(NOTE) - 1), st.sampled_from("0123abcXYZ+/=\n —"))
@settings(max_examples=200)
def test_any_changed_character_of_a_note_is_refused(place, character):
    changed = NOTE[:place] + character + NOTE[place + 1 :]

    if changed == NOTE:
        return
    with pytest.raises((MalformedError, SignatureError)):
        verify_note(changed, NAME, MARKETPLACE.public)


def test_lines_of_witnesses_are_skipped():
    cosigned = NOTE + sign_note(TEXT, "witness", STRANGER_ED25519).rpartition("\n\n")[2]

    assert verify_note(cosigned, NAME, MARKETPLACE.public) == TEXT
    assert verify_note(cosigned, "witness", STRANGER_ED25519.public) == TEXT


def test_the_same_name_with_another_key_does_not_count():
    with pytest.raises(SignatureError):
        verify_note(sign_note(TEXT, NAME, STRANGER_ED25519), NAME, MARKETPLACE.public)


def test_the_same_key_under_another_name_does_not_count():
    with pytest.raises(SignatureError):
        verify_note(sign_note(TEXT, "log.other", MARKETPLACE), NAME, MARKETPLACE.public)


@pytest.mark.parametrize("text", ["", "\n", "no line feed", "two\n\nparts\n", "tab\there\n", "\nfirst\n"])
def test_a_text_that_cannot_stand_in_a_note_is_not_signed(text):
    with pytest.raises(MalformedError):
        sign_note(text, NAME, MARKETPLACE)


@pytest.mark.parametrize("name", ["", "two words", "a+b", "line\nfeed"])
def test_a_name_that_cannot_stand_in_a_note_is_not_signed(name):
    with pytest.raises(MalformedError):
        sign_note(TEXT, name, MARKETPLACE)


def test_a_note_is_signed_with_ed25519_only():
    with pytest.raises(MalformedError):
        sign_note(TEXT, NAME, HOLDER)


BODY, _, LINES = NOTE.rpartition("\n\n")
HOSTILE = {
    "nothing": "",
    "no signature": BODY + "\n",
    "an empty signature part": BODY + "\n\n",
    "no final line feed": NOTE[:-1],
    "a line without dash": BODY + "\n\n" + LINES.removeprefix("— "),
    "a hyphen for the dash": BODY + "\n\n" + LINES.replace("—", "-"),
    "a signature in base64url": BODY + "\n\n— log.example ____\n",
    "a signature that is too short": BODY + "\n\n— log.example AAAA\n",
    "too many lines": BODY + "\n\n" + LINES * 17,
    "too much text": "a" * 10_000 + "\n\n" + LINES,
}


@pytest.mark.parametrize("note", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_note_with_this_is_malformed(note):
    with pytest.raises(MalformedError):
        verify_note(note, NAME, MARKETPLACE.public)
