"""What does the catalogue need from outside? A book of what was summed up about supply."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from marketplace.domain.supply import SupplyTerms


class SupplyBook(Protocol):
    """Keeps what people allow, as it was last summed up."""

    def all(self) -> Mapping[str, SupplyTerms]:
        """The terms by data set."""
        ...

    def edition(self) -> int:
        """A number that is another one whenever offers, terms or acts may have changed since."""
        ...

    def summed_up_at(self) -> datetime | None:
        """When it was last summed up while there was something to say; None if never."""
        ...

    def replace(self, terms: Sequence[SupplyTerms], at: datetime) -> None:
        """Replace all terms."""
        ...
