"""What paying out needs from outside."""

from collections.abc import Sequence
from typing import Protocol

from crypto.signing import SigningKey
from wallet.domain.payout import PayoutAnswer, PayoutTerms


class PayoutMarket(Protocol):
    """Talks to the marketplace about money. Every method raises the errors that `terms` names."""

    def terms(self) -> PayoutTerms:
        """From how much on it pays, and when.

        Raises:
            PartnerUnreachableError: no answer; whether it arrived is unknown.
            PartnerRefusedError: the marketplace said no.
            PartnerFaultError: it answered something else than promised.
        """
        ...

    def request(self, signed: Sequence[str]) -> PayoutAnswer:
        """Hand in a request, one signed line for each agreement; the same one twice is one request."""
        ...

    def payout(self, payout_id: str, holder_key: SigningKey) -> PayoutAnswer:
        """How a payout stands, told only to who holds the key of one of its agreements. Not checked."""
        ...
