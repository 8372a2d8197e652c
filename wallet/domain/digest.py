"""What a number of values comes to, without the values: enough for every mean, sum and range over them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from wallet.domain.quantity import Kind


@dataclass(frozen=True)
class Digest:
    """How many values there are, their sum, the least and the largest of them."""

    count: int
    total: Decimal
    least: Decimal
    most: Decimal

    def value(self, kind: Kind) -> Decimal:
        """Their mean or their sum; of places, how many entries there are."""
        match kind:
            case Kind.MEAN:
                return self.total / self.count
            case Kind.SUM:
                return self.total
            case Kind.CATEGORY:
                return Decimal(self.count)


def digest_of(values: Sequence[Decimal]) -> Digest | None:
    """The digest of values; none of no values."""
    return Digest(len(values), sum(values, Decimal(0)), min(values), max(values)) if values else None


def joined(digests: Iterable[Digest | None]) -> Digest | None:
    """The digest of everything that some digests are of."""
    found = [each for each in digests if each is not None]
    if not found:
        return None
    return Digest(
        sum(each.count for each in found),
        sum((each.total for each in found), Decimal(0)),
        min(each.least for each in found),
        max(each.most for each in found),
    )
