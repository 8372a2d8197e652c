"""What an organisation's own connector needs, and what it and the market talk about, and ending it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from consent.moves import IllegalMoveError
from consent.negotiation import NegotiationState
from consent.transfer import TransferState
from marketplace.domain.member import Right
from marketplace.domain.negotiation import MOST_ATTEMPTS, Negotiation, TransferProcess
from marketplace.services.data_space_suite import DataSpace
from marketplace.services.suite import Services
from marketplace.services.tend_connector import MOST_READ
from marketplace.web.list_page import list_page
from marketplace.web.visitor import for_buyers, visitor
from marketplace.web.words import sentence

NEGOTIATION_STATES: Final[Mapping[NegotiationState, tuple[str, str, str]]] = MappingProxyType(
    {
        NegotiationState.REQUESTED: ("asked", "note", "We look at the request. Nothing is to be done."),
        NegotiationState.OFFERED: (
            "offered",
            "note",
            "Your connector has to accept our offer.",
        ),
        NegotiationState.ACCEPTED: ("accepted", "note", "We send the agreement. Nothing is to be done."),
        NegotiationState.AGREED: ("agreement sent", "note", "Your connector has to verify the agreement."),
        NegotiationState.VERIFIED: ("verified", "note", "We confirm the agreement. Nothing is to be done."),
        NegotiationState.FINALIZED: ("agreed", "good", "Your connector can ask for the answer."),
        NegotiationState.TERMINATED: ("ended", "quiet", "Nothing. Your connector can begin another one."),
    }
)
"""A negotiation in words: its state, the tone of it, and what it waits for."""

TRANSFER_STATES: Final[Mapping[TransferState, tuple[str, str, str]]] = MappingProxyType(
    {
        TransferState.REQUESTED: (
            "asked for",
            "note",
            "The answer is not there yet; see its order.",
        ),
        TransferState.STARTED: (
            "ready to fetch",
            "good",
            "Your connector has to fetch it and say so.",
        ),
        TransferState.SUSPENDED: ("paused", "warning", "Your connector paused it and has to start it again."),
        TransferState.COMPLETED: ("done", "good", "Nothing. The answer was fetched."),
        TransferState.TERMINATED: ("ended", "quiet", "Nothing. Your connector can ask for the answer again."),
    }
)
"""A transfer in words, likewise."""

_ENDING: Final = ("being ended", "warning", "We tell your connector. Nothing is to be done.")
_UNHEARD: Final = (
    "Your connector did not take our message: try {tried} of {most} failed."
    " See that it runs and can be reached; we try again."
)
_OVER: Final = "It was over already. Nothing was changed."


@dataclass(frozen=True)
class Row:
    """One negotiation or transfer as the page shows it; `reason` is why the market ended it."""

    process: Negotiation | TransferProcess
    order_id: str | None

    @property
    def is_transfer(self) -> bool:
        """Whether an answer is delivered; otherwise it is negotiated about one."""
        return isinstance(self.process, TransferProcess)

    @property
    def host(self) -> str:
        """Where the connector listens: no path, which can hold a secret."""
        return urlsplit(self.process.callback).hostname or ""

    @property
    def state(self) -> tuple[str, str]:
        """The state in words, and its tone."""
        return self._told[:2]

    @property
    def waits(self) -> str:
        """What it waits for, and what to do."""
        outgoing = self.process.outgoing
        if outgoing is not None and outgoing.attempts:
            return _UNHEARD.format(tried=outgoing.attempts, most=MOST_ATTEMPTS)
        return self._told[2]

    @property
    def reason(self) -> str | None:
        """Why it ended or is being ended, where that is known."""
        return None if self.process.reason is None else sentence(self.process.reason)

    @property
    def can_end(self) -> bool:
        """Whether it may still be ended."""
        return self.process.is_open and not self.process.is_ending

    @property
    def _told(self) -> tuple[str, str, str]:
        if self.process.is_open and self.process.is_ending:
            return _ENDING
        if isinstance(self.process, TransferProcess):
            return TRANSFER_STATES[self.process.state]
        return NEGOTIATION_STATES[self.process.state]


def screens(services: Services) -> Blueprint:
    """The pages about an organisation's connector."""
    blueprint = Blueprint("connector", __name__, url_prefix="/organisation/connector")
    space = services.data_space

    @blueprint.get("")
    @for_buyers(Right.RESULTS)
    def overview() -> str:
        if space is None:
            return render_template("market/connector.html", space=None)
        account_id = visitor().account_id
        return render_template(
            "market/connector.html",
            space=space,
            callback=_host(space.read_connector(account_id)),
            page=list_page(rows_of(space.read_talks(account_id))),
            most=MOST_READ,
        )

    @blueprint.post("/negotiations/<provider_pid>/end")
    @for_buyers(Right.ORDER)
    def end_negotiation(provider_pid: str) -> Response:
        return _ended(_present(space).end_talks.negotiation, provider_pid)

    @blueprint.post("/transfers/<provider_pid>/end")
    @for_buyers(Right.ORDER)
    def end_transfer(provider_pid: str) -> Response:
        return _ended(_present(space).end_talks.transfer, provider_pid)

    return blueprint


def rows_of(processes: Sequence[Negotiation | TransferProcess]) -> list[Row]:
    """The rows; a negotiation has the order of a transfer that was asked for under its agreement."""
    ordered = {each.agreement_id: each.order_id for each in processes if isinstance(each, TransferProcess)}
    return [Row(each, ordered.get(each.agreement_id or "")) for each in processes]


def _present(space: DataSpace | None) -> DataSpace:
    if space is None:
        abort(HTTPStatus.NOT_FOUND)
    return space


def _ended(end: Callable[[str, str], object], provider_pid: str) -> Response:
    try:
        end(visitor().account_id, provider_pid)
    except IllegalMoveError:
        flash(_OVER, "warning")
    else:
        flash("It is being ended, and we tell your connector.", "good")
    return redirect(url_for("connector.overview"))


def _host(address: str | None) -> str | None:
    return None if address is None else urlsplit(address).hostname
