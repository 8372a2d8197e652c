"""The history of the shape of the register's database; `versions/` holds its revisions."""
