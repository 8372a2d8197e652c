"""How is a short text signed so that any log tool can read it? Signed notes (C2SP `signed-note`).

A note is text ending in a line feed, an empty line, and signature lines of the form
``— <key name> <base64(key id || signature)>``. The key id is the first four bytes of
SHA-256(name || 0x0A || type || public key); the type 0x01 stands for Ed25519, 0x04 for the Ed25519
cosignature of a witness (`consent.cosignature`). Lines of keys we do not know are skipped; the line of the
key we look for must verify.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Final

from crypto.encoding import b64url_decode, sha256
from crypto.errors import MalformedError, SignatureError
from crypto.signing import SigningKey, VerifyingKey

MAX_NOTE_CHARACTERS: Final = 10_000
MAX_SIGNATURES: Final = 16
ED25519: Final = 0x01
_KEY_ID_BYTES: Final = 4
_NAME = re.compile(r"[^\s+]{1,200}")
_LINE = re.compile(r"— ([^\s+]{1,200}) ([A-Za-z0-9+/]+={0,2})")


@dataclass(frozen=True)
class SignatureLine:
    """One line of a note: whose name, the four bytes of the key id, and what follows them. Unchecked."""

    name: str
    key_id: bytes
    signature: bytes

    def to_text(self) -> str:
        """The line, with its line feed."""
        return f"— {self.name} {base64.b64encode(self.key_id + self.signature).decode('ascii')}\n"

    def is_of(self, name: str, key: VerifyingKey, kind: int = ED25519) -> bool:
        """Whether it says that it is a signature of this kind, name and key."""
        return self.name == name and self.key_id == key_id(name, key, kind)

    @classmethod
    def read(cls, line: str) -> "SignatureLine":
        """Read a line, without its line feed.

        Raises:
            MalformedError: it is no signature line.
        """
        found = _LINE.fullmatch(line)
        if found is None:
            raise MalformedError("note: a signature line is malformed")
        signed = decode_base64(found[2], "note")
        if len(signed) < _KEY_ID_BYTES + 1:
            raise MalformedError("note: a signature line is too short")
        return cls(found[1], signed[:_KEY_ID_BYTES], signed[_KEY_ID_BYTES:])


def sign_note(text: str, name: str, key: SigningKey) -> str:
    """Sign a text under a key name.

    Raises:
        MalformedError: the text does not end in a line feed or has an empty line, the name has spaces or a
            plus sign, or the key is not Ed25519.
    """
    _check_text(text)
    line = SignatureLine(name, key_id(name, key.public), key.sign(text.encode()))
    return f"{text}\n{line.to_text()}"


def verify_note(note: str, name: str, key: VerifyingKey) -> str:
    """The text of a note that this key signed under this name.

    Raises:
        MalformedError: it is not a signed note.
        SignatureError: it carries no signature of this name and key, or one that does not verify.
    """
    text, lines = read_note(note)
    for line in lines:
        if line.is_of(name, key):
            key.verify(line.signature, text.encode())
            return text
    raise SignatureError(f"note: no signature of {name}")


def read_note(note: str) -> tuple[str, list[SignatureLine]]:
    """The text of a note and its signature lines; nothing of it is checked.

    Raises:
        MalformedError: it is not a signed note.
    """
    if len(note) > MAX_NOTE_CHARACTERS:
        raise MalformedError(f"note: expected at most {MAX_NOTE_CHARACTERS} characters")
    text, separator, signatures = note.rpartition("\n\n")
    lines = signatures.split("\n")
    if not separator or lines.pop() != "" or not 0 < len(lines) <= MAX_SIGNATURES:
        raise MalformedError("note: expected text, an empty line and signature lines")
    text += "\n"
    _check_text(text)
    return text, list(map(SignatureLine.read, lines))


def key_id(name: str, key: VerifyingKey, kind: int = ED25519) -> bytes:
    """The four bytes by which a signature line points to its key.

    Raises:
        MalformedError: the key is not Ed25519, or the name has spaces or a plus sign.
    """
    jwk = key.to_jwk()
    if jwk["kty"] != "OKP":
        raise MalformedError("a note is signed with Ed25519")
    if not _NAME.fullmatch(name):
        raise MalformedError("a key name has no spaces and no plus sign")
    return sha256(name.encode(), b"\n", bytes((kind,)), b64url_decode(jwk["x"]))[:_KEY_ID_BYTES]


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


def _check_text(text: str) -> None:
    # Control characters could show a reader another text than the one signed (C2SP signed-note).
    visible = all(character >= " " or character == "\n" for character in text)
    if not text.endswith("\n") or text.startswith("\n") or "\n\n" in text or not visible:
        raise MalformedError("note: expected lines of text without an empty line or control characters")
