"""How do credentials stand that can only be shown? Asked of the status lists that they refer to."""

from dataclasses import dataclass

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
from wallet.errors import Doubt
from wallet.services.collecting_ports import CollectingIssuers
from wallet.services.ports import Store, Trust


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
        """Look at one.

        Raises:
            RefusedCredentialError: the list cannot be believed, or the issuer's key not be found.
            PartnerError: the list cannot be had now.
            ConflictError: it changed meanwhile.
        """
        copy = next((each for each in self.copies.all(session) if each.credential_id == held.row_id), None)
        if copy is None or held.status is None:
            return
        now = self.clock()
        believing = Believing(
            registry=self.trust.registry(),
            keys=IssuerKeys(self.issuers.fetch),
            origin=held.origin,
            listed=held.listed,
            issuer_id=held.issuer_id,
        )
        list_token = self.issuers.status_list(held.status.uri, listed=held.listed)
        try:
            registry = believing.registry_for(copy.token)
            found = verify_sd_jwt_vc(copy.token, registry, now=now, keys=believing.keys)
        except CredentialError as error:
            raise refused(Doubt.STATUS_UNKNOWN) from error
        standing = standing_of(found, copy.token, believing, list_token=list_token, now=now)
        self.shown.save(session, held.with_standing(standing, now))
