"""Looks behind the screens: what the wallet itself holds at this moment."""

from tests.wallet.browsing import PASSWORD
from tests.wallet.world import World
from wallet.domain.held_consent import HeldConsent
from wallet.domain.session import Session


def only_consent(world: World, session: Session) -> HeldConsent:
    """The one agreement of a wallet."""
    (held,) = world.services.consents(session)
    return held


def session_of(world: World) -> Session:
    """The wallet of the person at the screen, opened beside it."""
    return world.services.open_wallet("anna", PASSWORD)
