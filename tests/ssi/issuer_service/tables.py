"""Tables of exam records for tests, as a spreadsheet would write them."""

import csv
import io
from collections.abc import Sequence

from tests.ssi.parties import EXAM

HEADINGS = ("external_id", *EXAM)


def table(rows: int, *, separator: str = ",", start: int = 1, **changes: str) -> str:
    """Records of students s-1, s-2, …; `changes` replaces cells of all."""
    cells = {name: str(value) for name, value in EXAM.items()} | changes
    return written(
        [HEADINGS, *((f"s-{start + number}", *(cells[name] for name in EXAM)) for number in range(rows))],
        separator=separator,
    )


def written(rows: Sequence[Sequence[str]], *, separator: str = ",") -> str:
    """Rows as a table."""
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows(rows)
    return out.getvalue()


def read(raw: bytes) -> list[dict[str, str]]:
    """The records of a table that the office wrote."""
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
