"""How a record is made ready to be added up under encryption, where the person allows that.

Every column of the encoded record is encrypted to the joint key of the trust registry, and one proof says
that these are the columns that the issuer signed; it tells nothing else, and holds for this one consent. Any
two of the three nodes that hold the key could open what is made here, as any two could put her shares
together. It takes about 6 ms for 60 columns.
"""

from consent.encrypted import EncryptedRecord, is_encryptable, terms_of
from consent.policy import Policy
from consent.vocabulary import Engine
from crypto.commitments import Opening
from crypto.linked.elgamal_link import encrypt_linked
from crypto.randomness import RandomBytes
from ssi.aggregation_key import AggregationKeyEntry
from ssi.record import Record as OpenedRecord


def encrypted_record(
    opened: OpenedRecord,
    *,
    consent_id: str,
    policy: Policy,
    key: AggregationKeyEntry | None,
    random: RandomBytes,
) -> bytes | None:
    """The encrypted record for an offer; None where nothing may or can be encrypted.

    That is so where the policy does not allow it, where there is no joint key, where other nodes hold it than
    the policy names, and for a kind of record with too many columns.
    """
    data_set = opened.data_set
    if Engine.PAILLIER not in policy.engines or key is None or not key.is_held_by(policy.node_ids):
        return None
    if not is_encryptable(data_set):
        return None
    opening = Opening(opened.commitment, opened.encoded, opened.blinding)
    linked = encrypt_linked(key.public_key, opening, terms_of(consent_id, data_set), random)
    return EncryptedRecord(linked.ciphertext, linked.proof).to_bytes()
