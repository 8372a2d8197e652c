"""The end points that conformance suites ask: the VC-API of the W3C Credentials Community Group.

For tests and development only. Whoever reaches these end points can have anything signed, so they are there
only while the service runs with `--conformance`, say so in its log, and sign with keys of their own: each
*suite* (a way of securing a credential) has one issuer, a did:key, whose key derives from the issuer's
secret. Nothing that is issued here is under the issuer's own name, and no trust registry lists these.

Words: a *slug* names a suite in a path, such as `/vc-api/ecdsa-sd-2023/credentials/issue`; paths without one
are of `eddsa-rdfc-2022`. A *status list* is one of the Bitstring Status List v1.0; there is one for each
suite and purpose, kept in memory and forgotten when the service ends.

Reading order: `suites` (who signs what, and how), `requests` (what may be asked), `statuses` (taking back),
`documents`, `issuing`, `wrapped`, `checking` (is it true?), `problems` (why not), `configuration`,
`blueprint`.

What these end points promise: what they issue and accept is what the standards say, and a refusal is a
problem document with the standard's name for the reason. What they do not: whether an issuer is to be
trusted, who may ask, or that anything is still there tomorrow.
"""
