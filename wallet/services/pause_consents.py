"""A person pauses an agreement, or everything, and goes on: nothing ends, nothing is deleted.

Her signed word is kept before it is sent, goes to the marketplace and directly to each node, and is sent
again at each refresh to whoever has not heard it: to a node until it has proven by a signed receipt that it
knows. Offers of scores and to crowds have no node: they are
paused by her own wallet, which answers nothing by itself and takes no step in any sum meanwhile.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from consent.errors import ConsentError
from consent.pause import PauseStatement, next_sequence, sign_pause, verify_pause
from consent.pause_receipt import verify_pause_receipt
from crypto.errors import CryptoError
from ssi.errors import UnknownNodeError
from ssi.trust_entries import NodeEntry
from wallet.domain.clock import Clock
from wallet.domain.credential import HeldCredential
from wallet.domain.held_consent import HeldConsent
from wallet.domain.held_crowd_offer import HeldCrowdOffer
from wallet.domain.held_offer import HeldOffer
from wallet.domain.held_score_offer import HeldScoreOffer
from wallet.domain.objection import Objections, meets_policy, meets_terms
from wallet.domain.pausing import PauseChange, PauseProof, Pausing, with_change
from wallet.domain.session import Session
from wallet.errors import NotInWalletError, ObjectedError, PartnerError, PartnerUnreachableError
from wallet.services.keep_preferences import KeepPreferences
from wallet.services.ports import Market, NodeOffice, Store, Trust

HeldT = TypeVar("HeldT", bound=HeldOffer)
_MARKETPLACE = "the marketplace"


@dataclass(frozen=True)
class Standing:
    """How many agreements and offers are going, paused ones included, and how many of them are paused."""

    going: int
    paused: int

    @property
    def all_paused(self) -> bool:
        """Whether there is something, and all of it is paused."""
        return 0 < self.going == self.paused


@dataclass(frozen=True)
class PauseConsents:
    """Pauses agreements and goes on with them, one or all at once."""

    consents: Store[HeldConsent]
    score_offers: Store[HeldScoreOffer]
    crowd_offers: Store[HeldCrowdOffer]
    credentials: Store[HeldCredential]
    trust: Trust
    market: Market
    nodes: NodeOffice
    preferences: KeepPreferences
    clock: Clock

    def __call__(self, session: Session, consent_id: str, *, paused: bool) -> HeldConsent:
        """Pause an agreement, or go on with it; one that stands so, or has ended, stays as it is.

        Raises:
            NotInWalletError: the wallet has no such consent.
            ObjectedError: it is to go on, and allows what she objects to.
            ConflictError: it changed in another window at the same moment.
        """
        found = [each for each in self.consents.all(session) if each.consent_id == consent_id]
        if not found:
            raise NotInWalletError("It was removed, or it was never in this wallet.")
        objections = self.preferences.objections(session)
        if not paused and meets_policy(found[0].policy, objections):
            raise ObjectedError(
                "You said no to such uses under “My rights”. Take that back there before this goes on."
            )
        return self.tell(session, self._said(session, found[0], paused))

    def everything(self, session: Session, *, paused: bool) -> None:
        """Pause all agreements and offers that are going, or go on with all. What comes later is not meant.

        What allows something that she objects to stays paused.

        Raises:
            ConflictError: one of them changed in another window at the same moment; do it again.
        """
        objections = Objections() if paused else self.preferences.objections(session)
        self._mark(session, self.score_offers, paused, objections)
        self._mark(session, self.crowd_offers, paused, objections)
        kept = self.consents.all(session)
        said = [
            self._said(session, held, paused) for held in kept if not meets_policy(held.policy, objections)
        ]
        silent: set[str] = set()
        for held in said:
            self.tell(session, held, silent)

    def tell(self, session: Session, held: HeldConsent, silent: set[str] | None = None) -> HeldConsent:
        """Tell marketplace and nodes her latest word, as far as they have not heard it.

        `silent` are partners that did not answer a moment ago, who are not asked again now; it is added to.
        """
        silent = set() if silent is None else silent
        if held.pausing is None or held.withdrawal is not None:
            return held
        heard = self._told_marketplace(held.pausing, silent)
        pausing = self._told_nodes(session, held, heard, silent)
        if pausing == held.pausing:
            return held
        return self.consents.save(session, replace(held, pausing=pausing))

    def standing(self, session: Session) -> Standing:
        """How much is going, and how much of it is paused."""
        now = self.clock()
        offers = (*self.score_offers.all(session), *self.crowd_offers.all(session))
        going = [each.is_paused for each in self.consents.all(session) if each.state(now).is_active]
        going += [each.is_paused for each in offers if each.state(now).is_active]
        return Standing(len(going), sum(going))

    def _said(self, session: Session, held: HeldConsent, paused: bool) -> HeldConsent:
        now = self.clock()
        if held.is_paused is paused or not held.state(now).is_active:
            return held
        key = self.credentials.get(session, held.credential_id).holder_key
        before = held.pausing
        sequence = next_sequence(before.sequence if before else 0, now)
        at = _whole(now)
        signed = sign_pause(PauseStatement(held.consent_id, paused, sequence, at), key)
        changes = with_change(before.changes if before else (), PauseChange(paused, at))
        pausing = Pausing(signed, sequence, changes, earlier=before.so_far if before else ())
        return self.consents.save(session, replace(held, pausing=pausing))

    def _mark(self, session: Session, offers: Store[HeldT], paused: bool, objections: Objections) -> None:
        now = self.clock()
        for held in offers.all(session):
            changes = held.state(now).is_active and held.is_paused is not paused
            if changes and not meets_terms(held.terms, objections):
                change = PauseChange(paused, _whole(now))
                offers.save(session, replace(held, pauses=with_change(held.pauses, change)))

    def _told_marketplace(self, pausing: Pausing, silent: set[str]) -> Pausing:
        if pausing.marketplace_told or _MARKETPLACE in silent:
            return pausing
        try:
            heard = self.market.pause(pausing.signed)
        except PartnerUnreachableError:
            silent.add(_MARKETPLACE)
            return pausing
        except PartnerError:
            return pausing
        return pausing.told_marketplace() if heard else pausing

    def _told_nodes(self, session: Session, held: HeldConsent, pausing: Pausing, silent: set[str]) -> Pausing:
        waiting = self._pending(held, pausing, silent)
        said = self._statement(session, held, pausing) if waiting else None
        for node in waiting:
            try:
                receipt = self.nodes.pause(node, pausing.signed)
            except PartnerUnreachableError:
                silent.add(node.id)
                continue
            except PartnerError:
                continue
            proof = _checked(node, said, receipt) if said and receipt else None
            pausing = pausing.confirmed(node.id, proof) if proof else pausing
        return pausing

    def _statement(self, session: Session, held: HeldConsent, pausing: Pausing) -> PauseStatement:
        key = self.credentials.get(session, held.credential_id).holder_key
        return verify_pause(pausing.signed, key.public)

    def _pending(self, held: HeldConsent, pausing: Pausing, silent: set[str]) -> list[NodeEntry]:
        waiting = [
            node for node in held.policy.node_ids if node not in pausing.nodes_told and node not in silent
        ]
        if not waiting:
            return []
        try:
            registry = self.trust.registry()
        except PartnerError:
            return []
        entries = []
        for node_id in waiting:
            try:
                entries.append(registry.node(node_id, now=self.clock()))
            except UnknownNodeError:
                continue  # a node that left the registry cannot be believed any more; it stays pending
        return entries


def _checked(node: NodeEntry, said: PauseStatement, receipt: str) -> PauseProof | None:
    try:
        verified = verify_pause_receipt(receipt, node.verifying_key, node_id=node.id, said=said)
    except (CryptoError, ConsentError):
        return None  # not confirmed: it is told again
    return PauseProof(receipt, verified.noted_at)


def _whole(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)
