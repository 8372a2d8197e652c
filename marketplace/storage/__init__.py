"""The marketplace's books in SQL: the ports of `services.ports` over SQLite or PostgreSQL.

One module for each book; none holds a rule. `store.py` opens the database and hands out the books of one
transaction, `tables.py` declares what the revisions under `migrations/` make.

What an intruder who copies the database learns: who offers which kind of data under which conditions, with
the public attributes; orders and money; e-mail addresses of buyers. Not in it: any private attribute (the
contributions are sealed to the nodes and deleted once a node has them), any answer, any password or API key.
"""
