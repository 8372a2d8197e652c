"""Everything that can be done about presentations, in one value for those who serve it."""

from dataclasses import dataclass

from marketplace.services.deliver_notices import ListNotices, ReplayNotice
from marketplace.services.desk import Desk
from marketplace.services.fetch_presentation_request import FetchPresentationRequest
from marketplace.services.presentation_ports import Messenger, PresentedStatus
from marketplace.services.read_presentation import ReadPresentation, ShowPresentation
from marketplace.services.start_presentation import StartPresentation
from marketplace.services.take_presentation import TakePresentation
from marketplace.services.verifier import Verifier


@dataclass(frozen=True)
class Presentations:
    """The use cases about presentations; each is called."""

    verifier: Verifier
    start: StartPresentation
    fetch: FetchPresentationRequest
    take: TakePresentation
    read: ReadPresentation
    show: ShowPresentation
    list_notices: ListNotices
    replay_notice: ReplayNotice


@dataclass(frozen=True)
class Asking:
    """What asking wallets needs besides the desk."""

    verifier: Verifier
    status: PresentedStatus
    messenger: Messenger


def presentations(desk: Desk, asking: Asking) -> Presentations:
    """Make the use cases."""
    return Presentations(
        verifier=asking.verifier,
        start=StartPresentation(desk, asking.verifier, asking.messenger),
        fetch=FetchPresentationRequest(desk, asking.verifier),
        take=TakePresentation(desk, asking.verifier, asking.status),
        read=ReadPresentation(desk, asking.verifier),
        show=ShowPresentation(desk),
        list_notices=ListNotices(desk),
        replay_notice=ReplayNotice(desk),
    )
