"""The screens about showing records: following a link, one page to decide on, what came of it, the history.

Sharing and not sharing are two buttons of one form, equally large. Nothing is chosen for the person where
there is a choice, and what the form can send is what the page shows. The pages speak the language that the
person chose, if it is known here, and say which one that is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from wallet.domain.showing import WAITS, Showing, Stage
from wallet.domain.showing_digest import digest_of_question
from wallet.domain.showing_words import Words
from wallet.domain.showing_words_german import LANGUAGES
from wallet.errors import AskDoubt, AskRefusedError, NotInWalletError, ShowChoiceError
from wallet.services.show_suite import Show
from wallet.services.suite import Services
from wallet.web import visitor
from wallet.web.languages import text_language
from wallet.web.problems import status_of
from wallet.web.show_page import moment_text, page_of, record_lines

Page = str | Response | tuple[str, HTTPStatus]
SCHEME = "openid4vp://?"
SEEN = "seen"
"""The field of the form that says which page the person decided on."""


def screens(services: Services) -> Blueprint:
    """Showing records."""
    show = Blueprint("show", __name__, url_prefix="/show")
    show.before_request(visitor.door)
    _Screens(services.show, services).add_to(show)
    return show


@dataclass(frozen=True)
class _Screens:
    show: Show
    services: Services

    def add_to(self, show: Blueprint) -> None:
        show.get("")(self.begin)
        show.post("")(self.look)
        show.get("/history")(self.history)
        show.get("/<row_id>")(self.detail)
        show.post("/<row_id>")(self.decide)
        show.post("/<row_id>/again")(self.send_again)

    def begin(self) -> Page:
        """The page with the form; with the parameters of a request in its address, that request at once."""
        if "client_id" in request.args:
            return self._open(SCHEME + request.query_string.decode("ascii", "replace"))
        waiting = self.show.read.waiting(visitor.current())
        return _rendered("begin", waiting=waiting)

    def look(self) -> Page:
        return self._open(request.form.get("link", ""))

    def detail(self, row_id: str) -> Page:
        showing = self.show.read.showing(visitor.current(), row_id)
        if showing.stage is not Stage.WAITING:
            return _outcome(showing, again=self.show.read.can_be_sent(showing))
        return self._question(showing, {})

    def decide(self, row_id: str) -> Page:
        wallet = visitor.current()
        decision = request.form.get("decision")
        if decision == "decline":
            return self._decline(row_id)
        if decision != "share":
            raise NotInWalletError("There is no such decision.")
        chosen = request.form.to_dict(flat=False)
        try:
            self.show.answer.share(wallet, row_id, chosen, seen=request.form.get(SEEN, ""))
        except ShowChoiceError as error:
            page = self._question(self.show.read.showing(wallet, row_id), chosen, error)
            return (page, status_of(error)) if isinstance(page, str) else page
        except AskRefusedError as error:
            return self._not_any_more(row_id, error)
        return redirect(url_for("show.detail", row_id=row_id))

    def send_again(self, row_id: str) -> Page:
        try:
            self.show.answer.send_again(visitor.current(), row_id)
        except AskRefusedError as error:
            return self._not_any_more(row_id, error)
        return redirect(url_for("show.detail", row_id=row_id))

    def history(self) -> str:
        return _rendered("history", history=self.show.read.history(visitor.current()), records=record_lines)

    def _open(self, link: str) -> Page:
        try:
            showing = self.show.open(visitor.current(), link)
        except AskRefusedError as error:
            return _refused(error)
        return redirect(url_for("show.detail", row_id=showing.row_id))

    def _decline(self, row_id: str) -> Page:
        try:
            self.show.answer.decline(visitor.current(), row_id)
        except AskRefusedError as error:
            return self._not_any_more(row_id, error)
        return redirect(url_for("show.detail", row_id=row_id))

    def _question(
        self, showing: Showing, chosen: Mapping[str, list[str]], error: ShowChoiceError | None = None
    ) -> Page:
        try:
            question = self.show.read.question(visitor.current(), showing)
        except AskRefusedError as refusal:
            return _refused(refusal)
        return _rendered(
            "question",
            showing=showing,
            question=question,
            page=page_of(question, language()),
            seen=digest_of_question(question),
            chosen=chosen,
            error=error,
            until=showing.opened_at + WAITS,
        )

    def _not_any_more(self, row_id: str, error: AskRefusedError) -> Page:
        """A second click, or a second window: the page says what came of the first."""
        if error.doubt is AskDoubt.ANSWERED:
            return redirect(url_for("show.detail", row_id=row_id))
        return _refused(error)


def language() -> Words:
    """The words in the language of the page, if they are known here; English ones otherwise."""
    return LANGUAGES[text_language()]


def _outcome(showing: Showing, *, again: bool) -> str:
    reason = showing.reason
    return _rendered(
        "outcome",
        showing=showing,
        again=again,
        onward_host=urlsplit(showing.onward).netloc if showing.onward else None,
        said=language().first(f"reason_{reason}", "reason_other"),
        records=record_lines,
    )


def _refused(error: AskRefusedError) -> tuple[str, HTTPStatus]:
    page = _rendered("refused", doubt=f"doubt_{error.doubt.value}", detail=error.detail)
    return page, status_of(error)


def _rendered(which: str, **values: object) -> str:
    return render_template(f"wallet/show/{which}.html", w=language(), when=moment_text, **values)
