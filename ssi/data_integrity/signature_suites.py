"""The four suites that sign the hash of a document: EdDSA or ECDSA, over canonical JSON or its graph.

vc-di-eddsa 1.0 §3.2, §3.3 and vc-di-ecdsa 1.0 §3.2, §3.3. What is signed is the hash of the settings of the
proof, then the hash of the document, each in canonical form: SHA-256, and SHA-384 throughout for P-384,
inside RDFC-1.0 as well. The type of the key decides the hash and the algorithm; nothing in the proof does.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from crypto.encoding import canonical_json
from crypto.errors import MalformedError, SignatureError
from ssi.data_integrity.cryptosuite import Cryptosuite, Document
from ssi.data_integrity.signers import Signer, verify_signature
from ssi.did.multibase import decode_base58, encode_base58
from ssi.did.public_key import KeyType, PublicKey
from ssi.errors import AlteredCredentialError, MalformedCredentialError, ProofError, VerificationMethodError
from ssi.linked_data.canonical import Canonicalizer
from ssi.linked_data.rdfc import HashName

_HASHES: Final[Mapping[KeyType, HashName]] = {
    KeyType.ED25519: "sha256",
    KeyType.P256: "sha256",
    KeyType.P384: "sha384",
}


def canonical_text(
    document: Document, _hash_name: HashName, _canonical: Canonicalizer | None = None
) -> bytes:
    """A document in canonical JSON (RFC 8785).

    Raises:
        MalformedCredentialError: it has no such form.
    """
    try:
        return canonical_json(document)
    except MalformedError as error:
        raise MalformedCredentialError(str(error)) from error


def canonical_graph(document: Document, hash_name: HashName, canonical: Canonicalizer | None = None) -> bytes:
    """The graph of a document in canonical N-Quads (RDFC-1.0).

    Raises:
        CredentialError: as `ssi.linked_data.canonical.canonicalize`.
    """
    forms = Canonicalizer() if canonical is None else canonical
    return forms.canonicalize(document, hash_name=hash_name).text.encode()


@dataclass(frozen=True)
class SignatureSuite:
    """A suite by its canonical form and the keys that it signs with."""

    name: str
    key_types: frozenset[KeyType]
    canonical_form: Callable[[Document, HashName, Canonicalizer], bytes] = field(repr=False)
    names_contexts: bool
    """Whether its proofs repeat the contexts of the document, which may have grown since (§3.3)."""

    def verify(
        self, document: Document, proof: Document, key: PublicKey, canonical: Canonicalizer | None = None
    ) -> Document:
        """The document as it was signed, if the key made this proof over it.

        Raises:
            AlteredCredentialError: the document or the proof is not what was signed.
            ProofError: the value of the proof is no `z` and base58.
            VerificationMethodError: a key that this suite does not work with.
            CredentialError: the document cannot be transformed; see `ssi.linked_data`.
        """
        try:
            signature = decode_base58(proof.get("proofValue", ""))
        except (MalformedError, AttributeError) as error:
            raise ProofError(f"proofValue: expected z and base58: {self.name} is written so") from error
        settings = {name: value for name, value in proof.items() if name != "proofValue"}
        signed = self._as_signed(document, settings)
        try:
            verify_signature(key, signature, self.hash_data(signed, settings, key, canonical))
        except SignatureError as error:
            raise AlteredCredentialError(f"the {self.name} proof does not fit: {error}") from error
        return signed

    def hash_data(
        self, document: Document, settings: Document, key: PublicKey, canonical: Canonicalizer | None = None
    ) -> bytes:
        """What is signed: 64 bytes, or 96 for P-384.

        Raises:
            VerificationMethodError: a key that this suite does not work with.
            CredentialError: the document cannot be transformed.
        """
        if key.type not in self.key_types:
            raise VerificationMethodError(f"{self.name} does not work with a key on {key.type.curve}")
        hash_name = _HASHES[key.type]
        if not self.names_contexts:
            settings = {**settings, "@context": document.get("@context")}
        forms = Canonicalizer() if canonical is None else canonical
        return b"".join(
            hashlib.new(hash_name, self.canonical_form(part, hash_name, forms)).digest()
            for part in (settings, document)
        )

    def _as_signed(self, document: Document, settings: Document) -> Document:
        """The document with the contexts that it had when it was signed; others may only follow them."""
        if not self.names_contexts or "@context" not in settings:
            return document
        signed, present = _listed(settings["@context"]), _listed(document.get("@context"))
        if present[: len(signed)] != signed:
            raise AlteredCredentialError("the contexts of the document do not begin with those of its proof")
        return {**document, "@context": settings["@context"]}


@dataclass(frozen=True)
class SignatureMaker:
    """Makes proofs of a suite with one signer."""

    suite: SignatureSuite
    signer: Signer = field(repr=False)

    @property
    def name(self) -> str:
        """The suite as proofs name it."""
        return self.suite.name

    def make(self, document: Document, proof: Document) -> dict[str, Any]:
        """The proof with its value.

        Raises:
            VerificationMethodError: the key is none that the suite works with.
            CredentialError: the document cannot be transformed; see `ssi.linked_data`.
        """
        settings = dict(proof)
        if self.suite.names_contexts and "@context" in document:
            settings["@context"] = document["@context"]
        data = self.suite.hash_data(document, settings, self.signer.public_key)
        return {**settings, "proofValue": encode_base58(self.signer.sign(data))}


_EDDSA: Final = frozenset({KeyType.ED25519})
_ECDSA: Final = frozenset({KeyType.P256, KeyType.P384})
EDDSA_JCS_2022: Final = SignatureSuite("eddsa-jcs-2022", _EDDSA, canonical_text, names_contexts=True)
EDDSA_RDFC_2022: Final = SignatureSuite("eddsa-rdfc-2022", _EDDSA, canonical_graph, names_contexts=False)
ECDSA_JCS_2019: Final = SignatureSuite("ecdsa-jcs-2019", _ECDSA, canonical_text, names_contexts=True)
ECDSA_RDFC_2019: Final = SignatureSuite("ecdsa-rdfc-2019", _ECDSA, canonical_graph, names_contexts=False)

SIGNATURE_SUITES: Final[Mapping[str, Cryptosuite]] = {
    suite.name: suite for suite in (EDDSA_JCS_2022, EDDSA_RDFC_2022, ECDSA_JCS_2019, ECDSA_RDFC_2019)
}


def _listed(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else [value]
