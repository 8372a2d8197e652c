"""Credentials and presentations inside a signed token: VC-JOSE-COSE 1.0 (W3C, 15 May 2025), its JOSE part.

A *token* is a JWS whose payload is the credential or presentation itself (`vc+jwt`, `vp+jwt`), or an SD-JWT
of it (`vc+sd-jwt`). An *envelope* is the object that stands for a token where a JSON document is expected:
its `id` is a `data:` URL with the token in it.

Reading order: `token` (signed, and read without believing), `claims` (what of a payload is the document and
what belongs to the token), `credentials`, `selective` (the SD-JWT form), `presentations`, `envelopes`.

What this folder promises: a verified credential or presentation was signed by a key that its issuer or holder
lists for this purpose, under an algorithm that the key decides; the token was neither made for something else
nor past its end. The JSON-LD of a credential names every term; that of a presentation is not expanded, since
only its members of the data model are read. It makes the verified types of `ssi.data_integrity`.
What it does not: COSE, encrypted tokens, and keys that are found any other way than by a DID.
"""
