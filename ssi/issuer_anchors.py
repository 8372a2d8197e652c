"""How may the keys of an issuer be found, besides those that the registry itself lists?

Wallets and verifiers elsewhere know issuers by certificates or by decentralised identifiers, so an entry of
the registry may name, for its issuer, the roots that its certificates lead to, the DIDs that are its own, and
whether the metadata on its web server counts (JWT VC Issuer Metadata, SD-JWT VC §5). Nothing of this is taken
from a credential: what an entry does not name does not count, however well a credential is signed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from cryptography import x509

from crypto.encoding import Json
from crypto.errors import MalformedError
from crypto.reading import Fields
from ssi.x509 import MAX_CERTIFICATE, read_pem

MAX_ROOTS: Final = 10
MAX_DIDS: Final = 10
MAX_DID: Final = 2_000
MAX_TYPES: Final = 100


@dataclass(frozen=True)
class IssuerAnchors:
    """Roots in PEM, DIDs, whether its metadata counts; and which data sets each type may be used for.

    A type that `data_sets` does not name may be used for the data set that is made of it.
    """

    x509_roots: tuple[str, ...] = ()
    dids: tuple[str, ...] = ()
    metadata: bool = False
    data_sets: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)

    @cached_property
    def roots(self) -> tuple[x509.Certificate, ...]:
        """The roots, read."""
        return tuple(read_pem(pem, "x509_roots") for pem in self.x509_roots)

    @property
    def find_keys(self) -> bool:
        """Whether keys may be found in any of these ways."""
        return bool(self.x509_roots or self.dids or self.metadata)

    def allow(self, credential_type: str, data_set: str) -> bool:
        """Whether credentials of a type may be used for a data set (by its reference, `exam/1`)."""
        return credential_type not in self.data_sets or data_set in self.data_sets[credential_type]

    @classmethod
    def read(cls, fields: Fields) -> "IssuerAnchors":
        """Read the optional members `x509_roots`, `dids`, `issuer_metadata` and `data_sets` of an entry.

        Raises:
            MalformedError: one is not of its form.
        """
        anchors = cls(
            x509_roots=_texts(fields, "x509_roots", MAX_ROOTS, MAX_CERTIFICATE),
            dids=_texts(fields, "dids", MAX_DIDS, MAX_DID),
            metadata=fields.has("issuer_metadata") and fields.boolean("issuer_metadata"),
            data_sets=_data_sets(fields),
        )
        for index, pem in enumerate(anchors.x509_roots):
            read_pem(pem, f"{fields.where}.x509_roots[{index}]")
        for did in anchors.dids:
            if not did.startswith("did:") or set(did) & set("#?/ ") or not did.isprintable():
                raise MalformedError(f"{fields.where}.dids: expected a DID, got {did[:80]!r}")
        return anchors

    def to_json(self) -> dict[str, Json]:
        """The members as they stand in an entry; those that say nothing are left out."""
        members: dict[str, Json] = {
            "x509_roots": list(self.x509_roots),
            "dids": list(self.dids),
            "issuer_metadata": self.metadata,
            "data_sets": {name: list(refs) for name, refs in sorted(self.data_sets.items())},
        }
        return {name: value for name, value in members.items() if value}


def _texts(fields: Fields, name: str, most: int, max_length: int) -> tuple[str, ...]:
    return fields.texts(name, most=most, max_length=max_length) if fields.has(name) else ()


def _data_sets(fields: Fields) -> dict[str, tuple[str, ...]]:
    if not fields.has("data_sets"):
        return {}
    named = fields.any("data_sets")
    inner = fields.section("data_sets")
    types = list(named) if isinstance(named, dict) else []
    if len(types) > MAX_TYPES:
        raise MalformedError(f"{fields.where}.data_sets: expected up to {MAX_TYPES} types")
    found = {type_: inner.texts(type_, least=1, most=MAX_TYPES, max_length=200) for type_ in types}
    if not all(word.isprintable() for type_, refs in found.items() for word in (type_, *refs)):
        raise MalformedError(f"{fields.where}.data_sets: expected names without control characters")
    return found
