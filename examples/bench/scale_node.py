"""Fills the folder of one of the three nodes of `examples.bench.scale`, which starts it as a process.

Shares, index and papers come to rest as they do when contributions are taken, in batches of 16,384; what is
left out are the signatures of people who do not exist, which a node checks when a contribution comes and not
at a job. `examples.bench.ingestion` measures those.
"""

import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from crypto.sealing import Vault
from examples.bench.scale_people import NODES, NOW, POLICY, digest, name, school, shares
from marketplace.mpc_node.bootstrap import MIGRATIONS
from marketplace.mpc_node.columns.share_rows import Group, ShareRow, share_rows
from marketplace.mpc_node.config import load_settings
from marketplace.mpc_node.kept_papers import KeptPapers, PapersForm, PublicAttributes, Terms, without_own
from marketplace.mpc_node.keys import load_keys
from marketplace.mpc_node.papers import issuer_digest
from marketplace.mpc_node.storage.contributions import ContributionStore, Incoming, StoredContribution
from marketplace.mpc_node.storage.share_files import FOLDER, MOST_ROWS, ShareFiles
from ssi.hosting.database import migrate, open_database
from ssi.status_list import MAX_ENTRIES
from ssi.trust_file import TrustFile, read_authority

ISSUER = "did:web:university.example"
YEAR_SECONDS = 365 * 24 * 3600


def main(role: int, folder: Path, people: int, lists: str) -> None:
    """Fill a node and say how many seconds it took; `lists` is where the issuer's status lists are."""
    home, began = folder / NODES[role], time.perf_counter()
    keys, settings = load_keys(home), load_settings(home)
    database = open_database(settings.database)
    migrate(database.engine, MIGRATIONS)
    store = ContributionStore(database, ShareFiles(home / FOLDER, Vault(keys.vault_key)))
    filling = _Filling(folder, PapersForm(keys.papers_key), lists)
    group = Group(POLICY.data_set, role)
    for start in range(0, people, MOST_ROWS):
        end = min(start + MOST_ROWS, people)
        rows = share_rows(group, *shares(role, start, end))
        batch = [filling.incoming(index, row) for index, row in zip(range(start, end), rows, strict=True)]
        store.put(batch, now=datetime.now(UTC))
    database.close()
    print(json.dumps({"fill": time.perf_counter() - began}))


class _Filling:
    """Makes contributions out of nothing."""

    def __init__(self, folder: Path, form: PapersForm, lists: str) -> None:
        authority = read_authority(folder / "authority" / "authority.jwk")
        registry = TrustFile(folder / "registry.jwt", authority, clock=lambda: datetime.now(UTC))()
        self._form = form
        self._issuer_digest = issuer_digest(registry, ISSUER, now=NOW)
        self._lists = lists
        self._terms: dict[int, Terms] = {}
        self._public: dict[str, PublicAttributes] = {}

    def incoming(self, index: int, row: ShareRow) -> Incoming:
        """One person's contribution, as it is about to be stored."""
        papers = KeptPapers(
            name(index),
            digest(index, "handle"),
            digest(index, "row"),
            digest(index, "inputs"),
            int(POLICY.given_at.timestamp()),
            int(POLICY.valid_until.timestamp()),
            int(NOW.timestamp()) + YEAR_SECONDS,
            index % MAX_ENTRIES,
            b"",
            self._terms_of(index // MAX_ENTRIES),
            self._public.setdefault(school(index), PublicAttributes({"school_type": school(index)})),
        )
        stored = StoredContribution(papers.consent_id, papers.row_digest, papers.handle, {}, "-", "-")
        return Incoming(stored, row, lambda token: False, self._form.pack(papers))

    def _terms_of(self, number: int) -> Terms:
        if number not in self._terms:
            uri = f"{self._lists}{number}"
            self._terms[number] = Terms(ISSUER, self._issuer_digest, uri, without_own(POLICY))
        return self._terms[number]


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
