"""What must hold of a document whatever secures it? That its JSON-LD names all, and its digests are right."""

import base64
import hashlib
from collections.abc import Mapping
from typing import Any, Final

from ssi.did.multibase import BASE58_BTC, decode_base58, decode_base64url
from ssi.errors import AlteredCredentialError
from ssi.linked_data.contexts import CONTEXTS, context_bytes
from ssi.linked_data.expansion import expand
from ssi.vcdm.attachments import RelatedResource
from ssi.vcdm.credential import CredentialModel

_BY_LENGTH: Final[Mapping[int, str]] = {32: "sha256", 48: "sha384", 64: "sha512"}
_MULTIHASH_PREFIX: Final = 2


def check_meaning(document: Mapping[str, Any], model: CredentialModel | None = None) -> None:
    """Return only if every term is defined, and the resources that are kept here are those it vouches for.

    Suites over the text sign terms that nobody defined as well, so this is asked for all of them.

    Raises:
        CredentialError: as `ssi.linked_data.expansion.expand`.
        AlteredCredentialError: a resource has another digest.
    """
    expand(document)
    for resource in () if model is None else model.related_resources:
        if resource.id in CONTEXTS:
            _check_digests(resource, context_bytes(resource.id))


def _check_digests(resource: RelatedResource, content: bytes) -> None:
    for text in (resource.digest_sri or "").split():
        name, _, digest = text.partition("?")[0].partition("-")
        if base64.b64decode(digest) != hashlib.new(name, content).digest():
            raise _other(resource)
    if resource.digest_multibase is not None:
        text = resource.digest_multibase
        raw = decode_base58(text) if text.startswith(BASE58_BTC) else decode_base64url(text)
        digest_bytes = raw if len(raw) in _BY_LENGTH else raw[_MULTIHASH_PREFIX:]
        if hashlib.new(_BY_LENGTH[len(digest_bytes)], content).digest() != digest_bytes:
            raise _other(resource)


def _other(resource: RelatedResource) -> AlteredCredentialError:
    return AlteredCredentialError(f"relatedResource: {resource.id} is not what the credential vouches for")
