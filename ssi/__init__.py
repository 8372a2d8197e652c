"""Who says what about whom, and proof of it.

An *issuer* (a university, a hospital) knows something about a person and signs it as a *credential*, bound
to a key that only her wallet holds. She shows a *presentation*: the same signature over fewer claims. A
*status list* says which credentials their issuer took back. The *trust registry*, signed by an authority
whose key everyone pins, says whose word counts for what, and which nodes and marketplace there are.

Reading order: `dataset` (what a record may contain and how it becomes numbers), `jws` (signatures), `sd_jwt`
(claims that can be shown one by one), `issuer_keys` (with which key is it verified?), `sd_jwt_vc` (believing
a credential of any type), `issuance` and `credential` (writing and believing one of ours), `record` (the
commitment that keeps a wallet honest), `presentation` (who shows it), `status_list`, `bitstring_status_list`
and `revocation` (taken back?), `type_metadata` (what a type looks like), `trust` (whose word counts). `http`
and `hosting` are how parties talk and run; `issuer_service` is the issuers' own program.

What this folder promises: no claim of a credential can be reached before its signature, issuer, type, time
and shape were checked; every key is one that the registry leads to, and none is believed because a credential
names it; an unknown id is an error. What it does not: a credential proves what its issuer said, not that it
is true, and the handle in it lets the same credential be recognised wherever it is shown.
"""
