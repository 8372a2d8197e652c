"""Lets the marketplace and the nodes of `examples.bench.admission` hold people, by their own storage code.

Papers, the log and the shares come to rest as they do when offers arrive, some thousand at a time. What is
left out are the answers to wallets, which no order reads.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from consent.log import Entry
from crypto.encoding import Json
from crypto.randomness import random_bytes
from crypto.sealing import Vault
from examples.bench.admission_people import Person
from examples.bench.scale_people import NODES, NOW, POLICY, school, shares
from examples.bench.scale_town import UNIVERSITY
from marketplace.domain.log import Log
from marketplace.domain.offer import NodeAnswer, Offer, OfferState
from marketplace.mpc_node.bootstrap import MIGRATIONS
from marketplace.mpc_node.columns.share_rows import Group, ShareRow, share_rows
from marketplace.mpc_node.config import load_settings
from marketplace.mpc_node.kept_papers import KeptPapers, PapersForm, PublicAttributes, Terms, without_own
from marketplace.mpc_node.keys import load_keys
from marketplace.mpc_node.papers import issuer_digest
from marketplace.mpc_node.storage.contributions import ContributionStore, Incoming, StoredContribution
from marketplace.mpc_node.storage.share_files import FOLDER, ShareFiles
from marketplace.services.ports import ArrivedOffer
from marketplace.storage.store import SqlStore
from ssi.hosting.database import migrate, open_database
from ssi.status_list import MAX_ENTRIES
from ssi.trust import TrustRegistry

AT_ONCE = 4000


def fill(store: SqlStore, nodes: Sequence["NodeFilling"], people: Iterable[Person]) -> int:
    """Let everybody hold these people, who come in the order of their numbers; how many there are."""
    coming, count = iter(people), 0
    while batch := list(islice(coming, AT_ONCE)):
        _offer(store, batch)
        for node in nodes:
            node.take(batch)
        count += len(batch)
    return count


def _offer(store: SqlStore, batch: Sequence[Person]) -> None:
    entries = [Entry.of("offer", NOW, _entry(each), random_bytes) for each in batch]
    with store.writing() as books:
        indexes = Log(books.log).append(entries)
        books.offers.add_all(
            [
                ArrivedOffer(_offer_of(each, index), "-", "-", {})
                for each, index in zip(batch, indexes, strict=True)
            ]
        )
        for node in NODES:
            books.offers.answer(node, {each.consent_id: (NodeAnswer.ACCEPTED, None) for each in batch})


def _entry(person: Person) -> dict[str, Json]:
    return {
        "consent_id": person.consent_id,
        "inputs_digest": person.inputs_digest,
        "data_set": person.policy.data_set,
    }


def _offer_of(person: Person, log_index: int) -> Offer:
    return Offer(
        consent_id=person.consent_id,
        person=person.handle,
        holder_jwk=person.holder_jwk,
        policy=person.policy,
        public={"school_type": school(person.number)},
        inputs_digest=person.inputs_digest,
        state=OfferState.WAITING,
        received_at=NOW,
        log_index=log_index,
    )


class NodeFilling:
    """Fills one node, which is started when it is full."""

    def __init__(self, folder: Path, role: int, registry: TrustRegistry, lists: str) -> None:
        home = folder / NODES[role]
        keys = load_keys(home)
        self._database = open_database(load_settings(home).database)
        migrate(self._database.engine, MIGRATIONS)
        self._store = ContributionStore(self._database, ShareFiles(home / FOLDER, Vault(keys.vault_key)))
        self._form = PapersForm(keys.papers_key)
        self._role = role
        self._issuer_digest = issuer_digest(registry, UNIVERSITY.issuer_id, now=NOW)
        self._lists = lists

    def take(self, batch: Sequence[Person]) -> None:
        """Hold these people."""
        start, end = batch[0].number, batch[-1].number + 1
        rows = share_rows(Group(POLICY.data_set, self._role), *shares(self._role, start, end))
        self._store.put(
            [self._incoming(each, row) for each, row in zip(batch, rows, strict=True)], now=datetime.now(UTC)
        )

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def _incoming(self, person: Person, row: ShareRow) -> Incoming:
        uri = f"{self._lists}{person.number // MAX_ENTRIES}"
        papers = KeptPapers(
            person.consent_id,
            person.handle,
            person.row_digest,
            person.inputs_digest,
            int(person.policy.given_at.timestamp()),
            int(person.policy.valid_until.timestamp()),
            int(person.expires_at.timestamp()),
            person.number % MAX_ENTRIES,
            b"",
            Terms(UNIVERSITY.issuer_id, self._issuer_digest, uri, without_own(person.policy)),
            PublicAttributes({"school_type": school(person.number)}),
        )
        stored = StoredContribution(
            person.consent_id, person.row_digest, person.handle, {}, person.presentation, person.consent
        )
        return Incoming(stored, row, lambda token: False, self._form.pack(papers))
