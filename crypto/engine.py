"""Which ways of computing are there, who must collude to see a record, and what does each show by design?

A planner chooses by these values and a person reads them, so they are stated once, here, beside the
mathematics that makes them true. Costs of computations on shares come from the protocols themselves
(`crypto.mpc.cost`); those of the others are a line per person, measured on one core of an ordinary server.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class EngineKind(StrEnum):
    """The ways of computing."""

    REPLICATED = "mpc"
    ADDITIVE = "additive"
    AGGREGATION = "paillier"
    FUNCTIONAL = "functional"


@dataclass(frozen=True)
class EngineProfile:
    """What an engine promises, in complete sentences without names that only cryptographers know.

    `colluders` is the least number of nodes that see records if they work together, of `nodes`; 0 of 0 where
    the parties choose. `seconds_per_person` is the work of one node for each person and cell beside
    communication, `bytes_per_person` what one person hands in for each column.
    """

    kind: EngineKind
    nodes: int
    colluders: int
    who_must_collude: str
    leaks_by_design: tuple[str, ...]
    must_be_online: str
    on_a_lie: str
    seconds_per_person: float
    bytes_per_person: int


PROFILES: Final = {
    EngineKind.REPLICATED: EngineProfile(
        kind=EngineKind.REPLICATED,
        nodes=3,
        colluders=2,
        who_must_collude=("Any two of the three nodes together could rebuild every record that they hold."),
        leaks_by_design=(
            "Nodes know which consents took part and the public attributes shown.",
            "The number of people is known to the buyer, because the price is per person.",
        ),
        must_be_online="the three nodes, during the computation",
        on_a_lie=(
            "A lie about a sum or an output is caught and named; a lie inside a product or a "
            "comparison is caught where the run is verified."
        ),
        seconds_per_person=1.1e-9,
        bytes_per_person=12,
    ),
    EngineKind.ADDITIVE: EngineProfile(
        kind=EngineKind.ADDITIVE,
        nodes=3,
        colluders=3,
        who_must_collude=(
            "Only all three nodes together could rebuild a record; for what is multiplied, also the dealer "
            "of random numbers with any one of them."
        ),
        leaks_by_design=(
            "Nodes know which consents took part and the public attributes shown.",
            "Each node adds random error of its own, so the error is larger than with shared records that "
            "two nodes open.",
        ),
        must_be_online="the three nodes, during the computation; the dealer before products",
        on_a_lie=(
            "A lie inside a product, about what goes into it or about what was dealt stops the answer, and "
            "often nobody can be named; a lie about a node's own plain sum or random error is not seen."
        ),
        seconds_per_person=0.6e-9,
        bytes_per_person=10,
    ),
    EngineKind.AGGREGATION: EngineProfile(
        kind=EngineKind.AGGREGATION,
        nodes=3,
        colluders=2,
        who_must_collude=(
            "Any two of the three holders of the key together could open every contribution; the one "
            "who adds up could not."
        ),
        leaks_by_design=(
            "Only sums can be asked for.",
            "Each holder of the key draws noise of its own, so the noise is half as large again.",
        ),
        must_be_online="who adds up; then two holders of the key, once",
        on_a_lie=(
            "A wrong sum is seen by every holder of the key, a wrong decryption by the buyer; both are named."
        ),
        seconds_per_person=0.5e-6,
        bytes_per_person=66,
    ),
    EngineKind.FUNCTIONAL: EngineProfile(
        kind=EngineKind.FUNCTIONAL,
        nodes=0,
        colluders=0,
        who_must_collude=(
            "Nobody but the person herself can open more than the sums that she gave keys for; all "
            "keys given out together are what a buyer may learn."
        ),
        leaks_by_design=(
            "Each key opens one weighted sum of one record, exactly.",
            "A key cannot be taken back before its period ends.",
        ),
        must_be_online="nobody after the keys are given",
        on_a_lie=("A record that is not the signed one is seen by the buyer."),
        seconds_per_person=0.3e-3,
        bytes_per_person=99,
    ),
}
"""The profile of each engine."""
