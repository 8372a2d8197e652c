"""How far each status list is filled, and what it says, in SQL."""

from collections.abc import Sequence

from sqlalchemy import insert, select, union_all, update
from sqlalchemy.orm import Session

from ssi.issuer_service.domain.entry import Standing, StatusPlace
from ssi.issuer_service.storage.device_tables import attested
from ssi.issuer_service.storage.tables import copies, entries, status_lists
from ssi.status_list import Status

_PUBLISHED = {Standing.REVOKED: Status.INVALID, Standing.SUSPENDED: Status.SUSPENDED}


class SqlStatusLists:
    """Keeps the status lists: the newest is filled, all are published."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def allocate(self, size: int) -> tuple[int, int, int]:
        """Take the next place: list number, how many places were taken before it, and the list's size.

        A full list is followed by a new one of the given size.
        """
        newest = self._session.execute(select(status_lists).order_by(status_lists.c.number.desc())).first()
        if newest is None or newest.taken >= newest.size:
            number = 0 if newest is None else newest.number + 1
            self._session.execute(insert(status_lists).values(number=number, size=size, taken=1, revision=0))
            return number, 0, size
        self._session.execute(
            update(status_lists)
            .where(status_lists.c.number == newest.number)
            .values(taken=status_lists.c.taken + 1)
        )
        return newest.number, newest.taken, newest.size

    def touch(self, list_number: int) -> None:
        """Count a change, so that the list is published afresh."""
        self._session.execute(
            update(status_lists)
            .where(status_lists.c.number == list_number)
            .values(revision=status_lists.c.revision + 1)
        )

    def touch_all(self, credential_id: str) -> None:
        """Count a change in every list that a credential or one of its copies stands in."""
        own = select(entries.c.list_number).where(entries.c.credential_id == credential_id)
        of_copies = select(copies.c.list_number).where(copies.c.credential_id == credential_id)
        for number in set(self._session.scalars(union_all(own, of_copies))):
            if number is not None:
                self.touch(number)

    def add_copies(self, credential_id: str, places: Sequence[StatusPlace]) -> None:
        """Remember where the copies of a credential stand."""
        rows = [
            {"list_number": place.list_number, "list_index": place.index, "credential_id": credential_id}
            for place in places
        ]
        if rows:
            self._session.execute(insert(copies), rows)

    def revision(self, list_number: int) -> int | None:
        """How often the list changed; None if there is no such list."""
        return self._session.scalar(
            select(status_lists.c.revision).where(status_lists.c.number == list_number)
        )

    def read(self, list_number: int) -> tuple[int, dict[int, Status]]:
        """A list's size and every position that is not valid."""
        size = self._session.scalar(select(status_lists.c.size).where(status_lists.c.number == list_number))
        taken_back = select(entries.c.list_index, entries.c.standing).where(
            entries.c.list_number == list_number, entries.c.standing != Standing.VALID
        )
        of_copies = (
            select(copies.c.list_index, entries.c.standing)
            .join(entries, entries.c.credential_id == copies.c.credential_id)
            .where(copies.c.list_number == list_number, entries.c.standing != Standing.VALID)
        )
        of_devices = select(attested.c.list_index, attested.c.standing).where(
            attested.c.list_number == list_number, attested.c.standing != Standing.VALID
        )
        positions = {
            index: _PUBLISHED[standing]
            for found in (taken_back, of_copies, of_devices)
            for index, standing in self._session.execute(found)
        }
        return size or 0, positions
