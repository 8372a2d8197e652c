"""Whom does this node admit to a job? Each contribution that the manifest names is decided on its own.

1. It is held here and was not withdrawn.
2. Its inputs are the ones that the manifest names.
3. Its credential still verifies: issuer trusted today, not expired.
4. The issuer says now that the credential is not taken back; a list that cannot be had counts as taken back.
5. The person is one of those the query asks about (public attributes).
6. The consent is not paused and permits this use, if only the crowd is large enough.
7. Where it is added up under encryption: the record is here under the joint key of today.
8. The person is counted once: of several consents of one person the newest counts.

Where a query joins data sets, each person has two consents in the manifest, each of which is decided here;
what they are together is decided in `joined_rows`, step 5 included.

Whatever can be the same for many people is decided once: what the registry says of an issuer, what a list is,
whether a policy permits the use, whether public attributes are asked about (`kept_papers`).

What depends on the crowd itself, and on what the other nodes admit, is settled in `agreement`. One person is
one pairwise handle of one issuer and data set: somebody with credentials of two issuers is two people here.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from consent.job import admitted_root
from consent.policy import Refusal, Use
from consent.statement import AdmissionStatement
from consent.vocabulary import Engine
from marketplace.mpc_node.agreement import Position
from marketplace.mpc_node.candidate import (
    NO_PAST,
    NOTHING,
    Candidate,
    Past,
    Row,
    Uses,
    newest_of_each,
    owner_of,
    pasts_of,
)
from marketplace.mpc_node.errors import StorageAlteredError
from marketplace.mpc_node.job_check import CheckedJob
from marketplace.mpc_node.kept_papers import KeptPapers, PublicAttributes, Terms
from marketplace.mpc_node.papers import PapersOnFile, Read, Unfit
from marketplace.mpc_node.status import StatusCheck, StatusUnknownError, require_valid
from marketplace.mpc_node.storage.contributions import ContributionStore
from marketplace.mpc_node.storage.encrypted import EncryptedStore
from marketplace.mpc_node.storage.ledger import Charge, PrivacyLedger, totals
from ssi.errors import CredentialError, ExpiredError, RevokedError
from ssi.status_list import PublishedStatusList, Status, StatusList, StatusReference


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
    NOT_ONE_PERSON = "not_one_person"
    PAPERS_ALTERED = "papers_altered"


_VALID = Status.VALID.value
RowT_co = TypeVar("RowT_co", bound=Row, covariant=True)


@dataclass(frozen=True)
class Admission(Generic[RowT_co]):
    """This node's own view of a job: whom it admits, whom it refuses and why, and its ledger."""

    candidates: Mapping[str, RowT_co]
    refusals: Mapping[str, str]
    charges: tuple[Charge, ...] = field(repr=False)

    def position(self, job: CheckedJob) -> Position:
        """What this node brings to the agreement with the other two."""
        manifest, epsilon = job.manifest, job.manifest.query.epsilon
        spent = totals(self.charges)
        too_dear = {
            each.consent_id
            for each in (self.candidates.values() if epsilon else ())
            if any(spent.get(account, NOTHING) + (epsilon or 0) > cap for account, cap in each.caps.items())
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
            cannot_afford=frozenset(too_dear),
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

    def __call__(self, job: CheckedJob, status: StatusCheck, *, now: datetime) -> Admission[Candidate]:
        """Carry out the steps; the code carries the numbers.

        Raises:
            RegistryError: the registry has run out, so nobody's word counts.
        """
        named = job.manifest.consents
        decision = _Decision.of(job, named, self._contributions.paused(named), now)
        refusals: dict[str, str] = {}
        found: list[Candidate] = []
        charges: list[Charge] = []
        held: set[str] = set()
        for batch in self._papers.read(named, now=now):
            held.update(each.consent_id for each in batch)
            paid = self._ledger.charges({owner_of(each) for each in batch if isinstance(each, KeptPapers)})
            charges += paid
            past = pasts_of(paid, job.manifest.job_id)
            lists = _Lists(status)
            for each in batch:
                decided = decision.about(each, past, lists)
                if isinstance(decided, Candidate):
                    found.append(decided)
                else:
                    refusals[each.consent_id] = decided
        refusals |= self._absent([each for each in named if each not in held])  # 1
        refusals |= self._unusable(job, found)  # 7
        usable = [each for each in found if each.consent_id not in refusals] if refusals else found
        once = newest_of_each(usable)  # 8
        refusals |= {
            each.consent_id: AdmissionRefusal.COUNTED_ALREADY
            for each in usable
            if each.consent_id not in once
        }
        return Admission(once, {key: str(value) for key, value in refusals.items()}, tuple(charges))

    def _absent(self, ids: Sequence[str]) -> dict[str, str]:
        withdrawn = self._contributions.withdrawn(ids)
        return {
            each: AdmissionRefusal.WITHDRAWN if each in withdrawn else AdmissionRefusal.UNKNOWN_HERE
            for each in ids
        }

    def _unusable(self, job: CheckedJob, found: Sequence[Candidate]) -> dict[str, str]:
        """Those of the admitted whose contributions the job's engine cannot compute on."""
        usable = self._usable(job, [each.consent_id for each in found])
        return {
            each.consent_id: AdmissionRefusal.NOT_ENCRYPTED for each in found if each.consent_id not in usable
        }

    def _usable(self, job: CheckedJob, stored: Collection[str]) -> Collection[str]:
        """Those of the stored contributions that the job's engine can compute on."""
        if job.manifest.query.chosen_engine is not Engine.PAILLIER:
            return frozenset(stored)
        entry = self._papers.registry().aggregation_key
        return frozenset[str]() if entry is None else self._encrypted.held(stored, entry.key_id)


class _Lists:
    """The status lists of one batch of people, each asked for once; what could not be had is a refusal."""

    def __init__(self, status: StatusCheck) -> None:
        self._status = status
        self._known: dict[Terms, PublishedStatusList | StatusUnknownError] = {}

    def of(self, terms: Terms) -> PublishedStatusList:
        """The list on which the credentials of these terms stand.

        Raises:
            StatusUnknownError: it could not be had or believed.
        """
        known = self._known.get(terms)
        if known is None:
            try:
                known = self._status.current(terms.issuer, terms.status_uri)
            except StatusUnknownError as error:
                known = error
            self._known[terms] = known
        if isinstance(known, StatusUnknownError):
            raise StatusUnknownError(str(known))
        return known


@dataclass(frozen=True)
class _Decision:
    """Steps 2 to 6, with everything that is the same for all contributions of a job."""

    job: CheckedJob
    named: Mapping[str, str]
    uses: Uses
    paused: frozenset[str]
    seconds: int
    asked: dict[PublicAttributes, bool] = field(default_factory=dict)

    @classmethod
    def of(
        cls, job: CheckedJob, named: Mapping[str, str], paused: frozenset[str], now: datetime
    ) -> "_Decision":
        manifest = job.manifest
        use = Use(
            query=manifest.query,
            buyer_id=job.buyer.handle,
            buyer_kind=job.buyer_kind,
            cohort_size=len(manifest.contributions),
            epsilon_spent=NOTHING,
            compensation_cents=manifest.compensation_cents,
            node_ids=manifest.nodes,
            buyer_country=job.buyer.country,
        )
        return cls(job, named, Uses(use), paused, int(now.timestamp()))

    def about(self, read: Read, pasts: Mapping[str, Past], lists: _Lists) -> Candidate | str:
        if isinstance(read, Unfit):  # 3
            return _reason(read.reason)
        if read.inputs_digest != self.named[read.consent_id]:  # 2
            return AdmissionRefusal.OTHER_INPUTS
        try:
            published = lists.of(read.terms)
            if not _is_valid(published.statuses, read.status_index):  # 4
                require_valid(published, StatusReference(read.terms.status_uri, read.status_index))
        except CredentialError as error:
            return _reason(error)
        if not self._is_asked(read.public):  # 5
            return AdmissionRefusal.NOT_ASKED_ABOUT
        return self._by_consent(read, pasts.get(owner_of(read), NO_PAST))  # 6

    def _is_asked(self, public: PublicAttributes) -> bool:
        known = self.asked.get(public)
        if known is None:
            manifest = self.job.manifest
            # Joined records are asked about together, in `joined_rows`.
            known = bool(manifest.partners) or manifest.query.matches(public.shown, self.job.data_set)
            self.asked[public] = known
        return known

    def _by_consent(self, papers: KeptPapers, past: Past) -> Candidate | str:
        if self.seconds < papers.given_at:
            return Refusal.NOT_YET_VALID.value
        if self.seconds >= papers.valid_until:
            return Refusal.EXPIRED.value
        if papers.consent_id in self.paused:
            return Refusal.PAUSED.value
        broken = self.uses.broken(papers.terms, past, self.uses.crowd)
        return broken[0].value if broken else Candidate(papers, past, self.uses)


def _is_valid(statuses: StatusList, index: int) -> bool:
    """Whether a list plainly says so; if not, `require_valid` tells what it says."""
    try:
        return statuses.value(index) == _VALID
    except CredentialError:
        return False


def _reason(error: CredentialError | StorageAlteredError) -> str:
    match error:
        case StorageAlteredError():
            return AdmissionRefusal.PAPERS_ALTERED
        case RevokedError():
            return AdmissionRefusal.CREDENTIAL_REVOKED
        case StatusUnknownError():
            return AdmissionRefusal.STATUS_UNKNOWN
        case ExpiredError():
            return AdmissionRefusal.CREDENTIAL_EXPIRED
        case _:
            return AdmissionRefusal.CREDENTIAL_NOT_TRUSTED
