"""The use cases about showing records, put together."""

from dataclasses import dataclass, field

from ssi.openid4vp.request_check import RequestTrust
from wallet.domain.clock import Clock
from wallet.domain.credential import HeldCredential
from wallet.domain.showing import Showing
from wallet.domain.shown_credential import ShownCredential
from wallet.services.answer_showing import AnswerShowing
from wallet.services.open_showing import OpenShowing
from wallet.services.ports import Store, Trust
from wallet.services.read_showing import ReadShowing
from wallet.services.show_verifiers import Verifiers
from wallet.services.showing_ports import ShowingCopies


@dataclass(frozen=True)
class ShowStores:
    """What showing reads and keeps."""

    showings: Store[Showing]
    credentials: Store[HeldCredential]
    others: Store[ShownCredential]
    copies: ShowingCopies


@dataclass(frozen=True)
class Askers:
    """Who may ask: how they are reached, and whose requests are taken besides those of the registry."""

    verifiers: Verifiers
    own: RequestTrust = field(repr=False)


@dataclass(frozen=True)
class Show:
    """The use cases about showing records to those who ask."""

    open: OpenShowing
    read: ReadShowing
    answer: AnswerShowing


def assemble_show(stores: ShowStores, askers: Askers, trust: Trust, clock: Clock) -> Show:
    """Make the use cases over ready stores and partners."""
    read = ReadShowing(
        showings=stores.showings,
        credentials=stores.credentials,
        others=stores.others,
        copies=stores.copies,
        trust=trust,
        own=askers.own,
        clock=clock,
    )
    return Show(
        open=OpenShowing(stores.showings, trust, askers.verifiers, askers.own, clock),
        read=read,
        answer=AnswerShowing(stores.showings, stores.copies, read, askers.verifiers, clock),
    )
