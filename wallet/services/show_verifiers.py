"""What those who show credentials need from whoever asks: the request, and to take the answer."""

from collections.abc import Mapping
from typing import Protocol

from ssi.openid4vp.request_reading import RequestLink


class Verifiers(Protocol):
    """Talks to those who ask (OpenID4VP 1.0 §5.10, §8.2), each under the address that its link names."""

    def fetch(self, link: RequestLink, *, wallet_nonce: str | None) -> str:
        """The signed request that a link leads to, unverified; a nonce is sent along where there is one.

        Raises:
            PartnerUnreachableError: no answer. PartnerRefusedError: it said no.
            PartnerFaultError: an address that is not asked, or an answer that is not as promised.
        """
        ...

    def answer(self, address: str, form: Mapping[str, str]) -> str | None:
        """Post an answer; the address that the browser goes on to, if the asker named one that may be.

        Raises:
            VerifierRefusedError: the asker did not accept it; `reason` is its word for programs.
            PartnerUnreachableError: no answer; whether it arrived is unknown.
            PartnerFaultError: an address that is not asked, or an answer that is not as promised.
        """
        ...
