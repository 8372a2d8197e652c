"""How does the history of exact answers look in SQL? The revisions make exactly these tables.

Two digests and a number for each person who was in a released exact answer, whatever was asked how often.
"""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, String, Table

from marketplace.storage.tables import metadata

answered_parts = Table(
    "answered_parts",
    metadata,
    Column("data_set", String(200), primary_key=True),
    Column("part", BigInteger, primary_key=True, autoincrement=False),
    Column("people", BigInteger, nullable=False),
    Column("floor", BigInteger, nullable=False),
)

answered_people = Table(
    "answered_people",
    metadata,
    Column("data_set", String(200), primary_key=True),
    Column("account", LargeBinary(16), primary_key=True),
    Column("part", BigInteger, nullable=False),
    Column("record", LargeBinary(16), nullable=False),
    Index("answered_people_by_part", "data_set", "part"),
)
