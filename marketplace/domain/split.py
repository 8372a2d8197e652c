"""What does an answer cost, and who gets which part of it?

Each person who takes part gets the same compensation c, the largest minimum among them. 70 % of the price
goes to the people, so for n people the price is ceil(100·c·n / 70). Where a query joins r data sets, each
person takes part with r records and gets c for each of them, so that n·r takes the place of n. The rest is
divided among the three nodes and the platform as 5 : 5 : 5 : 15. Shares are whole cents by the largest
remainder (Hamilton's method), ties by account name, and sum to the amount exactly.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from consent.joining import MOST_RECORDS
from crypto.reading import Fields
from marketplace.domain.chart import PLATFORM_FEE, node_fee

PEOPLE_PERCENT = 70
NODE_WEIGHT = 5
PLATFORM_WEIGHT = 15
MAX_CENTS = 2**53 - 1
"""What JSON can carry exactly; about 90 million million euros."""


@dataclass(frozen=True)
class Price:
    """The price of one answer over `people` persons, in cents, with every part that it is made of.

    Each person is paid `compensation_cents` for each of the `records` that she takes part with.
    """

    people: int
    compensation_cents: int
    people_total_cents: int
    node_fees_cents: tuple[int, int, int]
    platform_fee_cents: int
    gross_cents: int
    records: int = 1

    def to_json(self) -> dict[str, int | list[int]]:
        """The price for storage and API."""
        return {
            "people": self.people,
            "compensation_cents": self.compensation_cents,
            "people_total_cents": self.people_total_cents,
            "node_fees_cents": list(self.node_fees_cents),
            "platform_fee_cents": self.platform_fee_cents,
            "gross_cents": self.gross_cents,
            **({} if self.records == 1 else {"records": self.records}),
        }

    @classmethod
    def from_json(cls, document: object) -> "Price":
        """Read what `to_json` wrote.

        Raises:
            MalformedError: it is not a price.
        """
        fields = Fields.of(document, "price")

        def cents(name: str) -> int:
            return fields.integer(name, least=0, most=MAX_CENTS)

        fees = [int(str(fee)) for fee in fields.entries("node_fees_cents", least=3, most=3)]
        return cls(
            cents("people"),
            cents("compensation_cents"),
            cents("people_total_cents"),
            (fees[0], fees[1], fees[2]),
            cents("platform_fee_cents"),
            cents("gross_cents"),
            fields.integer("records", least=1, most=MOST_RECORDS) if fields.has("records") else 1,
        )


def gross_of(people: int, compensation_cents: int, *, records: int = 1) -> int:
    """What a buyer pays in cents: the least whole amount of which the people's part is at most 70 %."""
    return -(-100 * people * records * compensation_cents // PEOPLE_PERCENT)


def price_of(people: int, compensation_cents: int, node_ids: Sequence[str], *, records: int = 1) -> Price:
    """The price of an answer over `people` persons, with the fees of the three nodes by role."""
    people_total = people * records * compensation_cents
    gross = gross_of(people, compensation_cents, records=records)
    weights = {node_fee(node_id): NODE_WEIGHT for node_id in node_ids} | {PLATFORM_FEE: PLATFORM_WEIGHT}
    fees = split_by_largest_remainder(gross - people_total, weights)
    first, second, third = (fees[node_fee(node_id)] for node_id in node_ids)
    return Price(
        people, compensation_cents, people_total, (first, second, third), fees[PLATFORM_FEE], gross, records
    )


def split_by_largest_remainder(amount_cents: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Divide an amount in proportion to positive weights, exactly.

    Each gets the whole part of its quota; the cents left go to the largest remainders, and to the smaller
    account name where two are equal.
    """
    total = sum(weights.values())
    shares = {account: amount_cents * weight // total for account, weight in weights.items()}
    left = amount_cents - sum(shares.values())
    by_remainder = sorted(weights, key=lambda account: (-(amount_cents * weights[account] % total), account))
    for account in by_remainder[:left]:
        shares[account] += 1
    return shares
