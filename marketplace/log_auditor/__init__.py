"""Anybody's tool: is the public log what it says, and the one that everybody sees?

It needs what is public and nothing else: the address of a marketplace, the authority's key, and the registry
that the authority signed. It fetches the published state, checks the log's signature and the cosignatures of
the nodes, reads every entry and tile (C2SP tlog-tiles), computes the tree anew and compares. What it found
right is kept in a *state file*, so that the next audit reads what is new only, goes on where one was broken
off, and holds the log to what was seen before. Every fault has a name (`errors`); those that prove something
against somebody come with the signed states that do.

Guarantee: if an audit ends without a fault, the log of that size has exactly the entries that were read, more
than half of the nodes confirmed it, and it begins with every log that this state file saw. What the entries
are about is not told: that takes their bodies and salts. An auditor sees the log from one place; that others
see the same is what the nodes' cosignatures say.
"""
