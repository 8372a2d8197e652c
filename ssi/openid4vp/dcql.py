"""Which credentials and claims does a verifier ask for? The Digital Credentials Query Language.

OpenID4VP 1.0 §6, as values; `dcql_reading` reads them. A credential query of an unknown format is kept; it
simply fits nothing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from crypto.encoding import Json
from ssi.claim_paths import ClaimPath

Scalar = str | int | bool
QUERY_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,100}")
"""The ids of credential and claim queries (§6.1, §6.3), by which answers name them too."""


class Format(StrEnum):
    """The credential formats that can be asked for and checked here (Appendix B)."""

    SD_JWT_VC = "dc+sd-jwt"
    DATA_INTEGRITY = "ldp_vc"


@dataclass(frozen=True)
class ClaimQuery:
    """One claim: where it stands, and which values count; `values` is None where any does (§6.3)."""

    path: ClaimPath
    id: str | None = None
    values: tuple[Scalar, ...] | None = None

    def accepts(self, value: Json) -> bool:
        """Whether a value is one of those asked for, of the same JSON kind: 1 is not true."""
        return self.values is None or any(
            type(value) is type(wanted) and value == wanted for wanted in self.values
        )

    def to_json(self) -> dict[str, Json]:
        """The claim query as it stands in a request."""
        written: dict[str, Json] = {"path": list(self.path)}
        if self.id is not None:
            written["id"] = self.id
        if self.values is not None:
            written["values"] = list(self.values)
        return written


@dataclass(frozen=True)
class TrustedAuthority:
    """A trust framework of which the issuer must be, such as the key id of its authority (`aki`, §6.1.1)."""

    type: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class CredentialQuery:
    """One credential, or several where `multiple` says so (§6.1); `meta` says of which type."""

    id: str
    format: str
    meta: Mapping[str, Json] = field(hash=False)
    multiple: bool = False
    holder_binding: bool = True
    trusted_authorities: tuple[TrustedAuthority, ...] = ()
    claims: tuple[ClaimQuery, ...] = ()
    claim_sets: tuple[tuple[str, ...], ...] = ()

    def accepts_types(self, types: frozenset[str]) -> bool:
        """Whether a credential of these types is meant (§B.1.1, §B.3.5)."""
        if self.format == Format.SD_JWT_VC:
            return bool(types & set(_listed(self.meta, "vct_values")))
        if self.format == Format.DATA_INTEGRITY:
            return any(set(wanted) <= types for wanted in _listed(self.meta, "type_values"))
        return False

    def alternatives(self) -> tuple[tuple[ClaimQuery, ...], ...]:
        """The sets of claims that satisfy the query, the verifier's favourite first (§6.4.1)."""
        if not self.claim_sets:
            return (self.claims,)
        named = {claim.id: claim for claim in self.claims}
        return tuple(tuple(named[name] for name in names) for names in self.claim_sets)

    def to_json(self) -> dict[str, Json]:
        """The credential query as it stands in a request."""
        written: dict[str, Json] = {"id": self.id, "format": self.format, "meta": dict(self.meta)}
        if self.multiple:
            written["multiple"] = True
        if not self.holder_binding:
            written["require_cryptographic_holder_binding"] = False
        if self.trusted_authorities:
            written["trusted_authorities"] = [
                {"type": authority.type, "values": list(authority.values)}
                for authority in self.trusted_authorities
            ]
        if self.claims:
            written["claims"] = [claim.to_json() for claim in self.claims]
        if self.claim_sets:
            written["claim_sets"] = [list(names) for names in self.claim_sets]
        return written


@dataclass(frozen=True)
class CredentialSetQuery:
    """Combinations of credentials that serve the same end, the verifier's favourite first (§6.2)."""

    options: tuple[tuple[str, ...], ...]
    required: bool = True

    def to_json(self) -> dict[str, Json]:
        """The set as it stands in a request."""
        return {"options": [list(option) for option in self.options], "required": self.required}


@dataclass(frozen=True)
class DcqlQuery:
    """Everything that a verifier asks for in one request."""

    credentials: tuple[CredentialQuery, ...]
    credential_sets: tuple[CredentialSetQuery, ...] = ()

    def by_id(self) -> dict[str, CredentialQuery]:
        """The credential queries by their ids."""
        return {credential.id: credential for credential in self.credentials}

    def to_json(self) -> dict[str, Json]:
        """The query as it stands in a request."""
        written: dict[str, Json] = {"credentials": [one.to_json() for one in self.credentials]}
        if self.credential_sets:
            written["credential_sets"] = [one.to_json() for one in self.credential_sets]
        return written


def _listed(meta: Mapping[str, Json], name: str) -> list[str]:
    found = meta.get(name)
    return list(found) if isinstance(found, list) else []
