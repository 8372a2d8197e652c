"""How could a record look? A few rows made up from the public description of a data set alone.

Nobody's data are in them: each value is drawn evenly from the range or the categories that the description
names, by a generator that is seeded with the data set's name, so the rows are the same for everybody at all
times. They say nothing about how values are distributed or go together. Rows drawn from released, noised
marginals would say more; there are none, because no consent allows a release to the public.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from crypto.encoding import sha256
from crypto.randomness import RandomBytes, random_below, stream
from ssi.attribute import Attribute, Kind
from ssi.dataset import DataSet

ROWS: Final = 4
MOST_COLUMNS: Final = 8
_SEED_BYTES: Final = 16


@dataclass(frozen=True)
class Preview:
    """The first attributes of a data set, and made-up values of each row in their order, as texts.

    Of a series only the first reading is there.
    """

    attributes: tuple[Attribute, ...]
    rows: tuple[tuple[str, ...], ...]


def made_up(data_set: DataSet) -> Preview:
    """The preview of a data set."""
    shown = [each for each in data_set.attributes if each.place is None or each.place.number == 1]
    attributes = tuple(shown[:MOST_COLUMNS])
    random = stream(sha256(f"preview of {data_set.ref}".encode())[:_SEED_BYTES], "made up")
    rows = tuple(tuple(_value(each, random) for each in attributes) for _ in range(ROWS))
    return Preview(attributes, rows)


def _value(attribute: Attribute, random: RandomBytes) -> str:
    if attribute.kind is Kind.CATEGORY:
        chosen = attribute.categories[random_below(len(attribute.categories), random)]
        return chosen.label.get("en", chosen.code)
    step = random_below(attribute.steps + 1, random)
    value = attribute.minimum + Decimal(step).scaleb(-attribute.decimals)
    return f"{value:.{attribute.decimals}f}".replace("-", "−")
