"""A person with an agreement asks the marketplace by law."""

from typing import Any

from consent.rights_request import Right
from tests.wallet.world import World
from wallet.domain.choices import PolicyChoices
from wallet.domain.session import Session

WORDS = "Which rows of mine do you have?"


def agreed_to(world: World, session: Session) -> str:
    """The id of an agreement that the marketplace has."""
    record = world.services.receive_credential(session, world.issuers.offer())
    return str(world.services.publish_offer(session, record.credential_id, PolicyChoices()).consent_id)


def filed(
    world: World, session: Session, consent_id: str, right: Right = Right.ACCESS, words: str = WORDS
) -> Any:
    """What became of a request."""
    return world.services.rights.file(session, consent_id, right, words)


def kept_case(world: World, session: Session) -> Any:
    """The one request that a wallet keeps."""
    (case,) = world.services.rights.file.all(session)
    return case
