"""The buttons that pause agreements and go on with them; their pages are those of the agreements."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, flash, redirect, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from ssi.dataset import data_set
from wallet.domain.session import Session
from wallet.services.suite import Services
from wallet.web import visitor
from wallet.web.languages import text_language

PAUSED = "Paused. Nothing new is computed from your data under this agreement until you go on."
GOING_ON = "This agreement goes on. New computations may use your data under it again."
ALL_PAUSED = "Everything is paused. Nothing new is computed from your data until you go on."
ALL_GOING_ON = "Everything goes on. New computations may use your data as you agreed."
_SHOWN = 50


@dataclass(frozen=True)
class ShownPause:
    """One change as it stands in the history."""

    paused: bool
    at: datetime
    title: str
    address: str


def screens(services: Services) -> Blueprint:
    """Pause and go on."""
    pausing = Blueprint("pausing", __name__, url_prefix="/agreements")
    pausing.before_request(visitor.door)

    @pausing.app_context_processor
    def shown() -> dict[str, object]:
        return {
            "pausing_now": lambda: services.pause_consents.standing(visitor.current()),
            "pauses_so_far": lambda: _newest(_pauses(services, visitor.current())),
        }

    @pausing.post("/<row_id>/pause")
    def pause(row_id: str) -> Response:
        return _said(services, row_id, paused=True)

    @pausing.post("/<row_id>/go-on")
    def go_on(row_id: str) -> Response:
        return _said(services, row_id, paused=False)

    @pausing.post("/pause-everything")
    def pause_everything() -> Response:
        services.pause_consents.everything(visitor.current(), paused=True)
        flash(ALL_PAUSED, "good")
        return redirect(url_for("consents.overview"))

    @pausing.post("/go-on-with-everything")
    def go_on_with_everything() -> Response:
        services.pause_consents.everything(visitor.current(), paused=False)
        flash(ALL_GOING_ON, "good")
        return redirect(url_for("consents.overview"))

    return pausing


def _said(services: Services, row_id: str, *, paused: bool) -> Response:
    wallet = visitor.current()
    held = services.read.consent(wallet, row_id)
    held = services.pause_consents(wallet, held.consent_id, paused=paused)
    if held.state(services.clock()).is_active:
        flash(PAUSED if paused else GOING_ON, "good")
    return redirect(url_for("consents.detail", row_id=row_id))


def _pauses(services: Services, wallet: Session) -> Iterator[ShownPause]:
    for held in services.consents(wallet):
        title = data_set(held.policy.data_set).label[text_language()]
        address = url_for("consents.detail", row_id=held.row_id)
        for change in held.pausing.changes if held.pausing else ():
            yield ShownPause(change.paused, change.at, title, address)
    for door, offers in (
        ("scores.detail", services.scores.read.offers(wallet)),
        ("crowds.detail", services.crowds.read.offers(wallet)),
    ):
        for offer in offers:
            record = data_set(offer.terms.data_set).label[text_language()]
            is_score = door.startswith("scores")
            title = (
                gettext("Scores of %(record)s", record=record)
                if is_score
                else gettext("Sums with %(record)s", record=record)
            )
            for change in offer.pauses:
                yield ShownPause(change.paused, change.at, title, url_for(door, row_id=offer.row_id))


def _newest(pauses: Iterator[ShownPause]) -> list[ShownPause]:
    return sorted(pauses, key=lambda each: each.at, reverse=True)[:_SHOWN]
