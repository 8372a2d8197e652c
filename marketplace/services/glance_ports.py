"""What do pages that are kept need from outside? To see at one glance what they stand on."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Glance:
    """Who asks, and what a page stands on.

    `who` names whoever asks, for whom alone the page is; None is everybody who is not signed in. `shown` is
    another whenever the page may be: it is compared and never read.
    """

    who: str | None
    shown: tuple[object, ...]


class Glances(Protocol):
    """Asks one question of the books for a page; None where such a page is not to be kept."""

    def moment(self) -> AbstractContextManager[None]:
        """What is read in this block, glances too, is of one moment."""
        ...

    def catalogue(self) -> Glance | None:
        """The catalogue, for who is not signed in."""
        ...

    def catalogue_in(self, session_id: str, now: datetime) -> Glance | None:
        """The catalogue for who is signed in."""
        ...

    def order_in(self, session_id: str, order_id: str, now: datetime) -> Glance | None:
        """An order, whosesoever, for who is signed in: whether it is hers is for the page to say."""
        ...

    def order_by_key(self, secret_digest: str, order_id: str, now: datetime) -> Glance | None:
        """The same for a program with an API key that was used today."""
        ...
