"""Identifiers that bring their keys along: DIDs, their documents, and what a key in one may be used for.

A *DID* names a person or an organisation. Its *document* lists *verification methods*, each a public key with
an identifier and a *controller*, and *relationships*: which of them speak for the subject when it asserts
something (`assertionMethod`), which when it proves who it is (`authentication`). A proof names a method; the
method counts only if the document of its controller lists it for the purpose of the proof (Controlled
Identifiers 1.0 §3.3).

Reading order: `multibase` (bytes as text), `public_key` (a key with its type, as Multikey and as JWK),
`document`, then a file per method: `did_key` and `did_jwk` (the identifier is the key), `did_web` (the
document lies on a web server), and `resolve` (which method is it?).

What this folder promises: a document is about the identifier that was asked for; a key is a point of its
curve; nothing is fetched except by the function that was passed in, from hosts it allows. What it does not: a
DID says nothing about who stands behind it; that is for the trust registry.
"""
