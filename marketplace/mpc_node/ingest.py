"""May these contributions come in? Every claim that they make is checked before a share is kept.

`contribution_check` holds the first six steps, for one contribution by itself. Here follow:

7. Both components this node holds open their commitments. A whole batch is checked in one multi-scalar sum.
8. It was not withdrawn, and nothing else came under its consent id before.

Each contribution is accepted or refused on its own, with a reason; others of the batch are not affected. The
same contribution again is accepted again, so a delivery that broke off can be repeated.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from consent.contribution import NodeContribution
from consent.record import unverified_consent_id
from crypto.commitments import verify_openings
from crypto.errors import CommitmentError, CryptoError, MalformedError
from crypto.randomness import RandomBytes, random_bytes
from crypto.ring import ring_bytes, to_ring
from marketplace.mpc_node.contribution_check import (
    IngestRefusal,
    Opened,
    RefusedContributionError,
    ThisNode,
    open_contribution,
)
from marketplace.mpc_node.papers import PapersOnFile
from marketplace.mpc_node.storage.contributions import ContributionStore, Incoming, Kept, StoredContribution
from marketplace.mpc_node.withdrawal import is_withdrawal_of
from ssi.trust import TrustRegistry

_KEPT_REASONS = {Kept.OTHER_BODY: IngestRefusal.OTHER_BODY, Kept.WITHDRAWN: IngestRefusal.WITHDRAWN}


@dataclass(frozen=True)
class Verdict:
    """What became of one contribution; `consent_id` is None where it could not even be read."""

    consent_id: str | None
    reason: IngestRefusal | None = None

    @property
    def accepted(self) -> bool:
        """Whether it is held here now, newly or since before."""
        return self.reason is None


class IngestContributions:
    """The use case: check a batch, keep what holds."""

    def __init__(
        self,
        node: ThisNode,
        contributions: ContributionStore,
        papers: PapersOnFile,
        *,
        clock: Callable[[], datetime],
        random: RandomBytes = random_bytes,
    ) -> None:
        self._node = node
        self._contributions = contributions
        self._papers = papers
        self._clock = clock
        self._random = random

    def __call__(self, documents: Sequence[object]) -> list[Verdict]:
        """Check each contribution of a batch and keep the accepted ones; verdicts in order of the documents.

        Raises:
            RegistryError: there is no registry that holds now, so nobody's word counts.
        """
        registry, now = self._papers.registry(), self._clock()
        checked = [self._check(document, registry, now) for document in documents]
        wrong = self._wrong_openings([each for each in checked if isinstance(each, Opened)])
        holding = [each for each in checked if isinstance(each, Opened) and each.papers.digest not in wrong]
        kept = self._contributions.put([_incoming(each) for each in holding], now=now)  # 8
        for each, outcome in zip(holding, kept, strict=True):
            if outcome is Kept.STORED:
                self._papers.remember(registry, each.papers, digest=each.papers.digest)
        outcomes = iter(kept)
        return [each if isinstance(each, Verdict) else _verdict(each, wrong, outcomes) for each in checked]

    def _check(self, document: object, registry: TrustRegistry, now: datetime) -> Opened | Verdict:
        try:
            contribution = NodeContribution.from_json(document)
            claimed_id = unverified_consent_id(contribution.consent)
        except MalformedError:
            return Verdict(None, IngestRefusal.MALFORMED)
        try:
            return open_contribution(contribution, self._node, registry, now=now)
        except RefusedContributionError as refused:
            return Verdict(claimed_id, refused.reason)
        except CryptoError:
            return Verdict(claimed_id, IngestRefusal.MALFORMED)

    def _wrong_openings(self, opened: Sequence[Opened]) -> frozenset[str]:
        """The digests of the papers whose shares are not what the issuer committed to (step 7)."""
        wrong: set[str] = set()
        for domain in {each.domain for each in opened}:
            owned = [
                (each.papers.digest, opening)
                for each in opened
                if each.domain == domain
                for opening in each.openings
            ]
            try:
                verify_openings([opening for _, opening in owned], self._random, domain=domain)
            except CommitmentError as error:
                wrong.update(owned[index][0] for index in error.indices)
        return frozenset(wrong)


def _verdict(opened: Opened, wrong: frozenset[str], kept: Iterator[Kept]) -> Verdict:
    papers = opened.papers
    if papers.digest in wrong:
        return Verdict(papers.record.consent_id, IngestRefusal.SHARES_DO_NOT_OPEN)
    return Verdict(papers.record.consent_id, _KEPT_REASONS.get(next(kept)))


def _incoming(opened: Opened) -> Incoming:
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
        shares=b"".join(ring_bytes(to_ring(component.values)) for component in opened.pair),
        is_withdrawal=lambda token: is_withdrawal_of(token, consent_id, credential.holder_key),
    )
