"""Whose wallet is open in this browser? The door of every screen but the first two."""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from flask import flash, redirect, request, session, url_for
from flask_babel import gettext as _
from flask_babel import pgettext
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response

from ssi.hosting.design.blueprint import NavItem
from ssi.hosting.design.error_pages import Words, page
from wallet.domain.session import Session
from wallet.errors import NotInWalletError, WalletError
from wallet.services.open_wallet import OpenWallet
from wallet.services.refresh import RefreshReport
from wallet.services.unpack_letters import UnpackLetters
from wallet.web import file_reading
from wallet.web.sessions import ServerSession, SessionTable

_WALLET, _ONWARD, _NEWS = "wallet", "onward", "news"
_OUTSIDE = {
    "doorway.sign_in",
    "doorway.sign_up",
    "recovery.form",
    "together.form",
    "passkeys.sign_in",
    "passkeys.sign_up",
    "passkeys.question",
}


@dataclass(frozen=True)
class News:
    """What the last refresh in this browser session found, and when."""

    report: RefreshReport
    at: datetime


def open_in_browser(table: SessionTable, wallet: Session) -> None:
    """Begin a browser session with an open wallet, under a new cookie."""
    asked_for = session.get(_ONWARD)
    table.renew(present_session())
    session.clear()
    session[_WALLET] = wallet
    if asked_for:
        session[_ONWARD] = asked_for


def read_what_came(unpack: UnpackLetters) -> None:
    """Read what devices sent while the wallet was locked; what cannot be read now waits."""
    try:
        unpack(current())
    except WalletError:
        flash(
            _("Some of what your devices sent could not be read now. It waits until the next time."), "note"
        )


def lock(table: SessionTable) -> None:
    """Forget the open wallet and everything the browser session held, its cookie included."""
    file_reading.stop()
    table.renew(present_session())
    session.clear()


def end_if_locked_anew(table: SessionTable, open_wallet: OpenWallet) -> None:
    """Forget a wallet whose password was changed since it was opened here, in whichever process that was."""
    if request.endpoint and request.endpoint.endswith("static"):
        return
    if is_open() and not open_wallet.holds(current()):
        lock(table)


def present_session() -> ServerSession:
    """This request's session itself, behind Flask's proxy."""
    found: ServerSession = session._get_current_object()  # type: ignore[attr-defined]
    return found


def current() -> Session:
    """The open wallet; only behind the door.

    Raises:
        NotInWalletError: no wallet is open.
    """
    wallet = session.get(_WALLET)
    if not isinstance(wallet, Session):
        raise NotInWalletError("No wallet is open here.")
    return wallet


def is_open() -> bool:
    """Whether a wallet is open in this browser."""
    return isinstance(session.get(_WALLET), Session)


def door() -> Response | None:
    """Let in who has a wallet open; send everybody else to sign in, and back afterwards."""
    if is_open():
        return None
    if request.method == "GET":
        session[_ONWARD] = request.full_path if request.query_string else request.path
    return _to_the_door()


def onward() -> str:
    """Where to go after signing in: the page that was asked for, or home."""
    return str(session.pop(_ONWARD, None) or url_for("home.overview"))


def tell_news(report: RefreshReport, at: datetime) -> None:
    """Remember what a refresh found."""
    session[_NEWS] = News(report, at)


def news() -> News | None:
    """What the last refresh found."""
    found = session.get(_NEWS)
    return found if isinstance(found, News) else None


def navigation() -> list[NavItem]:
    """The entries of the navigation for an open wallet; none before."""
    if not is_open():
        return []
    return [
        NavItem(_("Home"), "home.overview", "home"),
        NavItem(_("Records"), "records.overview", "certificate", also=("records.", "offers.", "show.")),
        NavItem(_("Streams"), "streams.overview", "activity-heartbeat", also=("streams.",)),
        NavItem(_("Agreements"), "consents.overview", "file-text", also=("consents.", "scores.", "crowds.")),
        NavItem(pgettext("menu", "Who used my data"), "uses.overview", "history", also=("uses.",)),
        NavItem(_("Earnings"), "earnings.overview", "coin-euro", also=("earnings.", "payout.")),
        NavItem(
            pgettext("menu", "My rights"), "rights.overview", "scale", also=("rights.", "rights_requests.")
        ),
    ]


def expired_form(_error: CSRFError) -> Response:
    """A form from before the wallet was locked leads to the sign-in page, any other to an explanation."""
    if not is_open() and request.endpoint not in _OUTSIDE:
        return _to_the_door()
    words = Words("This form is too old", "Nothing was changed. Open the page again and send it once more.")
    return page(HTTPStatus.BAD_REQUEST, words)


def _to_the_door() -> Response:
    """Lead to the sign-in page; a script that asked for a part of a page is told to load the whole page."""
    flash(_("Your wallet is locked. Sign in to go on."), "note")
    door = url_for("doorway.sign_in")
    if request.headers.get("HX-Request"):
        return Response("", HTTPStatus.OK, {"HX-Redirect": door})
    return redirect(door)
