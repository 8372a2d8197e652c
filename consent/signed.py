"""How do signed documents of this folder become values? One way in, for all of them."""

import re

from crypto.errors import MalformedError
from crypto.reading import Fields
from crypto.signing import VerifyingKey
from ssi.jws import parse_jws

MAX_ID = 500
DIGEST_CHARACTERS = 43
_URN_UUID = re.compile(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def read_signed(token: str, key: VerifyingKey, *, typ: str, where: str) -> Fields:
    """The members of a document that this key signed as this type; the reader closes them with `done()`.

    Raises:
        MalformedError: not a compact JWS, or of another type.
        SignatureError: another key or algorithm signed it, or a byte was changed.
    """
    return Fields.of(parse_jws(token, where).verify(key, typ=typ), where)


def read_consent_id(fields: Fields, name: str = "consent_id") -> str:
    """A consent id: `urn:uuid:` with a UUID in small letters (RFC 9562 §4).

    Raises:
        MalformedError: the member is missing or of another form.
    """
    consent_id = fields.text(name, max_length=MAX_ID)
    if not is_consent_id(consent_id):
        raise MalformedError(f"{fields.where}.{name}: expected urn:uuid: and a UUID in small letters")
    return consent_id


def is_consent_id(text: str) -> bool:
    """Whether a text has the form of a consent id."""
    return _URN_UUID.fullmatch(text) is not None


def read_digest(fields: Fields, name: str) -> str:
    """A SHA-256 digest in base64url, kept in the form in which documents compare it.

    Raises:
        MalformedError: the member is missing or not 32 bytes in canonical base64url.
    """
    fields.binary(name, length=32)
    return fields.text(name, max_length=DIGEST_CHARACTERS)
