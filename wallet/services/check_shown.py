"""How do credentials stand that can only be shown? Asked of the status lists that they refer to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ssi.errors import CredentialError
from ssi.issuer_keys import IssuerKeys
from ssi.sd_jwt_vc import verify_sd_jwt_vc
from wallet.domain.acceptance import refused
from wallet.domain.acceptance_shown import Believing, standing_of
from wallet.domain.clock import Clock
from wallet.domain.credential import Standing
from wallet.domain.session import Session
from wallet.domain.showing_copy import ShowingCopy
from wallet.domain.shown_credential import ShownCredential
from wallet.errors import Doubt, PartnerError, RefusedCredentialError
from wallet.services.collecting_ports import CollectingIssuers
from wallet.services.ports import Store, Trust

_WORST_FIRST: Final = (Standing.REVOKED, Standing.SUSPENDED, Standing.VALID)


@dataclass(frozen=True)
class CheckShown:
    """Looks at the status lists; a credential without one stands as it is, until it runs out."""

    shown: Store[ShownCredential]
    copies: Store[ShowingCopy]
    trust: Trust
    issuers: CollectingIssuers
    clock: Clock

    def all(self, session: Session) -> tuple[ShownCredential, ...]:
        """The credentials whose standing can change: with a status list, not taken back, not over."""
        now = self.clock()
        return tuple(
            each
            for each in self.shown.all(session)
            if each.status is not None
            and each.standing is not Standing.REVOKED
            and (each.expires_at is None or now < each.expires_at)
        )

    def __call__(self, session: Session, held: ShownCredential) -> None:
        """Look at one: at every copy of it that is not over, since each has a place of its own in a list.

        It stands as its worst copy does: an issuer that takes one copy back means the credential, and nobody
        knows which copy is shown next. One that was taken back is enough, whatever else cannot be learned.

        Raises:
            RefusedCredentialError: a list cannot be believed, or the issuer's key not be found.
            PartnerError: a list cannot be had now.
            ConflictError: it changed meanwhile.
        """
        now = self.clock()
        copies = [
            each
            for each in self.copies.all(session)
            if each.credential_id == held.row_id and each.holds_at(now)
        ]
        if held.status is None or not copies:
            return
        believing = Believing(
            registry=self.trust.registry(),
            keys=IssuerKeys(self.issuers.fetch),
            origin=held.origin,
            listed=held.listed,
            issuer_id=held.issuer_id,
        )
        lists: dict[str, str] = {}
        standings: set[Standing] = set()
        trouble: list[RefusedCredentialError | PartnerError] = []
        for copy in copies:
            try:
                standings.add(self._standing(copy, believing, lists, now))
            except (RefusedCredentialError, PartnerError) as error:
                trouble.append(error)
        if trouble and Standing.REVOKED not in standings:
            raise trouble[0]
        worst = next(each for each in _WORST_FIRST if each in standings)
        self.shown.save(session, held.with_standing(worst, now))

    def _standing(
        self, copy: ShowingCopy, believing: Believing, lists: dict[str, str], now: datetime
    ) -> Standing:
        """How one copy stands; `lists` are those that were fetched already, by address."""
        try:
            registry = believing.registry_for(copy.token)
            found = verify_sd_jwt_vc(copy.token, registry, now=now, keys=believing.keys)
        except CredentialError as error:
            raise refused(Doubt.STATUS_UNKNOWN) from error
        if found.status is None:
            return Standing.VALID  # as a credential without a list: nothing is said of it
        uri = found.status.uri
        if uri not in lists:
            lists[uri] = self.issuers.status_list(uri, listed=believing.listed)
        return standing_of(found, copy.token, believing, list_token=lists[uri], now=now)
