"""The history of exact answers in memory."""

from collections.abc import Collection, Mapping, Sequence

from consent.differencing import History, Member, Place, refine


class MemoryAnswered:
    def __init__(self) -> None:
        self.rows: dict[str, History] = {}

    def histories(self, accounts: Mapping[str, Collection[bytes]]) -> Mapping[str, History]:
        return {data_set: self._history(data_set) for data_set in accounts}

    def note(self, crowds: Mapping[str, Sequence[Member]]) -> None:
        after = {data_set: self._after(data_set, members) for data_set, members in crowds.items()}
        self.rows |= after

    def _history(self, data_set: str) -> History:
        return self.rows.get(data_set, History({}, {}))

    def _after(self, data_set: str, members: Sequence[Member]) -> History:
        known, present = self._history(data_set), {each.account for each in members}
        changed = refine(members, known)

        def moved(account: bytes, place: Place) -> Place:
            if account in present:
                return place
            return place._replace(part=changed.renumbered.get(place.part, place.part))

        places = {account: moved(account, place) for account, place in known.places.items()}
        return History({**known.parts, **changed.parts}, {**places, **changed.places})
