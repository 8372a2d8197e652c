"""The worker shows each node where the withdrawals that it took stand in the log.

A node waits for every withdrawal that it took, and refuses all jobs when it waits too long. It hands out the
signed withdrawals, so that one that reached only the node ends the offer here at once as well. Nothing is
believed that the person did not sign, and nothing is shown of offers that the node has no part in. An entry
is shown under a state of the log that the node cosigned, so it may take until the next one.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from consent.errors import ConsentError
from consent.logged_withdrawal import LoggedWithdrawal
from consent.record import unverified_consent_id
from crypto.encoding import Json
from crypto.errors import CryptoError
from marketplace.domain.log import Log
from marketplace.errors import MarketplaceError
from marketplace.services.desk import Desk
from marketplace.services.ports import Books, Nodes
from marketplace.services.withdraw_offer import WithdrawOffer
from ssi.hosting.logs import log

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class ShowWithdrawals:
    """Takes up what one node knows of withdrawals, and shows it their places in the log."""

    desk: Desk
    nodes: Nodes

    def __call__(self, node_id: str) -> int:
        """How many withdrawals the node saw in the log now.

        Raises:
            PeerError: the node cannot be reached; nothing is lost.
        """
        awaited = self._of_its_own(node_id, self.nodes.awaited_withdrawals(node_id))
        if not awaited:
            return 0
        for consent_id, token in self._unknown(awaited).items():
            self._take(node_id, consent_id, token)
        shown = self._shown(node_id, awaited)
        return self.nodes.show_withdrawals(node_id, shown) if shown else 0

    def _of_its_own(self, node_id: str, awaited: Mapping[str, str]) -> dict[str, str]:
        """Those of offers that are computed on by this node."""
        with self.desk.store.reading() as books:
            offers = books.offers.many(awaited) if awaited else {}
        return {each: awaited[each] for each, offer in offers.items() if node_id in offer.policy.node_ids}

    def _unknown(self, awaited: Mapping[str, str]) -> dict[str, str]:
        """Those that this marketplace was not told."""
        with self.desk.store.reading() as books:
            return {
                consent_id: token
                for consent_id, token in awaited.items()
                if books.offers.withdrawal(consent_id) is None
            }

    def _take(self, node_id: str, consent_id: str, token: str) -> None:
        try:
            if unverified_consent_id(token) == consent_id:
                WithdrawOffer(self.desk)(token)
                log(_LOGGER, "a node knew of a withdrawal first", node=node_id)
        except (MarketplaceError, ConsentError, CryptoError) as error:
            log(_LOGGER, "a withdrawal that a node names is none", node=node_id, error=type(error).__name__)

    def _shown(self, node_id: str, awaited: Mapping[str, str]) -> list[Json]:
        with self.desk.store.reading() as books:
            cosigned = [each for each in books.states.all() if node_id in each.cosigned]
            if not cosigned:
                return []
            state, shown = cosigned[0], []
            for consent_id in awaited:
                kept = books.offers.withdrawal(consent_id)
                if kept is not None and kept[1] < state.size:
                    shown.append(_document(books, kept[1], state.size, state.note))
            return [each for each in shown if each is not None]


def _document(books: Books, index: int, size: int, note: str) -> Json:
    entries = Log(books.log)
    entry = entries.entry(index)
    if entry is None:
        return None
    proof = entries.inclusion(index, size=size, checkpoint=note)
    return LoggedWithdrawal(entry, proof).to_json()
