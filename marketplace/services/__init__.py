"""What one can do in the marketplace: one use case per file, each a value that is called.

A use case reads the clock it was given, does everything it must do together in one `store.writing()` block,
and talks to nodes only outside of such a block, because a writer keeps all others waiting. `ports.py` says
what the use cases need from outside; `suite.py` lists them all.
"""
