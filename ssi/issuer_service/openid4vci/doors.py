"""Who comes in at the protocol's endpoints: attested wallets, and holders of tokens and of keys."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import g, request

from ssi.issuer_service.domain.authorization import MAX_TEXT
from ssi.issuer_service.domain.dpop import SentRequest
from ssi.issuer_service.errors import ErrorCode, ProtocolRefusalError
from ssi.issuer_service.openid4vci.requests import access_token, form_parameter
from ssi.issuer_service.services.access import Presented
from ssi.issuer_service.services.attest_client import AttestClient, Credentials
from ssi.issuer_service.services.prove_possession import ProvePossession

DPOP = "DPoP"
_ATTESTATION = "OAuth-Client-Attestation"
_ATTESTATION_POP = "OAuth-Client-Attestation-PoP"


@dataclass(frozen=True)
class Doors:
    """Checks who comes in. With `bound_only`, no token goes to a wallet that does not prove a key."""

    url: str
    prove: ProvePossession
    attest: AttestClient
    bound_only: bool
    now: Callable[[], datetime]

    def client(self) -> str | None:
        """The wallet's name at the authorisation server's endpoints.

        Raises:
            ProtocolRefusalError: `invalid_client`, as `AttestClient`; `invalid_request`: its name is too
                long.
        """
        claimed = form_parameter("client_id")
        if claimed is not None and len(claimed) > MAX_TEXT:
            raise ProtocolRefusalError(
                ErrorCode.INVALID_REQUEST, f"client_id is longer than {MAX_TEXT} characters"
            )
        shown = Credentials(
            claimed,
            request.headers.get(_ATTESTATION),
            request.headers.get(_ATTESTATION_POP),
        )
        return self.attest(shown, now=self.now())

    def key(self, *, token: str | None = None) -> str | None:
        """The thumbprint of the key proved beside this request; None if none was.

        Raises:
            ProtocolRefusalError: `invalid_dpop_proof` or `use_dpop_nonce`, as `ProvePossession`.
        """
        proof = request.headers.get(DPOP)
        if proof is None:
            return None
        sent = SentRequest(request.method, f"{self.url}{request.path}", token)
        return self.prove(proof, sent, now=self.now())

    def key_for_token(self) -> str | None:
        """The key to which a token is to be bound.

        Raises:
            ProtocolRefusalError: as `key`; `invalid_dpop_proof`, because one is needed here.
        """
        thumbprint = self.key()
        if thumbprint is None and self.bound_only:
            raise ProtocolRefusalError(
                ErrorCode.INVALID_DPOP_PROOF, "tokens are bound here: send a DPoP proof"
            )
        return thumbprint

    def holder(self) -> Presented:
        """The access token of a request, with the key that was proved for it.

        Raises:
            ProtocolRefusalError: as `access_token` and `key`; `invalid_dpop_proof`, because the scheme is
                DPoP and there is no proof.
        """
        g.protected = True
        scheme, token = access_token()
        if scheme != DPOP.lower():
            return Presented(token)
        thumbprint = self.key(token=token)
        if thumbprint is None:
            raise ProtocolRefusalError(ErrorCode.INVALID_DPOP_PROOF, "the DPoP proof is missing")
        return Presented(token, thumbprint)
