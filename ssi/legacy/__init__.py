"""Credentials of the years before VC 2.0, read and never issued: a foreign library behind a wall.

VC Data Model 1.1 with Ed25519Signature2018 or Ed25519Signature2020, and VC-JWT 1.1. The signatures are
checked by `didkit`, whose upstream is archived; it is an optional extra (`argonauta[legacy]`), since its
wheels stop at Python 3.12. It is kept in a process of its own, because it crashes when an interpreter ends,
may take for ever over hostile graphs, and would ask the network; that process is killed after a time limit,
has a bounded memory, and is started anew when it is needed next.

What didkit says is never the last word. It calls an expired credential valid, and one that is not valid
yet; it passes a presentation whose credentials were tampered with; it takes a presentation without a
challenge for any question; it cannot check a status. So all of that is done here, with the code that checks
credentials of today: forms, contexts, undefined terms, whose key it is, dates, statuses, and each
credential in a presentation by itself.

Reading order: `process` (the wall), `worker` (what runs behind it), `tokens` (VC-JWT unwrapped),
`credentials`, `presentations`.

What this folder promises: a verified credential or presentation passed every check here, and didkit's check
of its signature. What it does not: keys other than those of a did:key, since nothing behind the wall may
ask others; proofs of other types, and proof chains.
"""
