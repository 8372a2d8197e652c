"""A person ends a consent: one signed word, brought to the marketplace and to each node by the wallet itself.

The nodes are told directly, so that ending does not depend on the marketplace passing it on. Who cannot be
reached now is told again at each refresh, until every node has proven that it deleted its pieces.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from consent.errors import ConsentError
from consent.receipt import verify_deletion_receipt
from consent.receipt_credential import verify_deletion_credential
from consent.record import sign_withdrawal
from crypto.errors import CryptoError
from ssi.errors import UnknownNodeError
from ssi.trust_entries import NodeEntry
from wallet.domain.clock import Clock
from wallet.domain.credential import HeldCredential
from wallet.domain.held_consent import HeldConsent
from wallet.domain.session import Session
from wallet.domain.withdrawal import Deletion, DeletionAnswer, WithdrawalProgress
from wallet.errors import NotInWalletError, PartnerError
from wallet.services.ports import Market, NodeOffice, Store, Trust


@dataclass(frozen=True)
class WithdrawConsent:
    """Ends consents and collects the proofs of deletion."""

    consents: Store[HeldConsent]
    credentials: Store[HeldCredential]
    trust: Trust
    market: Market
    nodes: NodeOffice
    clock: Clock

    def __call__(self, session: Session, consent_id: str) -> HeldConsent:
        """End a consent. Ending it again keeps the first moment and asks those who have not answered.

        Raises:
            NotInWalletError: the wallet has no such consent.
            ConflictError: it changed in another window at the same moment.
        """
        found = [each for each in self.consents.all(session) if each.consent_id == consent_id]
        if not found:
            raise NotInWalletError("It was removed, or it was never in this wallet.")
        held = found[0]
        if held.withdrawal is None:
            held = self.consents.save(session, self._ended(session, held))
        return self.tell(session, held)

    def tell(self, session: Session, held: HeldConsent) -> HeldConsent:
        """Tell marketplace and nodes about a withdrawal, as far as they do not know it yet."""
        if held.withdrawal is None or (held.withdrawal.marketplace_told and not held.nodes_to_ask):
            return held
        progress = self._told_nodes(held, self._told_marketplace(held.withdrawal))
        if progress == held.withdrawal:
            return held
        return self.consents.save(session, replace(held, withdrawal=progress))

    def believe(
        self, held: HeldConsent, progress: WithdrawalProgress, receipts: Iterable[str]
    ) -> WithdrawalProgress:
        """Take over deletion receipts that came by way of the marketplace, as far as they hold."""
        for receipt in receipts:
            for node in self._pending(held, progress):
                deletion = self._checked(node, held, DeletionAnswer(receipt))
                if deletion is not None:
                    progress = progress.deleted(node.id, deletion)
        return progress

    def _ended(self, session: Session, held: HeldConsent) -> HeldConsent:
        key = self.credentials.get(session, held.credential_id).holder_key
        at = max(self.clock().replace(microsecond=0), held.policy.given_at)
        signed = sign_withdrawal(held.consent_id, at, key)
        return replace(held, withdrawal=WithdrawalProgress(signed, at), contribution=None)

    def _told_marketplace(self, progress: WithdrawalProgress) -> WithdrawalProgress:
        if progress.marketplace_told:
            return progress
        try:
            self.market.withdraw(progress.signed)
        except PartnerError:
            return progress
        return progress.told()

    def _told_nodes(self, held: HeldConsent, progress: WithdrawalProgress) -> WithdrawalProgress:
        for node in self._pending(held, progress):
            try:
                answer = self.nodes.withdraw(node, progress.signed)
            except PartnerError:
                continue
            deletion = self._checked(node, held, answer) if answer else None
            if answer is None:
                progress = progress.holds_nothing(node.id)
            elif deletion is not None:
                progress = progress.deleted(node.id, deletion)
        return progress

    def _pending(self, held: HeldConsent, progress: WithdrawalProgress) -> tuple[NodeEntry, ...]:
        registry, now = self.trust.registry(), self.clock()
        entries = []
        for node_id in held.policy.node_ids:
            if node_id in progress.deletions:
                continue
            try:
                entries.append(registry.node(node_id, now=now))
            except UnknownNodeError:
                continue  # a node that left the registry cannot be believed any more; it stays pending
        return tuple(entries)

    def _checked(self, node: NodeEntry, held: HeldConsent, answer: DeletionAnswer) -> Deletion | None:
        key, named = node.verifying_key, {"node_id": node.id, "consent_id": held.consent_id}
        try:
            verified = verify_deletion_receipt(answer.receipt, key, **named)
            if answer.credential is not None:
                same = verify_deletion_credential(answer.credential, key, **named) == verified
                if not same:
                    return None
        except (CryptoError, ConsentError):
            return None
        return Deletion(answer.receipt, verified.deleted_at, answer.credential)
