"""Computing on shared data: protocols as values that move in rounds.

A state has an outbox, one message for each role that must get one, and `receive`, which takes the answers and
gives the next state. Transport, time-outs, signatures and storage belong to the node; nothing here opens a
socket or draws randomness. All randomness of a run comes from one seed and one *binding*, a hash of
everything the nodes agreed on (job, attempt, manifest, admitted records), so that a run can be repeated
message for message and no message fits another run.

`program` says what is computed, `statistics` runs it between three roles, `output` is what the buyer opens
and cross-checks, `messages` is the wire.

Guarantees, against one corrupted node of three. Privacy holds even if it lies and even if it shares what it
sees with the buyer: every message it gets is uniform, and no node sees an output (Araki et al., CCS 2016,
call this privacy in the client-server model against malicious servers). Correctness holds against a lie about
a sum (a linear cell) or an output: every summand is held twice, and a contradiction names its two holders.

Limits. Correctness does *not* hold against a node that lies consistently in the multiplication of a product
cell: it shifts that cell by an amount of its choice, unseen. A node also chooses its own noise; a lie there
shifts the result, though it never shows the other nodes' noise. Any node can stop a run. Two colluding nodes
see every record.
"""
