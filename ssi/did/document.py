"""What does the document of an identifier say: which keys, and what each may be used for?

DID Core 1.0 §5 and Controlled Identifiers 1.0 §2. Keys are read from `Multikey` and `JsonWebKey` methods, and
from the older types that carry the same members. A method of another type is passed over: it may serve
somebody else. What is not known is ignored, as the standard demands; nothing ignored is ever relied on.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, cast

from crypto.encoding import Json
from crypto.errors import MalformedError
from crypto.reading import Fields
from ssi.did.public_key import PublicKey
from ssi.errors import IdentifierError, UnsupportedKeyError, VerificationMethodError
from ssi.timestamps import read_timestamp

MAX_METHODS: Final = 100
MAX_ID: Final = 2_000
_MULTIKEY_TYPES: Final = frozenset({"Multikey", "Ed25519VerificationKey2020"})
_JWK_TYPES: Final = frozenset({"JsonWebKey", "JsonWebKey2020"})
_SECRETS: Final = ("secretKeyMultibase", "secretKeyJwk", "privateKeyMultibase", "privateKeyJwk")


class Purpose(StrEnum):
    """What a key is used for, by the names of the relationships (Controlled Identifiers 1.0 §2.3)."""

    ASSERTION = "assertionMethod"
    AUTHENTICATION = "authentication"
    KEY_AGREEMENT = "keyAgreement"
    CAPABILITY_INVOCATION = "capabilityInvocation"
    CAPABILITY_DELEGATION = "capabilityDelegation"


SIGNING_PURPOSES: Final = frozenset(Purpose) - {Purpose.KEY_AGREEMENT}


@dataclass(frozen=True)
class VerificationMethod:
    """A key, who controls it, and until when; `id` is a DID URL with a fragment."""

    id: str
    controller: str
    key: PublicKey
    expires: datetime | None = None
    revoked: datetime | None = None


@dataclass(frozen=True)
class DidDocument:
    """The methods of an identifier by their ids, and the ids that each purpose lists."""

    id: str
    methods: Mapping[str, VerificationMethod] = field(repr=False)
    relationships: Mapping[Purpose, frozenset[str]] = field(repr=False)

    def method(self, method_id: str, purpose: Purpose, *, now: datetime) -> VerificationMethod:
        """The method of this id, if the subject uses it for this purpose now.

        Raises:
            VerificationMethodError: no such method, not listed for the purpose, of another controller,
                expired or revoked.
        """
        method = self.methods.get(method_id)
        if method is None:
            raise VerificationMethodError(f"{self.id} has no verification method {method_id[:200]!r}")
        if method_id not in self.relationships.get(purpose, frozenset()):
            raise VerificationMethodError(f"{method_id} is not listed under {purpose} of {self.id}")
        if method.controller != self.id:
            raise VerificationMethodError(
                f"{method_id} is controlled by {method.controller}, not by {self.id}"
            )
        for moment, what in ((method.expires, "expired"), (method.revoked, "revoked")):
            if moment is not None and now >= moment:
                raise VerificationMethodError(f"{method_id} was {what} at {moment.isoformat()}")
        return method


def single_key_document(did: str, fragment: str, key: PublicKey, purposes: frozenset[Purpose]) -> DidDocument:
    """The document of an identifier that is its key."""
    method = VerificationMethod(id=f"{did}#{fragment}", controller=did, key=key)
    return DidDocument(did, {method.id: method}, dict.fromkeys(purposes, frozenset({method.id})))


def read_document(document: Json, did: str) -> DidDocument:
    """Read the document that was found for an identifier.

    Raises:
        IdentifierError: it is about another identifier, or not of its form.
    """
    try:
        return _read(Fields.of(document, "did document"), did)
    except MalformedError as error:
        raise IdentifierError(str(error)) from error


def _read(fields: Fields, did: str) -> DidDocument:
    if fields.text("id", max_length=MAX_ID) != did:
        raise MalformedError(f"{fields.where}.id: expected {did}")
    methods: dict[str, VerificationMethod] = {}
    known: set[str] = set()
    if fields.has("verificationMethod"):
        for entry in fields.objects("verificationMethod", most=MAX_METHODS):
            _add(methods, known, entry, did)
    relationships = {purpose: _relationship(fields, purpose, methods, known, did) for purpose in Purpose}
    return DidDocument(did, methods, relationships)


def _relationship(
    fields: Fields, purpose: Purpose, methods: dict[str, VerificationMethod], known: set[str], did: str
) -> frozenset[str]:
    """The ids that a purpose lists; a method that stands there itself is for this purpose only."""
    listed = set()
    for entry in fields.entries(purpose, most=MAX_METHODS) if fields.has(purpose) else ():
        if isinstance(entry, str):
            listed.add(_absolute(entry, did))
        else:
            listed.add(_add(methods, known, Fields.of(entry, f"{fields.where}.{purpose}"), did))
    return frozenset(listed)


def _add(methods: dict[str, VerificationMethod], known: set[str], entry: Fields, did: str) -> str:
    """Read one method into `methods` unless it is of a type that is passed over; returns its id."""
    method_id = _absolute(entry.text("id", max_length=MAX_ID), did)
    if method_id in known:
        raise MalformedError(f"{entry.where}.id: two methods have this id")
    known.add(method_id)
    key = _key(entry)
    if key is not None:
        controller = entry.text("controller", max_length=MAX_ID)
        methods[method_id] = VerificationMethod(
            method_id, controller, key, _moment(entry, "expires"), _moment(entry, "revoked")
        )
    return method_id


def _key(entry: Fields) -> PublicKey | None:
    """The key of a method; None for a type of method or key that is not known here."""
    type_ = entry.text("type", max_length=MAX_ID)
    if any(entry.has(name) for name in _SECRETS):
        raise MalformedError(f"{entry.where}: a secret key was published and must be replaced")
    try:
        if type_ in _MULTIKEY_TYPES:
            return PublicKey.from_multikey(entry.text("publicKeyMultibase", max_length=MAX_ID))
        if type_ in _JWK_TYPES:
            return PublicKey.from_jwk(cast("Mapping[str, object]", entry.any("publicKeyJwk")))
    except UnsupportedKeyError:
        return None
    return None


def _moment(entry: Fields, name: str) -> datetime | None:
    if not entry.has(name):
        return None
    return read_timestamp(entry.text(name, max_length=MAX_ID), f"{entry.where}.{name}")


def _absolute(method_id: str, did: str) -> str:
    """A DID URL, relative ones resolved against the identifier of the document (DID Core 1.0 §3.2.2)."""
    return f"{did}{method_id}" if method_id.startswith("#") else method_id
