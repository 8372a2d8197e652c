"""What do the use cases about crowd sums need from outside? One more book; see `services.ports`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from marketplace.domain.crowd import CrowdMember, CrowdOffering, CrowdPurchase, CrowdState
from marketplace.services.direct_ports import DirectBook


class CrowdBook(DirectBook[CrowdOffering, CrowdPurchase, CrowdState], Protocol):
    """Keeps offers to take part, orders of sums, and who is in them."""

    def joinable(self, data_set: str, *, now: datetime) -> Sequence[CrowdPurchase]:
        """The orders about a data set that can be joined, newest first, at most 1000."""
        ...

    def add_member(self, member: CrowdMember) -> None:
        """Keep a new member."""
        ...

    def member(self, order_id: str, consent_id: str) -> CrowdMember | None:
        """One member of one order."""
        ...

    def members(self, order_id: str) -> Sequence[CrowdMember]:
        """All members of an order: by place where they have one, else in the order in which they joined."""
        ...

    def save_members(self, members: Sequence[CrowdMember]) -> None:
        """Replace what may change of members."""
        ...

    def of_consent(self, consent_id: str) -> Sequence[CrowdMember]:
        """One person's parts under one offer, newest first."""
        ...

    def ended(self, order_id: str) -> Sequence[datetime]:
        """When those whose word is in an order ended their offers, the first first; of others nothing."""
        ...

    def add_shares(self, order_id: str, sender: int, sealed: Mapping[int, bytes]) -> None:
        """Keep what a member sealed to the others, by their places."""
        ...

    def inbox(self, order_id: str, receiver: int) -> Mapping[int, bytes]:
        """What was sealed to a member, by the senders' places."""
        ...

    def forget_shares(self, order_id: str, *, sender: int | None = None) -> None:
        """Delete everything that was sealed in an order, or only what one member sealed."""
        ...
