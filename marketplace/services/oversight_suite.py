"""What operators do, in one value: the registers that the law asks for."""

from dataclasses import dataclass

from marketplace.services.desk import Desk
from marketplace.services.keep_breaches import KeepBreaches


@dataclass(frozen=True)
class Oversight:
    """The use cases of operators about people's rights and what became of their data."""

    breaches: KeepBreaches


def oversight(desk: Desk) -> Oversight:
    """Make them."""
    return Oversight(breaches=KeepBreaches(desk))
