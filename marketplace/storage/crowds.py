"""Offers to crowds, orders of sums and their members in SQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from consent.crowd_release import HeardPart
from consent.crowd_terms import CrowdTerms
from marketplace.domain.crowd import CrowdMember, CrowdOffering, CrowdPurchase, CrowdState
from marketplace.storage.crowd_tables import crowd_members, crowd_offers, crowd_orders, crowd_shares
from marketplace.storage.direct_books import (
    DirectRow,
    SqlDirectBook,
    read_direct_purchase,
    read_standing_offer,
    read_terms,
)

_MOST_JOINABLE = 1000
_PAPERS = ("cohort", "cohort_digest", "partners", "heard", "release")
_MAX_REASON = 500


class SqlCrowds(SqlDirectBook[CrowdOffering, CrowdPurchase, CrowdState]):
    """The `CrowdBook` of one transaction."""

    _offers = crowd_offers
    _purchases = crowd_orders

    def joinable(self, data_set: str, *, now: datetime) -> Sequence[CrowdPurchase]:
        """The orders about a data set that can be joined, newest first, at most 1000."""
        table = crowd_orders.c
        open_ones = (table.state == CrowdState.JOINING) & (table.join_until > now)
        return self._newest((table.data_set == data_set) & open_ones, limit=_MOST_JOINABLE)

    def add_member(self, member: CrowdMember) -> None:
        """Keep a new member."""
        values = {
            "order_id": member.order_id,
            "consent_id": member.consent_id,
            "number": self._next(crowd_members),
            "person": member.person,
            "join_token": member.join,
            "presentation": member.presentation,
            **_said(member),
        }
        self._session.execute(insert(crowd_members).values(values))

    def member(self, order_id: str, consent_id: str) -> CrowdMember | None:
        """One member of one order."""
        table = crowd_members.c
        named = (table.order_id == order_id) & (table.consent_id == consent_id)
        row = self._session.execute(select(crowd_members).where(named)).first()
        return None if row is None else _member(row)

    def members(self, order_id: str) -> Sequence[CrowdMember]:
        """All members of an order: by place where they have one, else as they joined."""
        table = crowd_members.c
        found = select(crowd_members).where(table.order_id == order_id).order_by(table.place, table.number)
        return [_member(row) for row in self._session.execute(found)]

    def save_members(self, members: Sequence[CrowdMember]) -> None:
        """Replace what may change of members."""
        table = crowd_members.c
        for member in members:
            named = (table.order_id == member.order_id) & (table.consent_id == member.consent_id)
            self._session.execute(update(crowd_members).where(named).values(_said(member)))

    def of_consent(self, consent_id: str) -> Sequence[CrowdMember]:
        """One person's parts under one offer, newest first."""
        found = select(crowd_members).where(crowd_members.c.consent_id == consent_id)
        rows = self._session.execute(found.order_by(crowd_members.c.number.desc()))
        return [_member(row) for row in rows]

    def ended(self, order_id: str) -> Sequence[datetime]:
        """When those whose word is in an order ended their offers, the first first."""
        table, at = crowd_members.c, crowd_offers.c.withdrawn_at
        heard = (table.order_id == order_id) & table.word_sealed.is_not(None) & at.is_not(None)
        found = select(at).join(crowd_members, table.consent_id == crowd_offers.c.consent_id).where(heard)
        return list(self._session.scalars(found.order_by(at)))

    def add_shares(self, order_id: str, sender: int, sealed: Mapping[int, bytes]) -> None:
        """Keep what a member sealed to the others."""
        rows = [
            {"order_id": order_id, "receiver": receiver, "sender": sender, "sealed": part}
            for receiver, part in sealed.items()
        ]
        self._session.execute(insert(crowd_shares), rows)

    def inbox(self, order_id: str, receiver: int) -> Mapping[int, bytes]:
        """What was sealed to a member, by the senders' places."""
        table = crowd_shares.c
        found = select(table.sender, table.sealed).where(
            table.order_id == order_id, table.receiver == receiver
        )
        return {row.sender: row.sealed for row in self._session.execute(found)}

    def forget_shares(self, order_id: str, *, sender: int | None = None) -> None:
        """Delete everything that was sealed in an order, or only what one member sealed."""
        chosen = crowd_shares.c.order_id == order_id
        if sender is not None:
            chosen &= crowd_shares.c.sender == sender
        self._session.execute(delete(crowd_shares).where(chosen))

    def _offered(self, offer: CrowdOffering) -> dict[str, object]:
        return {}

    def _read_offer(self, row: DirectRow) -> CrowdOffering:
        return CrowdOffering(**read_standing_offer(row), terms=CrowdTerms.from_fields(read_terms(row)))

    def _placed(self, purchase: CrowdPurchase) -> dict[str, object]:
        order = purchase.order
        return {
            "order_id": purchase.order_id,
            "data_set": order.data_set,
            "join_until": order.join_until,
        }

    def _changing(self, purchase: CrowdPurchase) -> dict[str, object]:
        return {"due_at": purchase.until, **{name: getattr(purchase, name) for name in _PAPERS}}

    def _read_purchase(self, row: DirectRow) -> CrowdPurchase:
        papers = {name: getattr(row, name) for name in _PAPERS}
        return CrowdPurchase(**read_direct_purchase(row), order_id=row.order_id, until=row.due_at, **papers)


def _said(member: CrowdMember) -> dict[str, object]:
    """The columns that change in the life of a member."""
    word = member.word
    return {
        "place": member.place,
        "shares_digest": member.shares_digest,
        "word_digest": member.word_digest,
        "word_ciphertext": None if word is None else word.ciphertext,
        "word_term": None if word is None else word.term,
        "word_sealed": None if word is None else word.sealed,
        "reveal_digest": member.reveal_digest,
        "revealed": member.revealed,
        "left_reason": member.left and member.left[:_MAX_REASON],
        "use_log_index": member.use_log_index,
    }


def _member(row: DirectRow) -> CrowdMember:
    word = None
    if row.word_sealed is not None:
        word = HeardPart(row.word_ciphertext, row.word_term, row.word_sealed)
    return CrowdMember(
        order_id=row.order_id,
        consent_id=row.consent_id,
        person=row.person,
        join=row.join_token,
        presentation=row.presentation,
        place=row.place,
        shares_digest=row.shares_digest,
        word_digest=row.word_digest,
        word=word,
        reveal_digest=row.reveal_digest,
        revealed=row.revealed,
        left=row.left_reason,
        use_log_index=row.use_log_index,
    )
