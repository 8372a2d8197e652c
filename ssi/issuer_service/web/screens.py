"""The office's blueprint: the guard at the door, the overview, and the pages of the other files."""

from collections.abc import Sequence

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ssi.hosting.design.blueprint import NavItem
from ssi.issuer_service.web import words
from ssi.issuer_service.web.issue_screens import add_issuing
from ssi.issuer_service.web.office import OfficeServices
from ssi.issuer_service.web.register_screens import add_register
from ssi.issuer_service.web.sign_in_screens import add_sign_in

_OPEN = frozenset({"office.sign_in", "office.enter"})
_NAVIGATION = (
    NavItem("Overview", "office.home", "home"),
    NavItem("Issue", "office.choose", "plus", also=("office.form", "office.step")),
    NavItem(
        "Records", "office.records", "list-details", also=("office.detail", "office.link", "office.change")
    ),
)


def navigation() -> Sequence[NavItem]:
    """The navigation; none before signing in."""
    return () if request.endpoint in _OPEN or request.blueprint != "office" else _NAVIGATION


def create_screens(services: OfficeServices) -> Blueprint:
    """The blueprint of the office. Every page but the sign-in page asks for a session."""
    screens = Blueprint("office", __name__)

    @screens.before_request
    def guard() -> Response | None:
        if request.endpoint in _OPEN or services.is_signed_in:
            return None
        return redirect(url_for("office.sign_in"))

    @screens.get("/")
    def home() -> str:
        counts = services.look_up.counts()
        stats = [
            (said, counts[state], url_for("office.records", state=state.value))
            for state, said in words.STATES.items()
        ]
        return render_template(
            "issuer/home.html",
            issuer_name=services.issuer_name,
            stats=stats,
            total=sum(counts.values()),
            within=words.within(services.status_ttl),
        )

    add_sign_in(screens, services)
    add_issuing(screens, services)
    add_register(screens, services)
    return screens
