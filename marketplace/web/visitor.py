"""Who is looking at the page? Signing in and out, and the doors of the screens.

The cookie names an account and is signed; it holds no secret. A wrong e-mail and a wrong password get the
same answer.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar
from urllib.parse import urlsplit

from flask import Flask, flash, g, redirect, render_template, request, session, url_for
from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response

from marketplace.domain.account import Account, AccountKind
from marketplace.errors import TooManyAttemptsError, UnknownAccountError, WrongCredentialsError
from marketplace.services.suite import Services
from ssi.hosting.design.blueprint import NavItem

Arguments = ParamSpec("Arguments")
Page = TypeVar("Page")

_DESK = ("operations.", "breaches.", "requests.", "payouts.", "processing.", "invoices.", "payments.")
_SIGN_IN, _ACCOUNT = "visitor.sign_in", "account"


def install(app: Flask, services: Services) -> None:
    """Find the account of each request, and serve the sign-in page."""
    app.before_request(_finder(services))
    app.context_processor(lambda: {"visitor": g.get("visitor")})
    app.add_url_rule("/sign-in", _SIGN_IN, _sign_in(services), methods=["GET", "POST"])
    app.add_url_rule("/sign-out", "visitor.sign_out", _sign_out, methods=["POST"])


def navigation(services: Services) -> Callable[[], list[NavItem]]:
    """The entries of the navigation for whoever is signed in."""

    def items() -> list[NavItem]:
        account = _find_account(services)
        market = [NavItem("Data", "catalogue.overview", "search", also=("catalogue.", "ask."))]
        if account is None:
            return market
        if account.kind is AccountKind.OPERATOR:
            return [*market, NavItem("Operations", "operations.overview", "server", also=_DESK)]
        return [
            *market,
            NavItem("Orders", "orders.overview", "list-details", also=("orders.",)),
            NavItem("Money", "purse.overview", "coin-euro", also=("purse.", "invoices.", "payments.")),
            NavItem("Organisation", "organisation.overview", "building", also=("organisation.",)),
        ]

    return items


def for_buyers(view: Callable[Arguments, Page]) -> Callable[Arguments, Page | Response]:
    """A page for signed-in buyers; everybody else is asked to sign in."""
    return _door(view, AccountKind.BUYER)


def for_operators(view: Callable[Arguments, Page]) -> Callable[Arguments, Page | Response]:
    """A page for operators; a buyer is told that it is not hers."""
    return _door(view, AccountKind.OPERATOR)


def visitor() -> Account:
    """The account that is signed in; only behind a door."""
    account: Account = g.visitor
    return account


def signed_in() -> Account | None:
    """The account that is signed in, if one is."""
    account: Account | None = g.get("visitor")
    return account


def _door(view: Callable[Arguments, Page], kind: AccountKind) -> Callable[Arguments, Page | Response]:
    @wraps(view)
    def guarded(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Page | Response:
        account = signed_in()
        if account is None:
            return _to_sign_in()
        if account.kind is not kind:
            raise Forbidden
        return view(*args, **kwargs)

    return guarded


def _to_sign_in() -> Response:
    if request.headers.get("HX-Request"):  # a part of a page cannot become the sign-in page: the whole goes
        return Response(status=204, headers={"HX-Redirect": url_for(_SIGN_IN)})
    here = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for(_SIGN_IN, next=here))


def _finder(services: Services) -> Callable[[], None]:
    def find() -> None:
        if not (request.endpoint or "").endswith("static"):  # a style sheet is the same for everybody
            _find_account(services)

    return find


def _find_account(services: Services) -> Account | None:
    if "visitor" not in g:
        g.visitor = None
        account_id = session.get(_ACCOUNT)
        if isinstance(account_id, str):
            try:
                g.visitor = services.get_account(account_id)
            except UnknownAccountError:
                session.clear()
    return signed_in()


def _sign_in(services: Services) -> Callable[[], str | Response | tuple[str, int]]:
    def sign_in() -> str | Response | tuple[str, int]:
        onward = _local(request.values.get("next"))
        known = signed_in()
        if request.method == "GET" and known is not None:
            return redirect(onward or _home_of(known))
        if request.method == "GET":
            return render_template("market/sign_in.html", error=None, email="", onward=onward)
        email = request.form.get("email", "")
        try:
            account = services.sign_in(email, request.form.get("password", ""))
        except WrongCredentialsError:
            error, status = "E-mail and password do not belong together. Please check both.", 422
        except TooManyAttemptsError:
            error, status = "Too many tries. Please wait a few minutes and try again.", 429
        else:
            session.clear()  # a session from before signing in must not live on
            session[_ACCOUNT] = account.account_id
            return redirect(onward or _home_of(account))
        page = render_template("market/sign_in.html", error=error, email=email, onward=onward)
        return page, status

    return sign_in


def _home_of(account: Account) -> str:
    is_operator = account.kind is AccountKind.OPERATOR
    return url_for("operations.overview" if is_operator else "catalogue.overview")


def _sign_out() -> Response:
    session.clear()
    flash("You are signed out.", "note")
    return redirect(url_for("catalogue.overview"))


def _local(target: str | None) -> str | None:
    """A path of this site to go on to, or None: a link may not send a buyer elsewhere after signing in."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return None
    parts = urlsplit(target)
    return None if parts.scheme or parts.netloc else target
