"""What does a person say no to, whatever she agrees to later? Standing objections, with their history.

Two things can be objected to: a purpose, for all her data (GDPR art. 21), and the secondary use of her health
data (EHDS, Regulation (EU) 2025/327, art. 71; DPV `eu-ehds:A71`), which are the purposes of its art. 53:
research, public benefit and better services. No objection stands by itself: each is written as a prohibition
into every agreement from then on, which the computing partners enforce, and what runs already is ended or
paused. Where an agreement cannot forbid, as those about scores and sums, it is not made.

Objections can be taken back, and what was said stays in the history.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from consent.policy import Policy
from consent.prohibition import Operand, Operator
from consent.vocabulary import Purpose
from consent.weighed_terms import WeighedTerms
from crypto.encoding import Json
from crypto.errors import MalformedError
from crypto.reading import Fields, utc_text
from ssi.dataset import DataSet, data_set
from wallet.domain.choices import PolicyChoices, is_health
from wallet.errors import ChoiceError

HEALTH: Final = "eu-ehds:A71"
"""The objection to secondary use of health data, by the name that DPV gives the right."""
SECONDARY_USE: Final = frozenset(
    {Purpose.RESEARCH_AND_DEVELOPMENT, Purpose.PUBLIC_BENEFIT, Purpose.SERVICE_OPTIMISATION}
)
MOST_SAID: Final = 500
_MAX_NAME: Final = 60
_OBJECTED: Final = (
    "You said no to such uses under “My rights”. Choose other purposes, or take your objection back there."
)


@dataclass(frozen=True)
class Objection:
    """From a moment on something is objected to, or not any more.

    `what` is `HEALTH` or the name of a purpose (`Purpose`).
    """

    what: str
    stands: bool
    at: datetime

    def __post_init__(self) -> None:
        """Refuse an objection to nothing that there is.

        Raises:
            MalformedError: it is no purpose, and not `HEALTH`.
        """
        if self.what not in KNOWN:
            raise MalformedError("objection: expected a purpose, or the secondary use of health data")

    def to_document(self) -> dict[str, Json]:
        """The objection as a document to be sealed."""
        return {"what": self.what, "stands": self.stands, "at": utc_text(self.at)}

    @classmethod
    def from_fields(cls, fields: Fields) -> "Objection":
        """Read what `to_document` wrote.

        Raises:
            MalformedError: it has another form.
        """
        said = cls(fields.text("what", max_length=_MAX_NAME), fields.boolean("stands"), fields.moment("at"))
        fields.done()
        return said


KNOWN: Final = frozenset({HEALTH, *(each.value for each in Purpose)})


@dataclass(frozen=True)
class Objections:
    """Everything that was said, oldest first; of each thing the latest counts."""

    said: tuple[Objection, ...] = ()

    @property
    def standing(self) -> tuple[Objection, ...]:
        """What is objected to now, oldest first."""
        latest = {each.what: each for each in self.said}
        return tuple(sorted((each for each in latest.values() if each.stands), key=lambda each: each.at))

    def stands(self, what: str) -> Objection | None:
        """The objection to this, if it stands."""
        return next((each for each in self.standing if each.what == what), None)

    def forbidden(self, described: DataSet) -> frozenset[Purpose]:
        """The purposes that are objected to for data of this kind."""
        names = {each.what for each in self.standing}
        purposes = frozenset(each for each in Purpose if each.value in names)
        return purposes | SECONDARY_USE if HEALTH in names and is_health(described) else purposes

    def with_one(self, said: Objection) -> "Objections":
        """The objections after one more was said; the oldest that counts no more is forgotten first."""
        every = (*self.said, said)
        while len(every) > MOST_SAID:
            latest = {each.what: each for each in every}
            oldest = next(each for each in every if latest[each.what] is not each)
            every = tuple(each for each in every if each is not oldest)
        return replace(self, said=every)


def narrowed(choices: PolicyChoices, objections: Objections, described: DataSet) -> PolicyChoices:
    """The choices with every objection written into what is forbidden.

    Raises:
        ChoiceError: a purpose is allowed of which the objections leave nothing.
    """
    forbidden = objections.forbidden(described)
    if not forbidden:
        return choices
    if any(not left_open({each}, (), forbidden) for each in choices.purposes):
        raise ChoiceError(_OBJECTED, "purposes")
    never = forbidden | set(choices.boundaries.never_purposes)
    ordered = tuple(each for each in Purpose if each in never)
    return replace(choices, boundaries=replace(choices.boundaries, never_purposes=ordered))


def require_open(purposes: Iterable[Purpose], objections: Objections, described: DataSet) -> None:
    """Return only if nothing that is allowed is objected to; for agreements that cannot forbid.

    Raises:
        ChoiceError: something is.
    """
    if met(purposes, (), objections.forbidden(described)):
        raise ChoiceError(_OBJECTED, "purposes")


def meets_policy(policy: Policy, objections: Objections) -> bool:
    """Whether an agreement allows something that is objected to."""
    forbidden = objections.forbidden(data_set(policy.data_set))
    return bool(met(policy.purposes, never_in(policy), forbidden))


def meets_terms(terms: WeighedTerms, objections: Objections) -> bool:
    """The same for an offer of scores or sums."""
    return bool(met(terms.purposes, (), objections.forbidden(data_set(terms.data_set))))


def left_open(
    purposes: Iterable[Purpose], never: Iterable[Purpose], forbidden: Iterable[Purpose]
) -> frozenset[Purpose]:
    """The purposes that are allowed and neither forbidden in an agreement nor objected to."""
    return frozenset(each for each in _allowed(purposes, never) if each.related.isdisjoint(forbidden))


def met(
    purposes: Iterable[Purpose], never: Iterable[Purpose], forbidden: Iterable[Purpose]
) -> frozenset[Purpose]:
    """The purposes that an agreement allows although they are objected to."""
    return frozenset(each for each in _allowed(purposes, never) if not each.related.isdisjoint(forbidden))


def never_in(policy: Policy) -> frozenset[Purpose]:
    """The purposes that a policy forbids whoever asks and whatever for."""
    alone = (each for each in policy.prohibitions if len(each.constraints) == 1)
    named = (
        each.terms(Operand.PURPOSE)
        for each in alone
        if all(constraint.operator is Operator.IS_ANY_OF for constraint in each.constraints)
    )
    return frozenset(Purpose(text) for terms in named for text in terms)


def _allowed(purposes: Iterable[Purpose], never: Iterable[Purpose]) -> Iterable[Purpose]:
    allowed, forbidden = frozenset(purposes), frozenset(never)
    # As the partners decide: allowing a purpose allows those below it, forbidding one those above it as well.
    return (
        each
        for each in Purpose
        if not each.lineage.isdisjoint(allowed) and each.related.isdisjoint(forbidden)
    )
