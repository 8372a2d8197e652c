"""What the operator's registers need of the books."""

from collections.abc import Sequence
from typing import Protocol

from marketplace.domain.act import Act, Register


class ActBook(Protocol):
    """Keeps what was done, within one database transaction; nothing is ever changed or taken out."""

    def add(self, act: Act) -> None:
        """Append an act."""
        ...

    def of_case(self, register: Register, case_id: str) -> Sequence[Act]:
        """The acts of one case in their order; none if there is no such case."""
        ...

    def of_register(self, register: Register) -> Sequence[Act]:
        """All acts of a register in their order."""
        ...
