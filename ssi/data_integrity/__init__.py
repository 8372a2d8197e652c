"""Proofs inside documents: Verifiable Credential Data Integrity 1.0, and the suites that make and check them.

A *proof* stands in the document that it secures. It names its *cryptosuite*, the *verification method* whose
key made it, and its *purpose*; what it signs is the document and everything in the proof but its value. A
*proof set* is several proofs side by side; in a *proof chain* one names another as its `previousProof` and
signs it too.

Reading order: `proof` (what a proof says), `signers` (who makes signatures), `cryptosuite` (what a suite
promises, and where selective ones join in), `signature_suites` (eddsa-jcs-2022, eddsa-rdfc-2022,
ecdsa-jcs-2019, ecdsa-rdfc-2019), `selective` and `selective_suites` (ecdsa-sd-2023 and bbs-2023, of which a
holder shows a part), `secure` (proofs added and checked), `credentials` and `presentations` (who
may say what).

What this folder promises: a verified document was signed, proof settings included, by a key that its
alleged author lists for this purpose; of a presentation also every credential in it. Only verification makes
the verified types. What it does not: that the author is to be trusted (`ssi.trust`), or that a credential was
not taken back since (`ssi.status_list`). A suite over the graph (rdfc) signs what a document means, not its
text: see `ssi.linked_data` for what that leaves open. A suite over the text (jcs) leaves nothing open.
"""
