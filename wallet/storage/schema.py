"""Opens the wallet database in the shape that the code expects."""

from pathlib import Path

from ssi.hosting.database import Database, migrate, open_database

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = "wallet_schema_version"


def open_wallet_database(address: str) -> Database:
    """Open a database and bring it to the newest shape; several processes may do so at once."""
    database = open_database(address)
    migrate(database.engine, MIGRATIONS, version_table=VERSION_TABLE)
    return database
