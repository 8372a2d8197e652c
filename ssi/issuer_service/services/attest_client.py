"""Let in a wallet that its provider vouches for (draft-ietf-oauth-attestation-based-client-auth)."""

from dataclasses import dataclass, field
from datetime import datetime

from ssi.issuer_service.domain.attestation import WalletProviders
from ssi.issuer_service.domain.secrets import fingerprint
from ssi.issuer_service.errors import ErrorCode, ProtocolRefusalError
from ssi.issuer_service.services.ports import Books


@dataclass(frozen=True)
class Credentials:
    """How a wallet says who it is: the name it claims, and the two headers of an attestation, if any."""

    client_id: str | None
    attestation: str | None = field(default=None, repr=False)
    pop: str | None = field(default=None, repr=False)


class AttestClient:
    """Checks attestations where wallet providers are trusted; asks for them where `required`."""

    def __init__(self, books: Books, providers: WalletProviders, *, server: str, required: bool) -> None:
        self._books = books
        self._providers = providers
        self._server = server
        self._required = required

    def __call__(self, shown: Credentials, *, now: datetime) -> str | None:
        """The wallet's name: the attested one, or the one it claims, which nobody vouches for.

        Raises:
            ProtocolRefusalError: `invalid_client`: an attestation is missing, does not hold, came before, or
                is another wallet's than the one that is claimed.
        """
        if not self._providers.keys:
            return shown.client_id
        if shown.attestation is None and shown.pop is None:
            if self._required:
                raise _refused("this issuer lets in attested wallets only: send a client attestation")
            return shown.client_id
        if shown.attestation is None or shown.pop is None:
            raise _refused("a client attestation and its proof of possession belong together")
        attested = self._providers.verify_client(shown.attestation, shown.pop, audience=self._server, now=now)
        if shown.client_id not in {None, attested.client_id}:
            raise _refused("the client attestation is for another client_id")
        with self._books.writing() as register:
            if not register.offers.use_nonce(fingerprint(attested.replay_mark), attested.until):
                raise _refused("the proof of possession was used before")
        return attested.client_id


def _refused(description: str) -> ProtocolRefusalError:
    return ProtocolRefusalError(ErrorCode.INVALID_CLIENT, description)
