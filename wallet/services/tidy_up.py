"""What an installation does without anybody's key: erases what is due, and says what is left to be said."""

from dataclasses import dataclass

from consent.errors import ConsentError
from consent.receipt import verify_deletion_receipt
from crypto.errors import CryptoError
from ssi.errors import UnknownNodeError
from wallet.domain.clock import Clock
from wallet.domain.erasure import PATIENCE, Farewell, Recipient
from wallet.errors import PartnerError
from wallet.services.erasure_ports import ErasureStore
from wallet.services.offer_ports import OfferMarket
from wallet.services.ports import Market, NodeOffice, Trust

AT_ONCE = 500
"""How many farewells are looked at in one go."""


@dataclass(frozen=True)
class Tidied:
    """What was done: wallets erased, farewells heard, those to be tried again, those long overdue."""

    erased: int
    heard: int
    waiting: int
    overdue: tuple[Farewell, ...]


@dataclass(frozen=True)
class TidyUp:
    """Erases and says farewell."""

    erasures: ErasureStore
    trust: Trust
    market: Market
    nodes: NodeOffice
    scores: OfferMarket
    crowds: OfferMarket
    clock: Clock

    def __call__(self) -> Tidied:
        """Erase every wallet that is due, then try every farewell once."""
        erased = self.erase_due()
        waiting = []
        farewells = self.erasures.farewells(AT_ONCE)
        for farewell in farewells:
            if self._heard(farewell):
                self.erasures.said(farewell.farewell_id)
            else:
                waiting.append(farewell)
        overdue = tuple(each for each in waiting if self.clock() - each.since > PATIENCE)
        return Tidied(erased, len(farewells) - len(waiting), len(waiting), overdue)

    def erase_due(self) -> int:
        """Erase every wallet that is due; how many it was."""
        return self.erasures.erase_due(self.clock())

    def _heard(self, farewell: Farewell) -> bool:
        try:
            match farewell.recipient:
                case Recipient.NODE:
                    return self._heard_by_node(farewell)
                case Recipient.MARKETPLACE:
                    self.market.withdraw(farewell.signed)
                case Recipient.SCORES:
                    self.scores.withdraw(farewell.signed)
                case Recipient.CROWDS:
                    self.crowds.withdraw(farewell.signed)
        except PartnerError:
            return False
        return True

    def _heard_by_node(self, farewell: Farewell) -> bool:
        """Whether a node proved that it deleted, or says that it holds nothing."""
        try:
            node = self.trust.registry().node(farewell.node_id, now=self.clock())
            answer = self.nodes.withdraw(node, farewell.signed)
            if answer is not None:
                verify_deletion_receipt(
                    answer.receipt, node.verifying_key, node_id=node.id, consent_id=farewell.consent_id
                )
        except (UnknownNodeError, CryptoError, ConsentError):
            return False
        return True
