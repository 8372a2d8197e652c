"""ecdsa-sd-2023: credentials of which any part is shown, with signatures that every computer can check.

Data Integrity ECDSA Cryptosuites v1.0 §3.5, §3.6, with P-256 and SHA-256. The issuer draws a key for this one
proof and signs each statement with it; with its own key it signs that key, the hash of the proof's settings
and that of the mandatory statements. A holder *derives* a proof by leaving out signatures.

NOTE: all that is derived from one credential carries the same signatures, key and labels, so showings can be
linked. A derived proof is not bound to a verifier: who sees it can show it again. Use bbs-2023 where this
matters. ECDSA signatures are malleable, so the bytes of a proof are never an identifier.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from crypto.errors import SignatureError
from crypto.randomness import RandomBytes, random_bytes
from crypto.signing import SIGNATURE_BYTES, VerifyingKey, generate_es256
from ssi.data_integrity.cryptosuite import Document
from ssi.data_integrity.selective.base_proof import base_proof_of
from ssi.data_integrity.selective.cbor import Cbor
from ssi.data_integrity.selective.disclosure import Disclosure, disclose
from ssi.data_integrity.selective.grouping import Selection, Statements, statements_of
from ssi.data_integrity.selective.hashes import HASH_BYTES, hash_mandatory, hash_settings
from ssi.data_integrity.selective.labels import HMAC_KEY_BYTES, hmac_labels
from ssi.data_integrity.selective.proof_value import ProofParts, canonical_place, write_proof_value
from ssi.data_integrity.selective.revealed import revealed_statements
from ssi.data_integrity.signers import Signer
from ssi.did.multibase import decode_base64url
from ssi.did.public_key import KeyType, PublicKey
from ssi.errors import AlteredCredentialError, IdentifierError, ProofError, VerificationMethodError
from ssi.linked_data.canonical import Canonicalizer

NAME: Final = "ecdsa-sd-2023"
BASE_HEADER: Final = b"\xd9\x5d\x00"
DERIVED_HEADER: Final = b"\xd9\x5d\x01"
_PARTS: Final = 5
_P256: Final = KeyType.P256
_KEY_BYTES: Final = len(_P256.prefix) + _P256.length


@dataclass(frozen=True)
class EcdsaSd2023:
    """Checks derived proofs."""

    name: str = field(default=NAME, init=False)

    def verify(
        self, document: Document, proof: Document, key: PublicKey, canonical: Canonicalizer | None = None
    ) -> Document:
        """The document, if the key signed each of its statements and these settings (§3.6.7).

        Raises:
            AlteredCredentialError: a statement or a setting is not what was signed.
            ProofError: the value of the proof is no derived proof.
            VerificationMethodError: no key on P-256.
            CredentialError: the document cannot be transformed; see `ssi.linked_data`.
        """
        parts = ProofParts(proof.get("proofValue"), DERIVED_HEADER, _PARTS)
        base_signature = parts.binary("baseSignature", SIGNATURE_BYTES)
        proof_key = parts.binary("publicKey", _KEY_BYTES)
        signatures = parts.binaries("signatures", SIGNATURE_BYTES)
        labels = parts.binary_labels("labelMap", HASH_BYTES)
        mandatory_indexes = parts.indexes("mandatoryIndexes")
        forms = Canonicalizer() if canonical is None else canonical
        revealed = revealed_statements(document, labels, mandatory_indexes, forms)
        signed = hash_settings(document, proof, forms) + proof_key + hash_mandatory(revealed.mandatory)
        _verify(_issuer_key(key), base_signature, signed)
        _verify_statements(proof_key, signatures, revealed.optional)
        return document


@dataclass(frozen=True)
class EcdsaSd2023Maker:
    """Makes base proofs with one signer; every derived proof will show what the mandatory pointers select."""

    signer: Signer = field(repr=False)
    mandatory_pointers: tuple[str, ...] = ()
    random: RandomBytes = field(default=random_bytes, repr=False)
    name: str = field(default=NAME, init=False)

    def make(self, document: Document, proof: Document) -> dict[str, Any]:
        """The base proof with its value, for the holder only (§3.6.1 to §3.6.5).

        Raises:
            VerificationMethodError: the signer's key is none on P-256.
            MalformedCredentialError: a mandatory pointer is none, or points at nothing.
            CredentialError: the document cannot be transformed; see `ssi.data_integrity.selective`.
        """
        _issuer_key(self.signer.public_key)
        hmac_key = self.random(HMAC_KEY_BYTES)
        statements = statements_of(document, hmac_labels(hmac_key))
        mandatory, optional = statements.split(statements.select(self.mandatory_pointers))
        key = generate_es256(self.random)
        proof_key = _P256.prefix + PublicKey.of(key.public).raw
        base_signature = self.signer.sign(_signed(document, proof, proof_key, mandatory))
        signatures = [key.sign(line.encode("utf-8")) for line in optional]
        parts: list[Cbor] = [
            base_signature,
            proof_key,
            hmac_key,
            [*signatures],
            [*self.mandatory_pointers],
        ]
        return {**proof, "proofValue": write_proof_value(BASE_HEADER, parts)}


@dataclass(frozen=True)
class _Base:
    """A base proof that was read, with the statements of its document."""

    signature: bytes = field(repr=False)
    key: bytes = field(repr=False)
    signatures: tuple[bytes, ...] = field(repr=False)
    mandatory_pointers: tuple[str, ...]
    statements: Statements = field(repr=False)
    mandatory: Selection = field(repr=False)
    signed: bytes = field(repr=False)


def verify_base_proof(document: Document, proof: Document, key: PublicKey) -> None:
    """Return only if the key made this base proof over the document without its proofs: a holder's check.

    Raises:
        CredentialError: as `EcdsaSd2023.verify`, for base proofs.
    """
    base = _read_base(document, proof)
    _verify(_issuer_key(key), base.signature, base.signed)


def derive(credential: Document, selective_pointers: Sequence[str]) -> dict[str, Any]:
    """Show of a credential what the pointers select, besides what is mandatory (§3.6.6).

    The signature of the issuer is not checked here, since a base proof does not hold its key: see
    `verify_base_proof`.

    Raises:
        ProofError: the credential has no base proof of this suite, or more than one.
        AlteredCredentialError: the signatures of the base proof do not fit the credential.
        MalformedCredentialError: a pointer is none, or points at nothing.
        CredentialError: the credential cannot be transformed; see `ssi.data_integrity.selective`.
    """
    document, proof = base_proof_of(credential, NAME)
    base = _read_base(document, proof)
    disclosure = disclose(
        document,
        base.statements,
        mandatory=base.mandatory,
        pointers=[*base.mandatory_pointers, *selective_pointers],
    )
    return {**disclosure.document, "proof": {**proof, "proofValue": _write_derived(base, disclosure)}}


def _write_derived(base: _Base, disclosure: Disclosure) -> str:
    labels = {canonical_place(old): decode_base64url(new) for old, new in disclosure.labels.items()}
    return write_proof_value(
        DERIVED_HEADER,
        [
            base.signature,
            base.key,
            [base.signatures[place] for place in disclosure.selective_indexes],
            dict(sorted(labels.items())),
            list(disclosure.mandatory_indexes),
        ],
    )


def _read_base(document: Document, proof: Document) -> _Base:
    parts = ProofParts(proof.get("proofValue"), BASE_HEADER, _PARTS)
    signature = parts.binary("baseSignature", SIGNATURE_BYTES)
    key, hmac_key = parts.binary("publicKey", _KEY_BYTES), parts.binary("hmacKey", HMAC_KEY_BYTES)
    signatures = parts.binaries("signatures", SIGNATURE_BYTES)
    pointers = parts.texts("mandatoryPointers")
    statements = statements_of(document, hmac_labels(hmac_key))
    selection = statements.select(pointers)
    mandatory, optional = statements.split(selection)
    _verify_statements(key, signatures, optional)
    signed = _signed(document, proof, key, mandatory)
    return _Base(signature, key, signatures, pointers, statements, selection, signed)


def _signed(document: Document, proof: Document, key: bytes, mandatory: Sequence[str]) -> bytes:
    """What the issuer signs with its own key (`serializeSignData`, §3.5.1)."""
    return hash_settings(document, proof) + key + hash_mandatory(mandatory)


def _verify_statements(key: bytes, signatures: Sequence[bytes], lines: Sequence[str]) -> None:
    if len(signatures) != len(lines):
        raise AlteredCredentialError("expected a signature for each statement that is not mandatory")
    if not key.startswith(_P256.prefix):
        raise ProofError("proofValue, publicKey: expected a key on P-256")
    try:
        verifying = PublicKey(_P256, key[len(_P256.prefix) :]).verifying_key()
    except IdentifierError as error:
        raise ProofError(f"proofValue, publicKey: {error}") from error
    for signature, line in zip(signatures, lines, strict=True):
        _verify(verifying, signature, line.encode("utf-8"))


def _verify(key: VerifyingKey, signature: bytes, message: bytes) -> None:
    try:
        key.verify(signature, message)
    except SignatureError as error:
        raise AlteredCredentialError(f"the ecdsa-sd-2023 proof does not fit: {error}") from error


def _issuer_key(key: PublicKey) -> VerifyingKey:
    if key.type is not _P256:
        raise VerificationMethodError(f"ecdsa-sd-2023 does not work with a key on {key.type.curve}")
    return key.verifying_key()
