"""What a page asks of a passkey, and what comes back in a form.

A question is drawn for one try: it stands in the session, is taken out with the first form that answers it,
and is worth nothing after five minutes. The fields are filled by `passkeys.js` of the design.
"""

from dataclasses import dataclass

from flask import request, session

from crypto.encoding import b64url_decode
from crypto.errors import CryptoError
from crypto.randomness import RandomBytes, random_bytes
from ssi.passkey import QUESTION_BYTES, Question, Site
from wallet.domain.clock import Clock
from wallet.domain.passkey import wrong_passkey
from wallet.domain.proof import PasskeyAnswer, Password, Proof
from wallet.errors import WrongPasskeyError
from wallet.services.keep_passkeys import MadePasskey

_QUESTION = "passkey question"


@dataclass(frozen=True)
class PasskeyForms:
    """Asks passkeys and reads their answers; `address` is where people see this installation.

    Without an address, the one of the request is believed. A lie in it opens nothing: a passkey signs for the
    site that the browser was on, and is never offered by browsers to another one.
    """

    clock: Clock
    address: str | None = None
    random: RandomBytes = random_bytes

    def ask(self) -> bytes:
        """A fresh challenge, in the place of an earlier one."""
        challenge = self.random(QUESTION_BYTES)
        session[_QUESTION] = Question(challenge, self.clock())
        return challenge

    def site(self) -> Site:
        """Where this page stands."""
        return Site.of(self.address or request.host_url)

    def possible(self) -> bool:
        """Whether passkeys work here."""
        return self.site().takes_passkeys

    def answered(self) -> PasskeyAnswer:
        """The passkey that opens a wallet.

        Raises:
            WrongPasskeyError: nothing was asked, it was asked too long ago, or there is no answer.
        """
        return _answer(self._taken(), self.site())

    def made(self) -> MadePasskey:
        """The passkey that a wallet is made with.

        Raises:
            WrongPasskeyError: as `answered`.
        """
        return _made(self._taken(), self.site())

    def made_with_proof(self, password_field: str) -> tuple[Proof, MadePasskey]:
        """A further passkey, and what shows that the wallet is hers who adds it.

        Raises:
            WrongPasskeyError: as `answered`.
        """
        challenge, site = self._taken(), self.site()
        given = request.form.get("passkey")
        proof = _answer(challenge, site) if given else Password(request.form.get(password_field, ""))
        return proof, _made(challenge, site)

    def proof(self, password_field: str) -> Proof:
        """A passkey's answer where there is one, the typed password otherwise.

        Raises:
            WrongPasskeyError: as `answered`.
        """
        if request.form.get("passkey"):
            return self.answered()
        return Password(request.form.get(password_field, ""))

    def _taken(self) -> bytes:
        question = session.pop(_QUESTION, None)
        if not isinstance(question, Question):
            raise wrong_passkey()
        if not question.is_fresh(self.clock()):
            raise WrongPasskeyError("That took longer than five minutes. Nothing was changed; try again.")
        return question.challenge


def _answer(challenge: bytes, site: Site) -> PasskeyAnswer:
    return PasskeyAnswer(
        answer=request.form.get("passkey", ""),
        secret=_bytes("passkey_secret"),
        challenge=challenge,
        site=site,
    )


def _made(challenge: bytes, site: Site) -> MadePasskey:
    return MadePasskey(
        answer=request.form.get("made", ""), secret=_bytes("made_secret"), challenge=challenge, site=site
    )


def _bytes(field: str) -> bytes:
    try:
        return b64url_decode(request.form.get(field, "")[:100])
    except CryptoError as error:
        raise wrong_passkey() from error
