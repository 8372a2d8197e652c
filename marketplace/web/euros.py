"""An amount as people write it."""

import re

from marketplace.errors import AmountError

_CENTS = 100
_EUROS = re.compile(r"([0-9]{1,7})(?:[.,]([0-9]{2}))?")


def typed_cents(euros: str) -> int:
    """An amount as people write it, such as 100 or 12.50, in cents.

    Raises:
        AmountError: it is not one.
    """
    found = _EUROS.fullmatch(euros)
    if found is None:
        raise AmountError("expected an amount such as 100 or 12.50")
    return int(found[1]) * _CENTS + int(found[2] or 0)
