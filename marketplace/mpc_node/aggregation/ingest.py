"""Can these contributions be added up under encryption? Checked beside their shares, in one batch.

1. The consent allows the engine. If it does not, what was handed in is not kept, and nobody is told off.
2. The registry names a joint key, held by exactly the nodes that the consent names.
3. The encrypted record has its form, is under that key, and has the columns of the data set.
4. The proof holds: it is the record of the commitment that the issuer signed, for this consent. All proofs of
   a batch are checked together, by one sum of points.

A contribution that fails is still good for the other engine, if its consent allows that one; the answer says
why it is good for nothing else. Its ciphertexts are not kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from consent.encrypted import EncryptedRecord, terms_of
from consent.vocabulary import Engine
from crypto.curve import Point
from crypto.errors import CryptoError
from crypto.linked.elgamal_link import LinkedContribution, find_wrong
from crypto.linked.statement import LinkedCiphertext
from crypto.randomness import RandomBytes
from marketplace.mpc_node.contribution_check import IngestRefusal, Opened
from marketplace.mpc_node.storage.encrypted import EncryptedStore, StoredRecord
from ssi.aggregation_key import AggregationKeyEntry
from ssi.trust import TrustRegistry


class Unusable(StrEnum):
    """Why a contribution cannot be added up under encryption."""

    NOT_HANDED_IN = "not_handed_in"
    NO_KEY = "no_key"
    OTHER_NODES = "other_nodes"
    OTHER_KEY = "other_key"
    MALFORMED = "malformed"
    NOT_WHAT_WAS_SIGNED = "not_what_was_signed"


Checked = StoredRecord | Unusable | None
"""A record to keep, why there is none, or None where the consent does not allow the engine."""


@dataclass(frozen=True)
class IngestEncrypted:
    """Checks encrypted records and keeps those that hold."""

    store: EncryptedStore
    random: RandomBytes = field(repr=False)

    def check(self, opened: Sequence[Opened], registry: TrustRegistry) -> list[Checked]:
        """What each encrypted record is good for, in order; the code carries the numbers."""
        entry = registry.aggregation_key
        read = [_read(each, entry) for each in opened]  # 1-3
        if entry is None:
            return [each for each in read if not isinstance(each, LinkedCiphertext)]
        places = [place for place, each in enumerate(read) if isinstance(each, LinkedCiphertext)]
        batch = [each for each in read if isinstance(each, LinkedCiphertext)]
        wrong = {places[index] for index in find_wrong(entry.public_key, batch, self.random)}  # 4
        return [
            Unusable.NOT_WHAT_WAS_SIGNED if place in wrong else _kept(each, opened[place])
            for place, each in enumerate(read)
        ]

    def keep(self, checked: Sequence[Checked], *, held: Sequence[bool]) -> None:
        """Keep the records of the contributions that are held here now."""
        pairs = zip(checked, held, strict=True)
        self.store.put([each for each, is_held in pairs if is_held and isinstance(each, StoredRecord)])


def refusal_of(checked: Checked, opened: Opened) -> IngestRefusal | None:
    """Why the whole contribution is refused: it is good for no engine that its consent allows."""
    useless = isinstance(checked, Unusable) and opened.papers.record.policy.engines == {Engine.PAILLIER}
    return IngestRefusal.NOT_ENCRYPTED if useless else None


def _read(opened: Opened, entry: AggregationKeyEntry | None) -> LinkedContribution | Unusable | None:
    policy, raw = opened.papers.record.policy, opened.contribution.encrypted
    if Engine.PAILLIER not in policy.engines:  # 1
        return None
    if entry is None or not entry.is_held_by(policy.node_ids):  # 2
        return Unusable.NO_KEY if entry is None else Unusable.OTHER_NODES
    if raw is None:
        return Unusable.NOT_HANDED_IN
    try:
        record = EncryptedRecord.from_bytes(raw)  # 3
    except CryptoError:
        return Unusable.MALFORMED
    return _linked(opened, record) if record.ciphertext.key_id == entry.key_id else Unusable.OTHER_KEY


def _linked(opened: Opened, record: EncryptedRecord) -> LinkedContribution | Unusable:
    credential = opened.papers.credential
    terms = terms_of(opened.papers.record.consent_id, credential.data_set)
    if record.columns != terms.columns:
        return Unusable.MALFORMED
    return record.linked(Point.from_bytes(credential.commitment.value), terms)


def _kept(each: LinkedContribution | Unusable | None, opened: Opened) -> Checked:
    if not isinstance(each, LinkedCiphertext):
        return each
    bins = b"".join(one.mask.to_bytes() + one.masked.to_bytes() for one in each.ciphertext.bins)
    return StoredRecord(opened.papers.record.consent_id, each.ciphertext.key_id, bins)
