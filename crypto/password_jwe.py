"""A file that a password opens anywhere: compact JWE with PBES2 (RFC 7516 §3.1, RFC 7518 §4.8).

PBES2-HS256+A128KW with A128GCM, as the EUDI wallets' export (TS10 v1.2) names it: the password gives a key
by PBKDF2-HMAC-SHA256, that key wraps a fresh content key (RFC 3394), and the content is sealed with the
header as associated data. Whoever has the file can try passwords on a machine of her own, as fast as 600,000
rounds allow (about a quarter of a second each); so the password of a file should be a long one.

Read are only files of this kind with 600,000 to 10,000,000 rounds, so that a file can neither ask for weak
protection nor for hours of work; a compressed one is refused. (`joserfc` reads and writes at most 300,000
rounds, so the 40 lines stand here; `jwcrypto` checks them both ways in the tests.)
"""

import unicodedata
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from crypto.encoding import b64url_decode, b64url_encode, canonical_json, parse_json
from crypto.errors import MalformedError, SealError
from crypto.randomness import RandomBytes, random_bytes
from crypto.reading import Fields

ROUNDS: Final = 600_000
MOST_ROUNDS: Final = 10_000_000
_KEY_MANAGEMENT: Final = "PBES2-HS256+A128KW"
_ENCRYPTION: Final = "A128GCM"
_KEY_BYTES, _SALT_BYTES, _NONCE_BYTES, _TAG_BYTES = 16, 16, 12, 16
_MEMBERS: Final = {"alg", "enc", "p2c", "p2s", "typ", "cty"}
_MAX_HEADER: Final = 2_000


def encrypt_with_password(
    plaintext: bytes, password: str, *, typ: str, random: RandomBytes = random_bytes
) -> str:
    """The file as ASCII text. `typ` says what it is, to everybody."""
    salt, key, nonce = random(_SALT_BYTES), random(_KEY_BYTES), random(_NONCE_BYTES)
    header = b64url_encode(
        canonical_json(
            {
                "alg": _KEY_MANAGEMENT,
                "enc": _ENCRYPTION,
                "p2c": ROUNDS,
                "p2s": b64url_encode(salt),
                "typ": typ,
            }
        )
    )
    wrapped = aes_key_wrap(_password_key(password, salt, ROUNDS), key)
    sealed = AESGCM(key).encrypt(nonce, plaintext, header.encode())
    parts = (wrapped, nonce, sealed[:-_TAG_BYTES], sealed[-_TAG_BYTES:])
    return ".".join((header, *map(b64url_encode, parts)))


def decrypt_with_password(token: str, password: str, *, typ: str) -> bytes:
    """What a file holds; the caller bounds its length.

    Raises:
        MalformedError: not a file of this kind.
        SealError: another password, or the file was altered; which, is not told.
    """
    parts = token.split(".")
    if len(parts) != 5:  # noqa: PLR2004 — the five parts of a compact JWE
        raise MalformedError("file: expected five parts with a dot between them")
    salt, rounds = _read_header(parts[0], typ)
    wrapped, nonce, content, tag = (b64url_decode(part) for part in parts[1:])
    if (len(wrapped), len(nonce), len(tag)) != (_KEY_BYTES + 8, _NONCE_BYTES, _TAG_BYTES):
        raise MalformedError("file: a part has another length")
    try:
        key = aes_key_unwrap(_password_key(password, salt, rounds), wrapped)
        return AESGCM(key).decrypt(nonce, content + tag, parts[0].encode())
    except (InvalidUnwrap, InvalidTag) as error:
        raise SealError("the file does not open with this password") from error


def _read_header(part: str, typ: str) -> tuple[bytes, int]:
    if len(part) > _MAX_HEADER:
        raise MalformedError("file: the header is too long")
    document = parse_json(b64url_decode(part))
    if not isinstance(document, dict) or not set(document) <= _MEMBERS:
        raise MalformedError("file: the header has members that are not known here")
    header = Fields.of(document, "file")
    kinds = tuple(header.text(name, max_length=100) for name in ("alg", "enc", "typ"))
    if kinds != (_KEY_MANAGEMENT, _ENCRYPTION, typ):
        raise MalformedError(f"file: expected a {typ} in {_KEY_MANAGEMENT} and {_ENCRYPTION}")
    rounds = header.integer("p2c", least=ROUNDS, most=MOST_ROUNDS)
    salt = b64url_decode(header.text("p2s", max_length=100))
    if len(salt) < 8:  # noqa: PLR2004 — RFC 7518 §4.8.1.1
        raise MalformedError("file: the salt is too short")
    return salt, rounds


def _password_key(password: str, salt: bytes, rounds: int) -> bytes:
    composed = unicodedata.normalize("NFC", password).encode()
    purpose = _KEY_MANAGEMENT.encode() + b"\x00" + salt
    return PBKDF2HMAC(hashes.SHA256(), _KEY_BYTES, purpose, rounds).derive(composed)
