"""What people said about pausing their offers, in SQL."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from consent.pause import PauseStatement
from marketplace.domain.offer import OfferState
from marketplace.storage.tables import offer_nodes, offers

_GOING = (OfferState.WAITING, OfferState.ACTIVE)


class SqlPauses:
    """The `PauseLines` of one transaction."""

    _session: Session

    def pause(self, said: PauseStatement, token: str, *, at: datetime) -> None:
        """Keep a verified statement instead of the one before; every node is to be told of it."""
        values = {"paused": said.paused, "pause_sequence": said.sequence, "pause": token}
        named = offers.c.consent_id == said.consent_id
        self._session.execute(update(offers).where(named).values(values))
        told = offer_nodes.c.consent_id == said.consent_id
        self._session.execute(update(offer_nodes).where(told).values(tell_pause_after=at))

    def pauses_for(self, node_id: str, *, now: datetime, limit: int) -> Mapping[str, str]:
        """Statements to be told to a node, by consent: of offers that are going, and not put off."""
        found = (
            select(offers.c.consent_id, offers.c.pause)
            .join(offer_nodes, offer_nodes.c.consent_id == offers.c.consent_id)
            .where(
                offer_nodes.c.node_id == node_id,
                offer_nodes.c.tell_pause_after <= now,
                offers.c.state.in_(_GOING),
            )
            .order_by(offer_nodes.c.tell_pause_after, offers.c.number)
            .limit(limit)
        )
        return {row.consent_id: row.pause for row in self._session.execute(found)}

    def pause_told(self, consent_id: str, node_id: str, token: str) -> None:
        """Record that a node heard a statement, unless there is a later one by now."""
        latest = select(offers.c.pause).where(offers.c.consent_id == consent_id)
        if self._session.scalar(latest) == token:
            self._tell(consent_id, node_id, None)

    def put_off_pause(self, consent_id: str, node_id: str, *, until: datetime) -> None:
        """Tell a node of a statement again, but not before a moment."""
        self._tell(consent_id, node_id, until)

    def _tell(self, consent_id: str, node_id: str, after: datetime | None) -> None:
        mine = (offer_nodes.c.consent_id == consent_id) & (offer_nodes.c.node_id == node_id)
        waiting = mine & offer_nodes.c.tell_pause_after.is_not(None)
        self._session.execute(update(offer_nodes).where(waiting).values(tell_pause_after=after))
