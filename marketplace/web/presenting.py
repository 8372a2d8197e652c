"""Somebody is asked to show a credential from a wallet: by a QR code, or by a link on the same device.

The pages work without scripts: "Look again" asks how far it is. With scripts they look by themselves.
"""

from typing import Any, cast

import segno
from flask import Blueprint, redirect, render_template, request, url_for
from flask import session as browser
from markupsafe import Markup
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from marketplace.domain.member import Right
from marketplace.domain.presentation import PresentationQuestion, PresentationSession
from marketplace.errors import UnknownError
from marketplace.services.presentation_suite import Presentations
from marketplace.services.presentation_templates import ORGANISATION, template_query
from marketplace.services.suite import Services
from marketplace.web.visitor import for_buyers, visitor

_SAME_DEVICE = "this"


def screens(services: Services, presentations: Presentations) -> Blueprint:
    """The pages of a buyer who shows who it is, and of whoever was sent a link."""
    blueprint = Blueprint("presenting", __name__)
    _registration(blueprint, presentations)
    _public(blueprint, presentations)
    return blueprint


def shown_credential(
    presentations: Presentations, account_id: str, session_id: str, response_code: str | None
) -> str:
    """The organisation credential that was shown in a session; empty if none was, or may not be read.

    Raises:
        UnknownError: the account has no such session.
    """
    seen = presentations.read(account_id, session_id, response_code=response_code)
    result = cast("dict[str, list[dict[str, Any]]]", seen["result"] or {})
    found = result.get(ORGANISATION, [])
    return str(found[0]["credential"] or "") if found else ""


def _registration(blueprint: Blueprint, presentations: Presentations) -> None:
    @blueprint.get("/organisation/wallet")
    @for_buyers(Right.REGISTER)
    def choose() -> str:
        return render_template("market/presenting_choice.html")

    @blueprint.post("/organisation/wallet")
    @for_buyers(Right.REGISTER)
    def begin() -> Response:
        same_device = request.form.get("device") == _SAME_DEVICE
        back = f"{presentations.verifier.public_url}{url_for('presenting.back')}" if same_device else None
        question = PresentationQuestion(template_query(ORGANISATION), return_url=back)
        session = presentations.start(visitor().account_id, question)
        browser["presenting"] = session.session_id
        return redirect(url_for("presenting.wait", session_id=session.session_id))

    @blueprint.get("/organisation/wallet/<session_id>")
    @for_buyers(Right.REGISTER)
    def wait(session_id: str) -> str | Response:
        session, seen = _session(presentations, session_id)
        code = request.args.get("response_code")
        if shown_credential(presentations, visitor().account_id, session_id, code):
            return _onward(url_for("organisation.overview", shown=session_id, response_code=code))
        return _page(presentations, session, seen, again=url_for("presenting.choose"))

    @blueprint.get("/organisation/wallet/back")
    @for_buyers(Right.REGISTER)
    def back() -> Response:
        session_id = browser.get("presenting")  # of this browser: the session that it started itself
        if not isinstance(session_id, str):
            return redirect(url_for("presenting.choose"))
        code = request.args.get("response_code")
        return redirect(url_for("presenting.wait", session_id=session_id, response_code=code))


def _public(blueprint: Blueprint, presentations: Presentations) -> None:
    @blueprint.get("/openid4vp/<session_id>")
    def page(session_id: str) -> str:
        session, seen = _session(presentations, session_id)
        return _page(presentations, session, seen, again=None)


def _onward(address: str) -> Response:
    if request.headers.get("HX-Request"):  # a part of a page cannot become another page: the whole goes
        return Response(status=204, headers={"HX-Redirect": address})
    return redirect(address)


def _session(presentations: Presentations, session_id: str) -> tuple[PresentationSession, dict[str, Any]]:
    try:
        return presentations.show(session_id)
    except UnknownError as error:
        raise NotFound from error


def _page(
    presentations: Presentations, session: PresentationSession, seen: dict[str, Any], *, again: str | None
) -> str:
    links = presentations.verifier.links(session) if seen["state"] in {"waiting", "fetched"} else ()
    elsewhere = bool(links) and session.question.return_url is None
    return render_template(
        "market/presenting.html",
        seen=seen,
        links=links,
        elsewhere=elsewhere,
        code=_code(links[0]) if elsewhere else None,
        here=request.path,
        again=again,
    )


def _code(link: str) -> Markup | None:
    """The link as a QR code; None where it is too long for one, as unsigned requests can be."""
    try:
        code = segno.make(link, error="l", micro=False)
    except segno.DataOverflowError:
        return None
    return Markup(code.svg_inline(omitsize=True, border=4, light="#fff"))  # noqa: S704 — drawn, not quoted
