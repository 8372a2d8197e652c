"""Whom released exact answers were about, in SQL: the parts of `consent.differencing` for each data set."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from consent.differencing import History, Member, Part, Place, Refined, refine
from marketplace.storage.answered_tables import answered_parts, answered_people
from marketplace.storage.batches import batched_values


class SqlAnswered:
    """The `AnsweredBook` of one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def histories(self, accounts: Mapping[str, Collection[bytes]]) -> Mapping[str, History]:
        """The histories of data sets, each with the places of these people."""
        return {data_set: self._history(data_set, those) for data_set, those in accounts.items()}

    def note(self, crowds: Mapping[str, Sequence[Member]]) -> None:
        """Note that an exact answer about these people of these data sets is released, of all or of none.

        Raises:
            TooFewDifferError: by what is known here it would tell too few people apart.
        """
        changes = []
        for data_set, members in crowds.items():
            present = frozenset(each.account for each in members)
            known = self._history(data_set, present)
            changes.append((data_set, present, refine(members, known)))
        for data_set, present, changed in changes:
            self._write(data_set, changed, present)

    def _history(self, data_set: str, accounts: Collection[bytes]) -> History:
        mine = select(answered_parts).where(answered_parts.c.data_set == data_set)
        parts = {row.part: Part(row.people, row.floor) for row in self._session.execute(mine)}
        places: dict[bytes, Place] = {}
        for batch in batched_values(accounts) if parts else ():
            named = select(answered_people).where(
                answered_people.c.data_set == data_set, answered_people.c.account.in_(batch)
            )
            places |= {row.account: Place(row.part, row.record) for row in self._session.execute(named)}
        return History(parts, places)

    def _write(self, data_set: str, changed: Refined, present: Collection[bytes]) -> None:
        for old, new in changed.renumbered.items():
            self._renumber(data_set, old, new, present)
        self._replace_parts(data_set, changed.parts)
        for batch in batched_values(changed.places):
            moved = (answered_people.c.data_set == data_set) & answered_people.c.account.in_(batch)
            self._session.execute(delete(answered_people).where(moved))
        rows = [
            {"data_set": data_set, "account": account, "part": place.part, "record": place.record}
            for account, place in changed.places.items()
        ]
        if rows:
            self._session.execute(insert(answered_people), rows)

    def _replace_parts(self, data_set: str, parts: Mapping[int, Part]) -> None:
        for batch in batched_values(parts):
            named = (answered_parts.c.data_set == data_set) & answered_parts.c.part.in_(batch)
            self._session.execute(delete(answered_parts).where(named))
        rows = [
            {"data_set": data_set, "part": number, "people": part.people, "floor": part.floor}
            for number, part in parts.items()
        ]
        if rows:
            self._session.execute(insert(answered_parts), rows)

    def _renumber(self, data_set: str, old: int, new: int, present: Collection[bytes]) -> None:
        """Give the people of a part who are not in the answer a number of their own."""
        mine = answered_people.c.data_set == data_set
        everybody = select(answered_people.c.account).where(mine, answered_people.c.part == old)
        absent = [account for account in self._session.scalars(everybody) if account not in present]
        for batch in batched_values(absent):
            chosen = update(answered_people).where(mine, answered_people.c.account.in_(batch))
            self._session.execute(chosen.values(part=new))
