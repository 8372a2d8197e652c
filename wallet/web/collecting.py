"""The screens on which a person collects a record, from a pasted link to what she keeps.

Nothing is fetched before she saw what and from whom. The pages work without scripts, and speak the language
that she chose, if it is known here, and say which one that is. Whoever sends somebody here with an offer in
the address (a credential offer endpoint, OpenID4VCI 1.0 §4.1) gets the form filled in and nothing else.
"""

import unicodedata
from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ssi.hosting.design.headers import CONTENT_SECURITY_POLICY
from wallet.domain.arrival import Arrival
from wallet.domain.collecting_words_german import LANGUAGES, said
from wallet.domain.offer_link import link_of
from wallet.domain.showing_words import Words
from wallet.domain.shown_credential import ShownCredential
from wallet.domain.sign_in_answer import once_each
from wallet.errors import (
    CodeNeededError,
    Doubt,
    LinkError,
    PartnerError,
    PartnerUnreachableError,
    RefusedCredentialError,
    TooLargeError,
    Trouble,
    WalletError,
)
from wallet.services.receive_record import ReceiveRecord
from wallet.web import visitor
from wallet.web.collecting_page import label_in, lines_of, moment_text
from wallet.web.languages import text_language
from wallet.web.problems import status_of
from wallet.web.said_elsewhere import translated

Page = str | Response | tuple[str, HTTPStatus]
_SHOWN_HERE = (LinkError, RefusedCredentialError, PartnerError, CodeNeededError, TooLargeError)
_FORM_ACTION = "form-action 'self'"


@dataclass(frozen=True)
class Collecting:
    """The screens of adding a record, within the blueprint of the records."""

    receive: ReceiveRecord

    def add_to(self, records: Blueprint) -> None:
        """Add the routes."""
        records.get("/add")(self.add)
        records.post("/add")(self.look)
        records.get("/callback")(self.callback)
        records.get("/not-fetched")(self.not_fetched)
        records.get("/add/<row_id>")(self.arrival)
        records.post("/add/<row_id>/visit")(self.visit)
        records.post("/add/<row_id>/collect")(self.fetch)
        records.post("/add/<row_id>/sign-in")(self.sign_in)
        records.post("/add/<row_id>/again")(self.again)
        records.post("/add/<row_id>/keep")(self.keep)
        records.post("/add/<row_id>/discard")(self.discard)

    def add(self) -> str:
        """The form for a link."""
        return _link_form(link=link_of(request.args.to_dict()))

    def look(self) -> Page:
        """See who offers what."""
        link = request.form.get("link", "")
        try:
            arrival = self.receive.look(visitor.current(), link)
        except _SHOWN_HERE as error:
            return _link_form(error, link), status_of(error)
        return redirect(url_for("records.arrival", row_id=arrival.row_id))

    def arrival(self, row_id: str) -> Page:
        """What is known about a link, or what came."""
        return self._shown(self.receive.arrival(visitor.current(), row_id))

    def visit(self, row_id: str) -> Page:
        """Ask an address that nobody listed."""
        try:
            self.receive.look.visit(visitor.current(), row_id)
        except _SHOWN_HERE as error:
            return self._failed(row_id, error)
        return redirect(url_for("records.arrival", row_id=row_id))

    def fetch(self, row_id: str) -> Page:
        """Collect by the code in the link."""
        try:
            self.receive.fetch(visitor.current(), row_id, tx_code=request.form.get("code"))
        except _SHOWN_HERE as error:
            return self._failed(row_id, error)
        return redirect(url_for("records.arrival", row_id=row_id))

    def sign_in(self, row_id: str) -> Page:
        """Send the person to the issuer's page."""
        try:
            _, page = self.receive.collect.begin_sign_in(
                visitor.current(),
                row_id,
                client_id=request.url_root.rstrip("/"),
                redirect_uri=url_for("records.callback", _external=True),
            )
        except _SHOWN_HERE as error:
            return self._failed(row_id, error)
        return redirect(page, HTTPStatus.SEE_OTHER)

    def callback(self) -> Page:
        """Take what the browser brought back, and leave none of it in the address (RFC 9700 §4.2.4)."""
        try:
            answer = once_each(request.args.to_dict(flat=False))
            arrival = self.receive.finish_sign_in(visitor.current(), answer)
        except _SHOWN_HERE as error:
            flash(said(error, language()), "bad")
            return redirect(url_for("records.not_fetched"))
        return redirect(url_for("records.arrival", row_id=arrival.row_id))

    def not_fetched(self) -> str:
        """Where somebody lands whose answer could not be used; why stands on top, once."""
        return render_template("wallet/collect/failed.html", w=language())

    def again(self, row_id: str) -> Page:
        """Ask once more for what is being made, or check once more what came."""
        try:
            self.receive.ask_again(visitor.current(), row_id)
        except _SHOWN_HERE as error:
            return self._failed(row_id, error)
        return redirect(url_for("records.arrival", row_id=row_id))

    def keep(self, row_id: str) -> Response:
        """Take it into the wallet."""
        kept = self.receive.keep(visitor.current(), row_id)
        flash(language()["kept"], "good")
        if isinstance(kept, ShownCredential):
            return redirect(url_for("records.only_shown", row_id=kept.row_id))
        return redirect(url_for("records.detail", credential_id=kept.credential_id))

    def discard(self, row_id: str) -> Response:
        """Forget it."""
        self.receive.discard(visitor.current(), row_id)
        flash(language()["nothing_added"], "note")
        return redirect(url_for("records.overview"))

    def _failed(self, row_id: str, error: WalletError) -> Page:
        """Beside the step if it can be tried again; otherwise the arrival is over and the form comes back.

        What the issuer has agreed to hand out is never given up but by the person, unless it does not hold.
        """
        wallet = visitor.current()
        arrival = self.receive.arrival(wallet, row_id)
        if isinstance(error, RefusedCredentialError):
            again = error.doubt is Doubt.STATUS_UNKNOWN
        else:
            retriable = isinstance(error, CodeNeededError | PartnerUnreachableError)
            # A link that was used up may have been so by a first click whose answer is still on its way.
            again = retriable or arrival.grant is not None or error.trouble is Trouble.USED_UP
        if again:
            return self._shown(arrival, error)
        self.receive.discard(wallet, row_id)
        return _link_form(error), status_of(error)

    def _shown(self, arrival: Arrival, error: WalletError | None = None) -> Page:
        words = language()
        accepted = arrival.accepted
        page = render_template(
            f"wallet/collect/{_stage(arrival)}.html",
            w=words,
            arrival=arrival,
            name=_name(arrival, words),
            title=label_in(arrival.plan.title, words) if arrival.plan else None,
            claims=[label_in(claim, words) for claim in arrival.plan.claims] if arrival.plan else [],
            lines=lines_of(accepted.credential, words) if accepted else (),
            copies=len(accepted.copies) if accepted else 0,
            from_when=moment_text(arrival.deferred.ask_after, words) if arrival.deferred else "",
            hint=_without_invisible(arrival.code_hint or ""),
            said=translated(said(error, words)) if error else None,
        )
        response = make_response(page, status_of(error) if error else HTTPStatus.OK)
        if arrival.plan and arrival.plan.signs_in_at:
            # Browsers hold redirects of a form to its policy, and one of these leads to the issuer's page.
            allowed = f"{_FORM_ACTION} {arrival.plan.signs_in_at}"
            policy = CONTENT_SECURITY_POLICY.replace(_FORM_ACTION, allowed)
            response.headers["Content-Security-Policy"] = policy
        return response


def language() -> Words:
    """The words in the language of the page, if they are known here; English ones otherwise."""
    return LANGUAGES[text_language()]


def _without_invisible(text: str) -> str:
    """An issuer's text without marks that cannot be seen or that turn text around."""
    return "".join(mark for mark in text if unicodedata.category(mark)[0] != "C")


def _stage(arrival: Arrival) -> str:
    if arrival.accepted is not None:
        return "preview"
    if arrival.grant is not None or arrival.delivered is not None:
        return "waiting"
    return "plan" if arrival.plan is not None or arrival.is_verified else "stranger"


def _name(arrival: Arrival, words: Words) -> str:
    """Who gives it: the name in the register, or what the address calls itself, or the address."""
    if arrival.issuer_name is not None:
        return arrival.issuer_name
    return label_in(arrival.plan.issuer, words) if arrival.plan and arrival.plan.issuer else arrival.address


def _link_form(error: WalletError | None = None, link: str = "") -> str:
    words = language()
    return render_template(
        "wallet/collect/add.html", w=words, link=link, errors={"link": said(error, words)} if error else {}
    )
