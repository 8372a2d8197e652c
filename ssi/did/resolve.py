"""Which method does an identifier use, and what does its document say? Which of its keys is meant?"""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from ssi.did.did_jwk import PREFIX as JWK
from ssi.did.did_jwk import resolve_did_jwk
from ssi.did.did_key import PREFIX as KEY
from ssi.did.did_key import resolve_did_key
from ssi.did.did_web import PREFIX as WEB
from ssi.did.did_web import Fetch, resolve_did_web
from ssi.did.document import MAX_ID, DidDocument, Purpose, VerificationMethod
from ssi.errors import IdentifierError, UnresolvableError

_COMPUTED: Final[dict[str, Callable[[str], DidDocument]]] = {KEY: resolve_did_key, JWK: resolve_did_jwk}


def no_fetch(url: str, *, max_bytes: int) -> bytes:
    """A fetch for those who ask nobody.

    Raises:
        UnresolvableError: always.
    """
    raise UnresolvableError(f"{url} is not fetched: at most {max_bytes} bytes from nowhere")


class Resolver:
    """Finds the documents of did:key, did:jwk and did:web; others' servers are asked through `fetch` only."""

    def __init__(self, fetch: Fetch = no_fetch) -> None:
        self._fetch = fetch

    def resolve(self, did: str) -> DidDocument:
        """The document of an identifier.

        Raises:
            IdentifierError: no DID, or a document that is not one of this DID.
            UnresolvableError: a method that is not known here, or a server that is not asked or not there.
        """
        if not did.startswith("did:") or not 0 < len(did) <= MAX_ID or set(did) & set("#?/ "):
            raise IdentifierError(f"expected a DID, got {did[:200]!r}")
        for prefix, compute in _COMPUTED.items():
            if did.startswith(prefix):
                return compute(did)
        if did.startswith(WEB):
            return resolve_did_web(did, self._fetch)
        raise UnresolvableError(f"{did[:200]}: expected did:key, did:jwk or did:web")

    def verification_method(self, method_id: str, purpose: Purpose, *, now: datetime) -> VerificationMethod:
        """The key of a DID URL, if the subject of its DID uses it for this purpose now.

        Raises:
            IdentifierError, UnresolvableError: as `resolve`.
            VerificationMethodError: as `DidDocument.method`.
        """
        did, separator, fragment = method_id.partition("#")
        if not separator or not fragment:
            raise IdentifierError(f"expected a DID URL with a fragment, got {method_id[:200]!r}")
        return self.resolve(did).method(method_id, purpose, now=now)
