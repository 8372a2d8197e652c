"""The data subject's app: where a person keeps her records, decides about them and sees what happened.

**What it does.** It receives credentials from issuers, checks each one before it keeps it, and shows it in
plain words. It lets the person agree that computations may include a record, on her own terms, and splits
the record into shares for three nodes so that no single one of them can read it. It shows who used the data,
what was paid, and proves each line against the public log. Withdrawing takes no more than agreeing did.

**Words.** A *wallet* belongs to one data subject. A *record* is a credential as the person sees it. A
*consent* is one agreement about one record: one offer and one contribution. A *stream* is one
quantity that a source measures again and again. A *session* is an unlocked wallet; only while it lasts does
the process know the wallet's data key.

**What it guarantees.**

* Everything personal is sealed under a random 256-bit data key before it reaches the database, bound to its
  table, row and column (`storage`). The data key is wrapped by keys that only a passkey, the password
  (Argon2id) or the recovery code gives, and is otherwise in memory only, for as long as a session lives.
* Nothing is kept or offered that was not verified: issuer, signature, every claim, the commitment, the
  holder key, the status (`domain/acceptance.py`). What an issuer outside the trust registry signed is told
  apart, can be shown, and is never computed with (`domain/stranger.py`).
* A log that shrinks or contradicts what this wallet saw before is reported, with the evidence kept.

**What it does not protect.** Whoever runs the process sees records while a session is open; a person who
wants to exclude even that runs the wallet on her own machine. Without its passkeys, its password and its
recovery code a wallet is lost. The number of records and consents of each wallet, and when its rows change,
are visible in the database.

**The ladder.** ``domain`` decides and computes, ``services`` hold one use case each, ``storage``, ``clients``
and ``web`` are the edges, ``bootstrap`` puts them together and ``cli`` starts the process.
"""
