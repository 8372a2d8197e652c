"""An opened answer as a pandas frame. Needs pandas: install the extra `frames`."""

import pandas as pd

from marketplace.sdk.result import OpenedResult
from marketplace.sdk.table import COLUMNS, rows_of


def to_pandas(opened: OpenedResult) -> pd.DataFrame:
    """One row for each number, as in `sdk.table`; what is not there is missing."""
    return pd.DataFrame([dict(row) for row in rows_of(opened)], columns=list(COLUMNS))
