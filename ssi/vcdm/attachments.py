"""What hangs on a credential: status, schema, terms, evidence, refresh service, related resources."""

import binascii
import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from crypto.errors import MalformedError
from ssi.did.multibase import BASE58_BTC, decode_base58, decode_base64url
from ssi.vcdm.members import Document, objects, optional_url, refuse, types, url

_SRI: Final = re.compile(r"(sha256|sha384|sha512)-([A-Za-z0-9+/]+={0,2})(?:\?.*)?")
_SRI_BYTES: Final[Mapping[str, int]] = {"sha256": 32, "sha384": 48, "sha512": 64}
_MULTIHASHES: Final = {b"\x12\x20": 32, b"\x20\x30": 48, b"\x13\x40": 64}
"""Code and length that begin a multihash (Controlled Identifiers 1.0 §2.5): SHA-256, SHA-384, SHA-512."""


@dataclass(frozen=True)
class Attachment:
    """One object with its types and, where it has one, its id; `document` is all of it."""

    types: tuple[str, ...]
    id: str | None
    document: Document = field(repr=False, hash=False)


@dataclass(frozen=True)
class RelatedResource:
    """A resource that a credential vouches for by its digest, as the document writes it."""

    id: str
    digest_sri: str | None
    digest_multibase: str | None


def attachments(
    document: Document, name: str, where: str, *, with_id: bool = False
) -> tuple[Attachment, ...]:
    """The objects of a member; each has a type, and an id where `with_id` demands one (§4.10 to §5.6).

    Raises:
        MalformedCredentialError: no object, without type, or with an id that is no URL.
    """
    found = []
    for place, entry in objects(document, name, where):
        if with_id and "id" not in entry:
            raise refuse(f"{place}.id", "a URL")
        found.append(Attachment(types(entry, place), optional_url(entry, "id", place), entry))
    return tuple(found)


def related_resources(document: Document, where: str) -> tuple[RelatedResource, ...]:
    """The related resources of a credential (§5.3).

    Raises:
        MalformedCredentialError: no object, without id or without a digest of a known form, or two of one id.
    """
    found: dict[str, RelatedResource] = {}
    for place, entry in objects(document, "relatedResource", where):
        resource_id = url(entry.get("id"), f"{place}.id")
        if resource_id in found:
            raise refuse(f"{place}.id", "one entry for each resource")
        sri, multibase = entry.get("digestSRI"), entry.get("digestMultibase")
        if sri is None and multibase is None:
            raise refuse(place, "digestSRI or digestMultibase")
        if sri is not None:
            _check_sri(sri, f"{place}.digestSRI")
        if multibase is not None:
            _check_multibase(multibase, f"{place}.digestMultibase")
        found[resource_id] = RelatedResource(resource_id, sri, multibase)
    return tuple(found.values())


def _check_sri(value: object, where: str) -> None:
    """Subresource Integrity §3.5: one digest or several, separated by white space."""
    digests = value.split() if isinstance(value, str) else []
    if not digests or not all(_is_sri(digest) for digest in digests):
        raise refuse(where, "such as sha256-…, a digest in base64")


def _is_sri(digest: str) -> bool:
    form = _SRI.fullmatch(digest)
    try:
        return form is not None and len(b64decode(form[2], validate=True)) == _SRI_BYTES[form[1]]
    except binascii.Error:
        return False


def _check_multibase(value: object, where: str) -> None:
    text = value if isinstance(value, str) else ""
    try:
        raw = decode_base58(text) if text.startswith(BASE58_BTC) else decode_base64url(text)
    except MalformedError as error:
        raise refuse(where, "z and base58, or u and base64url") from error
    # The W3C's own test suite writes the bare digest; its length says which.
    if _MULTIHASHES.get(raw[:2]) != len(raw) - 2 and len(raw) not in _SRI_BYTES.values():
        raise refuse(where, "a multihash of SHA-256, SHA-384 or SHA-512")
