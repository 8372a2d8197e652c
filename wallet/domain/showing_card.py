"""What of a wallet can be shown now, and as which token?

A record that came in copies is shown as one of them, the least used first; one that did not is shown itself,
which everybody who saw it can recognise. What says how a record's sealed commitment opens is never shown to
anybody, whatever a query asks for: a wallet looks through its credentials as if it were not there.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from crypto.errors import CryptoError
from crypto.signing import SigningKey
from ssi.credential_payload import OPENING_CLAIM
from ssi.dataset import DataSet, data_set
from ssi.disclosures import Path
from ssi.errors import CredentialError
from ssi.jws import parse_jws
from ssi.openid4vp.authorities import authorities_of
from ssi.openid4vp.holder import HeldSdJwtVc
from ssi.openid4vp.matching import HeldCredential as Asked
from ssi.trust import TrustRegistry
from wallet.domain.credential import HeldCredential
from wallet.domain.record import RecordState, describe_all
from wallet.domain.showing_claims import leaves
from wallet.domain.showing_copy import ShowingCopy, least_used
from wallet.domain.shown_credential import ShownCredential
from wallet.domain.shown_record import Traces

Authorities = frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Card:
    """One credential as it would be shown now: its token, the key it is bound to, what these give away."""

    credential_id: str
    title: str
    issuer_name: str
    token: str = field(repr=False)
    key: SigningKey = field(repr=False)
    traces: Traces
    data_set: DataSet | None = None
    authorities: Authorities = frozenset()
    fresh: int = 0
    """How many copies of it nobody has seen."""

    @cached_property
    def as_asked(self) -> Asked:
        """The credential as a query sees it, without what is never shown; read once.

        Raises:
            MalformedError: not an SD-JWT VC whose disclosures fit.
        """
        found = self.holding.as_held()
        kept = {name: value for name, value in found.claims.items() if name != OPENING_CLAIM}
        return replace(found, claims=kept)

    @cached_property
    def weights(self) -> Mapping[Path, int]:
        """How many values lie right inside each disclosure, by its place; `()` for what is always shown."""
        closed = self.holding.opened.places
        paths = (path for path, _ in leaves(self.as_asked.claims))
        return Counter(
            next((path[:depth] for depth in range(len(path), 0, -1) if path[:depth] in closed), ())
            for path in paths
        )

    @cached_property
    def holding(self) -> HeldSdJwtVc:
        """The credential as answers are made of it."""
        return HeldSdJwtVc(self.credential_id, self.token, self.key, self.authorities)

    def as_copy(self, token: str, key: SigningKey, *, reused: bool) -> "Card":
        """The same credential as the copy that was taken."""
        return replace(self, token=token, key=key, traces=Traces.REUSED if reused else Traces.FRESH)


def cards_of_records(
    held: Sequence[HeldCredential], copies: Iterable[ShowingCopy], registry: TrustRegistry, *, now: datetime
) -> tuple[Card, ...]:
    """The records that count now; replaced, expired and withdrawn ones are shown to nobody."""
    by_name, kept = {each.row_id: each for each in held}, tuple(copies)
    return tuple(
        _card_of(by_name[record.credential_id], kept, registry, now)
        for record in describe_all(held, now=now)
        if record.state is RecordState.VALID
    )


def cards_of_others(
    shown: Iterable[ShownCredential],
    copies: Iterable[ShowingCopy],
    registry: TrustRegistry,
    *,
    now: datetime,
) -> tuple[Card, ...]:
    """The credentials of other kinds that count now and have a copy that does."""
    kept = tuple(copies)
    found = ((each, _next(kept, each.row_id, now)) for each in shown if each.holds_at(now))
    return tuple(
        Card(
            credential_id=each.row_id,
            title=each.title,
            issuer_name=each.issuer_name,
            token=copy.token,
            key=copy.holder_key,
            traces=_traces(copy),
            authorities=_authorities(copy.token, each.issuer_id, registry, now),
            fresh=_fresh(kept, each.row_id, now),
        )
        for each, copy in found
        if copy is not None
    )


def _card_of(
    held: HeldCredential, copies: Iterable[ShowingCopy], registry: TrustRegistry, now: datetime
) -> Card:
    described, copy = data_set(held.data_set), _next(copies, held.row_id, now)
    token = held.compact if copy is None else copy.token
    return Card(
        credential_id=held.row_id,
        title=described.label["en"],
        issuer_name=held.issuer_name,
        token=token,
        key=held.holder_key if copy is None else copy.holder_key,
        traces=Traces.OWN if copy is None else _traces(copy),
        data_set=described,
        authorities=_authorities(token, held.issuer_id, registry, now),
        fresh=_fresh(copies, held.row_id, now),
    )


def _next(copies: Iterable[ShowingCopy], credential_id: str, now: datetime) -> ShowingCopy | None:
    return least_used((copy for copy in copies if copy.credential_id == credential_id), now=now)


def _fresh(copies: Iterable[ShowingCopy], credential_id: str, now: datetime) -> int:
    return sum(
        copy.credential_id == credential_id and copy.holds_at(now) and not copy.uses for copy in copies
    )


def _traces(copy: ShowingCopy) -> Traces:
    return Traces.REUSED if copy.uses else Traces.FRESH


def _authorities(token: str, issuer_id: str, registry: TrustRegistry, now: datetime) -> Authorities:
    """The trust frameworks of an issuer as far as the registry leads to them."""
    try:
        issuer = registry.issuer(issuer_id, now=now)
        unverified = parse_jws(token.partition("~")[0], "credential", foreign=True)
        return authorities_of(unverified, issuer, now=now)
    except (CredentialError, CryptoError):
        return frozenset()
