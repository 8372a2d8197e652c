"""The register on screen: find a record, see where it stands, and change that."""

from datetime import datetime
from http import HTTPStatus

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from ssi.issuer_service.domain.catalogue import Catalogue
from ssi.issuer_service.domain.entry import Entry, Sought, Standing, State
from ssi.issuer_service.errors import StatusConflictError
from ssi.issuer_service.services.change_status import MAX_REASON
from ssi.issuer_service.services.look_up import Detail
from ssi.issuer_service.services.publish_status import known_by
from ssi.issuer_service.web import words
from ssi.issuer_service.web.absent import something
from ssi.issuer_service.web.office import OfficeServices

PAGE = 25
_MAX_PAGES = 10_000


def add_register(screens: Blueprint, services: OfficeServices) -> None:
    """Add the pages of the register."""
    desk = _Desk(services)

    @screens.get("/records")
    def records() -> Response:
        return desk.show_list(request.args)

    @screens.post("/records")
    def find_records() -> Response:
        person = request.form.get("external_id", "").strip()
        return desk.show_list(request.form, external_id=person)

    @screens.get("/records/<credential_id>")
    def detail(credential_id: str) -> Response:
        with something():
            return desk.show(credential_id)

    @screens.post("/records/<credential_id>/status")
    def change(credential_id: str) -> Response:
        with something():
            return desk.change(credential_id)


class _Desk:
    """The pages of the register."""

    def __init__(self, services: OfficeServices) -> None:
        self._services = services

    def show_list(self, asked: MultiDict[str, str], *, external_id: str = "") -> Response:
        """One page of what was looked for. A person's number comes in a form: addresses are logged."""
        number = min(asked.get("page", 1, type=int) or 1, _MAX_PAGES)
        page_number = max(number, 1)
        state = asked.get("state", "")
        sought = Sought(
            external_id=external_id or None,
            state=State(state) if state in list(State) else None,
            offset=(page_number - 1) * PAGE,
            limit=PAGE,
        )
        found = self._services.look_up.search(sought)
        page = render_template(
            "issuer/records.html",
            found=found,
            rows=[self._row(entry) for entry in found.entries],
            states=[(state.value, said.label) for state, said in words.STATES.items()],
            asked={"external_id": external_id, "state": state},
            page_number=page_number,
            pages=max(1, -(-found.total // PAGE)),
            link_to=lambda number: url_for("office.records", page=number, state=state),
        )
        return make_response(page)

    def show(
        self, credential_id: str, errors: dict[str, str] | None = None, status: HTTPStatus = HTTPStatus.OK
    ) -> Response:
        """Where one record stands, and what an officer may do about it."""
        now = self._services.now()
        detail = self._services.look_up.detail(credential_id, now=now)
        possible = [standing for standing in words.ACTIONS if standing is not detail.entry.standing]
        if detail.entry.standing is Standing.REVOKED:
            possible = []
        page = render_template(
            "issuer/detail.html",
            detail=detail,
            entry=detail.entry,
            kind=kind_of(self._services.catalogue, detail.entry),
            state=words.STATES[detail.entry.state],
            ran_out=not detail.entry.covers(now),
            actions=[
                {
                    "value": standing.value,
                    "label": words.ACTIONS[standing],
                    "help": words.ACTION_NOTES[standing],
                }
                for standing in possible
            ],
            said={standing.value: label for standing, label in words.DONE.items()},
            said_by=words.said_by,
            within=words.within(self._services.status_ttl),
            known=self._known(detail, now),
            waiting=detail.entry.state is State.WAITING,
            errors=errors or {},
        )
        return make_response(page, status.value)

    def change(self, credential_id: str) -> Response:
        """Change the standing, once the officer said what, why, and that the number was checked."""
        wanted, reason = request.form.get("status", ""), request.form.get("reason", "").strip()
        errors = {}
        if wanted not in list(Standing):
            errors["status"] = "What to do: choose one."
        if not 0 < len(reason) <= MAX_REASON:
            errors["reason"] = f"Reason: say why, in up to {MAX_REASON} characters."
        if request.form.get("sure") != "yes":
            errors["sure"] = "Confirm that this is the right record."
        if errors:
            return self.show(credential_id, errors, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            entry = self._services.change_status(
                credential_id, Standing(wanted), reason=reason, by=words.OFFICER, now=self._services.now()
            )
        except StatusConflictError:
            errors["status"] = "This record was taken back for good. Issue a new one instead."
            return self.show(credential_id, errors, HTTPStatus.CONFLICT)
        self._services.operations.status_changed(entry, by=words.OFFICER)
        within = words.within(self._services.status_ttl)
        flash(f"Done. Wallets and buyers see this within {within}.", "good")
        return redirect(url_for("office.detail", credential_id=credential_id))

    def _known(self, detail: Detail, now: datetime) -> str | None:
        """By when its last change is known everywhere; none for what nobody has, or what never changed."""
        if detail.entry.collected_at is None or not detail.changes:
            return None
        return words.known(known_by(detail.changes[-1].changed_at, self._services.status_ttl), now=now)

    def _row(self, entry: Entry) -> dict[str, object]:
        return {
            "entry": entry,
            "kind": kind_of(self._services.catalogue, entry),
            "state": words.STATES[entry.state],
        }


def kind_of(catalogue: Catalogue, entry: Entry) -> str:
    """What a record is called; one of a kind that was offered once and is no longer by the id of its kind."""
    known = {each.id: each.label["en"] for each in catalogue.configurations}
    return known.get(entry.configuration, entry.configuration)
