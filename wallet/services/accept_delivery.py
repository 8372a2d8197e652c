"""Verify what an issuer delivered, and make of it what the wallet would keep."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from crypto.randomness import RandomBytes
from crypto.signing import SigningKey
from ssi.http.address import origin_of
from ssi.issuer_keys import IssuerKeys
from wallet.domain.acceptance import held_from, refused, verify_received, verify_standing
from wallet.domain.acceptance_shown import (
    Believing,
    CheckedToken,
    is_a_record,
    standing_of,
    verify_tokens,
)
from wallet.domain.arrival import Accepted, Arrival
from wallet.domain.clock import Clock
from wallet.domain.collecting_trouble import trouble
from wallet.domain.credential import HeldCredential, Standing
from wallet.domain.showing_copy import ShowingCopy
from wallet.domain.shown_credential import ShownCredential
from wallet.errors import Doubt, Trouble
from wallet.services.collecting_ports import CollectingIssuers
from wallet.services.ports import Trust

_ENGLISH: Final = ("en", "und")
_LONGEST_NAME: Final = 80
_NAMED_BY_HOST: Final = "did:web:"


@dataclass(frozen=True)
class AcceptDelivery:
    """Decides whether a delivery is what it should be."""

    trust: Trust
    issuers: CollectingIssuers
    clock: Clock
    random: RandomBytes

    def __call__(self, arrival: Arrival) -> Accepted:
        """The verified delivery.

        1. A record of a listed issuer: everything that a node will check later, and its standing.
        2. Of several tokens, all say the same for a key each; those with the issuer's commitment count once.
        3. Anything else, of whoever's issuer: what holds for every SD-JWT VC, and its standing if it has one.

        Raises:
            RefusedCredentialError: a step failed; `doubt` names it.
            PartnerError: the registry or the issuer's status list cannot be had now.
        """
        if arrival.delivered is None:
            raise trouble(Trouble.LINK_UNKNOWN)
        now = self.clock()
        believing = self._believing(arrival)
        tokens = arrival.delivered.unverified_tokens
        if believing.listed and is_a_record(tokens[0]):
            return self._record(arrival, tokens, believing, now)
        checked = verify_tokens(tokens, arrival.keys, believing, now=now)
        return self._shown(arrival, checked, believing, now)

    def _believing(self, arrival: Arrival) -> Believing:
        return Believing(
            registry=self.trust.registry(),
            keys=IssuerKeys(self.issuers.fetch),
            origin=arrival.address,
            listed=arrival.is_verified,
            issuer_id=arrival.issuer_id,
        )

    def _record(
        self, arrival: Arrival, tokens: tuple[str, ...], believing: Believing, now: datetime
    ) -> Accepted:
        checked: tuple[CheckedToken, ...] = ()
        compact, key = tokens[0], arrival.keys[0]
        if len(tokens) > 1:
            checked = verify_tokens(tokens, arrival.keys, believing, now=now)  # 2
            counted = next((each for each in checked if each.is_for_computations), None)
            if counted is None:
                raise refused(Doubt.WRONG_COMMITMENT)
            compact, key = counted.token, counted.key
        held = self._counted(arrival, compact, key, believing, now)  # 1
        spare = [each for each in checked if not each.is_for_computations]
        return Accepted(held, self._copies(spare, held.row_id))

    def _counted(
        self, arrival: Arrival, compact: str, key: SigningKey, believing: Believing, now: datetime
    ) -> HeldCredential:
        registry = believing.registry
        credential = verify_received(
            compact, registry, holder_key=key.public, issuer_id=str(arrival.issuer_id), now=now
        )
        token = self.issuers.status_list(credential.status.uri)
        if verify_standing(credential, token, registry, now=now) is not Standing.VALID:
            raise refused(Doubt.REVOKED)
        name = arrival.issuer_name or credential.issuer
        return held_from(credential, compact, key=key, issuer_name=name, at=(self._new_id(), now))

    def _shown(
        self, arrival: Arrival, checked: tuple[CheckedToken, ...], believing: Believing, now: datetime
    ) -> Accepted:
        first = checked[0]
        found = first.found
        if found.status is not None:
            listed = self.issuers.status_list(found.status.uri, listed=believing.listed)
            if standing_of(found, first.token, believing, list_token=listed, now=now) is not Standing.VALID:
                raise refused(Doubt.REVOKED)
        shown = ShownCredential(
            row_id=self._new_id(),
            issuer_id=found.issuer.id,
            issuer_name=arrival.issuer_name or shortened(found.issuer.id),
            origin=arrival.address,
            listed=believing.listed,
            vct=found.vct,
            title=_title(arrival, found.vct),
            claims=first.words,
            received_at=now,
            issued_at=found.issued_at,
            expires_at=found.expires_at,
            status=found.status,
            checked_at=now if found.status is not None else None,
        )
        return Accepted(shown, self._copies(checked, shown.row_id))

    def _copies(
        self, checked: list[CheckedToken] | tuple[CheckedToken, ...], credential_id: str
    ) -> tuple[ShowingCopy, ...]:
        return tuple(
            ShowingCopy(self._new_id(), credential_id, each.token, each.key, each.found.expires_at)
            for each in checked
        )

    def _new_id(self) -> str:
        return str(uuid.UUID(bytes=self.random(16), version=4))


def shortened(name: str) -> str:
    """A name that a person can look at: a DID that holds a whole key is too long for that.

    A host is never cut: what is left of it could look like another's.
    """
    origin = origin_of(name)
    if origin is not None:
        return origin
    is_key = not name.startswith(_NAMED_BY_HOST) and len(name) > _LONGEST_NAME
    return f"{name[:24]}…{name[-8:]}" if is_key else name


def _title(arrival: Arrival, vct: str) -> str:
    titles = dict(arrival.plan.title) if arrival.plan else {}
    return next((titles[tag] for tag in _ENGLISH if tag in titles), next(iter(titles.values()), vct))
