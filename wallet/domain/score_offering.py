"""How a record is made ready to be scored: encrypted to a key of its own, proven, agreed to by signature.

What leaves the wallet is a signed consent, the credential without its private claims, a public key, the
encrypted numbers, and the proof that they are the issuer's. The master key stays.
"""

from dataclasses import dataclass, field

from consent.record_document import Notice
from consent.score_consent import ScoreConsent, sign_score_consent
from consent.score_function import scored_columns
from consent.score_offer import ScoreOffer, encrypt_record
from consent.score_terms import ScoreTerms
from crypto.functional.als16 import MasterSecretKey, setup
from crypto.randomness import RandomBytes
from ssi.credential import present
from ssi.record import Record as OpenedRecord
from wallet.domain.credential import HeldCredential


@dataclass(frozen=True)
class AgreedScores:
    """What the consent will say: its id, the terms, who answers for it, and the words that were shown."""

    consent_id: str
    terms: ScoreTerms
    controller: str
    notice: Notice


@dataclass(frozen=True)
class SignedScoreOffer:
    """The consent, everything that goes to the marketplace with it, and the key that stays."""

    consent: ScoreConsent
    offer: ScoreOffer = field(repr=False)
    master_key: MasterSecretKey = field(repr=False)


def make_score_offer(
    held: HeldCredential, opened: OpenedRecord, agreed: AgreedScores, *, random: RandomBytes
) -> SignedScoreOffer:
    """Encrypt the scored numbers of an opened record under a fresh key, and sign the consent that names them.

    Raises:
        TermsError: the data set has no scores.
    """
    data_set = opened.data_set
    key = setup(len(scored_columns(data_set)), random)
    of = (opened.commitment, data_set, agreed.consent_id)
    encrypted = encrypt_record(key, opened.encoded, opened.blinding, of=of, random=random)
    consent = ScoreConsent(
        consent_id=agreed.consent_id,
        subject=held.handle,
        controller=agreed.controller,
        terms=agreed.terms,
        credential_digest=held.digest,
        inputs_digest=encrypted.digest,
        notice=agreed.notice,
    )
    public = {attribute.name for attribute in data_set.public_attributes} & set(held.claims)
    signed = sign_score_consent(consent, held.holder_key)
    return SignedScoreOffer(consent, ScoreOffer(signed, present(held.compact, public), encrypted), key)
