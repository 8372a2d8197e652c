"""One of three computation nodes, run by an organisation of its own: it checks, computes, and sees no record.

**What it does.** A node keeps its part of people's shares. Asked for a computation, it trusts nobody's word
that it may: it verifies by itself who asks, what was paid, what each person consented to, that the data is
what an issuer signed, and that the crowd is large enough. Then it computes with two other nodes and gives its
third of the result, sealed, to the buyer. The marketplace carries the envelope and cannot open it.

**Words.** A *contribution* is one person's shares with the papers that prove them: credential and consent. A
*manifest* is the marketplace's request for one *attempt* of a *job*. A *role* (0, 1, 2) is a node's place in
a job; role i holds components i and i + 1 of every record. A node *admits* people to a job; the three *agree*
on those whom all admit; the *root* names that set. An *output* is one role's sealed part of the result with
the signed statement about it.

**What it guarantees**, as long as this one node is honest and whatever the other two and the marketplace do:

* Nobody's shares enter a computation that her consent does not cover, that has no buyer with a credential and
  no money behind it, or whose crowd is smaller than she or the query asks. A withdrawal that arrives before
  the release is in no output.
* A marketplace that does not show its log, or keeps a withdrawal that came here out of it, gets nothing more.
* All exact answers together, of all buyers, are about crowds as large as each person in them asks for.
* No person pays more privacy than she allowed, over all buyers together: it is spent before it is computed.
* An attempt ends as done with an output, or as failed with a reason and without one; a kill in its middle is
  repaired where peers still wait, and no message is ever sent in two versions. Whoever contradicts
  itself is named, whoever is silent is named as silent.
* Shares rest sealed, in files whose keys rest sealed in the database; logs and metrics hold no id of a
  person, but for consents whose withdrawal the marketplace hid; deletions and pauses are receipted over a
  signature.

**What it does not.** Two nodes that collude read every record: that is what three operators are for. A node
can refuse anybody, and so shape a crowd by leaving people out. Where a query does not ask to be verified, one
node can shift what is multiplied by lying in it, and in exact answers what is compared; `crypto.mpc` says how
far detection reaches. No node knows the noise, except that each adds some of its own to sums under
encryption. A person with credentials of two issuers counts as two. Operators see who takes part under which
pseudonym.

**The ladder.** `errors`, `state`, `meter`, `message`; then `keys`, `config` (what the operator owns);
`columns`, `storage` (how shares rest); `issuers`, `papers`, `contribution_check`, `share_check`, `ingest`,
`withdrawal`, `pausing` (what people hand in and take back); `witness`, `show_withdrawals` (the log);
`job_check`, `status`, `log_watch`, `admission`, `agreement`, `exactness` (whether, and on whom); `mailbox`,
`peers`, `conversation` (words over HTTPS); `frames`, `link`, `line`, `channel`, `carry`, `checkpoint`,
`opening` (rounds, and what is on record of them), `reception`, `peer_tls`, `listener`, `ways` (who gets
through); `rounds`, `plans`, `computation`, `output`, `run`, `runner` (how); `aggregation`, `key_making` (the
second way of computing, and its key); `node`, `api`, `bootstrap`, `cli` (the process).
"""
