"""Which of those whom this node admits does it leave out of an exact answer, because of earlier ones?

Each node remembers by itself whom its exact answers were about (`storage.answered`), and before it takes a
position leaves out whoever a new one must not be about (`consent.differencing`). What all three then agree
on may be fewer still, so it is held against the rule once more when it is noted, before anything is computed;
if it breaks it, there is no answer. Answers with noise pass: they are charged to budgets.

The people of a group that is too small to be computed are in no answer and therefore leave as well, whatever
the privacy (`consent.grouping.in_no_group`).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from consent.differencing import Member, held_back, key_of
from consent.errors import TooFewDifferError
from consent.grouping import in_no_group
from marketplace.mpc_node.admission import Admission
from marketplace.mpc_node.agreement import CROWD_TOO_SMALL, hidden_enough
from marketplace.mpc_node.candidate import Row
from marketplace.mpc_node.errors import AttemptFailedError, Failure
from marketplace.mpc_node.job_check import CheckedJob
from marketplace.mpc_node.storage.answered import AnsweredStore


def require_crowd(floor: int, people: int, held_back: int) -> None:
    """Return only if there are as many people as the query's floor.

    Raises:
        AttemptFailedError: there are fewer; `differs_by_too_few` where those held back would be enough.
    """
    if people >= floor:
        return
    if people + held_back >= floor:
        raise AttemptFailedError(
            Failure.DIFFERS_BY_TOO_FEW, "too few people are left who may be in another exact answer"
        )
    raise AttemptFailedError(Failure.CROWD_TOO_SMALL, f"{people} people can take part, {floor} are needed")


@dataclass(frozen=True)
class Exactness:
    """The rule as it meets one job at one node."""

    job: CheckedJob
    answered: AnsweredStore

    @property
    def is_exact(self) -> bool:
        """Whether the answer is one that no budget protects."""
        return self.job.manifest.query.epsilon is None

    def exposed(self, rows: Mapping[str, Row], left: Sequence[str]) -> Collection[str]:
        """Those who would be in a public group that is too small."""
        query = self.job.manifest.query
        return in_no_group(query, self.job.data_set, {each: rows[each].public for each in left})

    def position(self, admission: Admission[Row], *, now: datetime) -> tuple[Admission[Row], int]:
        """The admission without those whom an exact answer has to leave out, and how many those are."""
        if not self.is_exact:
            return admission, 0
        rows = admission.candidates
        histories = self.answered.histories(
            {name: [each.account for each in those] for name, those in self._crowds(rows.values()).items()}
        )
        left, refusals, held = tuple(sorted(rows)), dict(admission.refusals), 0

        def permits(row: str, crowd: int) -> bool:
            return rows[row].permits(crowd, now=now)

        def exposed(those: Sequence[str]) -> Collection[str]:
            return self.exposed(rows, those)

        while True:
            left = hidden_enough(left, permits, exposed, refusals)
            crowds = self._crowds([rows[each] for each in left])
            out = frozenset(
                row for name, those in crowds.items() for row in held_back(those, histories[name])
            )
            if not out:
                break
            held += len(out)
            refusals |= dict.fromkeys(out, CROWD_TOO_SMALL)
            left = tuple(each for each in left if each not in out)
        return replace(admission, candidates={each: rows[each] for each in left}, refusals=refusals), held

    def note(self, people: Sequence[Row]) -> None:
        """Remember whom the answer is about, before it is computed.

        Raises:
            AttemptFailedError: it would tell too few of them apart from those of earlier answers.
        """
        if not self.is_exact:
            return
        try:
            self.answered.note(self._crowds(people))
        except TooFewDifferError as error:
            raise AttemptFailedError(Failure.DIFFERS_BY_TOO_FEW, str(error)) from error

    def _crowds(self, people: Iterable[Row]) -> dict[str, list[Member]]:
        """The people of each data set."""
        group_by = self.job.manifest.query.group_by
        found: dict[str, list[Member]] = defaultdict(list)
        for row in people:
            group = "" if group_by is None else row.public.get(group_by, "")
            for taken in row.takes:
                found[taken.data_set].append(
                    Member(
                        row=row.consent_id,
                        account=key_of(taken.account),
                        record=key_of(taken.consent_id),
                        floor=taken.crowd_floor,
                        group=group,
                    )
                )
        return found
