"""Take a DPoP proof beside a request, once (RFC 9449)."""

from datetime import datetime, timedelta

from crypto.randomness import RandomBytes
from ssi.issuer_service.domain.dpop import SentRequest, verify_dpop
from ssi.issuer_service.domain.secrets import IssuerSecrets, fingerprint
from ssi.issuer_service.errors import ErrorCode, ProtocolRefusalError
from ssi.issuer_service.services.ports import Books


class ProvePossession:
    """Remembers every proof until it is too old to be sent again.

    A nonce of ours is asked for with `nonce_required`; one that is sent must be ours and fresh in any case.
    """

    def __init__(
        self,
        books: Books,
        secrets: IssuerSecrets,
        *,
        nonce_lifetime: timedelta,
        nonce_required: bool,
        random: RandomBytes,
    ) -> None:
        self._books = books
        self._secrets = secrets
        self._nonce_lifetime = nonce_lifetime
        self._nonce_required = nonce_required
        self._random = random

    def nonce(self, *, now: datetime) -> str:
        """A nonce for the next proof."""
        return self._secrets.dpop_nonce(now=now, lifetime=self._nonce_lifetime, random=self._random)

    def __call__(self, proof: str, sent: SentRequest, *, now: datetime) -> str:
        """The thumbprint of the key whose holder sent this request.

        Raises:
            ProtocolRefusalError: `invalid_dpop_proof`, because it does not hold or came before;
                `use_dpop_nonce`, because its nonce is missing or stale.
        """
        proved = verify_dpop(proof, sent, now=now)
        if proved.nonce is None and self._nonce_required:
            raise ProtocolRefusalError(
                ErrorCode.USE_DPOP_NONCE, "the DPoP proof needs the nonce of this server"
            )
        if proved.nonce is not None and not self._secrets.is_dpop_nonce(proved.nonce, now=now):
            raise ProtocolRefusalError(ErrorCode.USE_DPOP_NONCE, "the nonce of the DPoP proof is stale")
        with self._books.writing() as register:
            if not register.offers.use_nonce(fingerprint(proved.replay_mark), proved.until):
                raise ProtocolRefusalError(ErrorCode.INVALID_DPOP_PROOF, "the DPoP proof was used before")
        return proved.thumbprint
