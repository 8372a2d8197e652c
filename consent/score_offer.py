"""What does a wallet hand in so that its record can be scored, and what does it prove?

A score offer is a signed consent, a presentation of the credential that shows its public attributes only, the
wallet's own public key (`crypto.functional.als16`), the encrypted numbers, and a proof that they are the
numbers in the commitment that the issuer signed (`crypto.linked.als16_link`). Nobody who holds it can read a
number, and anybody can check it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from consent.contribution import MAX_TOKEN
from consent.errors import ExpiredDocumentError, MismatchError
from consent.score_consent import ScoreConsent, verify_score_consent
from consent.score_function import scored_columns
from crypto.commitments import Opening
from crypto.curve import Point
from crypto.encoding import Json, b64url_encode, digest_of
from crypto.errors import MalformedError
from crypto.functional.als16 import Ciphertext, MasterPublicKey, MasterSecretKey
from crypto.functional.als16_wire import (
    decode_ciphertext,
    decode_public_key,
    encode_ciphertext,
    encode_public_key,
)
from crypto.linked.als16_link import LinkedRecord, encrypt_linked, verify_linked
from crypto.linked.proof import Proof
from crypto.linked.statement import Context, Terms
from crypto.randomness import RandomBytes, random_bytes
from crypto.reading import Fields
from ssi.credential import RecordCredential, verify_record
from ssi.dataset import DataSet
from ssi.trust import TrustRegistry

_MOST_BYTES = 100_000


@dataclass(frozen=True)
class EncryptedRecord:
    """The public key of one offer, the numbers encrypted to it, and the proof about them, as bytes."""

    public_key: bytes = field(repr=False)
    ciphertext: bytes = field(repr=False)
    proof: bytes = field(repr=False)

    @property
    def digest(self) -> str:
        """The digest that the consent must name."""
        return digest_of(self.to_json())

    def to_json(self) -> dict[str, Json]:
        """The three as a document."""
        return {
            "public_key": b64url_encode(self.public_key),
            "ciphertext": b64url_encode(self.ciphertext),
            "proof": b64url_encode(self.proof),
        }


@dataclass(frozen=True)
class ScoreOffer:
    """What a wallet hands in. The parts are unverified: their form is right, no more."""

    consent: str = field(repr=False)
    presentation: str = field(repr=False)
    record: EncryptedRecord = field(repr=False)

    @property
    def digest(self) -> str:
        """What tells the same offer from another."""
        return digest_of(self.to_json())

    def to_json(self) -> dict[str, Json]:
        """The document that the wallet sends and a buyer fetches."""
        return {
            "consent": self.consent,
            "presentation": self.presentation,
            "record": self.record.to_json(),
        }

    @classmethod
    def from_json(cls, document: object, where: str = "score offer") -> "ScoreOffer":
        """Read what `to_json` wrote.

        Raises:
            MalformedError: a member is missing, unknown or not of its form.
        """
        fields = Fields.of(document, where)
        record = fields.section("record")
        offer = cls(
            consent=fields.text("consent", max_length=MAX_TOKEN),
            presentation=fields.text("presentation", max_length=MAX_TOKEN),
            record=EncryptedRecord(
                *(_bounded(record, name) for name in ("public_key", "ciphertext", "proof"))
            ),
        )
        record.done()
        fields.done()
        return offer


@dataclass(frozen=True)
class VerifiedScoreOffer:
    """An offer whose every claim was checked; made by `verify_score_offer` only."""

    consent: ScoreConsent
    credential: RecordCredential = field(repr=False)
    public_key: MasterPublicKey = field(repr=False)
    ciphertext: Ciphertext = field(repr=False)

    @property
    def data_set(self) -> DataSet:
        """The data set of the record."""
        return self.credential.data_set


def encrypt_record(
    key: MasterSecretKey,
    values: Sequence[int],
    blinding: int,
    *,
    of: tuple[Point, DataSet, str],
    random: RandomBytes = random_bytes,
) -> EncryptedRecord:
    """Encrypt the scored numbers of a whole encoded record, with the proof.

    `of` is the commitment that the issuer signed, the data set, and the id of the consent it is for. The key
    has one place for each scored attribute.

    Raises:
        TermsError: the data set has no scores.
        OutOfRangeError: the record or the key has another length than the data set says.
    """
    commitment, data_set, consent_id = of
    linked = encrypt_linked(
        key.public,
        Opening(commitment, values, blinding),
        _terms(data_set, consent_id),
        random,
        by=key.owner_encrypt,
    )
    return EncryptedRecord(
        encode_public_key(key.public), encode_ciphertext(linked.ciphertext), linked.proof.encode()
    )


def verify_score_offer(
    offer: ScoreOffer, registry: TrustRegistry, *, marketplace: str, now: datetime
) -> VerifiedScoreOffer:
    """The offer, after these checks, in this order; the code carries the numbers.

    1. The credential is by a trusted issuer, unaltered, in its time, and shows no private attribute. 2. The
    consent is signed by the holder of that credential, about it and about exactly this ciphertext, for this
    marketplace. 3. Its terms are about the credential's data set, and in force. 4. Key and ciphertext have
    one place for each scored number. 5. The ciphertext holds the numbers that the issuer committed to.

    Whether the issuer took the credential back is asked separately.

    Raises:
        CredentialError, MalformedError: step 1 fails, or a part does not have its form.
        SignatureError, TermsError, MismatchError: step 2, 3 or 4 fails.
        ExpiredDocumentError: the consent is not in force.
        ProofError: step 5 fails.
    """
    credential = verify_record(offer.presentation, registry, now=now)  # 1
    public = {attribute.name for attribute in credential.data_set.public_attributes}
    if credential.blinding is not None or not set(credential.claims) <= public:
        raise MismatchError("score offer: the presentation shows more than the public attributes")
    consent = _consent(offer, credential)  # 2
    if consent.controller != marketplace:
        raise MismatchError("score offer: the consent was given to another marketplace")
    if consent.terms.data_set != credential.data_set.ref:  # 3
        raise MismatchError("score offer: the consent is about another data set than the credential")
    if not consent.terms.covers(now):
        raise ExpiredDocumentError("score offer: the consent is not in force at this moment")
    key, linked = _linked(offer, credential, consent.consent_id)  # 4
    return VerifiedScoreOffer(consent, credential, key, verify_linked(key, linked))  # 5


def _consent(offer: ScoreOffer, credential: RecordCredential) -> ScoreConsent:
    return verify_score_consent(
        offer.consent,
        credential.holder_key,
        subject=credential.handle,
        credential_digest=credential.digest,
        inputs_digest=offer.record.digest,
    )


def _linked(
    offer: ScoreOffer, credential: RecordCredential, consent_id: str
) -> tuple[MasterPublicKey, LinkedRecord]:
    key = decode_public_key(offer.record.public_key)
    ciphertext = decode_ciphertext(offer.record.ciphertext)
    terms = _terms(credential.data_set, consent_id)
    if ciphertext.key_id != key.key_id or {len(key.bases), len(ciphertext.values)} != {len(terms.chosen)}:
        raise MismatchError("score offer: expected a key and a ciphertext of the scored numbers")
    commitment = Point.from_bytes(credential.commitment.value)
    return key, LinkedRecord(terms, commitment, ciphertext, Proof.decode(offer.record.proof))


def _terms(data_set: DataSet, consent_id: str) -> Terms:
    return Terms(
        context=Context(consent_id, data_set.ref, data_set.credential_type),
        domain=data_set.commitment_domain,
        columns=len(data_set.columns),
        chosen=scored_columns(data_set),
    )


def _bounded(fields: Fields, name: str) -> bytes:
    raw = fields.binary(name)
    if len(raw) > _MOST_BYTES:
        raise MalformedError(f"{fields.where}.{name}: expected at most {_MOST_BYTES} bytes")
    return raw
