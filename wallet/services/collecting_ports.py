"""What collecting a record needs from its issuer (OpenID4VCI 1.0).

Every method raises `LinkError` for a link that is not or no longer good, `PartnerUnreachableError` for an
issuer that does not answer, `PartnerRefusedError` for one that says no and `PartnerFaultError` for an answer
that does not hold; `trouble` of the error says which it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from crypto.signing import SigningKey
from ssi.did.did_web import Fetch
from ssi.trust_entries import IssuerEntry
from wallet.domain.collecting import Deferred, Delivered, Fate, Grant, Plan, SignIn
from wallet.domain.offer_link import CredentialOffer, OfferLink
from wallet.services.ports import Issuers


@dataclass(frozen=True)
class Source:
    """Where a record comes from: its offer, and the issuer's entry in the trust registry, if it has one."""

    offer: CredentialOffer
    issuer: IssuerEntry | None


class CollectingIssuers(Issuers, Protocol):
    """Talks to issuers, each at its own addresses."""

    @property
    def fetch(self) -> Fetch:
        """Gets the documents in which keys of issuers outside the registry stand."""
        ...

    def read_offer(self, link: OfferLink, *, listed: bool) -> CredentialOffer:
        """Read the offer behind a link, without using it up; `listed` if the address is a listed issuer's."""
        ...

    def plan(self, source: Source) -> Plan:
        """What the issuer would hand out, and how; signed metadata of a listed issuer is verified."""
        ...

    def begin_sign_in(self, source: Source, *, client_id: str, redirect_uri: str) -> tuple[SignIn, str]:
        """Make a request at the issuer's server, and the address of the page where the person says yes.

        `client_id` is the address that the wallet is known by, `redirect_uri` where the browser comes back.
        """
        ...

    def redeem_code(self, source: Source, tx_code: str | None) -> Grant:
        """The right to ask, for the code in the offer, which is used up.

        Raises:
            CodeNeededError: the transaction code is missing or wrong.
        """
        ...

    def redeem_sign_in(self, source: Source, sign_in: SignIn, code: str) -> Grant:
        """The right to ask, for the code that the browser brought back."""
        ...

    def request(self, source: Source, grant: Grant, keys: Sequence[SigningKey]) -> Delivered | Deferred:
        """Ask for one credential for each key."""
        ...

    def renewed(self, source: Source, grant: Grant) -> Grant:
        """A grant that still holds, instead of one that has run out."""
        ...

    def ask_again(self, source: Source, grant: Grant, deferred: Deferred, count: int) -> Delivered | Deferred:
        """Ask for what is made later; at most `count` credentials are taken."""
        ...

    def tell(self, source: Source, grant: Grant, notification_id: str, fate: Fate) -> None:
        """Tell the issuer what became of its delivery, where it wants to know."""
        ...
