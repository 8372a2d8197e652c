"""What filing a right needs from outside."""

from typing import Protocol

from crypto.signing import SigningKey
from wallet.domain.rights_case import CaseAnswer


class RightsMarket(Protocol):
    """Talks to the marketplace's register of people's requests. Both raise the errors that `file` names."""

    def file(self, request: str, withdrawal: str | None) -> CaseAnswer:
        """Hand in a signed request, and the signed withdrawal with it where the right ends the agreement.

        The same request twice is one. Nothing in the answer is checked.

        Raises:
            PartnerUnreachableError: no answer; whether it arrived is unknown.
            PartnerRefusedError: the marketplace said no.
            PartnerFaultError: it answered something else than promised.
        """
        ...

    def standing(self, request_id: str, holder_key: SigningKey) -> CaseAnswer:
        """How a request stands, told only to who holds the key of its agreement. Not checked."""
        ...
