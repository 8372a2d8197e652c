"""With which key is this credential verified? One that the trust registry leads to, or none.

The registry comes first: the issuer that the credential names must be in it. Then the first of these that the
token's header calls for *and* the issuer's entry allows decides, and if it refuses, nothing else is tried:

1. a `kid` that the entry lists: its key;
2. `x5c`, where the entry has roots: the chain leads to one, and the certificate names the issuer;
3. a DID of the entry: the method that `kid` names in its document, for assertions;
4. the issuer's metadata on its web server, where the entry says that it counts, by `kid`.

So whoever sends a credential can choose among ways that the registry trusts for this very issuer and no other
(SD-JWT VC §8.2). Without a fetch nothing is asked of anybody: did:key, did:jwk, certificates and listed keys
need no network.
"""

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from crypto.errors import MalformedError, SignatureError
from crypto.reading import Fields
from crypto.signing import VerifyingKey
from ssi.did.did_web import Fetch
from ssi.did.document import DidDocument, Purpose
from ssi.did.resolve import Resolver, no_fetch
from ssi.errors import IdentifierError, UnknownIssuerError, UntrustedIssuerError, VerificationMethodError
from ssi.issuer_metadata import fetch_issuer_key
from ssi.jws import UnverifiedJws
from ssi.trust import TrustRegistry
from ssi.trust_entries import IssuerEntry
from ssi.x509 import names_of, read_chain, verify_chain

MAX_ISSUER = 2_000


@dataclass(frozen=True)
class IssuerKeys:
    """Finds the issuer and the key of a token; `fetch` is asked for did:web documents and issuer metadata."""

    fetch: Fetch = no_fetch

    def issuer(self, unverified: UnverifiedJws, registry: TrustRegistry, *, now: datetime) -> IssuerEntry:
        """The entry of the issuer that a token names: by `iss`, by a DID in `kid`, or by its certificate.

        Raises:
            UnknownIssuerError: the registry names no such issuer.
            UntrustedIssuerError: its entry does not hold now.
            RegistryError: the registry itself has run out.
            MalformedError: the token names nobody, or not in the form of a name.
        """
        fields = Fields(unverified.payload, unverified.where)
        if "iss" in unverified.payload:
            return registry.issuer(fields.text("iss", max_length=MAX_ISSUER), now=now)
        kid = unverified.kid or ""
        if kid.startswith("did:"):
            return registry.issuer(kid.partition("#")[0], now=now)
        if "x5c" in unverified.header:
            leaf = _chain(unverified)[0]
            return _named_by(leaf, registry, now=now)
        raise MalformedError(f"{unverified.where}.iss: missing, and no certificate says who issued it")

    def key(self, unverified: UnverifiedJws, issuer: IssuerEntry, *, now: datetime) -> VerifyingKey:
        """The key of that issuer which the token's header calls for.

        Raises:
            UnknownIssuerError: the issuer has no such key, or not in this way.
            UntrustedIssuerError: the token names another issuer; a certificate or a DID that is not the
                issuer's, or not valid now.
            UnresolvableError: a server that is not asked or not there.
            MalformedError: the header or what it leads to is not of its form.
        """
        _require_named(unverified, issuer)
        kid = unverified.kid
        if kid is not None and kid in issuer.keys:
            return issuer.keys[kid]
        if "x5c" in unverified.header and issuer.anchors.x509_roots:
            return _certified(unverified, issuer, now=now)
        did = _did(unverified, issuer)
        if did is not None:
            return self._of_did(did, kid, now=now)
        if issuer.anchors.metadata:
            return fetch_issuer_key(issuer.id, kid, self.fetch)
        return issuer.key(kid)

    def _of_did(self, did: str, kid: str | None, *, now: datetime) -> VerifyingKey:
        try:
            document = Resolver(self.fetch).resolve(did)
            method = document.method(_method(document, kid), Purpose.ASSERTION, now=now)
            return method.key.verifying_key()
        except (IdentifierError, VerificationMethodError) as error:
            raise UntrustedIssuerError(str(error)) from error


OFFLINE = IssuerKeys()
"""Asks nobody."""


def _did(unverified: UnverifiedJws, issuer: IssuerEntry) -> str | None:
    """The issuer's own DID by which a token names its key, if it does."""
    kid = unverified.kid or ""
    named = kid.partition("#")[0] if kid.startswith("did:") else unverified.payload.get("iss")
    if isinstance(named, str) and named in issuer.anchors.dids:
        return named
    if kid.startswith("did:"):
        raise UnknownIssuerError(f"issuer {issuer.id} has no DID {named!r:.200} in the trust registry")
    return None


def _method(document: DidDocument, kid: str | None) -> str:
    """The method that a kid names: a DID URL, its fragment, or none where only one can be meant."""
    if kid is not None:
        return kid if kid.startswith("did:") else f"{document.id}#{kid.removeprefix('#')}"
    listed = document.relationships.get(Purpose.ASSERTION, frozenset())
    if len(listed) != 1:
        raise VerificationMethodError(f"{document.id} has {len(listed)} keys, and no kid says which")
    return next(iter(listed))


def _require_named(unverified: UnverifiedJws, issuer: IssuerEntry) -> None:
    """A token that says who issued it says this issuer; it may leave it out, as status lists do."""
    if "iss" in unverified.payload and unverified.payload["iss"] not in _names(issuer):
        raise UntrustedIssuerError(f"issuer {issuer.id}: {unverified.where}.iss names somebody else")


def _names(issuer: IssuerEntry) -> tuple[str, ...]:
    return issuer.id, *issuer.anchors.dids


def _certified(unverified: UnverifiedJws, issuer: IssuerEntry, *, now: datetime) -> VerifyingKey:
    chain = _chain(unverified)
    try:
        key = verify_chain(chain, issuer.anchors.roots, now=now, for_credentials=True)
    except SignatureError as error:
        raise UntrustedIssuerError(f"issuer {issuer.id}: {error}") from error
    stated = unverified.payload.get("iss")
    names = names_of(chain[0])
    if not any(names.include(name) for name in ((stated,) if isinstance(stated, str) else _names(issuer))):
        raise UntrustedIssuerError(f"issuer {issuer.id}: the certificate names somebody else")
    return key


def _chain(unverified: UnverifiedJws) -> tuple[x509.Certificate, ...]:
    return read_chain(unverified.header["x5c"], f"{unverified.where}.x5c")


def _named_by(leaf: x509.Certificate, registry: TrustRegistry, *, now: datetime) -> IssuerEntry:
    """The one issuer that a certificate names; whether the certificate is worth anything is not asked yet."""
    names = names_of(leaf)
    found = [issuer.id for issuer in registry.issuers if names.include(issuer.id)]
    if len(found) != 1:
        raise UnknownIssuerError("the certificate names no issuer of the trust registry, or several")
    return registry.issuer(found[0], now=now)
