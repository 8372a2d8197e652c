"""The registry office: a university's or hospital's own service that hands out signed records.

An institution pushes records (one by one, in batches, or typed in by an officer); each becomes an offer that
one person collects with her wallet, once. The chapter in the order of events:

- `domain` holds the words: what this issuer may issue (`offering`), a record as it was handed in
  (`record`), and everything that is derived from the issuer's one secret (`secrets`).
- `services` holds one use case per file: register records, redeem a code, issue a credential, change a
  status, publish the status lists, sign in, tidy up; keep templates, take tables in and work on them, tell
  webhooks what happened; keep devices, vouch for them, take their readings in.
- `storage` keeps it in SQLite or PostgreSQL. `api` is what institutions call, `openid4vci` what wallets call
  (OpenID4VCI 1.0), `web` what an officer sees.
- `device_side` puts together how readings of attested devices become records (`services.take_readings`).
- `imports` turns documents of other systems into tables, `clients` sends letters and events, and `worker`
  does what goes on in the background.

Words: a *configuration* is one kind of credential on offer, named like its data set (`exam/1`); an *entry*
is one version of one person's record; the *external id* is the institution's own number for that person;
the *standing* of an entry is valid, suspended or revoked; its *delivery* is waiting, collected or lapsed.

What it guarantees:

- Values leave the database with the delivery of their credential, or when the offer runs out. Until then
  they are sealed to their row, as are the external ids for good. A copy of the database alone says neither
  who is in it nor what about them; digests that find duplicates are keyed, so that guessing small values is
  no way in.
- One code, one token, one nonce, one proof of a key: each is accepted once, in the transaction that also
  writes the credential. A token bound to a key is good only beside that key.
- A batch of copies counts its person once: one copy carries her handle and the commitment, no other does.
- Numeric records carry a commitment that opens to exactly the signed values; a value outside its declared
  range never gets that far.
- A changed record is a new version, and the old one is revoked in the same transaction. The person's handle
  stays, so that nobody counts her twice. Revoked is final.
- Of the readings of devices only the newest of each value is kept, sealed, until the device is stopped.
- The status list tells a credential's standing within its time to live, at random positions of a long list.

- A table is gone through once, whatever is interrupted. Cells of issued rows are dropped with the row's
  registration; refused rows stay, sealed, for thirty days, so that they can be corrected. Events and letters
  never say what a record says, and events not whose it is.

What it does not protect: whoever holds the issuer's directory (key, secret, database) can issue anything
and read what waits for delivery. A link without a transaction code is as good as the channel it travels on.
The issuer learns when its credentials are collected; it never learns where they are used, except that
whoever reads a status list is seen to read it.
"""
