"""How are two records of one person computed on as one row? Each consent is decided alone, then both as one.

`admission` has decided about every consent of the manifest. Here a row stands or falls with both of its own:

1. Both are admitted, each by its own policy, which names the other's data set.
2. The first is about the query's data set and the second about the one it joins.
3. Both name the same join handle, whose key signed each of them (`consent.joining`): they are of one person,
   as far as wallets can be told apart.
4. The two together are what the query asks about (public attributes).
5. The person, by her join handle, stands in one row only: of several the newest counts.

Both budgets are charged, the smaller crowd of the two rules, and whoever withdraws one consent is out with
both. The row is named by both, so the agreed root, and with it the noise, says who was joined with whom.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property

from consent.errors import MismatchError
from consent.joining import consents_of, require_one_person, row_of
from consent.policy import Refusal
from crypto.encoding import digest_of
from marketplace.mpc_node.admission import Admission, AdmissionRefusal
from marketplace.mpc_node.candidate import Candidate, Taken
from marketplace.mpc_node.job_check import CheckedJob
from ssi.joined import side_by_side


@dataclass(frozen=True)
class JoinedCandidate:
    """Two contributions of one person that this node admits as one row; see `admission.Row`."""

    left: Candidate = field(repr=False)
    right: Candidate = field(repr=False)

    @property
    def consent_id(self) -> str:
        """The name of the row: both consents."""
        return row_of(self.left.consent_id, self.right.consent_id)

    @cached_property
    def row_digest(self) -> str:
        """The digest of both rows' papers."""
        return digest_of([self.left.row_digest, self.right.row_digest])

    @cached_property
    def public(self) -> dict[str, str]:
        """The public attributes of both, those of the second by their qualified names."""
        return side_by_side(self.left.public, self.right.public, self.right.policy.data_set)

    @property
    def caps(self) -> dict[str, Decimal]:
        """Both budgets, by account."""
        return {**self.left.caps, **self.right.caps}

    @property
    def run_caps(self) -> dict[str, int]:
        """How often each of the records may be computed on, by account, where that is bounded."""
        return {**self.left.run_caps, **self.right.run_caps}

    @property
    def takes(self) -> tuple[Taken, ...]:
        """Both records; whoever is in the answer with one is in it with the other."""
        return (*self.left.takes, *self.right.takes)

    def permits(self, cohort_size: int, *, now: datetime) -> bool:
        """Whether both consents still permit the use in a crowd of that size, at a moment."""
        return all(each.permits(cohort_size, now=now) for each in (self.left, self.right))


def join_rows(job: CheckedJob, admission: Admission[Candidate]) -> Admission[JoinedCandidate]:
    """The admission of a job that joins data sets: rows of two consents, refusals by row."""
    refusals: dict[str, str] = {}
    found: list[JoinedCandidate] = []
    for row in job.manifest.rows:
        decided = _decide(job, consents_of(row), admission)
        if isinstance(decided, JoinedCandidate):
            found.append(decided)
        else:
            refusals[row] = str(decided)
    once = _newest_of_each(found)  # 5
    refusals |= {
        each.consent_id: AdmissionRefusal.COUNTED_ALREADY.value
        for each in found
        if each.consent_id not in once
    }
    return Admission(once, refusals, admission.charges)


def rows_with(job: CheckedJob, consents: Collection[str]) -> tuple[str, ...]:
    """The rows of a job that stand on any of these consents; a row's own name counts for it as well."""
    gone = set(consents)
    return tuple(row for row in job.manifest.rows if row in gone or not gone.isdisjoint(consents_of(row)))


def _decide(
    job: CheckedJob, consent_ids: tuple[str, ...], admission: Admission[Candidate]
) -> JoinedCandidate | str:
    for consent_id in consent_ids:  # 1
        if consent_id not in admission.candidates:
            return admission.refusals[consent_id]
    left, right = (admission.candidates[consent_id] for consent_id in consent_ids)
    data_sets = (left.policy.data_set, right.policy.data_set)
    if data_sets != job.manifest.query.data_sets:  # 2
        return Refusal.OTHER_DATA_SET.value
    handles = (
        left.policy.join_handle(data_sets[1]),
        right.policy.join_handle(data_sets[0]),
    )
    try:
        require_one_person(*handles)  # 3
    except MismatchError:
        return AdmissionRefusal.NOT_ONE_PERSON
    row = JoinedCandidate(left, right)
    return row if job.manifest.query.matches(row.public, job.data_set) else AdmissionRefusal.NOT_ASKED_ABOUT


def _newest_of_each(found: Iterable[JoinedCandidate]) -> dict[str, JoinedCandidate]:
    newest: dict[str | None, JoinedCandidate] = {}
    for each in found:
        handle = each.left.policy.join_handle(each.right.policy.data_set)
        other = newest.get(handle)
        if other is None or _age(each) > _age(other):
            newest[handle] = each
    return {each.consent_id: each for each in newest.values()}


def _age(row: JoinedCandidate) -> tuple[datetime, str]:
    given = max(row.left.policy.given_at, row.right.policy.given_at)
    return given, row.consent_id
