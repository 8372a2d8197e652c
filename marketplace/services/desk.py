"""What does every use case have at hand? The store, the registry, the clock and the house's own name."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from crypto.randomness import RandomBytes, random_bytes
from crypto.signing import SigningKey
from marketplace.domain.invoice import Seller
from marketplace.domain.member import SessionTerms
from marketplace.services.ports import Clock, Store
from ssi.trust import TrustRegistry

_UUID_BYTES = 16


@dataclass(frozen=True)
class Terms:
    """The house's time limits, and what it demands.

    Where `require_dpia` is set, buyers may ask about health only if an assessment is approved (GDPR 35).
    An attempt is given up after `attempt_limit`. A buyer may dispute until `dispute_window` after the
    release. Money held for a job that never ends is free again after `hold_limit`.
    """

    attempt_limit: timedelta = timedelta(minutes=10)
    dispute_window: timedelta = timedelta(days=3)
    hold_limit: timedelta = timedelta(days=2)
    require_dpia: bool = False
    sessions: SessionTerms = field(default_factory=SessionTerms)


@dataclass(frozen=True)
class Desk:
    """What every use case has at hand. The signing key stays out of ``repr``.

    Without a `seller` nothing is billed and no tax is taken.
    """

    marketplace_id: str
    key: SigningKey = field(repr=False)
    store: Store
    registry: Callable[[], TrustRegistry]
    clock: Clock
    random: RandomBytes = random_bytes
    terms: Terms = field(default_factory=Terms)
    seller: Seller | None = None

    def now(self) -> datetime:
        """This moment in whole seconds, the way it is written into documents."""
        return self.clock().replace(microsecond=0)

    def new_id(self) -> str:
        """A random identifier (RFC 9562 §5.4). It is not a secret."""
        return str(UUID(bytes=self.random(_UUID_BYTES), version=4))
