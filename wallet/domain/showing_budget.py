"""How much may one request cost a wallet? Counted before anything is built, so that nobody is kept busy.

A request is a few kilobytes in which many ways to answer can be asked for of many records; each way is then
read and laid out line by line. No person reads thousands of lines either: what is beyond is refused.
"""

from dataclasses import dataclass
from typing import Final

from wallet.errors import AskDoubt, AskRefusedError

MAX_OPTIONS: Final = 200
MAX_LINES: Final = 5_000
MAX_STEPS: Final = 1_000_000
"""Claims looked at; about a second of work."""


@dataclass
class Budget:
    """What is left for one request: ways to answer, lines of a page, and steps of work."""

    options: int = MAX_OPTIONS
    lines: int = MAX_LINES
    steps: int = MAX_STEPS

    def take(self, *, options: int = 0, lines: int = 0, steps: int = 0) -> None:
        """Take from it what is about to be done.

        Raises:
            AskRefusedError: `too much`: it is more than is left.
        """
        self.options -= options
        self.lines -= lines
        self.steps -= steps
        if min(self.options, self.lines, self.steps) < 0:
            raise AskRefusedError(
                AskDoubt.TOO_MUCH,
                f"dcql_query: over {MAX_OPTIONS} ways to answer, {MAX_LINES} lines, or too much to look for",
            )
