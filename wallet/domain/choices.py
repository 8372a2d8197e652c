"""What a person chooses when she offers a record, and the policy that her choices make.

Every choice of what to allow starts at its most private value; whoever wants to allow more says so. Health
data start with nothing chosen at all, because agreeing to their use must be an act of its own (GDPR art.
9(2)(a)).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from consent.errors import ConsentError
from consent.joining import Joining
from consent.policy import NODES, Policy
from consent.query import LEAST_FLOOR
from consent.vocabulary import GENERAL_INTEREST, Engine, Purpose, RecipientKind, StatisticKind
from ssi.attribute import Sensitivity
from ssi.dataset import DataSet, data_sets
from wallet.domain.boundary_choices import BoundaryChoices
from wallet.domain.calendar import add_months
from wallet.errors import ChoiceError

MOST_MONTHS = 12
MOST_FLOOR = 100_000
MOST_CENTS = 100_000
MOST_EPSILON = Decimal(20)


@dataclass(frozen=True)
class PolicyChoices:
    """One person's choices about one record; the defaults are the most private ones.

    `attributes` None stands for every attribute of the data set, `node_ids` None for the first three nodes
    of the trust registry. `epsilon_per_query` and `epsilon_total` are privacy budgets, `compensation_cents`
    the least she receives for each use, `months` (1 to 12) how long the offer stands. `explicit_consent` is
    the separate tick that health data need. `engines` are the ways of computing she allows, `joins` the other
    data sets of which a record of hers may be put beside this one. `boundaries` are what she forbids and
    bounds besides. With `altruism` she gives the record for the general interest, and `compensation_cents`
    does not count. With `publication` answers with noise may be shown to everybody.
    """

    attributes: tuple[str, ...] | None = None
    purposes: tuple[Purpose, ...] = (
        Purpose.ACADEMIC_RESEARCH,
        Purpose.SCIENTIFIC_RESEARCH,
        Purpose.NON_COMMERCIAL_RESEARCH,
    )
    recipient_kinds: tuple[RecipientKind, ...] = (RecipientKind.UNIVERSITY, RecipientKind.RESEARCH_INSTITUTE)
    statistics: tuple[StatisticKind, ...] = tuple(StatisticKind)
    crowd_floor: int = 50
    exact_allowed: bool = False
    epsilon_per_query: Decimal = Decimal("0.5")
    epsilon_total: Decimal = Decimal(2)
    compensation_cents: int = 50
    months: int = 6
    node_ids: tuple[str, ...] | None = None
    explicit_consent: bool = False
    engines: tuple[Engine, ...] = (Engine.MPC,)
    joins: tuple[str, ...] = ()
    boundaries: BoundaryChoices = field(default_factory=BoundaryChoices)
    altruism: bool = False
    publication: bool = False

    @property
    def engine_names(self) -> tuple[str, ...]:
        """The ways of computing she allows, by name."""
        return tuple(engine.value for engine in self.engines)

    def policy(
        self,
        data_set: DataSet,
        *,
        known_nodes: Sequence[str],
        now: datetime,
        joins: frozenset[Joining] = frozenset(),
    ) -> Policy:
        """The policy that holds from `now` on; `joins` has a handle for each data set that may be joined.

        Raises:
            ChoiceError: a choice is missing or cannot be offered; it names the choice and the remedy.
        """
        for holds, name, message in self._rules(data_set, known_nodes):
            if not holds:
                raise ChoiceError(message, name)
        self.boundaries.require_beside(self.recipient_kinds, self.purposes)
        self.require_general_interest()
        attributes = self._attributes(data_set)
        given_at = now.replace(microsecond=0)
        try:
            return Policy(
                data_set=data_set.ref,
                attributes=frozenset(attributes),
                purposes=frozenset(self.purposes),
                recipient_kinds=frozenset(self.recipient_kinds),
                statistics=frozenset(self.statistics),
                crowd_floor=self.crowd_floor,
                exact_allowed=self.exact_allowed,
                epsilon_per_query=self.epsilon_per_query,
                epsilon_total=self.epsilon_total,
                compensation_cents=0 if self.altruism else self.compensation_cents,
                node_ids=self._nodes(known_nodes),
                given_at=given_at,
                valid_until=add_months(given_at, self.months),
                engines=frozenset(self.engines),
                joins=joins,
                recipient_countries=frozenset(self.boundaries.countries),
                filters=self.boundaries.filters(data_set, attributes),
                runs=self.boundaries.runs,
                prohibitions=self.boundaries.prohibitions,
                altruism=self.altruism,
                publication=self.publication,
            )
        except ConsentError as error:
            raise ChoiceError(f"These choices do not go together: {error}.", "review") from error

    def require_general_interest(self) -> None:
        """Return only if what is given as data altruism is given for purposes of general interest alone.

        Raises:
            ChoiceError: another purpose is allowed.
        """
        if self.altruism and not set(self.purposes) <= GENERAL_INTEREST:
            raise ChoiceError(
                "You can give your data for the general interest only, and a purpose you allow is none. "
                "Untick that purpose, or ask for compensation.",
                "altruism",
            )

    def _attributes(self, data_set: DataSet) -> tuple[str, ...]:
        every = tuple(attribute.name for attribute in data_set.attributes)
        return every if self.attributes is None else self.attributes

    def _nodes(self, known_nodes: Sequence[str]) -> tuple[str, ...]:
        return tuple(known_nodes[:NODES]) if self.node_ids is None else self.node_ids

    def _rules(self, data_set: DataSet, known_nodes: Sequence[str]) -> Iterator[tuple[bool, str, str]]:
        known = {attribute.name for attribute in data_set.attributes}
        chosen = set(self._attributes(data_set))
        yield bool(chosen), "attributes", "Choose at least one part of your record."
        yield chosen <= known, "attributes", "A part you chose is not in this kind of record."
        yield bool(self.purposes), "purposes", "Choose at least one purpose."
        yield bool(self.recipient_kinds), "recipient_kinds", "Choose at least one kind of organisation."
        yield bool(self.statistics), "statistics", "Choose at least one kind of answer."
        yield bool(self.engines), "engines", "Choose at least one way of computing."
        yield (
            LEAST_FLOOR <= self.crowd_floor <= MOST_FLOOR,
            "crowd_floor",
            f"Choose a group of {LEAST_FLOOR} to {MOST_FLOOR} people.",
        )
        yield (
            0 < self.epsilon_per_query <= self.epsilon_total <= MOST_EPSILON,
            "epsilon_total",
            f"Choose a limit above 0, for one answer no more than for all, and at most {MOST_EPSILON}.",
        )
        yield (
            0 <= self.compensation_cents <= MOST_CENTS,
            "compensation_cents",
            f"Choose an amount from 0 to {MOST_CENTS // 100} euros.",
        )
        yield 1 <= self.months <= MOST_MONTHS, "months", f"Choose 1 to {MOST_MONTHS} months."
        others = {each.ref for each in data_sets()} - {data_set.ref}
        yield set(self.joins) <= others, "joins", "Choose among your other kinds of records."
        nodes = self._nodes(known_nodes)
        yield (
            len(set(nodes)) == len(nodes) == NODES and set(nodes) <= set(known_nodes),
            "node_ids",
            f"Choose {NODES} different computing partners.",
        )
        yield (
            self.explicit_consent or not is_health(data_set),
            "explicit_consent",
            "These are health data. Tick the box to say that you explicitly agree.",
        )


def most_private(data_set: DataSet) -> PolicyChoices:
    """What the wizard starts with: the defaults, and for health data nothing chosen."""
    if is_health(data_set):
        return PolicyChoices(attributes=(), purposes=(), recipient_kinds=(), statistics=())
    return PolicyChoices()


def is_health(data_set: DataSet) -> bool:
    """Whether a record of this kind holds health data, in the data set or in any part of it."""
    health = Sensitivity.HEALTH
    return data_set.sensitivity is health or any(each.sensitivity is health for each in data_set.attributes)
