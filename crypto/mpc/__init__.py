"""Computing on shared data: what three nodes find out together and none of them alone.

Words. A *role* (0, 1, 2) is a node's place. A value is cut into three *summands*; role i holds summands i
and i+1, so every summand stands at two roles, and any two roles would see everything. *Elements* are sums
in the Goldilocks field, for what is multiplied; *planes* are bits under exclusive or, 64 records a word,
for what is compared, counted and sorted. A *zero share* is what a role adds to a message so that it looks
random to whoever gets it: the three add up to zero and come from keys that two roles share each, without a
message.

A product costs one round: each role computes a part of x·y from what it holds, masks it, and sends it to one
neighbour (Araki, Furukawa, Lindell, Nof, Ohara, CCS 2016, ePrint 2016/768; `local` makes the part with one
multiplication instead of two). Sums cost nothing, and products over all records are summed before they are
sent.

How to read this folder.

| question | modules |
|---|---|
| how a protocol moves, and from what messages it can be played again | `rounds`, `party` |
| what is held, and what needs no message | `shares`, `packing`, `integers`, `local`, `limbs`, `selections` |
| products; ANDs | `arithmetic`; `bits`, `addition`, `comparison` |
| from one form to the other | `conversion`, `decomposition`, `column_check` |
| sums and products of columns; in pieces | `program`, `statistics`; `partitions`, `partitioned` |
| what a buyer asks for, all at once | `menu` |
| what it is made of | `joining`, `regression`, `counting`, `tally`, `ranks`, `places` |
| what learns in several steps | `logistic`, `clusters`, with `fixed_point` and `division` |
| what protects the answer | `noise_plan`, `sampling` |
| what catches a liar | `mac`, `verified_bits`, `verified_conversion` |
| how an answer leaves, and what it costs | `release`, `output`; `cost` |
| more nodes than three, or all but one against you | `additive` |

A protocol is a generator for one role; `rounds` makes of it a value with an outbox and `receive`.
Transport, time-outs, signatures and storage belong to the node; nothing here opens a socket or draws
randomness. All randomness of a run comes from one seed and one *binding*, a hash of everything the nodes
agreed on (job, attempt, manifest, admitted records), so that a run repeats itself message for message and
no message fits another run. What is public (who was admitted, groups of a public attribute, row masks)
stays public, because then it costs nothing; lengths and numbers of messages depend on it alone.

Guarantees, against one corrupted node of three.

- *Privacy*: every message it gets is uniform, whatever it does, and no node sees an output. A liar in league
  with the buyer sees one: in a single layer of products its lie shifts the result by an amount that depends
  on nobody's data (privacy in the client-server model, in the words of the paper above), but between two
  layers, as in comparisons and ranks, a wrong result can tell it bits. Where that matters a run is verified
  before anything leaves.
- *Correctness of sums and of outputs*: every summand is held twice, and a contradiction names its two
  holders.
- *Correctness of products* holds with `mac`, of ANDs with `Party.audit` and `verify_ands`: a lie passes
  with probability below 2^-62 and at most 2^-40. A run that fails names the two who may have lied, and says
  nothing of where. Without them a liar shifts a product by an amount of its choice, unseen.

Limits. Two colluding nodes see every record. Any node can stop a run. A node that adds noise of its own may
lie about it; that shifts the result and never shows the others' noise. Truncation (`fixed_point`), and so
logistic regression and clusters, is not protected against lies and fails with a small stated probability;
and as noise that is drawn together asks for protection (`menu`), these are exact answers only. Results must
stay in (-p/2, p/2): whoever plans a computation checks that before (`program.check_range`). Compiled loops
work on uniform shares and are only nearly constant in time.
"""
