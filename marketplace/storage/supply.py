"""What was summed up about supply, in SQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from marketplace.domain.supply import SupplyTerms, terms_by_data_set
from marketplace.storage import edition
from marketplace.storage.negotiation_tables import supply_terms


class SqlSupply:
    """The `SupplyBook` of one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def all(self) -> Mapping[str, SupplyTerms]:
        """The terms by data set."""
        found = self._session.execute(select(supply_terms.c.document)).scalars()
        return terms_by_data_set(map(SupplyTerms.from_json, found))

    def edition(self) -> int:
        """The number of the catalogue that holds: another one whenever what it tells of may have changed."""
        return edition.current(self._session)

    def summed_up_at(self) -> datetime | None:
        """When it was last summed up while there was something to say; None if never."""
        latest: datetime | None = self._session.scalar(select(func.max(supply_terms.c.summed_up_at)))
        return latest

    def replace(self, terms: Sequence[SupplyTerms], at: datetime) -> None:
        """Replace all terms."""
        self._session.execute(delete(supply_terms))
        rows = [{"data_set": each.data_set, "document": each.to_json(), "summed_up_at": at} for each in terms]
        if rows:
            self._session.execute(insert(supply_terms), rows)
