"""An organisation asks for an account. What it says of itself is unchecked: its credential says who it is.

NOTE: approval opens an account and nothing else. Kind and country, by which people decide who may ask, come
from the credential, which the market and each node verify at every order.
"""

import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from consent.vocabulary import RecipientKind
from marketplace.domain.act import written
from marketplace.errors import RefusedError

FORGOTTEN_AFTER: Final = timedelta(days=30)
"""How long a request that was refused is kept."""
MOST_WAITING: Final = 2_000
"""So many wait at most, whoever sent them: a bound for the database."""
MOST_OF_CLIENT: Final = 5
MOST_OF_DOMAIN: Final = 20
"""So many from one network, and of one e-mail domain, wait at most: no sender closes the door for others."""
_COUNTRY = re.compile(r"[A-Z]{2}")


class RequestState(StrEnum):
    """What became of a request."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"


@dataclass(frozen=True)
class Claim:
    """What an organisation says of itself, and who asks for it."""

    name: str
    kind: RecipientKind
    country: str
    register_number: str
    contact: str = field(repr=False)

    @classmethod
    def typed(cls, name: str, kind: str, country: str, *, register_number: str, contact: str) -> "Claim":
        """A claim as it was typed.

        Raises:
            RefusedError: something is missing, too long, or no kind or country.
        """
        try:
            chosen = RecipientKind(kind)
        except ValueError as error:
            raise RefusedError("choose what kind of organisation it is") from error
        code = country.strip().upper()
        if not _COUNTRY.fullmatch(code):
            raise RefusedError("give the country by its two letters, such as AT")
        return cls(
            name=written(name, "the name of the organisation", most=200),
            kind=chosen,
            country=code,
            register_number=written(register_number, "its number in a public register", most=100),
            contact=written(contact, "the name of the person to talk to", most=100),
        )


@dataclass(frozen=True)
class AccountRequest:
    """One request, and what became of it; `account_id` is the account that was opened for it.

    `client` is the network from which it came, kept while it waits.
    """

    request_id: str
    claim: Claim
    email: str = field(repr=False)
    requested_at: datetime
    state: RequestState = RequestState.WAITING
    decided_at: datetime | None = None
    account_id: str | None = None
    client: str = field(default="", repr=False)

    @property
    def domain(self) -> str:
        """The domain of the e-mail address."""
        return self.email.rpartition("@")[2]

    def decided(self, state: RequestState, at: datetime, account_id: str | None = None) -> "AccountRequest":
        """After an operator decided; from where it came is forgotten."""
        return replace(self, state=state, decided_at=at, account_id=account_id, client="")
