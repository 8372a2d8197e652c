"""How a record is cut into three components, of which every node gets two and learns nothing.

Words. A *component* is one of the three summands of a shared record; a *role* (0, 1, 2) is a node's place in
the agreed order of three; a *bundle* is the two components of one role on their way to it.

`integer_masked` cuts the record over the integers and lets each component be checked against the commitment
that the issuer signed; `layout` says where its columns stand in bytes; `replicated` says who holds which
component and carries them there. Any two nodes together see the record: the scheme protects against each
single one.

`shamir` and `feldman` are for keys, not records: any t of n holders of a share can use a key that none of
them has, and see to it that nobody's share is wrong (`crypto.elgamal` makes such a key without a dealer).

Why the integers. A commitment lives modulo the order of a curve, sums live modulo 2^64, products in a prime
field. Components are integers so much wider than the values that they hide them, and so much narrower than
the order that nothing wraps; so one set of components is right in all three, and a wallet that lies is caught
by arithmetic alone, without a proof of knowledge for each record.

What a node does with a batch. `bundle_table` reads thousands of bundles as one matrix of bytes, a
`component_table` for each of the two components; `crypto.opening_batch` checks all their openings in one sum
with random coefficients. A record of 16 attributes takes about 30 µs: half of it reads points, a third is the
sum. What is left to chance is at most 2^-128 a check.
"""
