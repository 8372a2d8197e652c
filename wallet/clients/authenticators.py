"""What passkeys say, checked where both apps check it (`ssi.http.authenticators`), in the wallet's words."""

from collections.abc import Iterator
from contextlib import contextmanager

from ssi.errors import PasskeyError
from ssi.http import authenticators
from ssi.passkey import NewPasskey, Site
from wallet.domain.passkey import PasskeyLock, wrong_passkey
from wallet.domain.proof import PasskeyAnswer


class WebAuthn:
    """`services.ports.Authenticators`."""

    def registered(self, answer: str, challenge: bytes, site: Site) -> NewPasskey:
        """The passkey that was made for a site, in answer to a challenge."""
        with _in_our_words():
            return authenticators.registered(answer, challenge, site)

    def named(self, answer: str) -> bytes:
        """Which passkey claims to answer; unverified."""
        with _in_our_words():
            return authenticators.named(answer)

    def answered(self, answer: PasskeyAnswer, lock: PasskeyLock) -> int:
        """How often a passkey has signed, after its answer was found to hold."""
        known = NewPasskey(lock.credential_id, lock.public_key, lock.sign_count)
        with _in_our_words():
            return authenticators.answered(answer.answer, answer.challenge, answer.site, known)


@contextmanager
def _in_our_words() -> Iterator[None]:
    try:
        yield
    except PasskeyError as error:
        raise wrong_passkey() from error
