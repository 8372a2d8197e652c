"""What a node remembers, in one SQL database of its own: SQLite by default, PostgreSQL in production.

`tables` is the shape; each other file is one store with the few questions the node asks. Shares rest in files
(`marketplace.mpc_node.columns`); the database holds their index and the seals of the files, each sealed under
the node's vault key to the id and the shape of its file. Everything else is pseudonymous and readable to the
operator: consent ids, handles, consents, public attributes, who computed what.
"""
