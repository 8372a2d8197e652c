"""Two parties take turns: which message may follow which? A table, and a name for every way to break it.

The Dataspace Protocol 2025-1 describes negotiation and transfer as state machines whose transitions belong to
one of the two parties. `Moves` is such a machine as a value; what is not in its table is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

from consent.errors import ConsentError


class Side(StrEnum):
    """Who sends a message: the consumer, who wants data, or the provider, who has them."""

    CONSUMER = "consumer"
    PROVIDER = "provider"


class Illegal(StrEnum):
    """Why a message may not be sent now."""

    OVER = "over"
    NOT_BEGUN = "not_begun"
    OTHER_SIDE = "other_side"
    OUT_OF_TURN = "out_of_turn"


class IllegalMoveError(ConsentError, ValueError):
    """A message that may not be sent in this state, or not by this party; `why` names the rule."""

    def __init__(self, why: Illegal, message: str) -> None:
        super().__init__(message)
        self.why = why


S = TypeVar("S", bound=StrEnum)
M = TypeVar("M", bound=StrEnum)


@dataclass(frozen=True)
class Moves(Generic[S, M]):
    """A state machine of two parties.

    `table` gives the next state for a state (None before the first message), a message and its sender.
    `ends` are the states that are never left.
    """

    name: str
    table: Mapping[tuple[S | None, M, Side], S] = field(repr=False)
    ends: frozenset[S]

    def after(self, state: S | None, move: M, by: Side) -> S:
        """The state that a message leads to.

        Raises:
            IllegalMoveError: it may not be sent: all is over, nothing has begun, it is the other party's to
                send in this state, or nobody's.
        """
        found = self.table.get((state, move, by))
        if found is not None:
            return found
        why = self._why(state, move, by)
        where = "before the first message" if state is None else f"in the state {state}"
        raise IllegalMoveError(why, f"the {by} cannot {move} a {self.name} {where} ({why})")

    def _why(self, state: S | None, move: M, by: Side) -> Illegal:
        if state in self.ends:
            return Illegal.OVER
        other = Side.PROVIDER if by is Side.CONSUMER else Side.CONSUMER
        if (state, move, other) in self.table:
            return Illegal.OTHER_SIDE
        return Illegal.NOT_BEGUN if state is None else Illegal.OUT_OF_TURN
