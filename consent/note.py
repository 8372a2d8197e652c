"""How is a short text signed so that any log tool can read it? Signed notes (C2SP `signed-note`).

A note is text ending in a line feed, an empty line, and signature lines of the form
``— <key name> <base64(key id || signature)>``. The key id is the first four bytes of
SHA-256(name || 0x0A || 0x01 || public key); 0x01 stands for Ed25519. Lines of keys we do not know, such as
those of witnesses, are skipped; the line of the key we look for must verify.
"""

import base64
import binascii
import re
from typing import Final

from crypto.encoding import b64url_decode, sha256
from crypto.errors import MalformedError, SignatureError
from crypto.signing import SigningKey, VerifyingKey

MAX_NOTE_CHARACTERS: Final = 10_000
MAX_SIGNATURES: Final = 16
_ED25519: Final = b"\x01"
_KEY_ID_BYTES: Final = 4
_NAME = re.compile(r"[^\s+]{1,200}")
_LINE = re.compile(r"— ([^\s+]{1,200}) ([A-Za-z0-9+/]+={0,2})")


def sign_note(text: str, name: str, key: SigningKey) -> str:
    """Sign a text under a key name.

    Raises:
        MalformedError: the text does not end in a line feed or has an empty line, the name has spaces or a
            plus sign, or the key is not Ed25519.
    """
    _check_text(text)
    if not _NAME.fullmatch(name):
        raise MalformedError("a key name has no spaces and no plus sign")
    signed = _key_id(name, key.public) + key.sign(text.encode())
    return f"{text}\n— {name} {base64.b64encode(signed).decode('ascii')}\n"


def verify_note(note: str, name: str, key: VerifyingKey) -> str:
    """The text of a note that this key signed under this name.

    Raises:
        MalformedError: it is not a signed note.
        SignatureError: it carries no signature of this name and key, or one that does not verify.
    """
    if len(note) > MAX_NOTE_CHARACTERS:
        raise MalformedError(f"note: expected at most {MAX_NOTE_CHARACTERS} characters")
    text, separator, signatures = note.rpartition("\n\n")
    lines = signatures.split("\n")
    if not separator or lines.pop() != "" or not 0 < len(lines) <= MAX_SIGNATURES:
        raise MalformedError("note: expected text, an empty line and signature lines")
    text += "\n"
    _check_text(text)
    key_id = _key_id(name, key)
    for signer, signed in map(_read_line, lines):
        if signer == name and signed[:_KEY_ID_BYTES] == key_id:
            key.verify(signed[_KEY_ID_BYTES:], text.encode())
            return text
    raise SignatureError(f"note: no signature of {name}")


def decode_base64(text: str, where: str) -> bytes:
    """Decode standard base64 with padding, as notes use it; only the canonical spelling is accepted.

    Raises:
        MalformedError: another alphabet, padding or spelling.
    """
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise MalformedError(f"{where}: expected base64") from error
    if base64.b64encode(raw).decode("ascii") != text:
        raise MalformedError(f"{where}: expected canonical base64")
    return raw


def _read_line(line: str) -> tuple[str, bytes]:
    found = _LINE.fullmatch(line)
    if found is None:
        raise MalformedError("note: a signature line is malformed")
    signed = decode_base64(found[2], "note")
    if len(signed) < _KEY_ID_BYTES + 1:
        raise MalformedError("note: a signature line is too short")
    return found[1], signed


def _check_text(text: str) -> None:
    # Control characters could show a reader another text than the one signed (C2SP signed-note).
    visible = all(character >= " " or character == "\n" for character in text)
    if not text.endswith("\n") or text.startswith("\n") or "\n\n" in text or not visible:
        raise MalformedError("note: expected lines of text without an empty line or control characters")


def _key_id(name: str, key: VerifyingKey) -> bytes:
    jwk = key.to_jwk()
    if jwk["kty"] != "OKP":
        raise MalformedError("a note is signed with Ed25519")
    return sha256(name.encode(), b"\n", _ED25519, b64url_decode(jwk["x"]))[:_KEY_ID_BYTES]
