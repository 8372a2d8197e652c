"""How will a question be computed, and why so? One way, what it costs, and why the others were not taken.

A query that names its engine keeps it. One that leaves it open gets the way that reaches most people, by the
bands that everybody may see; among equals the one that adds the least random error, which is the order of
`WAYS`. The plan's query always names the engine, so that what is signed does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from consent.errors import QueryRefusedError
from consent.query import Query
from consent.vocabulary import Engine
from crypto.encoding import Json
from marketplace.domain.band import Band
from marketplace.domain.exposure import Exposure, exposure_of
from marketplace.domain.pace import Pace
from marketplace.domain.plan_cost import PlanCost

WAYS: Final = (Engine.MPC, Engine.PAILLIER, Engine.ADDITIVE)
"""The ways in which three nodes compute, by how much random error each adds, least first."""


class Obstacle(StrEnum):
    """Why a question is not computed in a way."""

    AGAINST_THE_RULES = "against_the_rules"
    MORE_THAN_SUMS = "more_than_sums"
    CANNOT_BE_VERIFIED = "cannot_be_verified"
    NOT_SET_UP = "not_set_up"
    TOO_FEW_PEOPLE = "too_few_people"
    TOO_LARGE = "too_large"
    NODE_SILENT = "node_silent"
    NOT_ASKED_FOR = "not_asked_for"
    REACHES_FEWER = "reaches_fewer"
    MORE_ERROR = "more_error"


class Protocol(StrEnum):
    """What the nodes do with each other."""

    SHARES = "shares_among_three"
    VERIFIED_SHARES = "verified_shares_among_three"
    SUMMANDS = "one_summand_each"
    VERIFIED_SUMMANDS = "verified_summands"
    ENCRYPTED_SUM = "encrypted_sum"


@dataclass(frozen=True)
class Alternative:
    """A way that was not taken: what stands against it, in words, and what would help."""

    engine: Engine
    obstacle: Obstacle
    reason: str
    remedy: str = ""

    def to_json(self) -> dict[str, Json]:
        """The alternative for an API."""
        return {
            "engine": self.engine.value,
            "obstacle": self.obstacle.value,
            "reason": self.reason,
            "remedy": self.remedy or None,
        }


@dataclass(frozen=True)
class Plan:
    """How a query is computed.

    `cost` is None where it is too large to be counted beforehand, or was not counted yet. `pace` is what the
    nodes measured between each other. `silent` are the operators of nodes that give no sign of life now.
    """

    query: Query
    protocol: Protocol
    reason: str
    people: Band
    node_ids: tuple[str, ...]
    alternatives: tuple[Alternative, ...]
    cost: PlanCost | None = None
    pace: Pace | None = None
    silent: tuple[str, ...] = ()

    @property
    def exposure(self) -> Exposure:
        """Who would have to work together to see a record."""
        return exposure_of(self.query)

    def to_json(self) -> dict[str, Json]:
        """The plan for an API."""
        return {
            "query": self.query.to_json(),
            "engine": self.query.engine.value,
            "protocol": self.protocol.value,
            "reason": self.reason,
            "people": dict(self.people.to_json()),
            "nodes": list(self.node_ids),
            "who_must_collude": self.exposure.text,
            "exposure": self.exposure.to_json(),
            "alternatives": [each.to_json() for each in self.alternatives],
            "cost": None if self.cost is None else self._cost_json(self.cost),
        }

    def _cost_json(self, cost: PlanCost) -> dict[str, Json]:
        return {**cost.to_json(), "seconds": cost.estimate(self.pace).to_json()}


class PlanRefusedError(QueryRefusedError):
    """A query that can be computed in no way now.

    `obstacle` names why, and `alternatives` are the other ways, each with what stands against it. `nearby` is
    a query close by that would be quoted now, over `nearby_people`, where one was found.
    """

    def __init__(
        self, reason: str, remedy: str, *, obstacle: Obstacle, alternatives: Sequence[Alternative] = ()
    ) -> None:
        super().__init__(reason, remedy)
        self.obstacle = obstacle
        self.alternatives = tuple(alternatives)
        self.nearby: Query | None = None
        self.nearby_people: str | None = None


def choose(
    asked: Query, possible: Mapping[Engine, Band], refused: Sequence[Alternative]
) -> tuple[Engine, str, tuple[Alternative, ...]]:
    """The way to take among those that are possible, why, and what stands against every other.

    `possible` is not empty, and holds the query's own engine if it names one.
    """
    if asked.engine is not Engine.AUTO:
        others = [
            Alternative(each, Obstacle.NOT_ASKED_FOR, "the question names another way", "leave the way open")
            for each in possible
            if each is not asked.engine
        ]
        return asked.engine, "The question asks for this way.", (*others, *refused)
    best = max(possible, key=lambda engine: (possible[engine].least, -WAYS.index(engine)))
    others = [_lesser(each, possible[each], possible[best]) for each in possible if each is not best]
    return best, _why(len(possible), others), (*others, *refused)


def protocol_for(engine: Engine, *, verified: bool) -> Protocol:
    """What the nodes do with each other in one way."""
    if engine is Engine.PAILLIER:
        return Protocol.ENCRYPTED_SUM
    if engine is Engine.ADDITIVE:
        return Protocol.VERIFIED_SUMMANDS if verified else Protocol.SUMMANDS
    return Protocol.VERIFIED_SHARES if verified else Protocol.SHARES


def _lesser(engine: Engine, people: Band, best: Band) -> Alternative:
    if people.least < best.least:
        return Alternative(engine, Obstacle.REACHES_FEWER, "fewer people allow this way")
    return Alternative(
        engine, Obstacle.MORE_ERROR, "this way adds at least as much random error, and reaches no more people"
    )


def _why(possible: int, others: Sequence[Alternative]) -> str:
    if possible == 1:
        return "No other way can answer this now."
    if any(each.obstacle is Obstacle.REACHES_FEWER for each in others):
        return "Most people allow this way."
    return "As many people allow this way as any other, and it adds the least random error."
