"""The office's blueprint: the guard at the door, the overview, and the pages of the other files."""

from collections.abc import Mapping, Sequence

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ssi.hosting.design.blueprint import NavItem
from ssi.issuer_service.domain.batch import BatchState
from ssi.issuer_service.domain.delivery import DeliveryState
from ssi.issuer_service.domain.entry import State
from ssi.issuer_service.web import words
from ssi.issuer_service.web.batch_screens import add_batches
from ssi.issuer_service.web.connection_screens import add_connections
from ssi.issuer_service.web.device_adding import add_new_devices
from ssi.issuer_service.web.device_screens import add_devices
from ssi.issuer_service.web.device_wearing import add_wearing
from ssi.issuer_service.web.issue_screens import add_issuing
from ssi.issuer_service.web.link_screens import add_links
from ssi.issuer_service.web.office import OfficeServices
from ssi.issuer_service.web.register_screens import add_register
from ssi.issuer_service.web.sign_in_screens import add_sign_in
from ssi.issuer_service.web.template_screens import add_templates

_OPEN = frozenset({"office.sign_in", "office.enter"})
_NAVIGATION = (
    NavItem("Overview", "office.home", "home"),
    NavItem("Issue", "office.choose", "plus", also=("office.form", "office.step")),
    NavItem(
        "Records",
        "office.records",
        "list-details",
        also=(
            "office.find_records",
            "office.detail",
            "office.link",
            "office.change",
            "office.letter",
            "office.code_letter",
            "office.mail",
        ),
    ),
    NavItem(
        "Tables",
        "office.batches",
        "upload",
        also=("office.batch", "office.take_batch", "office.start_batch", "office.cancel_batch"),
    ),
    NavItem(
        "Templates",
        "office.templates",
        "file-text",
        also=("office.template", "office.new_template", "office.make_template", "office.amend_template"),
    ),
    NavItem(
        "Devices",
        "office.devices",
        "activity-heartbeat",
        also=(
            "office.device",
            "office.new_device",
            "office.attest_device",
            "office.known_device",
            "office.register_device",
            "office.change_device",
            "office.wearer",
            "office.set_wearer",
        ),
    ),
    NavItem(
        "Connections",
        "office.connections",
        "link",
        also=(
            "office.webhook",
            "office.make_key",
            "office.make_webhook",
            "office.revoke_key",
            "office.remove_webhook",
        ),
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
            tasks=_tasks(services, counts),
            stats=stats,
            total=sum(counts.values()),
            within=words.within(services.status_ttl),
        )

    add_sign_in(screens, services)
    add_issuing(screens, services)
    add_register(screens, services)
    add_links(screens, services)
    add_batches(screens, services)
    add_templates(screens, services)
    add_new_devices(screens, services)
    add_devices(screens, services)
    add_wearing(screens, services)
    add_connections(screens, services)
    return screens


def _tasks(services: OfficeServices, counts: Mapping[State, int]) -> list[tuple[str, str]]:
    """What waits for the officer: a sentence and where it leads."""
    batches, sent = services.batches.counts(), services.webhooks.counts()
    running = batches[BatchState.WAITING] + batches[BatchState.RUNNING]
    tables, records = url_for("office.batches"), "office.records"
    found = [
        (batches[BatchState.DRAFT], "table to look at", "tables to look at", tables),
        (running, "table that is being worked on", "tables that are being worked on", tables),
        (
            counts[State.SUSPENDED],
            "record on hold",
            "records on hold",
            url_for(records, state=State.SUSPENDED.value),
        ),
        (
            counts[State.LAPSED],
            "record that nobody collected in time",
            "records that nobody collected in time",
            url_for(records, state=State.LAPSED.value),
        ),
        (
            sent[DeliveryState.FAILED],
            "event that did not arrive",
            "events that did not arrive",
            url_for("office.connections"),
        ),
    ]
    return [(f"{count:,} {one if count == 1 else many}", href) for count, one, many, href in found if count]
