"""An opened answer as a polars frame, and as a Parquet file. Needs polars: install the extra `frames`."""

from io import BytesIO

import polars as pl

from marketplace.sdk.result import OpenedResult
from marketplace.sdk.table import COLUMNS, rows_of

_TEXTS = frozenset({"statistic", "attribute", "group", "class_or_term", "unit", "withheld"})
_SCHEMA = {name: pl.String if name in _TEXTS else pl.Float64 for name in COLUMNS}


def to_polars(opened: OpenedResult) -> pl.DataFrame:
    """One row for each number, as in `sdk.table`; what is not there is null."""
    return pl.DataFrame([dict(row) for row in rows_of(opened)], schema=_SCHEMA)


def to_parquet(opened: OpenedResult) -> bytes:
    """The table as a Parquet file."""
    written = BytesIO()
    to_polars(opened).write_parquet(written)
    return written.getvalue()
