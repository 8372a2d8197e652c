"""bbs-2023: credentials of which any part is shown, and no two showings can be linked by their proofs.

Data Integrity BBS Cryptosuites v1.0 (W3C Candidate Recommendation), feature option `baseline`, over
`crypto.bbs` with SHA-256. The issuer signs the statements as messages of one BBS signature, and the hash of
the proof's settings and of the mandatory statements as its header; this *base proof* goes to the holder only.
She *derives* a proof about a selection, bound to a *presentation header*: the verifier's challenge.

NOTE: whoever sees a base proof can derive from it, and recognises it. Settings such as `created`, and the
numbers of statements, are in every derived proof: an issuer that makes them differ makes holders linkable.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from crypto.bbs.keys import PublicKey as BbsPublicKey
from crypto.bbs.keys import SecretKey
from crypto.bbs.proof import ProofContext
from crypto.bbs.proof_generation import generate_proof
from crypto.bbs.proof_verification import verify_proof
from crypto.bbs.signature import SIGNATURE_BYTES, sign, verify_signature
from crypto.errors import CryptoError, OutOfRangeError
from crypto.randomness import RandomBytes, random_bytes
from ssi.data_integrity.cryptosuite import Document
from ssi.data_integrity.selective.base_proof import base_proof_of
from ssi.data_integrity.selective.cbor import Cbor
from ssi.data_integrity.selective.disclosure import Disclosure, disclose
from ssi.data_integrity.selective.grouping import Selection, Statements, statements_of
from ssi.data_integrity.selective.hashes import HASH_BYTES, hash_mandatory, hash_settings
from ssi.data_integrity.selective.labels import HMAC_KEY_BYTES, shuffled_labels
from ssi.data_integrity.selective.proof_value import ProofParts, canonical_place, write_proof_value
from ssi.data_integrity.selective.revealed import revealed_statements
from ssi.did.public_key import KeyType, PublicKey
from ssi.errors import AlteredCredentialError, GraphTooComplexError, VerificationMethodError
from ssi.linked_data.canonical import Canonicalizer

NAME: Final = "bbs-2023"
BASE_HEADER: Final = b"\xd9\x5d\x02"
DERIVED_HEADER: Final = b"\xd9\x5d\x03"
_PARTS: Final = 5
_HEADER_BYTES: Final = 2 * HASH_BYTES


@dataclass(frozen=True)
class Bbs2023:
    """Checks derived proofs.

    `presentation_header` is what the verifier asked for; None takes any, so a proof seen elsewhere passes.
    """

    presentation_header: bytes | None = None
    name: str = field(default=NAME, init=False)

    def verify(
        self, document: Document, proof: Document, key: PublicKey, canonical: Canonicalizer | None = None
    ) -> Document:
        """The document, if the key signed each of its statements and these settings (§3.5.7).

        Raises:
            AlteredCredentialError: a statement or a setting is not what was signed, or the presentation
                header is not the expected one.
            ProofError: the value of the proof is no derived proof of the baseline feature.
            VerificationMethodError: no key on BLS12-381.
            CredentialError: the document cannot be transformed; see `ssi.linked_data`.
        """
        parts = ProofParts(proof.get("proofValue"), DERIVED_HEADER, _PARTS)
        bbs_proof, labels = parts.binary("bbsProof"), parts.numbered_labels("labelMap")
        mandatory, selective = parts.indexes("mandatoryIndexes"), parts.indexes("selectiveIndexes")
        presentation_header = parts.binary("presentationHeader")
        if self.presentation_header not in {None, presentation_header}:
            raise AlteredCredentialError("the bbs-2023 proof answers another question")
        forms = Canonicalizer() if canonical is None else canonical
        revealed = revealed_statements(document, labels, mandatory, forms)
        if len(selective) != len(revealed.optional):
            raise AlteredCredentialError("expected an index for each statement that is not mandatory")
        messages = dict(zip(selective, _messages(revealed.optional), strict=True))
        header = hash_settings(document, proof, forms) + hash_mandatory(revealed.mandatory)
        context = ProofContext(_bbs_key(key), header, presentation_header)
        try:
            verify_proof(bbs_proof, messages, context)
        except CryptoError as error:
            raise AlteredCredentialError(f"the bbs-2023 proof does not fit: {error}") from error
        return document


@dataclass(frozen=True)
class Bbs2023Maker:
    """Makes base proofs with one key; every derived proof will show what the mandatory pointers select."""

    key: SecretKey = field(repr=False)
    mandatory_pointers: tuple[str, ...] = ()
    random: RandomBytes = field(default=random_bytes, repr=False)
    name: str = field(default=NAME, init=False)

    def make(self, document: Document, proof: Document) -> dict[str, Any]:
        """The base proof with its value, for the holder only (§3.5.1 to §3.5.5).

        Raises:
            MalformedCredentialError: a mandatory pointer is none, or points at nothing.
            GraphTooComplexError: more statements than `crypto.bbs.generators.MAX_MESSAGES` are not mandatory.
            CredentialError: the document cannot be transformed; see `ssi.data_integrity.selective`.
        """
        hmac_key = self.random(HMAC_KEY_BYTES)
        statements = statements_of(document, shuffled_labels(hmac_key))
        mandatory, optional = statements.split(statements.select(self.mandatory_pointers))
        header = _header(document, proof, mandatory)
        try:
            signature = sign(_messages(optional), self.key, header=header)
        except OutOfRangeError as error:
            raise GraphTooComplexError(f"too many statements that are not mandatory: {error}") from error
        public = self.key.public.encode()
        parts: list[Cbor] = [signature, header, public, hmac_key, [*self.mandatory_pointers]]
        return {**proof, "proofValue": write_proof_value(BASE_HEADER, parts)}


@dataclass(frozen=True)
class _Base:
    """A base proof that was read, with the statements of its document."""

    signature: bytes = field(repr=False)
    header: bytes = field(repr=False)
    key: BbsPublicKey
    mandatory_pointers: tuple[str, ...]
    statements: Statements = field(repr=False)
    mandatory: Selection = field(repr=False)
    optional: tuple[str, ...] = field(repr=False)


def verify_base_proof(document: Document, proof: Document, key: PublicKey) -> None:
    """Return only if the key made this base proof over the document without its proofs: a holder's check.

    Raises:
        CredentialError: as `Bbs2023.verify`, for base proofs.
    """
    base = _read_base(document, proof)
    if base.key != _bbs_key(key):
        raise AlteredCredentialError("the base proof was made with another key than that of its method")


def derive(
    credential: Document,
    selective_pointers: Sequence[str],
    *,
    presentation_header: bytes = b"",
    random: RandomBytes = random_bytes,
) -> dict[str, Any]:
    """Show of a credential what the pointers select, besides what is mandatory (§3.5.6).

    Raises:
        ProofError: the credential has no base proof of this suite, or more than one.
        AlteredCredentialError: the base proof does not fit the credential.
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
    bbs_proof = generate_proof(
        base.signature,
        _messages(base.optional),
        disclosure.selective_indexes,
        ProofContext(base.key, base.header, presentation_header),
        random=random,
    )
    value = _write_derived(bbs_proof, disclosure, presentation_header)
    return {**disclosure.document, "proof": {**proof, "proofValue": value}}


def _write_derived(bbs_proof: bytes, disclosure: Disclosure, presentation_header: bytes) -> str:
    labels = {canonical_place(old): int(new.removeprefix("b")) for old, new in disclosure.labels.items()}
    return write_proof_value(
        DERIVED_HEADER,
        [
            bbs_proof,
            dict(sorted(labels.items())),
            list(disclosure.mandatory_indexes),
            list(disclosure.selective_indexes),
            presentation_header,
        ],
    )


def _read_base(document: Document, proof: Document) -> _Base:
    parts = ProofParts(proof.get("proofValue"), BASE_HEADER, _PARTS)
    signature, header = (
        parts.binary("bbsSignature", SIGNATURE_BYTES),
        parts.binary("bbsHeader", _HEADER_BYTES),
    )
    key, hmac_key = parts.binary("publicKey"), parts.binary("hmacKey", HMAC_KEY_BYTES)
    pointers = parts.texts("mandatoryPointers")
    statements = statements_of(document, shuffled_labels(hmac_key))
    selection = statements.select(pointers)
    mandatory, optional = statements.split(selection)
    if header != _header(document, proof, mandatory):
        raise AlteredCredentialError("the settings or mandatory statements are not those of the base proof")
    try:
        public = BbsPublicKey.decode(key)
        verify_signature(signature, _messages(optional), public, header=header)
    except CryptoError as error:
        raise AlteredCredentialError(f"the bbs-2023 base proof does not fit: {error}") from error
    return _Base(signature, header, public, pointers, statements, selection, optional)


def _header(document: Mapping[str, Any], proof: Mapping[str, Any], mandatory: Sequence[str]) -> bytes:
    return hash_settings(document, proof) + hash_mandatory(mandatory)


def _messages(lines: Sequence[str]) -> list[bytes]:
    return [line.encode("utf-8") for line in lines]


def _bbs_key(key: PublicKey) -> BbsPublicKey:
    if key.type is not KeyType.BLS12_381_G2:
        raise VerificationMethodError(f"bbs-2023 does not work with a key on {key.type.curve}")
    try:
        return BbsPublicKey.decode(key.raw)
    except CryptoError as error:
        raise VerificationMethodError(str(error)) from error
