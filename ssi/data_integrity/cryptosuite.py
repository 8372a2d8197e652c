"""What does a cryptographic suite promise? The two sides of it, and which suites are known by which name.

A suite of selective disclosure joins in here: its base and derived proofs are made by its own functions, of
which those for base proofs may be a `ProofMaker`, and its proofs are checked by a `Cryptosuite`.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from ssi.did.public_key import PublicKey
from ssi.linked_data.canonical import Canonicalizer

Document = Mapping[str, Any]


class Cryptosuite(Protocol):
    """Checks the proofs of one suite; holds no key (Data Integrity 1.0 §3.1, verifyProof)."""

    @property
    def name(self) -> str:
        """The suite as proofs name it, for example `eddsa-rdfc-2022`."""
        ...

    def verify(
        self, document: Document, proof: Document, key: PublicKey, canonical: Canonicalizer | None = None
    ) -> Document:
        """The document as it was signed, if the key made this proof over it.

        `document` has no `proof`, or the ones that this proof signs too; `proof` has its `proofValue`. What
        is returned is the same document, or has fewer contexts where the standard lets others follow.
        Canonical forms come from `canonical`, which a check of several proofs shares; None makes one's own.

        Raises:
            AlteredCredentialError: the document or the proof is not what was signed.
            ProofError: the value of the proof is not of its form.
            CredentialError: the document cannot be transformed; see `ssi.linked_data`.
        """
        ...


class ProofMaker(Protocol):
    """Makes proofs of one suite with one key (Data Integrity 1.0 §3.1, createProof)."""

    @property
    def name(self) -> str:
        """The suite as proofs name it."""
        ...

    def make(self, document: Document, proof: Document) -> dict[str, Any]:
        """The proof with its `proofValue`.

        `document` has no `proof`, or the ones that this proof is to sign too; `proof` has no value yet.

        Raises:
            CredentialError: the document cannot be transformed; see `ssi.linked_data`.
        """
        ...
