"""How a wallet gets into a crowd sum in the tests: it is offered, joins, and looks again and again."""

from decimal import Decimal

from consent.vocabulary import Purpose, RecipientKind
from tests.wallet.world import World
from wallet.domain.crowd_choices import CrowdChoices
from wallet.domain.held_crowd_offer import HeldCrowdOffer
from wallet.domain.session import Session

OTHERS_MORE = 12
CHOICES = CrowdChoices(
    purposes=(Purpose.SCIENTIFIC_RESEARCH,),
    recipient_kinds=(RecipientKind.COMPANY,),
    crowd_floor=10,
    epsilon_per_sum=Decimal(8),
    epsilon_total=Decimal(18),
)


def offered(world: World, session: Session, choices: CrowdChoices = CHOICES) -> HeldCrowdOffer:
    record = world.services.receive_credential(session, world.issuers.offer())
    return world.services.crowds.offer(session, record.credential_id, choices)


def part_in(world: World, session: Session, played):
    (held,) = world.services.crowds.read.offers(session)
    return held.part(played.order.order_id)


def refreshed(world: World, session: Session) -> list[str]:
    report = world.services.refresh(session)
    assert not report.problems
    return report.alarms


def joined(world: World, session: Session, number: int = 1, among=None, **changes):
    """An order that the wallet joined, with its cohort fixed."""
    played = world.crowds.ask(number, **changes)
    assert not refreshed(world, session)
    return played.fix(among)


def heard(world: World, session: Session, number: int = 1, among=None, **changes):
    """An order in which the wallet spoke in all rounds."""
    played = joined(world, session, number, among, **changes)
    for step in (played.end_sharing, played.end_masking, lambda: None):
        assert not refreshed(world, session)
        step()
    return played


def holder_key(world: World, session: Session):
    (held,) = world.services.crowds.read.offers(session)
    return world.services.crowds.offer.credentials.get(session, held.credential_id).holder_key
