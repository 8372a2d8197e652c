"""A joint key of the town's three nodes, people who encrypt to it, and a town where it is in use."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from consent.encrypted import EncryptedRecord, terms_of
from consent.query import Query, Statistic
from consent.vocabulary import Engine, StatisticKind
from crypto.commitments import Opening
from crypto.elgamal.keys import KeyShare, PublicKey
from crypto.encoding import sha256
from crypto.linked.elgamal_link import encrypt_linked
from crypto.randomness import random_below
from crypto.sharing.feldman import commit
from crypto.sharing.shamir import Polynomial, Share
from ssi.aggregation_key import AggregationKeyEntry
from ssi.dataset import data_set
from tests.marketplace.mpc_node.orders import EXACT
from tests.marketplace.mpc_node.parties import NAMES, random_of, registry
from tests.marketplace.mpc_node.people import POLICY, Offer, Person, record_of
from tests.marketplace.mpc_node.town import Town

BOTH = replace(POLICY, engines=frozenset({Engine.MPC, Engine.PAILLIER}))
ONLY_ENCRYPTED = replace(POLICY, engines=frozenset({Engine.PAILLIER}))
SUMS = replace(EXACT, engine=Engine.PAILLIER)
NOISED = replace(
    SUMS,
    statistics=(*EXACT.statistics, Statistic(StatisticKind.HISTOGRAM, "verbal_reasoning")),
    epsilon=Decimal("1.0"),
)


@cache
def shares_of(label: str = "joint") -> tuple[KeyShare, ...]:
    """The three shares of a key, dealt in one place."""
    random = random_of(f"aggregation key {label}")
    polynomial = Polynomial.draw(random_below(2**250, random), 2, random)
    public = PublicKey(commit(polynomial), 3)
    return tuple(KeyShare(public, Share(party, polynomial.at(party))) for party in (1, 2, 3))


def entry_of(label: str = "joint", nodes: Sequence[str] = NAMES) -> AggregationKeyEntry:
    """The key as the registry names it."""
    return AggregationKeyEntry(shares_of(label)[0].public, tuple(nodes), sha256(label.encode()))


@cache
def encryptor(
    label: str = "joint", values: tuple[tuple[str, Any], ...] = (), consent_id: str | None = None
) -> Callable[[Person, str], bytes]:
    """What a wallet encrypts: her record, or a lie; for her consent, or for another one."""

    def encrypt(someone: Person, own_id: str) -> bytes:
        record, described = record_of(someone), data_set("exam/1")
        encoded = described.encode({**someone.values, **dict(values)}) if values else record.encoded
        opening = Opening(record.commitment, encoded, record.blinding)
        terms = terms_of(consent_id or own_id, described)
        random = random_of(f"encrypt {label} {someone.index} {own_id} {values}")
        linked = encrypt_linked(shares_of(label)[0].public, opening, terms, random)
        return EncryptedRecord(linked.ciphertext, linked.proof).to_bytes()

    return encrypt


ENCRYPTED = Offer(policy=BOTH, encrypt=encryptor())


def with_key(town: Town, label: str = "joint", *, shares: Mapping[str, KeyShare] | None = None) -> Town:
    """The town with a joint key in its registry, and each node with its share."""
    entry = entry_of(label)
    town.registry = replace(registry(), aggregation_key=entry)
    dealt = shares if shares is not None else dict(zip(NAMES, shares_of(label), strict=True))
    for name, share in dealt.items():
        town.nodes[name].aggregation.shares.save(share)
    return town


def query_of(**changes: Any) -> Query:
    """The query for sums with some members changed."""
    return replace(SUMS, **changes)


def town_with_key(folder: Path) -> Town:
    """Three nodes that hold a joint key."""
    return with_key(Town(folder))
