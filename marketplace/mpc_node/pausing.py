"""A person pauses, or goes on: what does a node do? It keeps her latest word, and admission heeds it.

The endpoint is open to everybody, as that for withdrawals is: what counts is the signature of the key that
signed the consent, and the sequence, so that an earlier word cannot be played back. Shares stay where they
are. A statement that comes before its contribution is noted, and heeded when that comes (`withdrawal` says
why). The node signs a receipt for what it keeps; the first one is the only one, asking again gives it again.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from consent.errors import OvertakenError
from consent.pause import PauseStatement, unverified_paused_consent, verify_pause
from consent.pause_receipt import PauseReceipt, sign_pause_receipt
from crypto.errors import CryptoError
from crypto.signing import SigningKey, VerifyingKey
from marketplace.mpc_node.errors import PauseOvertakenError, PauseRefusedError, UnknownContributionError
from marketplace.mpc_node.storage.pauses import PauseStore, SignedPause
from marketplace.mpc_node.withdrawal import Held


@dataclass(frozen=True)
class Heard:
    """That a statement is kept: whether the contribution is paused now, and the signed receipt."""

    paused: bool
    receipt: str


class PauseContribution:
    """The use case: verify, compare with the latest word, keep, sign the receipt."""

    def __init__(
        self,
        held: Held,
        pauses: PauseStore,
        *,
        node_id: str,
        key: SigningKey,
        clock: Callable[[], datetime],
    ) -> None:
        self._contributions = held.contributions
        self._notes = held.notes
        self._pauses = pauses
        self._node_id = node_id
        self._key = key
        self._clock = clock

    def __call__(self, token: str) -> Heard:
        """Keep a statement, and return whether the contribution is paused now, with the signed receipt.

        Raises:
            PauseRefusedError: it is no such statement, or not signed by the key of that consent.
            PauseOvertakenError: a later statement is known.
            UnknownContributionError: nothing is held under that id; the statement is noted.
        """
        consent_id = _named(token)
        kept = self._kept(consent_id, token)
        if kept is None and not self._notes.put(consent_id, token, now=self._clock()):
            kept = self._kept(consent_id, token)  # it has arrived in between
        if kept is None:
            raise UnknownContributionError(
                "nothing is held under that consent id; the statement counts for what arrives under it"
            )
        return kept

    def _kept(self, consent_id: str, token: str) -> Heard | None:
        stored = self._contributions.find([consent_id]).get(consent_id)
        if stored is None:
            return None
        pause = _verified(token, VerifyingKey.from_jwk(stored.holder_key), consent_id)
        try:
            receipt = self._pauses.put(pause, lambda: self._receipt(pause.said))
        except OvertakenError as error:
            raise PauseOvertakenError(str(error)) from error
        return None if receipt is None else Heard(pause.said.paused, receipt)

    def _receipt(self, said: PauseStatement) -> str:
        now = self._clock().replace(microsecond=0)
        return sign_pause_receipt(PauseReceipt.of(self._node_id, said, now), self._key)


def latest_pause(tokens: Iterable[str], consent_id: str, holder_key: VerifyingKey) -> SignedPause | None:
    """Of noted tokens the latest one that is this key's statement about this consent, if there is one."""
    found = []
    for token in tokens:
        try:
            found.append(_verified(token, holder_key, consent_id))
        except PauseRefusedError:
            continue  # a stranger's note, or a withdrawal
    return max(found, key=lambda each: each.said.sequence, default=None)


def _named(token: str) -> str:
    try:
        return unverified_paused_consent(token)
    except CryptoError as error:
        raise PauseRefusedError(str(error)) from error


def _verified(token: str, key: VerifyingKey, consent_id: str) -> SignedPause:
    try:
        said = verify_pause(token, key)
    except CryptoError as error:
        raise PauseRefusedError(f"the statement does not count: {error}") from error
    if said.consent_id != consent_id:
        raise PauseRefusedError("the statement is about another consent")
    return SignedPause(said, token)
