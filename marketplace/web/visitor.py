"""Who is looking at the page? Signing in and out, and the doors of the screens.

The cookie names a session and is signed; it holds no secret. The session names a member, who is looked up at
every request: what became of her counts at once. A wrong e-mail and a wrong password get the same answer.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Generic, ParamSpec, TypeVar, cast
from urllib.parse import urlsplit

from flask import Flask, current_app, flash, g, redirect, render_template, request, session, url_for
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response

from marketplace.domain.account import Account, AccountKind
from marketplace.domain.member import Member, MemberSession, Right
from marketplace.errors import TooManyAttemptsError, UnknownError, WrongCredentialsError
from marketplace.services.suite import Services
from marketplace.web.words import sentence
from ssi.hosting.design.blueprint import NavItem

_BROWSERS = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)
"""The signs of browsers and systems, the more telling ones first."""
Arguments = ParamSpec("Arguments")
Page = TypeVar("Page")

_DESK = (
    "operations.",
    "breaches.",
    "requests.",
    "payouts.",
    "processing.",
    "invoices.",
    "payments.",
    "access.",
)
_MONEY = ("purse.", "invoices.", "payments.")
_DIRECT = ("scores.", "sums.")
_HOUSE = ("organisation.", "members.", "webhooks.", "connector.")
_SIGN_IN, SESSION, _WHY = "visitor.sign_in", "session", "why"
ASKING_AGAIN: Final = "argonauta.asking_again"
"""Where the application keeps what asks a member to show again who she is (`again.py`)."""


def install(app: Flask, services: Services) -> None:
    """Find the account of each request, and serve the sign-in page."""
    app.before_request(_finder(services))
    app.context_processor(_seen_by_pages)
    app.add_url_rule("/sign-in", _SIGN_IN, _sign_in(services), methods=["GET", "POST"])
    app.add_url_rule("/sign-out", "visitor.sign_out", _sign_out(services), methods=["POST"])


def _seen_by_pages() -> dict[str, object]:
    member: Member | None = g.get("member")
    return {
        "visitor": g.get("visitor"),
        "member": member,
        "may": frozenset() if member is None else member.may,
    }


def navigation(services: Services) -> Callable[[], list[NavItem]]:
    """The entries of the navigation for whoever is signed in."""

    def items() -> list[NavItem]:
        account = _find_account(services)
        market = [NavItem("Data", "catalogue.overview", "search", also=("catalogue.", "ask."))]
        if account is None:
            return market
        if account.kind is AccountKind.OPERATOR:
            return [*market, NavItem("Operations", "operations.overview", "server", also=_DESK)]
        may = me().may
        entries = (
            (Right.RESULTS, NavItem("Orders", "orders.overview", "list-details", also=("orders.", "saved."))),
            (Right.RESULTS, NavItem("Scores & sums", "scores.overview", "scale", also=_DIRECT)),
            (Right.MONEY, NavItem("Money", "purse.overview", "coin-euro", also=_MONEY)),
            (Right.LOOK, NavItem("Organisation", "organisation.overview", "building", also=_HOUSE)),
        )
        return [*market, *(item for right, item in entries if right in may)]

    return items


@dataclass(frozen=True)
class Door(Generic[Arguments, Page]):
    """A page behind a door: for one kind of account, or any, and for who has a right where one is named."""

    view: Callable[Arguments, Page]
    kind: AccountKind | None
    right: Right | None

    def __call__(self, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Page | Response:
        """The page; whoever is not signed in is asked to do so, or to show again who she is (`again.py`).

        Raises:
            Forbidden: the page is for the other kind of account.
            RoleMissingError: the member's role does not have the right.
        """
        account = signed_in()
        if account is None:
            return _to_sign_in()
        if self.kind is not None and account.kind is not self.kind:
            raise Forbidden
        if self.right is not None:
            me().require(self.right)
        ask_again = cast(Callable[[], Response | None], current_app.extensions[ASKING_AGAIN])
        return ask_again() or self.view(*args, **kwargs)

    @property
    def __name__(self) -> str:
        """The name under which Flask knows the page."""
        return self.view.__name__


def for_buyers(right: Right) -> Callable[[Callable[Arguments, Page]], Door[Arguments, Page]]:
    """A page for members of a buying organisation with this right; everybody else is asked to sign in."""
    return lambda view: Door(view, AccountKind.BUYER, right)


def for_operators(view: Callable[Arguments, Page]) -> Door[Arguments, Page]:
    """A page for operators; a buyer is told that it is not hers."""
    return Door(view, AccountKind.OPERATOR, None)


def for_members(view: Callable[Arguments, Page], right: Right | None = None) -> Door[Arguments, Page]:
    """A page for whoever is signed in, for whatever account; where a right is named, who has it."""
    return Door(view, None, right)


def visitor() -> Account:
    """The account that is signed in; only behind a door."""
    account: Account = g.visitor
    return account


def signed_in() -> Account | None:
    """The account that is signed in, if one is."""
    account: Account | None = g.get("visitor")
    return account


def me() -> Member:
    """The member who is signed in; only behind a door."""
    member: Member = g.member
    return member


def this_session() -> str | None:
    """The session in which she is signed in."""
    session_id = session.get(SESSION)
    return session_id if isinstance(session_id, str) else None


def standing() -> MemberSession:
    """The session in which she is signed in, as it was found; only behind a door."""
    found: MemberSession = g.standing
    return found


def enter(services: Services, member: Member, *, proven_at: datetime | None) -> str:
    """Sign in a member who has shown who she is, by whatever way in; where she begins.

    `proven_at` is when she showed it, None where her organisation does not say.
    """
    session.clear()  # a session from before signing in must not live on
    begun = services.member_sessions.begin(member, device_text(), proven_at=proven_at)
    session[SESSION] = begun.session_id
    account = services.get_account(member.account_id)
    g.visitor, g.member = account, member
    return _home_of(account)


def renew(services: Services, proven_at: datetime) -> None:
    """Note that the member who is signed in has shown again who she is; her session gets another id.

    Raises:
        UnknownError: she was signed out meanwhile.
    """
    g.standing = services.member_sessions.renew(standing().session_id, proven_at=proven_at)
    session[SESSION] = g.standing.session_id


def device_text() -> str:
    """Which browser on which system this is, as far as it says so; nothing else of it is kept."""
    said = request.headers.get("User-Agent", "")
    browser = next((words for sign, words in _BROWSERS if sign in said), "a browser")
    system = next((words for sign, words in _SYSTEMS if sign in said), "")
    return f"{browser} on {system}" if system else browser


def _to_sign_in() -> Response:
    if request.headers.get("HX-Request"):  # a part of a page cannot become the sign-in page: the whole goes
        return Response(status=204, headers={"HX-Redirect": url_for(_SIGN_IN)})
    return redirect(url_for(_SIGN_IN, next=_here()))


def _here() -> str | None:
    """Where somebody is who has to sign in first: the page, or the one from which a form was sent."""
    if request.method == "GET":
        return request.full_path.rstrip("?")
    sent_from = urlsplit(request.referrer or "")
    if sent_from.netloc != request.host:
        return None
    return local(f"{sent_from.path}?{sent_from.query}".rstrip("?"))


def _finder(services: Services) -> Callable[[], None]:
    def find() -> None:
        if not (request.endpoint or "").endswith("static"):  # a style sheet is the same for everybody
            _find_account(services)

    return find


def _find_account(services: Services) -> Account | None:
    if "visitor" not in g:
        g.visitor = g.member = None
        session_id = this_session()
        if session_id is not None:
            try:
                found = services.member_sessions.find(session_id, in_use=not _asks_by_itself())
                g.member, g.visitor, g.standing = found
            except UnknownError as error:
                _forget_session(sentence(str(error)))
    return signed_in()


def _asks_by_itself() -> bool:
    """Whether a part of a page asks, which it does without anybody being there."""
    return request.method == "GET" and "HX-Request" in request.headers


def _forget_session(why: str) -> None:
    """Take the session out of the cookie, and keep there why she has to sign in again.

    NOTE: a part that asks by itself leaves the cookie alone. It may have begun before the session got another
    id, and its answer, coming late, would sign her out.
    """
    if not _asks_by_itself():
        session.clear()
        session[_WHY] = why


def _sign_in(services: Services) -> Callable[[], str | Response | tuple[str, int]]:
    def sign_in() -> str | Response | tuple[str, int]:
        onward = local(request.values.get("next"))
        known = signed_in()
        if request.method == "GET" and known is not None:
            return redirect(onward or _home_of(known))
        if request.method == "GET":
            why = session.pop(_WHY, None)
            return render_template("market/sign_in.html", error=None, email="", onward=onward, why=why)
        email = request.form.get("email", "")
        try:
            member = services.sign_in(email, request.form.get("password", ""))
        except WrongCredentialsError:
            error, status = "E-mail and password do not belong together. Please check both.", 422
        except TooManyAttemptsError:
            error, status = "Too many tries. Please wait a few minutes and try again.", 429
        else:
            home = enter(services, member, proven_at=services.clock())
            return redirect(onward or home)
        page = render_template("market/sign_in.html", error=error, email=email, onward=onward)
        return page, status

    return sign_in


def _home_of(account: Account) -> str:
    is_operator = account.kind is AccountKind.OPERATOR
    return url_for("operations.overview" if is_operator else "catalogue.overview")


def _sign_out(services: Services) -> Callable[[], Response]:
    def sign_out() -> Response:
        if signed_in() is not None:
            services.member_sessions.end(me().member_id, this_session() or "")
        session.clear()
        flash("You are signed out.", "note")
        return redirect(url_for("catalogue.overview"))

    return sign_out


def local(target: str | None) -> str | None:
    """A path of this site to go on to, or None: a link may not send a buyer elsewhere after signing in."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    parts = urlsplit(target)
    return None if parts.scheme or parts.netloc else target
