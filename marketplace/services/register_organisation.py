"""Who is behind a buyer? Its organisation credential and the mandate under which it orders."""

from dataclasses import dataclass, replace
from datetime import datetime

from consent.errors import ConsentError
from consent.order import Mandate, verify_mandate
from consent.vocabulary import RecipientKind
from crypto.errors import CryptoError
from marketplace.domain.account import Account, AccountKind, Organisation
from marketplace.domain.member_act import Did
from marketplace.errors import MandateRefusedError, NotAllowedError, UnknownAccountError
from marketplace.services.desk import Desk
from marketplace.services.member_acts import note
from marketplace.services.ports import StatusLists
from ssi.credential import OrganisationCredential, verify_organisation


@dataclass(frozen=True)
class RegisterOrganisation:
    """Registers credential and mandate of a buyer; a later registration replaces the earlier one.

    Each attempt at a job uses the papers that are registered when it begins. A new mandate with fresh result
    keys is what a buyer needs after a dispute, in which one of its private keys was shown.
    """

    desk: Desk
    status_lists: StatusLists

    def __call__(self, account_id: str, *, credential: str, mandate: str, by: str | None = None) -> Account:
        """The account with its organisation; `by` is the member who registers it.

        1. The account is a buyer's. 2. The credential is an organisation's, of a trusted issuer, unaltered
        and in its time. 3. The mandate is signed with the credential's key, for this marketplace, and in its
        time. 4. The issuer did not take the credential back.

        Raises:
            UnknownAccountError: there is no such account.
            NotAllowedError: it is not a buyer's, or of a kind of organisation that no consent can name.
            CredentialError: step 2 or 4 fails; the kind says why.
            MandateRefusedError: step 3 fails.
            PeerError: the issuer's status list cannot be had now.
        """
        now = self.desk.now()
        with self.desk.store.reading() as books:
            _require_buyer(books.accounts.get(account_id))  # 1
        verified = verify_organisation(credential, self.desk.registry(), now=now)  # 2
        kind = _kind(verified)
        agreed = self._mandate(mandate, verified, now)  # 3
        self.status_lists.check(verified, now=now)  # 4
        with self.desk.store.writing() as books:
            account = _require_buyer(books.accounts.get(account_id))
            organisation = Organisation(
                subject=verified.handle,
                name=verified.name,
                kind=kind,
                country=verified.country,
                credential=credential,
                mandate=mandate,
                valid_until=verified.expires_at,
                mandate_valid_until=agreed.valid_until,
                registered_at=now,
            )
            books.accounts.set_organisation(account_id, organisation)
            note(books, now, (account_id, by), Did.REGISTERED)
        return replace(account, organisation=organisation)

    def _mandate(self, token: str, holder: OrganisationCredential, now: datetime) -> Mandate:
        try:
            return verify_mandate(
                token,
                holder.holder_key,
                buyer=holder.handle,
                marketplace=self.desk.marketplace_id,
                now=now,
            )
        except (ConsentError, CryptoError) as error:
            raise MandateRefusedError(str(error)) from error


def _kind(credential: OrganisationCredential) -> RecipientKind:
    try:
        return RecipientKind(credential.kind)
    except ValueError as error:
        raise NotAllowedError("an organisation of this kind is not one that a consent can name") from error


def _require_buyer(account: Account | None) -> Account:
    if account is None:
        raise UnknownAccountError("there is no such account")
    if account.kind is not AccountKind.BUYER:
        raise NotAllowedError("only a buyer's account belongs to an organisation")
    return account
