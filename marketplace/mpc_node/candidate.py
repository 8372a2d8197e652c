"""One admitted person of a job: her papers, what other jobs took of her, whether her consent permits it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple, Protocol

from consent.decision import broken_rules
from consent.policy import Policy, Refusal, Use
from marketplace.mpc_node.kept_papers import KeptPapers, Terms
from marketplace.mpc_node.storage.ledger import Charge, account_of, runs_of, totals


class Row(Protocol):
    """What is computed on of one person: one contribution, or two that are joined."""

    @property
    def consent_id(self) -> str:
        """The name of the row: its consent, or both (`consent.joining.row_of`)."""
        ...

    @property
    def row_digest(self) -> str:
        """The digest of the papers that it is computed by."""
        ...

    @property
    def public(self) -> Mapping[str, str]:
        """The public attributes, by the names that the query uses."""
        ...

    @property
    def caps(self) -> Mapping[str, Decimal]:
        """The privacy budgets that it is charged to: the whole of each, by account (`account_of`)."""
        ...

    @property
    def run_caps(self) -> Mapping[str, int]:
        """How many jobs each account may be charged by, for those that bound it."""
        ...

    @property
    def takes(self) -> tuple["Taken", ...]:
        """The records that it takes."""
        ...

    def permits(self, cohort_size: int, *, now: datetime) -> bool:
        """Whether everything it stands on still permits the use in a crowd of that size, at a moment."""
        ...


class Taken(NamedTuple):
    """One record that a row takes: of which data set, whose, by which consent, in which crowd at least."""

    data_set: str
    account: str
    consent_id: str
    crowd_floor: int


class Past(NamedTuple):
    """What other jobs took of somebody: privacy budget, and how many there were."""

    spent: Decimal
    runs: int


NOTHING = Decimal(0)
NO_PAST = Past(NOTHING, 0)


class Uses:
    """How the terms of a job's people meet its query: each of them is held against it once."""

    def __init__(self, use: Use) -> None:
        """`use` is the job's; its crowd and what was spent are those of the moment."""
        self._use = use
        self._known: dict[tuple[Terms, Past, int], tuple[Refusal, ...]] = {}

    @property
    def crowd(self) -> int:
        """Of everybody that the job names."""
        return self._use.cohort_size

    def broken(self, terms: Terms, past: Past, crowd: int) -> tuple[Refusal, ...]:
        """The rules that do not hold for somebody with that past, in a crowd of that size."""
        asked = terms, past, crowd
        broken = self._known.get(asked)
        if broken is None:
            use = replace(self._use, cohort_size=crowd, epsilon_spent=past.spent, runs=past.runs)
            broken = self._known[asked] = broken_rules(terms.policy, use)
        return broken


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """One contribution that this node admits, what other jobs took of her, and how her consent meets this."""

    papers: KeptPapers = field(repr=False)
    past: Past
    uses: Uses = field(repr=False)

    @property
    def consent_id(self) -> str:
        """Her consent."""
        return self.papers.consent_id

    @property
    def account(self) -> str:
        """Who she is: her pairwise handle at her issuer."""
        return owner_of(self.papers)

    @property
    def row_digest(self) -> str:
        """The digest of her papers."""
        return self.papers.row_digest

    @property
    def policy(self) -> Policy:
        """What she allows."""
        return self.papers.policy

    @property
    def public(self) -> Mapping[str, str]:
        """The public attributes that the presentation shows."""
        return self.papers.public.shown

    @property
    def caps(self) -> Mapping[str, Decimal]:
        """The one budget that is charged."""
        return {self.account: self.papers.terms.policy.epsilon_total}

    @property
    def run_caps(self) -> Mapping[str, int]:
        """How often she lets her record be computed on, if she bounds it."""
        runs = self.papers.terms.policy.runs
        return {} if runs is None else {self.account: runs}

    @property
    def takes(self) -> tuple[Taken, ...]:
        """The one record."""
        policy = self.papers.terms.policy
        return (Taken(policy.data_set, self.account, self.consent_id, policy.crowd_floor),)

    def permits(self, cohort_size: int, *, now: datetime) -> bool:
        """Whether the consent still permits the use in a crowd of that size, at a moment."""
        papers = self.papers
        in_force = papers.given_at <= now.timestamp() < papers.valid_until
        return in_force and not self.uses.broken(papers.terms, self.past, cohort_size)


def pasts_of(paid: Sequence[Charge], job_id: str) -> dict[str, Past]:
    """What other jobs than this one took of each account."""
    spent = totals(charge for charge in paid if charge.job_id != job_id)
    runs = runs_of(paid, but=job_id)
    return {account: Past(spent[account], runs[account]) for account in spent}


def owner_of(papers: KeptPapers) -> str:
    """The account of whoever gave a consent."""
    return account_of(papers.terms.issuer, papers.handle)


def newest_of_each(found: Iterable[Candidate]) -> dict[str, Candidate]:
    """Of each person the consent given last; of two given in the same second, the one with the larger id."""
    newest: dict[str, Candidate] = {}
    for each in found:
        account = each.account
        other = newest.get(account)
        if other is None or _age(each) > _age(other):
            newest[account] = each
    return {each.consent_id: each for each in newest.values()}


def _age(candidate: Candidate) -> tuple[int, str]:
    return candidate.papers.given_at, candidate.consent_id
