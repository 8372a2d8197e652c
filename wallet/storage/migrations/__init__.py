"""The history of the wallet database's shape."""
