"""The register on screen: find a record, see where it stands, change that, and hand its link over again."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http import HTTPStatus

from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from crypto.errors import MalformedError
from ssi.issuer_service.domain.entry import Entry, Sought, Standing, State
from ssi.issuer_service.errors import StatusConflictError, UnknownEntryError
from ssi.issuer_service.services.change_status import MAX_REASON
from ssi.issuer_service.services.look_up import Detail
from ssi.issuer_service.services.publish_status import known_by
from ssi.issuer_service.web import words
from ssi.issuer_service.web.office import OfficeServices
from ssi.issuer_service.web.quick_response import quick_response

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
        with _page_of_something():
            return desk.show(credential_id)

    @screens.post("/records/<credential_id>/status")
    def change(credential_id: str) -> Response:
        with _page_of_something():
            return desk.change(credential_id)

    _add_handing_over(screens, desk)


def _add_handing_over(screens: Blueprint, desk: "_Desk") -> None:
    @screens.get("/records/<credential_id>/link")
    def link(credential_id: str) -> Response:
        with _page_of_something():
            return desk.show_link(credential_id)

    @screens.get("/records/<credential_id>/letter")
    def letter(credential_id: str) -> Response:
        with _page_of_something():
            return desk.show_link(credential_id, "issuer/letter.html")

    @screens.get("/records/<credential_id>/code-letter")
    def code_letter(credential_id: str) -> Response:
        with _page_of_something():
            return desk.show_link(credential_id, "issuer/code_letter.html")

    @screens.post("/records/<credential_id>/mail")
    def mail(credential_id: str) -> Response:
        with _page_of_something():
            return desk.mail_link(credential_id)

    @screens.post("/records/<credential_id>/link")
    def new_link(credential_id: str) -> Response:
        with _page_of_something():
            return desk.renew_link(credential_id)


@contextmanager
def _page_of_something() -> Iterator[None]:
    """Answer 404 where an address names no record."""
    try:
        yield
    except UnknownEntryError:
        abort(HTTPStatus.NOT_FOUND)


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
            kind=self._kind(detail.entry),
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

    def show_link(
        self,
        credential_id: str,
        page: str = "issuer/link.html",
        errors: dict[str, str] | None = None,
        status: HTTPStatus = HTTPStatus.OK,
    ) -> Response:
        """The link and the code to hand over, while the record waits."""
        detail = self._services.look_up.detail(credential_id, now=self._services.now())
        if detail.offer is None:
            return redirect(url_for("office.detail", credential_id=credential_id))
        handover = self._services.hand_over(detail.offer)
        shown = render_template(
            page,
            entry=detail.entry,
            kind=self._kind(detail.entry),
            issuer_name=self._services.issuer_name,
            handover=handover,
            picture=quick_response(handover.offer_uri),
            can_mail=self._services.send_link.can_send,
            letters=self._services.send_link.sent(credential_id),
            states=words.DELIVERIES,
            errors=errors or {},
        )
        return make_response(shown, status.value)

    def mail_link(self, credential_id: str) -> Response:
        """Queue a letter with the link."""
        try:
            self._services.send_link(credential_id, request.form.get("email", ""), now=self._services.now())
        except MalformedError:
            errors = {"email": "E-mail address: enter one such as name@university.example."}
            return self.show_link(credential_id, errors=errors, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        except StatusConflictError:
            flash("This link cannot be sent. Make a new one, or ask who runs this office.", "error")
        else:
            flash("The letter is on its way. Tell the code another way.", "good")
        return redirect(url_for("office.link", credential_id=credential_id))

    def renew_link(self, credential_id: str) -> Response:
        """A new link and code; the earlier ones stop working."""
        try:
            self._services.renew_offer(credential_id, now=self._services.now())
        except StatusConflictError:
            flash("There is nothing to hand over any more. Issue the record again.", "error")
            return redirect(url_for("office.detail", credential_id=credential_id))
        return redirect(url_for("office.link", credential_id=credential_id))

    def _known(self, detail: Detail, now: datetime) -> str | None:
        """By when its last change is known everywhere; none for what nobody has, or what never changed."""
        if detail.entry.collected_at is None or not detail.changes:
            return None
        return words.known(known_by(detail.changes[-1].changed_at, self._services.status_ttl), now=now)

    def _kind(self, entry: Entry) -> str:
        known = {each.id: each.label["en"] for each in self._services.catalogue.configurations}
        # A kind that was offered once and is no longer still names its old records.
        return known.get(entry.configuration, entry.configuration)

    def _row(self, entry: Entry) -> dict[str, object]:
        return {"entry": entry, "kind": self._kind(entry), "state": words.STATES[entry.state]}
