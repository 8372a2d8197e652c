"""Give an app the common face: frame, parts, headers, form protection, and errors in plain words.

>>> csrf = install(app, name="argonauta", role="Wallet", nav=(NavItem("Home", "screens.home", "home"),))
>>> csrf.exempt(api)

An API that takes no cookies may be exempt, since nobody can borrow them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Blueprint, Flask, render_template, request, url_for
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import CSRFProtect
from jinja2 import StrictUndefined

from ssi.hosting import names
from ssi.hosting.design import error_pages, headers
from ssi.hosting.design.assets import asset, keep_for_good
from ssi.hosting.design.words import day, moment, money, number


@dataclass(frozen=True)
class NavItem:
    """One entry of the navigation.

    `endpoint` is where it leads; the entry is current there and on every endpoint that begins with one of
    `also`, such as "consents.".
    """

    label: str
    endpoint: str
    icon: str | None = None
    also: tuple[str, ...] = ()

    @property
    def href(self) -> str:
        """Where it leads."""
        return url_for(self.endpoint)

    @property
    def is_current(self) -> bool:
        """Whether the page being shown belongs to it."""
        here = request.endpoint or ""
        return here == self.endpoint or here.startswith(self.also)


Nav = Sequence[NavItem] | Callable[[], Sequence[NavItem]]


def install(app: Flask, *, name: str, role: str, nav: Nav = ()) -> CSRFProtect:
    """Install the design into an app that has a secret key.

    ``role`` says which of the products this is ("Wallet", "Market", "Registry office"). ``nav`` may be a
    function that looks at who is signed in. The answer protects every form.
    """
    app.config["SESSION_COOKIE_SAMESITE"] = "Lax"
    # Browsers share cookies between the ports of one machine, so each role needs a name of its own.
    app.config["SESSION_COOKIE_NAME"] = f"{name}-{role.lower().replace(' ', '-')}"
    app.session_interface = TransportSession()
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.filters |= {"money": money, "moment": moment, "day": day, "number": number}
    _speak_english(app)
    app.jinja_env.globals |= {
        "app_name": name,
        "app_role": role,
        "asset": asset,
        "navigation": nav if callable(nav) else lambda: nav,
    }
    app.register_blueprint(_blueprint())
    headers.install(app)
    error_pages.install(app)
    protection = CSRFProtect(app)
    names.install(app)
    return protection


def _speak_english(app: Flask) -> None:
    """Let templates mark their texts with ``_``; an app that knows other languages replaces what is here.

    `foot` names a template for the end of every page. `translated` is for texts that come from elsewhere:
    unlike ``_`` it takes them as they are, without anything to fill in.
    """
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.filters["translated"] = lambda text: text
    app.jinja_env.globals |= {"page_language": lambda: "en", "foot": None}


class TransportSession(SecureCookieSessionInterface):
    """Flask's signed session cookie, sent over TLS only wherever it was set over TLS."""

    def get_cookie_secure(self, app: Flask) -> bool:
        """Whether the cookie is for TLS only."""
        return request.is_secure or super().get_cookie_secure(app)


def _blueprint() -> Blueprint:
    blueprint = Blueprint(
        "design",
        __name__,
        static_folder="static",
        static_url_path="/design",
        template_folder="templates",
    )
    keep_for_good(blueprint)

    @blueprint.get("/how-it-works")
    def how_it_works() -> str:
        return render_template("design/how_it_works.html")

    return blueprint
