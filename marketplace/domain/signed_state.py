"""Which states of the log are being shown to the witnesses, and which one is published?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Cosigned:
    """The line of one witness, verified, and the moment that it says."""

    line: str = field(repr=False)
    at: datetime


@dataclass(frozen=True)
class SignedState:
    """A checkpoint as the log signed it, and who cosigned it so far.

    It is *published* from the moment at which enough witnesses had.
    """

    size: int
    note: str = field(repr=False)
    published: bool = False
    cosigned: Mapping[str, Cosigned] = field(default_factory=dict, hash=False)

    def to_text(self) -> str:
        """The note with the lines of the witnesses."""
        return self.note + "".join(each.line for _, each in sorted(self.cosigned.items()))


class StateBook(Protocol):
    """Remembers the published state, and the one that is to follow it."""

    def all(self) -> Sequence[SignedState]:
        """The states, the largest first."""
        ...

    def add(self, state: SignedState) -> None:
        """Remember a state."""
        ...

    def cosign(self, size: int, witness: str, cosigned: Cosigned) -> None:
        """Remember a witness's line about a state, in the place of an earlier one of the same witness."""
        ...

    def publish(self, size: int) -> None:
        """Note that a state is published, and forget the smaller ones."""
        ...
