"""May these contributions come in? Every claim that they make is checked before a share is kept.

`contribution_check` holds the first six steps, for one contribution by itself. Here follow:

7. Both components this node holds are in range and open their commitments (`share_check`). A whole batch is
   checked in one multi-scalar sum.
8. Where the consent allows nothing but adding up under encryption: the encrypted record holds. Where it
   allows both, a record that does not hold is not kept, and the verdict says so (`aggregation.ingest`).
9. It was not withdrawn, and nothing else came under its consent id before.

Each contribution is accepted or refused on its own, with a reason; others of the batch are not affected. The
same contribution again is accepted again, so a delivery that broke off can be repeated.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from consent.contribution import NodeContribution
from consent.record import unverified_consent_id
from crypto.errors import CryptoError, MalformedError
from crypto.randomness import RandomBytes, random_bytes
from marketplace.mpc_node.aggregation.ingest import Checked as Encrypted
from marketplace.mpc_node.aggregation.ingest import IngestEncrypted, Unusable, refusal_of
from marketplace.mpc_node.columns.share_rows import ShareRow
from marketplace.mpc_node.contribution_check import (
    IngestRefusal,
    Opened,
    RefusedContributionError,
    ThisNode,
    open_contribution,
)
from marketplace.mpc_node.papers import PapersOnFile
from marketplace.mpc_node.pausing import latest_pause
from marketplace.mpc_node.share_check import Checked, check_shares
from marketplace.mpc_node.storage.contributions import ContributionStore, Incoming, Kept, StoredContribution
from marketplace.mpc_node.withdrawal import is_withdrawal_of
from ssi.trust import TrustRegistry

_KEPT_REASONS = {Kept.OTHER_BODY: IngestRefusal.OTHER_BODY, Kept.WITHDRAWN: IngestRefusal.WITHDRAWN}


@dataclass(frozen=True)
class Verdict:
    """What became of one contribution; `consent_id` is None where it could not even be read.

    `unusable` says why an accepted one cannot be added up under encryption, although its consent allows it.
    """

    consent_id: str | None
    reason: IngestRefusal | None = None
    unusable: Unusable | None = None

    @property
    def accepted(self) -> bool:
        """Whether it is held here now, newly or since before."""
        return self.reason is None


class IngestContributions:
    """The use case: check a batch, keep what holds."""

    def __init__(  # noqa: PLR0913 — who checks, with what, and where each part is kept
        self,
        node: ThisNode,
        contributions: ContributionStore,
        papers: PapersOnFile,
        encrypted: IngestEncrypted,
        *,
        clock: Callable[[], datetime],
        random: RandomBytes = random_bytes,
    ) -> None:
        self._node = node
        self._contributions = contributions
        self._papers = papers
        self._encrypted = encrypted
        self._clock = clock
        self._random = random

    def __call__(self, documents: Sequence[object]) -> list[Verdict]:
        """Check each contribution of a batch and keep the accepted ones; verdicts in order of the documents.

        Raises:
            RegistryError: there is no registry that holds now, so nobody's word counts.
        """
        registry, now = self._papers.registry(), self._clock()
        checked = [self._check(document, registry, now) for document in documents]
        opened = [each for each in checked if isinstance(each, Opened)]
        encrypted = self._encrypted.check(opened, registry)
        shares = [
            refusal_of(sums, each) or held
            for sums, each, held in zip(encrypted, opened, check_shares(opened, self._random), strict=True)
        ]  # 7, 8
        packed = self._papers.packing(registry, now=now)
        incoming = [
            replace(_incoming(each, held), kept=packed(each.papers))
            for each, held in zip(opened, shares, strict=True)
            if not isinstance(held, IngestRefusal)
        ]
        kept = self._contributions.put(incoming, now=now)  # 9
        verdicts = list(_verdicts(opened, shares, iter(kept)))
        self._encrypted.keep(encrypted, held=[each.accepted for each in verdicts])
        told = map(_with_use, verdicts, encrypted)
        return [each if isinstance(each, Verdict) else next(told) for each in checked]

    def _check(self, document: object, registry: TrustRegistry, now: datetime) -> Opened | Verdict:
        try:
            contribution = NodeContribution.from_json(document)
        except MalformedError:
            return Verdict(None, IngestRefusal.MALFORMED)
        try:
            return open_contribution(contribution, self._node, registry, now=now)
        except RefusedContributionError as refused:
            return _refused(contribution, refused.reason)
        except CryptoError:
            return _refused(contribution, IngestRefusal.MALFORMED)


def _verdicts(opened: Sequence[Opened], shares: Sequence[Checked], kept: Iterator[Kept]) -> Iterator[Verdict]:
    for each, held in zip(opened, shares, strict=True):
        reason = held if isinstance(held, IngestRefusal) else _KEPT_REASONS.get(next(kept))
        yield Verdict(each.papers.record.consent_id, reason)


def _with_use(verdict: Verdict, encrypted: Encrypted) -> Verdict:
    if verdict.accepted and isinstance(encrypted, Unusable):
        return replace(verdict, unusable=encrypted)
    return verdict


def _refused(contribution: NodeContribution, reason: IngestRefusal) -> Verdict:
    try:
        return Verdict(unverified_consent_id(contribution.consent), reason)
    except MalformedError:
        return Verdict(None, IngestRefusal.MALFORMED)


def _incoming(opened: Opened, shares: ShareRow) -> Incoming:
    papers, credential = opened.papers, opened.papers.credential
    consent_id = papers.record.consent_id
    stored = StoredContribution(
        consent_id=consent_id,
        body_digest=papers.digest,
        handle=credential.handle,
        holder_key=credential.holder_key.to_jwk(),
        presentation=opened.contribution.presentation,
        consent=opened.contribution.consent,
    )
    return Incoming(
        stored,
        shares=shares,
        is_withdrawal=lambda token: is_withdrawal_of(token, consent_id, credential.holder_key),
        latest_pause=lambda tokens: latest_pause(tokens, consent_id, credential.holder_key),
    )
