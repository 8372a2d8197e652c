"""What a node remembers, in one SQL database of its own: SQLite by default, PostgreSQL in production.

`tables` is the shape; each other file is one store with the few questions the node asks. The shares of a
contribution are sealed under the node's vault key with ``table|row|column`` as associated data, so that a
row copied over another one does not open. Everything else is pseudonymous and readable to the operator:
consent ids, handles, consents, public attributes, who computed what.
"""
