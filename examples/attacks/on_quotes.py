"""Attacks on prices and early refusals: does a quote, which is free, tell whether one person takes part?

The attacker knows every offer but one and every exact answer that was given, so it works out what it would be
told if she took part, and if she did not, and compares that with what it is told. It asks the same question
with every floor at which a refusal could tell it something.

What quotes tell is about who takes part, never about a value: nothing in them depends on one. Somebody who
joins after an exact answer waits for company and cannot be seen in quotes of exact answers. In quotes with
noise she can, because a price is for so many people; those lines are measured so that nobody is surprised.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from functools import cache
from typing import Final

from consent.policy import Policy
from consent.query import LEAST_FLOOR, Query, Statistic
from consent.vocabulary import Purpose, RecipientKind, StatisticKind
from crypto.encoding import canonical_json, sha256
from crypto.randomness import random_below, stream
from crypto.signing import generate_es256
from examples.attacks.game import Score, score
from examples.attacks.house import NOW, House
from marketplace.domain.account import Organisation
from marketplace.domain.hiding import account_key, crowds_of
from marketplace.domain.offer import Offer, OfferState
from marketplace.domain.rows import Row
from marketplace.errors import TooFewPeopleError
from marketplace.services.question import Stock, matched, price_for

PLAYS: Final = 100
FEWEST: Final = 30
MOST: Final = 60
DATA_SET: Final = "exam/1"
EXACT: Final = Query(
    DATA_SET,
    Purpose.ACADEMIC_RESEARCH,
    (Statistic(StatisticKind.COUNT), Statistic(StatisticKind.MEAN, "exam_score")),
    LEAST_FLOOR,
    None,
)
NOISED: Final = replace(EXACT, epsilon=Decimal("0.5"))
_POLICY: Final = Policy(
    data_set=DATA_SET,
    attributes=frozenset({"exam_score"}),
    purposes=frozenset({Purpose.ACADEMIC_RESEARCH}),
    recipient_kinds=frozenset({RecipientKind.UNIVERSITY}),
    statistics=frozenset(StatisticKind),
    crowd_floor=LEAST_FLOOR,
    exact_allowed=True,
    epsilon_per_query=Decimal(1),
    epsilon_total=Decimal(5),
    compensation_cents=50,
    node_ids=("node-a", "node-b", "node-c"),
    given_at=NOW - timedelta(days=1),
    valid_until=NOW + timedelta(days=100),
)
_BUYER: Final = Organisation(
    subject="urn:argonauta:organisation:1",
    name="University",
    kind=RecipientKind.UNIVERSITY,
    country="AT",
    credential="",
    mandate="",
    valid_until=NOW + timedelta(days=100),
    mandate_valid_until=NOW + timedelta(days=100),
    registered_at=NOW,
)


@dataclass(frozen=True)
class Attack:
    """Who was in an exact answer before, of the others and her, and who is there now if her bit is 0 or 1."""

    query: Query
    before: Callable[[Sequence[int]], Sequence[int]]
    now: Callable[[Sequence[int], int], Sequence[int]]
    bound: float


def _others(people: Sequence[int]) -> Sequence[int]:
    return people[1:]


def _everybody(people: Sequence[int]) -> Sequence[int]:
    return people


def _nobody(_: Sequence[int]) -> Sequence[int]:
    return ()


def _if_she_is(people: Sequence[int], bit: int) -> Sequence[int]:
    return people if bit else people[1:]


_AROUND: Final = (-1, 0, 1)
TOLD: Final = 0.5
"""What is told to everybody is all that there is to know."""

ATTACKS: Final[dict[str, Attack]] = {
    "quotes: she joined after an exact answer": Attack(EXACT, _others, _if_she_is, 0.0),
    "quotes: she left after an exact answer (told)": Attack(EXACT, _everybody, _if_she_is, TOLD),
    "quotes: she takes part, by the price with noise (told)": Attack(NOISED, _nobody, _if_she_is, TOLD),
}


def play(name: str, house: House | None, *, plays: int = PLAYS) -> Score:
    """Play an attack against quotes that know earlier exact answers, or where there is no house know none."""
    attack, won = ATTACKS[name], []
    for number in range(plays):
        random = stream(sha256(f"{name} {number}".encode()), "attacks")
        people = range(FEWEST + random_below(MOST - FEWEST, random))
        history = None if house is None else _History(house, f"{name} {number}", attack.before(people))
        worlds = [_told(attack, attack.now(people, bit), history) for bit in (0, 1)]
        bit = random_below(2, random)
        guess = worlds.index(worlds[bit]) if worlds[0] != worlds[1] else random_below(2, random)
        won.append(guess == bit)
    return score(name, won, bound=attack.bound, answers=0.0)


@dataclass
class _History:
    """An exact answer that was given before, in a data set of its own at the house."""

    house: House
    data_set: str
    before: Sequence[int]

    def __post_init__(self) -> None:
        """Note the answer."""
        if self.before:
            members = crowds_of([Row((_offer(each),)) for each in self.before], EXACT)[DATA_SET]
            self.house.answered.note({self.data_set: members})

    def stock(self, offers: Sequence[Offer]) -> Stock:
        accounts = [account_key(offer.person) for offer in offers]
        found = self.house.answered.histories({self.data_set: accounts})
        return Stock(offers, {DATA_SET: found[self.data_set]})


def _told(attack: Attack, present: Sequence[int], history: _History | None) -> list[str]:
    """Everything that quotes tell of a question, with every floor that may make a difference."""
    most = max(present) + 1
    floors = {LEAST_FLOOR, *(most - each for each in (*_AROUND, *(10 + each for each in _AROUND)))}
    offers = [_offer(each) for each in present]
    stock = Stock(offers) if history is None else history.stock(offers)
    return [_answer(stock, replace(attack.query, floor=floor)) for floor in sorted(floors)]


def _answer(stock: Stock, query: Query) -> str:
    try:
        found = matched(stock, query, _BUYER, now=NOW)
    except TooFewPeopleError as error:
        return f"{type(error).__name__}: {error.reason}"
    return str(price_for(found, query).gross_cents)


@cache
def _offer(number: int) -> Offer:
    return Offer(
        consent_id=f"urn:uuid:00000000-0000-4000-8000-{number:012}",
        person=f"urn:argonauta:person:{number}",
        holder_jwk=_key(),
        policy=_POLICY,
        public={},
        inputs_digest=f"{number}",
        state=OfferState.ACTIVE,
        received_at=NOW,
        log_index=number,
    )


@cache
def _key() -> str:
    holder = generate_es256(stream(sha256(b"attacks"), "attacks")).public
    return canonical_json(holder.to_jwk()).decode()
