"""What getting an Open Badge of a record needs from its issuer."""

from typing import Protocol

from crypto.encoding import Json


class BadgeIssuers(Protocol):
    """Asks issuers at their own addresses; every method raises the errors that `nonce` names."""

    def nonce(self, address: str) -> str:
        """A fresh challenge.

        Raises:
            PartnerUnreachableError: no answer.
            PartnerRefusedError: the issuer said no.
            PartnerFaultError: it answered something else than promised.
        """
        ...

    def badge(self, address: str, presentation: str) -> Json:
        """The badge of a record that is shown; nothing of it is checked."""
        ...

    def document(self, address: str, url: str, *, max_bytes: int) -> bytes:
        """A document with keys of an issuer, from the issuer's own server and from nowhere else.

        Raises:
            UnresolvableError: it lies elsewhere, or cannot be had.
        """
        ...
