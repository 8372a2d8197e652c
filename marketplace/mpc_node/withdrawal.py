"""A person withdraws: what does a node do? It deletes her shares and says so over its signature.

The endpoint is open to everybody, because a person must not depend on the marketplace to be heard: what
counts is the signature of the key that signed the consent. The first receipt is the only one: asking again
gives it again.

A withdrawal can overtake its contribution, which the marketplace may still be about to deliver. Nothing is
held then, so there is no key to verify it with and nothing to give a receipt for: the answer is that the
consent is unknown. The withdrawal is noted all the same, and when the contribution comes, ingest verifies
the note with that contribution's holder key and refuses it. Notes of strangers verify under no such key and
are forgotten in time; their number is bounded, and the oldest go first.

From then on the node expects to be shown the withdrawal in the marketplace's log (`log_watch`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from consent.receipt import DeletionReceipt, sign_deletion_receipt, verify_deletion_receipt
from consent.receipt_credential import issue_deletion_credential
from consent.record import unverified_consent_id, verify_withdrawal
from crypto.encoding import Json
from crypto.errors import CryptoError
from crypto.signing import SigningKey, VerifyingKey
from marketplace.mpc_node.errors import UnknownContributionError, WithdrawalRefusedError
from marketplace.mpc_node.storage.contributions import ContributionStore, StoredContribution, Tombstone
from marketplace.mpc_node.storage.notes import NoteStore

MAX_TOKEN = 4000


@dataclass(frozen=True)
class Held:
    """Everywhere that something of a contribution may be."""

    contributions: ContributionStore
    notes: NoteStore


class WithdrawContribution:
    """The use case: verify, delete, sign the receipt."""

    def __init__(
        self,
        held: Held,
        *,
        node_id: str,
        key: SigningKey,
        clock: Callable[[], datetime],
    ) -> None:
        self._held = held
        self._node_id = node_id
        self._key = key
        self._clock = clock

    def __call__(self, token: str) -> str:
        """Delete the contribution that a withdrawal is about, and return the signed deletion receipt.

        Raises:
            WithdrawalRefusedError: it is no withdrawal, or not signed by the key of that consent.
            UnknownContributionError: nothing is held under that id; the withdrawal is noted.
        """
        consent_id = _named(token)
        receipt = self._receipt(consent_id, token)
        if receipt is None and not self._held.notes.put(consent_id, token, now=self._clock()):
            receipt = self._receipt(consent_id, token)  # it has arrived, or gone, in between
        if receipt is None:
            raise UnknownContributionError(
                "nothing is held under that consent id; what arrives under it later will not be used"
            )
        return receipt

    def as_credential(self, receipt: str) -> dict[str, Json]:
        """A deletion receipt of this node as a W3C Verifiable Credential, which is always the same."""
        named = unverified_consent_id(receipt)
        key, node_id = self._key, self._node_id
        said = verify_deletion_receipt(receipt, key.public, node_id=node_id, consent_id=named)
        return issue_deletion_credential(said, key)

    def _receipt(self, consent_id: str, token: str) -> str | None:
        tombstone = self._held.contributions.tombstone(consent_id)
        if tombstone is not None:
            _require(token, VerifyingKey.from_jwk(tombstone.holder_key), consent_id)
            return self._held.contributions.bury(tombstone).receipt  # overwrites what a crash left
        stored = self._held.contributions.find([consent_id]).get(consent_id)
        return None if stored is None else self._delete(stored, token)

    def _delete(self, stored: StoredContribution, token: str) -> str:
        _require(token, VerifyingKey.from_jwk(stored.holder_key), stored.consent_id)
        now = self._clock().replace(microsecond=0)
        receipt = sign_deletion_receipt(DeletionReceipt(self._node_id, stored.consent_id, now), self._key)
        tombstone = Tombstone(stored.consent_id, stored.holder_key, now, receipt)
        return self._held.contributions.bury(tombstone, withdrawal=token).receipt


def is_withdrawal_of(token: str, consent_id: str, holder_key: VerifyingKey) -> bool:
    """Whether a noted token is this key's withdrawal of this consent."""
    try:
        _require(token, holder_key, consent_id)
    except WithdrawalRefusedError:
        return False
    return True


def _named(token: str) -> str:
    try:
        return unverified_consent_id(token)
    except CryptoError as error:
        raise WithdrawalRefusedError(str(error)) from error


def _require(token: str, key: VerifyingKey, consent_id: str) -> None:
    try:
        withdrawal = verify_withdrawal(token, key)
    except CryptoError as error:
        raise WithdrawalRefusedError(f"the withdrawal does not count: {error}") from error
    if withdrawal.consent_id != consent_id:
        raise WithdrawalRefusedError("the withdrawal is about another consent")
