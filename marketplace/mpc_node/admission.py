"""Whom does this node admit to a job? Each contribution that the manifest names is decided on its own.

1. It is held here and was not withdrawn.
2. Its inputs are the ones that the manifest names.
3. Its credential still verifies: issuer trusted today, not expired.
4. The issuer says now that the credential is not taken back; a list that cannot be had counts as taken back.
5. The person is one of those the query asks about (public attributes).
6. The consent permits this use, if only the crowd is large enough.
7. Where it is added up under encryption: the record is here under the joint key of today.
8. The person is counted once: of several consents of one person the newest counts.

What depends on the crowd itself, and on what the other nodes admit, is settled in `agreement`. One person is
one pairwise handle of one issuer and data set: somebody with credentials of two issuers is two people here.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from consent.job import admitted_root
from consent.policy import Permitted, Refused, Use
from consent.record import ConsentRecord
from consent.statement import AdmissionStatement
from consent.vocabulary import Engine
from marketplace.mpc_node.agreement import Position
from marketplace.mpc_node.job_check import CheckedJob
from marketplace.mpc_node.papers import Papers, PapersOnFile
from marketplace.mpc_node.status import StatusCheck, StatusUnknownError
from marketplace.mpc_node.storage.contributions import ContributionStore, StoredContribution
from marketplace.mpc_node.storage.encrypted import EncryptedStore
from marketplace.mpc_node.storage.ledger import Charge, PrivacyLedger, totals
from ssi.errors import CredentialError, ExpiredError, RegistryError, RevokedError


class AdmissionRefusal(StrEnum):
    """Why a contribution is left out of a job, besides what its consent itself says (`consent.policy`)."""

    UNKNOWN_HERE = "unknown_here"
    WITHDRAWN = "withdrawn"
    OTHER_INPUTS = "other_inputs"
    CREDENTIAL_EXPIRED = "credential_expired"
    CREDENTIAL_NOT_TRUSTED = "credential_not_trusted"
    CREDENTIAL_REVOKED = "credential_revoked"
    STATUS_UNKNOWN = "status_unknown"
    NOT_ASKED_ABOUT = "not_asked_about"
    COUNTED_ALREADY = "counted_already"
    NOT_ENCRYPTED = "not_encrypted"


@dataclass(frozen=True)
class Candidate:
    """One contribution that this node admits, and how its consent meets this job in a crowd of all."""

    consent_id: str
    handle: str
    row_digest: str
    papers: Papers = field(repr=False)
    use: Use = field(repr=False)

    @property
    def record(self) -> ConsentRecord:
        """The consent."""
        return self.papers.record

    def permits(self, cohort_size: int, *, now: datetime) -> bool:
        """Whether the consent still permits the use in a crowd of that size, at a moment."""
        use = replace(self.use, cohort_size=cohort_size)
        return isinstance(self.record.decide(use, now=now), Permitted)


@dataclass(frozen=True)
class Admission:
    """This node's own view of a job: whom it admits, whom it refuses and why, and its ledger."""

    candidates: Mapping[str, Candidate]
    refusals: Mapping[str, str]
    charges: tuple[Charge, ...] = field(repr=False)

    def position(self, job: CheckedJob) -> Position:
        """What this node brings to the agreement with the other two."""
        manifest, epsilon = job.manifest, job.manifest.query.epsilon or Decimal(0)
        spent = totals(self.charges)
        too_dear = {
            each.consent_id
            for each in self.candidates.values()
            if spent.get(each.handle, Decimal(0)) + epsilon > each.record.policy.epsilon_total
        }
        return Position(
            statement=AdmissionStatement(
                job_id=manifest.job_id,
                attempt=manifest.attempt,
                role=job.role,
                manifest_digest=job.manifest_digest,
                admitted_root=admitted_root(self.candidates),
                admitted=len(self.candidates),
                refusals=self.refusals,
            ),
            rows={each.consent_id: each.row_digest for each in self.candidates.values()},
            cannot_afford=frozenset(too_dear) if epsilon else frozenset(),
            charged_roots=frozenset(
                charge.admitted_root for charge in self.charges if charge.job_id == manifest.job_id
            ),
        )


class AdmitContributions:
    """The use case: decide about everybody whom a manifest names."""

    def __init__(
        self,
        contributions: ContributionStore,
        papers: PapersOnFile,
        ledger: PrivacyLedger,
        encrypted: EncryptedStore,
    ) -> None:
        self._contributions = contributions
        self._papers = papers
        self._ledger = ledger
        self._encrypted = encrypted

    def __call__(self, job: CheckedJob, status: StatusCheck, *, now: datetime) -> Admission:
        """Carry out the steps; the code carries the numbers.

        Raises:
            RegistryError: the registry has run out, so nobody's word counts.
        """
        named = job.manifest.contributions
        stored, withdrawn = self._contributions.find(named), self._contributions.withdrawn(named)
        charges = self._ledger.charges({each.handle for each in stored.values()})
        spent = totals(charge for charge in charges if charge.job_id != job.manifest.job_id)
        decision = _Decision(job, self._papers, status, spent, now)
        refusals: dict[str, str] = {}
        found: list[Candidate] = []
        usable = self._usable(job, stored)  # 7
        for consent_id in named:
            if consent_id not in stored:  # 1
                gone = consent_id in withdrawn
                refusals[consent_id] = AdmissionRefusal.WITHDRAWN if gone else AdmissionRefusal.UNKNOWN_HERE
                continue
            decided = decision.about(stored[consent_id])
            if not isinstance(decided, Candidate):
                refusals[consent_id] = decided
            elif consent_id not in usable:
                refusals[consent_id] = AdmissionRefusal.NOT_ENCRYPTED
            else:
                found.append(decided)
        once = _newest_of_each(found)  # 8
        refusals |= {
            each.consent_id: AdmissionRefusal.COUNTED_ALREADY for each in found if each.consent_id not in once
        }
        return Admission(once, {key: str(value) for key, value in refusals.items()}, charges)

    def _usable(self, job: CheckedJob, stored: Collection[str]) -> Collection[str]:
        """Those of the stored contributions that the job's engine can compute on."""
        if job.manifest.query.chosen_engine is not Engine.PAILLIER:
            return stored
        entry = self._papers.registry().aggregation_key
        return frozenset[str]() if entry is None else self._encrypted.held(stored, entry.key_id)


@dataclass(frozen=True)
class _Decision:
    """Steps 2 to 6, with everything that is the same for all contributions of a job."""

    job: CheckedJob
    papers: PapersOnFile
    status: StatusCheck
    spent: Mapping[str, Decimal]
    now: datetime

    def about(self, stored: StoredContribution) -> Candidate | str:
        try:
            papers = self.papers.check(stored, now=self.now)  # 3
            if papers.record.inputs_digest != self.job.manifest.contributions[stored.consent_id]:  # 2
                return AdmissionRefusal.OTHER_INPUTS
            self.status.require_valid(papers.credential)  # 4
        except RegistryError:
            raise
        except CredentialError as error:
            return _reason(error)
        if not self.job.manifest.query.matches(papers.public, self.job.data_set):  # 5
            return AdmissionRefusal.NOT_ASKED_ABOUT
        return self._by_consent(stored, papers)  # 6

    def _by_consent(self, stored: StoredContribution, papers: Papers) -> Candidate | str:
        manifest = self.job.manifest
        use = Use(
            query=manifest.query,
            buyer_id=self.job.buyer.handle,
            buyer_kind=self.job.buyer_kind,
            cohort_size=len(manifest.contributions),
            epsilon_spent=self.spent.get(stored.handle, Decimal(0)),
            compensation_cents=manifest.compensation_cents,
            node_ids=manifest.nodes,
        )
        decision = papers.record.decide(use, now=self.now)
        if isinstance(decision, Refused):
            return decision.reason.value
        return Candidate(stored.consent_id, stored.handle, stored.body_digest, papers, use)


def _newest_of_each(found: Iterable[Candidate]) -> dict[str, Candidate]:
    """Of each person the consent given last; of two given in the same second, the one with the larger id."""
    newest: dict[str, Candidate] = {}
    for each in found:
        other = newest.get(each.handle)
        if other is None or _age(each) > _age(other):
            newest[each.handle] = each
    return {each.consent_id: each for each in newest.values()}


def _age(candidate: Candidate) -> tuple[datetime, str]:
    return candidate.record.policy.given_at, candidate.consent_id


def _reason(error: CredentialError) -> str:
    match error:
        case RevokedError():
            return AdmissionRefusal.CREDENTIAL_REVOKED
        case StatusUnknownError():
            return AdmissionRefusal.STATUS_UNKNOWN
        case ExpiredError():
            return AdmissionRefusal.CREDENTIAL_EXPIRED
        case _:
            return AdmissionRefusal.CREDENTIAL_NOT_TRUSTED
