"""What in a wallet fits a query, and how little can be shown? OpenID4VP 1.0 §6.4.

For each credential query all held credentials that fit, each with exactly the claims that have to be shown:
of several sets of claims the first that the credential has, as the verifier prefers. `choose` takes the first
of each and leaves out what is optional; a wallet lets its owner choose among the rest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from crypto.encoding import Json
from crypto.errors import MalformedError
from ssi.claim_paths import select
from ssi.disclosures import Path
from ssi.openid4vp.dcql import ClaimQuery, CredentialQuery, DcqlQuery, TrustedAuthority
from ssi.openid4vp.errors import ErrorCode, RequestRefusedError

MAX_HELD: Final = 10_000


@dataclass(frozen=True)
class HeldCredential:
    """A credential as a query sees it: its format and types, all its claims, what it is bound to.

    `key` is the wallet's own name for it. `authorities` are the trust frameworks of its issuer as far as the
    wallet knows them, by type (`aki` and so on).
    """

    key: str
    format: str
    types: frozenset[str]
    claims: Mapping[str, Json] = field(repr=False, hash=False)
    holder_bound: bool = True
    authorities: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class Fit:
    """What has to be shown of a credential: the claims at `places`, whole.

    `before` are elements that stand in an array before one that is asked for by its position: without them it
    would be shown at another position. Nothing that is selective inside them is needed.
    """

    places: tuple[Path, ...] = field(repr=False)
    before: tuple[Path, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Candidate:
    """A held credential that fits one credential query, and what to show of it."""

    query_id: str
    credential: HeldCredential
    fit: Fit


@dataclass(frozen=True)
class Matches:
    """All that fits: candidates by the id of their credential query, in the order of the wallet."""

    query: DcqlQuery
    candidates: Mapping[str, tuple[Candidate, ...]] = field(hash=False)

    def missing(self) -> tuple[str, ...]:
        """The ids of the credential queries that nothing fits."""
        return tuple(one.id for one in self.query.credentials if not self.candidates[one.id])

    def options(self, options: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
        """Those combinations of which every part can be shown."""
        return tuple(tuple(option) for option in options if all(self.candidates[name] for name in option))

    def choose(self) -> tuple[Candidate, ...]:
        """The least that satisfies the query: the first candidate of each credential that is required.

        Raises:
            RequestRefusedError: `access_denied`: nothing fits what is required (§8.5).
        """
        return tuple(self.candidates[name][0] for name in self._required())

    def _required(self) -> list[str]:
        if not self.query.credential_sets:
            self._refuse(self.missing())
            return [one.id for one in self.query.credentials]
        needed: dict[str, None] = {}
        for one in self.query.credential_sets:
            possible = self.options(one.options)
            if one.required and not possible:
                self._refuse(one.options[0])
            if one.required:
                needed.update(dict.fromkeys(possible[0]))
        return list(needed)

    def _refuse(self, missing: Sequence[str]) -> None:
        if missing:
            raise RequestRefusedError(
                ErrorCode.ACCESS_DENIED, f"nothing here fits what was asked for as {', '.join(missing)}"
            )


def match(query: DcqlQuery, held: Sequence[HeldCredential]) -> Matches:
    """Everything held that fits, for each credential query.

    Raises:
        MalformedError: more than `MAX_HELD` credentials to look through.
    """
    if len(held) > MAX_HELD:
        raise MalformedError(f"expected at most {MAX_HELD} credentials, got {len(held)}")
    return Matches(query, {one.id: _candidates(one, held) for one in query.credentials})


def fit_claims(query: CredentialQuery, claims: Mapping[str, Json]) -> Fit | None:
    """Where the claims of the first set stand that these claims satisfy; None if they satisfy none."""
    for alternative in query.alternatives():
        found = [(claim, _places(claim, claims)) for claim in alternative]
        if all(places for _, places in found):
            return Fit(
                places=tuple(dict.fromkeys(place for _, places in found for place in places)),
                before=tuple(
                    dict.fromkeys(
                        earlier
                        for claim, places in found
                        for place in places
                        for earlier in _before(claim, place)
                    )
                ),
            )
    return None


def fits_authorities(wanted: Sequence[TrustedAuthority], known: frozenset[tuple[str, str]]) -> bool:
    """Whether an issuer belongs to at least one of the frameworks asked for; any will do if none is."""
    return not wanted or any((one.type, value) in known for one in wanted for value in one.values)


def _candidates(query: CredentialQuery, held: Sequence[HeldCredential]) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(query.id, credential, fit)
        for credential in held
        if _is_meant(query, credential) and (fit := fit_claims(query, credential.claims)) is not None
    )


def _is_meant(query: CredentialQuery, credential: HeldCredential) -> bool:
    return (
        credential.format == query.format
        and query.accepts_types(credential.types)
        and (credential.holder_bound or not query.holder_binding)
        and fits_authorities(query.trusted_authorities, credential.authorities)
    )


def _places(claim: ClaimQuery, claims: Mapping[str, Json]) -> list[Path]:
    """The places that a claim query means and whose values it accepts; empty where it is not satisfied."""
    try:
        found = select(claims, claim.path)
    except MalformedError:
        return []  # the credential is of another shape: it does not have the claim (§7.1.1)
    return [place for place, value in found.items() if claim.accepts(value)]


def _before(claim: ClaimQuery, place: Path) -> list[Path]:
    """The elements before those that the query names by position, in the same array."""
    return [
        (*place[:depth], earlier)
        for depth, step in enumerate(claim.path)
        if isinstance(step, int)
        for earlier in range(step)
    ]
