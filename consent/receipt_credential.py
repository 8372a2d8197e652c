"""How does anybody verify a receipt with his own tools? It is a W3C Verifiable Credential 2.0 as well.

The receipt is the subject of a credential with a data integrity proof of the suite `eddsa-jcs-2022`, or
`ecdsa-jcs-2019` for a key on P-256, over canonical JSON. Its issuer is the `did:key` of the key that the
trust registry names for the marketplace or the node: so it verifies everywhere without a network, and counts
here only under the key that the caller brings. Reading is by writing again: whatever this code would not have
written for the receipt in it is refused, so nothing stands in it beside what is read.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

from consent.errors import MismatchError
from consent.receipt import RECEIPT_PROFILE, DeletionReceipt
from consent.record_document import RECORD_PROFILE, StatusChange, status_relation
from consent.signed import MAX_ID, read_consent_id, read_digest
from consent.status_receipt import MOST_STATUSES, AgreementNamed, StatusReceipt
from consent.vocabulary import ConsentStatus
from crypto.encoding import Json, canonical_json, digest_of
from crypto.errors import MalformedError, SignatureError
from crypto.reading import Fields, utc_text
from crypto.signing import SigningKey, VerifyingKey
from ssi.data_integrity.credentials import Verification, issue_credential, verify_credential
from ssi.data_integrity.proof import ProofOptions
from ssi.data_integrity.signature_suites import (
    ECDSA_JCS_2019,
    EDDSA_JCS_2022,
    SignatureMaker,
    SignatureSuite,
)
from ssi.did.did_key import did_key, did_key_method
from ssi.did.public_key import KeyType, PublicKey
from ssi.did.resolve import Resolver
from ssi.errors import AlteredCredentialError, CredentialError, VerificationMethodError
from ssi.linked_data.contexts import ARGONAUTA_V1, CREDENTIALS_V2

STATUS_TYPE: Final = "argonauta:ConsentReceiptCredential"
DELETION_TYPE: Final = "argonauta:DeletionReceiptCredential"
DELETION_PREFIX: Final = "urn:argonauta:deletion:sha-256:"
MAX_BYTES: Final = 20_000
"""Of a receipt as a credential, in canonical JSON."""
MOST_KEYS: Final = 64
"""Of how many the names are remembered."""

_CONTEXTS: Final = (CREDENTIALS_V2, ARGONAUTA_V1)
_SUITES: Final[Mapping[KeyType, SignatureSuite]] = {
    KeyType.ED25519: EDDSA_JCS_2022,
    KeyType.P256: ECDSA_JCS_2019,
}
_VERIFICATION: Final = Verification(Resolver(), contexts=frozenset(_CONTEXTS), validity_period=False)


def issue_status_credential(receipt: StatusReceipt, key: SigningKey) -> dict[str, Json]:
    """The receipt for a status as a credential, signed with the marketplace's key."""
    return _issued(_status_document(receipt, key.public), receipt.created_at, key)


def verify_status_credential(document: object, marketplace_key: VerifyingKey) -> StatusReceipt:
    """The receipt for a status that the marketplace signed.

    1. It has its form and is not too large. 2. The key of the caller signed all of it. 3. It is, byte for
    byte in canonical JSON, what is written for the receipt in it.

    Raises:
        MalformedError: it is no such receipt, or says something else beside it.
        SignatureError: another key signed it, or a byte was changed.
        TermsError: its history cannot be.
    """
    fields = _read(document, "status receipt")  # 1
    receipt = _status_receipt(fields.section("credentialSubject"))
    _require_signed(document, marketplace_key, receipt.created_at)  # 2
    _require_same(document, _status_document(receipt, marketplace_key), "status receipt")  # 3
    return receipt


def issue_deletion_credential(receipt: DeletionReceipt, key: SigningKey) -> dict[str, Json]:
    """A deletion receipt as a credential, signed with the node's key."""
    return _issued(_deletion_document(receipt, key.public), receipt.deleted_at, key)


def verify_deletion_credential(
    document: object, node_key: VerifyingKey, *, node_id: str, consent_id: str
) -> DeletionReceipt:
    """The deletion receipt of this node for this consent; the steps are those of `verify_status_credential`.

    Raises:
        MalformedError: it is no deletion receipt, or says something else beside it.
        SignatureError: another key signed it, or a byte was changed.
        MismatchError: it is of another node or for another consent.
    """
    subject = _read(document, "deletion credential").section("credentialSubject")
    (activity,) = subject.objects("dpv:hasRecordOfActivity", least=1, most=1)
    (node,) = subject.texts("dpv:hasDataProcessor", least=1, most=1)
    receipt = DeletionReceipt(node, read_consent_id(activity, "id"), subject.moment("dct:created"))
    _require_signed(document, node_key, receipt.deleted_at)
    _require_same(document, _deletion_document(receipt, node_key), "deletion credential")
    if (receipt.node_id, receipt.consent_id) != (node_id, consent_id):
        raise MismatchError("deletion credential: it is of another node or for another consent")
    return receipt


def _status_document(receipt: StatusReceipt, key: VerifyingKey) -> dict[str, Json]:
    agreement = receipt.agreement
    subject: dict[str, Json] = {
        "id": receipt.name,
        "type": "dpv:ConsentReceipt",
        "dct:conformsTo": RECEIPT_PROFILE,
        "dct:created": utc_text(receipt.created_at),
        "dpv:hasDataController": [agreement.controller],
        "dpv:hasRecordOfActivity": [
            {
                "id": agreement.consent_id,
                "type": "dpv:ConsentRecord",
                "dct:conformsTo": RECORD_PROFILE,
                "mk:recordDigest": agreement.record_digest,
            }
        ],
        "dpv:hasConsentStatus": [_status(change) for change in receipt.history],
    }
    if receipt.replaces is not None:
        subject["dct:replaces"] = receipt.replaces
    return _credential(STATUS_TYPE, subject, key, receipt.created_at)


def _deletion_document(receipt: DeletionReceipt, key: VerifyingKey) -> dict[str, Json]:
    said: dict[str, Json] = {
        "node": receipt.node_id,
        "consent_id": receipt.consent_id,
        "deleted_at": utc_text(receipt.deleted_at),
    }
    subject: dict[str, Json] = {
        "id": DELETION_PREFIX + digest_of(said),
        "type": "argonauta:DeletionReceipt",
        "dct:created": utc_text(receipt.deleted_at),
        "dpv:hasDataProcessor": [receipt.node_id],
        "dpv:hasProcessing": ["dpv:Erase"],
        "dpv:hasRecordOfActivity": [{"id": receipt.consent_id, "type": "dpv:ConsentRecord"}],
    }
    return _credential(DELETION_TYPE, subject, key, receipt.deleted_at)


def _credential(kind: str, subject: dict[str, Json], key: VerifyingKey, since: datetime) -> dict[str, Json]:
    return {
        "@context": list(_CONTEXTS),
        "type": ["VerifiableCredential", kind],
        "issuer": _named(key).did,
        "validFrom": utc_text(since),
        "credentialSubject": subject,
    }


def _status(change: StatusChange) -> dict[str, Json]:
    relation = status_relation(change)
    kinds = relation.pop("@type")
    if change.status is ConsentStatus.EXPIRED:
        del relation["dpv:isIndicatedBy"]  # time passed, and nobody said anything
    return {"type": kinds, **relation}


def _issued(document: dict[str, Json], at: datetime, key: SigningKey) -> dict[str, Json]:
    named = _named(key.public)
    maker = SignatureMaker(_SUITES[named.key.type], _ReceiptSigner(key, named.key))
    return issue_credential(document, maker, ProofOptions(named.method, created=at))


class _Named(NamedTuple):
    """A key, and what it is called in credentials."""

    key: PublicKey
    did: str
    method: str


@lru_cache(maxsize=MOST_KEYS)
def _named(key: VerifyingKey) -> _Named:
    """The names of a key follow from it alone, and one key signs every receipt of its holder."""
    public = PublicKey.of(key)
    return _Named(public, did_key(public), did_key_method(public))


@dataclass(frozen=True)
class _ReceiptSigner:
    """Signs with a key whose public half was read before."""

    key: SigningKey = field(repr=False)
    public_key: PublicKey

    def sign(self, message: bytes) -> bytes:
        """The signature, as of `ssi.data_integrity.signers.KeySigner`."""
        return self.key.sign(message)


def _read(document: object, where: str) -> Fields:
    fields = Fields.of(document, where)
    if len(canonical_json(document)) > MAX_BYTES:
        raise MalformedError(f"{where}: expected at most {MAX_BYTES} bytes")
    return fields


def _status_receipt(subject: Fields) -> StatusReceipt:
    (activity,) = subject.objects("dpv:hasRecordOfActivity", least=1, most=1)
    (controller,) = subject.texts("dpv:hasDataController", least=1, most=1, max_length=MAX_ID)
    statuses = subject.objects("dpv:hasConsentStatus", least=1, most=MOST_STATUSES)
    replaces = subject.text("dct:replaces", max_length=MAX_ID) if subject.has("dct:replaces") else None
    named = AgreementNamed(
        read_consent_id(activity, "id"), read_digest(activity, "mk:recordDigest"), controller
    )
    history = tuple(_change(each) for each in statuses)
    return StatusReceipt(named, history, subject.moment("dct:created"), replaces)


def _change(fields: Fields) -> StatusChange:
    kinds = fields.texts("type", least=1, most=2)
    try:
        return StatusChange(ConsentStatus(kinds[0]), fields.moment("dpv:isIndicatedAtTime"))
    except ValueError as error:
        raise MalformedError(f"{fields.where}.type: expected a consent status") from error


def _require_signed(document: object, key: VerifyingKey, at: datetime) -> None:
    expected = _named(key).did
    plain: Any = document
    try:
        verified = verify_credential(plain, _VERIFICATION, now=at)
    except (AlteredCredentialError, VerificationMethodError) as error:
        raise SignatureError(f"receipt: {error}") from error
    except CredentialError as error:
        raise MalformedError(f"receipt: {error}") from error
    if verified.issuer != expected or len(verified.proofs) != 1:
        raise SignatureError("receipt: another key signed it than that of who should have")


def _require_same(document: object, written: Mapping[str, Json], where: str) -> None:
    found = Fields.of(document, where)
    proof = Fields.of(found.any("proof"), f"{where}.proof")
    bare = {name: value for name, value in _members(document).items() if name != "proof"}
    if canonical_json(bare) != canonical_json(dict(written)) or proof.any("created") != written["validFrom"]:
        raise MalformedError(f"{where}: it says something else than the receipt that it stands for")


def _members(document: object) -> Mapping[str, Json]:
    return document if isinstance(document, Mapping) else {}
