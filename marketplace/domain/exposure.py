"""Who would have to work together to see one person's record? One answer for each way of computing.

The sentences follow from what each party holds, and stand where that is decided:

* shares among three: each node holds two of three summands (`crypto.sharing.replicated`), so any two nodes
  hold all. A run that is not verified notices no lie inside a product or a comparison (`crypto.mpc`).
* one summand each: each node holds one of three (`crypto.mpc.additive.sharing`). What is multiplied is opened
  to all nodes under masks of the dealer (`crypto.mpc.additive.dealer`), who so needs one node only.
* encrypted sums: any two of three shares of the key decrypt (`ssi.aggregation_key.THRESHOLD`), and every node
  keeps every encrypted record (`marketplace.mpc_node.aggregation`).
* a score: the record is in her wallet, and a key opens one weighted sum of it (`crypto.functional`).
* a sum over many wallets: `consent.crowd_run` says how many members may be in league, a quarter.

Whoever pays for them is no party here: what the answer itself says, to somebody who knows nearly everybody,
is another question.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from consent.additive import needs_dealer
from consent.joining import asked_about
from consent.menu import MENU
from consent.query import Query
from consent.vocabulary import Engine
from crypto.encoding import Json


class Party(StrEnum):
    """Who could be in league with others."""

    NODE = "node"
    DEALER = "dealer"
    BUYER = "buyer"
    MEMBER = "member"


@dataclass(frozen=True)
class Coalition:
    """The least that suffices: how many nodes of the three, and who else, all together."""

    nodes: int
    others: tuple[Party, ...] = ()

    def to_json(self) -> dict[str, Json]:
        """The coalition for an API."""
        return {"nodes": self.nodes, "others": [each.value for each in self.others]}


@dataclass(frozen=True)
class Exposure:
    """Who could see a record.

    `coalitions` are the smallest that see all of one; empty where no coalition of nodes, dealer and buyer
    does. `sentence` says the same in words, `besides` what else less than a coalition could learn.
    """

    coalitions: tuple[Coalition, ...]
    sentence: str
    besides: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """All that there is to say."""
        return " ".join((self.sentence, *self.besides))

    def to_json(self) -> dict[str, Json]:
        """The exposure for an API."""
        return {
            "coalitions": [each.to_json() for each in self.coalitions],
            "sentence": self.sentence,
            "besides": list(self.besides),
        }


ON_SHARES: Final = Exposure(
    (Coalition(2),), "Any two of the three nodes together could rebuild every record that they hold."
)
_UNVERIFIED: Final = (
    "This run does not check every step: one node that lies inside it could learn a little together with the "
    "buyer, from how wrong the answer is. A question with the check closes that."
)
_CANNOT_BE_CHECKED: Final = (
    "This run cannot check every step: one node that lies inside it could learn a little together with the "
    "buyer, from how wrong the answer is."
)
ALL_THREE: Final = Exposure(
    (Coalition(3),),
    "Only all three nodes together could rebuild a record.",
)
WITH_DEALER: Final = Exposure(
    (Coalition(3), Coalition(1, (Party.DEALER,))),
    "All three nodes together could rebuild a record. For what is multiplied or checked, a fourth party "
    "deals out random numbers: with any one of the nodes it could read every number that goes into this "
    "answer.",
)
ENCRYPTED: Final = Exposure(
    (Coalition(2),),
    "Any two of the three nodes together could open every record that was encrypted to them: each holds a "
    "part of the key, and two parts suffice.",
)
SCORE: Final = Exposure(
    (),
    "Nobody but the person herself. No node takes part, and the record stays in her wallet.",
    ("All scores that a buyer ever got of her are what it may learn, and each of them is exact.",),
)
CROWD_SUM: Final = Exposure(
    (),
    "Nobody but the person herself. No node takes part, and the record stays in her wallet.",
    (
        "More than a quarter of the people in the sum, in league with the buyer and with whoever carries "
        "their messages, could learn her own weighted sum, with the random error that she added.",
    ),
)


def exposure_of(query: Query) -> Exposure:
    """Who could see a record that is in the answer to a checked query.

    Raises:
        UnknownDataSetError: nobody here knows what it is about.
        ValueError: no nodes answer by its engine; a score or a sum over many wallets is no query.
    """
    engine = query.chosen_engine
    if engine is Engine.ADDITIVE:
        return WITH_DEALER if needs_dealer(query, asked_about(query)) else ALL_THREE
    if engine is Engine.PAILLIER:
        return ENCRYPTED
    if engine is Engine.MPC:
        return Exposure(ON_SHARES.coalitions, ON_SHARES.sentence, _unchecked(query))
    raise ValueError(f"no nodes answer by the engine {engine.value!r}")


def _unchecked(query: Query) -> tuple[str, ...]:
    """What is left open where a lie inside the run would go through.

    Sums over everybody or over public groups are taken by each node for itself: no step to lie in.
    """
    if query.verified or not _has_steps(query):
        return ()
    verifiable = all(MENU[kind].verifiable for kind in query.kinds)
    return (_UNVERIFIED if verifiable else _CANNOT_BE_CHECKED,)


def _has_steps(query: Query) -> bool:
    """Whether what is private is multiplied or compared."""
    about = asked_about(query)
    inside = any(MENU[kind].is_task for kind in query.kinds) or bool(query.private_conditions(about))
    return inside or needs_dealer(replace(query, engine=Engine.ADDITIVE), about)
