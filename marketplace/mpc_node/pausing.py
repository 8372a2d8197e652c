"""A person pauses, or goes on: what does a node do? It keeps her latest word, and admission heeds it.

The endpoint is open to everybody, as that for withdrawals is: what counts is the signature of the key that
signed the consent, and the sequence, so that an earlier word cannot be played back. Shares stay where they
are. A statement that comes before its contribution is noted, and heeded when that comes (`withdrawal` says
why). There is no receipt: nothing is destroyed that would have to be proven.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from consent.errors import OvertakenError
from consent.pause import unverified_paused_consent, verify_pause
from crypto.errors import CryptoError
from crypto.signing import VerifyingKey
from marketplace.mpc_node.errors import PauseOvertakenError, PauseRefusedError, UnknownContributionError
from marketplace.mpc_node.storage.contributions import ContributionStore
from marketplace.mpc_node.storage.notes import NoteStore
from marketplace.mpc_node.storage.pauses import PauseStore, SignedPause


class PauseContribution:
    """The use case: verify, compare with the latest word, keep."""

    def __init__(
        self,
        contributions: ContributionStore,
        pauses: PauseStore,
        notes: NoteStore,
        *,
        clock: Callable[[], datetime],
    ) -> None:
        self._contributions = contributions
        self._pauses = pauses
        self._notes = notes
        self._clock = clock

    def __call__(self, token: str) -> bool:
        """Keep a statement, and return whether the contribution is paused now.

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

    def _kept(self, consent_id: str, token: str) -> bool | None:
        stored = self._contributions.find([consent_id]).get(consent_id)
        if stored is None:
            return None
        pause = _verified(token, VerifyingKey.from_jwk(stored.holder_key), consent_id)
        try:
            return pause.said.paused if self._pauses.put(pause) else None
        except OvertakenError as error:
            raise PauseOvertakenError(str(error)) from error


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
