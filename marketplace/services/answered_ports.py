"""What does the marketplace remember of exact answers? Whom those that it released were about."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from consent.differencing import History, Member


class AnsweredBook(Protocol):
    """Keeps the parts of people whom no released exact answer tells apart, by data set."""

    def histories(self, accounts: Mapping[str, Collection[bytes]]) -> Mapping[str, History]:
        """The histories of data sets, each with the places of these people."""
        ...

    def note(self, crowds: Mapping[str, Sequence[Member]]) -> None:
        """Note that an exact answer about these people of these data sets is released, of all or of none.

        Raises:
            TooFewDifferError: by what is known here it would tell too few people apart.
        """
        ...
