"""Showing parts of a credential whose graph was signed: what ecdsa-sd-2023 and bbs-2023 have in common.

An issuer signs the *statements* (quads) of a credential one by one. A holder shows a *selection*: a smaller
JSON-LD document that says some of these statements and no others. JSON pointers say which: the issuer's
*mandatory pointers* what nobody may leave out, the holder's *selective pointers* what she adds.

The difficulty is blank nodes, things without an identifier. Their canonical labels depend on the whole graph,
so a part of it would get others. Hence labels are replaced by a keyed pseudorandom function of the canonical
ones (HMAC), or by their order under it (*shuffled*), before statements are signed; the key goes to the holder
only, and she tells the verifier which label belongs to which blank node of what is shown.

Reading order: `pointers` (what of a document), `skolemization` (blank nodes by temporary names, so that they
can be recognised in a part), `labels` (pseudorandom labels), `grouping` (statements of the whole, and which
of them a selection says), `disclosure` (what a holder tells), `revealed` (what a verifier sees), `cbor` and
`proof_value` (its bytes).

Source: Data Integrity ECDSA Cryptosuites v1.0 §3.4, used by Data Integrity BBS Cryptosuites v1.0 §3.3.

What this promises: a selection says statements of the whole document and of nothing else, or is refused. What
it does not: a verifier learns how many statements and blank nodes there are around what is shown, as far as
labels and indexes betray it; labels made by HMAC are the same in all that is derived from one credential.
"""
