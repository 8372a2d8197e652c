"""How much work is one check granted, over all the documents in it together?

Each document has bounds of its own (`expansion.MAX_VALUES`, `rdfc.MAX_STEPS`). Whoever sends a presentation
decides how many documents have to be read: each credential is one, and so is each way in which proofs sign
one another. Without a bound over all of them, a few kilobytes would keep a verifier busy for long.
"""

from dataclasses import dataclass
from typing import Final

from ssi.errors import GraphTooComplexError

MAX_VALUES_TOGETHER: Final = 10_000
"""Twice what one document may have: a presentation is read as a whole, and then each credential in it."""
MAX_STEPS_TOGETHER: Final = 60_000
"""Twice the steps that are granted for one graph: less than a second."""


@dataclass
class Allowance:
    """What one check may still spend: values to read, and steps to tell blank nodes apart."""

    values: int = MAX_VALUES_TOGETHER
    steps: int = MAX_STEPS_TOGETHER

    def spend_value(self) -> None:
        """Take one value.

        Raises:
            GraphTooComplexError: there is none left.
        """
        self.values -= 1
        if self.values < 0:
            raise GraphTooComplexError("the documents to be checked have too many values together")

    def spend_step(self) -> None:
        """Take one step.

        Raises:
            GraphTooComplexError: there is none left.
        """
        self.steps -= 1
        if self.steps < 0:
            raise GraphTooComplexError("too many blank nodes of the documents to be checked look alike")
