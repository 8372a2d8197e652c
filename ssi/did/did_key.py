"""did:key: the identifier is the public key itself (did:key 0.9, W3C CCG), so its document is computed.

>>> resolve_did_key("did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK").id
'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK'
"""

from typing import Final

from ssi.did.document import SIGNING_PURPOSES, DidDocument, single_key_document
from ssi.did.public_key import PublicKey

PREFIX: Final = "did:key:"


def did_key(key: PublicKey) -> str:
    """The identifier of a key."""
    return f"{PREFIX}{key.to_multikey()}"


def did_key_method(key: PublicKey) -> str:
    """The id of the one verification method of a key's identifier."""
    return f"{PREFIX}{key.to_multikey()}#{key.to_multikey()}"


def resolve_did_key(did: str) -> DidDocument:
    """The document of a did:key; its one method signs for every purpose.

    Raises:
        IdentifierError: not a did:key of a known type of key in its canonical spelling.
    """
    multikey = did.removeprefix(PREFIX)
    return single_key_document(did, multikey, PublicKey.from_multikey(multikey), SIGNING_PURPOSES)
