"""How a record is cut into three components, of which every node gets two and learns nothing.

Words. A *component* is one of the three summands of a shared record; a *role* (0, 1, 2) is a node's place in
the agreed order of three; a *bundle* is the two components of one role on their way to it.

`integer_masked` cuts the record over the integers and lets each component be checked against the commitment
that the issuer signed; `replicated` says who holds which component and carries them there. Any two nodes
together see the record: the scheme protects against each single one.
"""
