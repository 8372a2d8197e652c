"""The market as a web application: the screens, the JSON interfaces and the design around them."""

from collections.abc import Callable, Sequence

from flask import Blueprint, Flask

from crypto.signing import VerifyingKey
from marketplace.config import Settings
from marketplace.services.suite import Services
from marketplace.web import (
    again,
    ask,
    catalogue,
    connector,
    desk_breaches,
    desk_nodes,
    desk_payouts,
    desk_processing,
    desk_requests,
    institutions,
    invoices,
    joining,
    kept_pages,
    members,
    operations,
    orders,
    organisation,
    passkeys,
    payments,
    presenting,
    purse,
    refusals,
    result,
    saved,
    scores,
    signing_up,
    sums,
    visitor,
    webhooks,
    you,
)
from ssi.hosting.design.blueprint import install

InstallInterfaces = Callable[[Flask, Services], Sequence[Blueprint]]


def create_app(
    services: Services, settings: Settings, *, interfaces: InstallInterfaces, authority: VerifyingKey
) -> Flask:
    """Build the application over ready services.

    `interfaces` installs the JSON interfaces (`marketplace.api.app.install_api`); they read no cookies, so
    forms are protected and they are not. `authority` is the pinned key of the trust authority: the page that
    opens a result holds the registry of nodes against it. How long a session
    lasts stands in the terms (`SessionTerms`).
    """
    app = Flask(__name__, template_folder="templates", static_folder="static", static_url_path="/market")
    app.secret_key = settings.session_secret
    app.config["PERMANENT_SESSION_LIFETIME"] = settings.terms.sessions.lifetime
    csrf = install(app, name="argonauta", role="Market", nav=visitor.navigation(services))
    for blueprint in interfaces(app, services):
        csrf.exempt(blueprint)
    visitor.install(app, services)
    again.install(app, services)
    refusals.install(app)
    for screens in (catalogue, ask, orders, organisation, purse, operations, invoices):
        app.register_blueprint(screens.screens(services))
    for desk in (desk_breaches, desk_requests, desk_payouts, desk_processing, desk_nodes):
        app.register_blueprint(desk.screens(services))
    app.jinja_env.filters["word_of"] = lambda key, words: words.get(key, key)
    for linking in (members, signing_up, scores, sums):
        app.register_blueprint(linking.screens(services, settings.public_url))
    for own in (you, joining, saved, webhooks, connector):
        app.register_blueprint(own.screens(services))
    app.register_blueprint(result.screens(services, authority))
    _install_what_is_set_up(app, services, settings)
    if services.glances is not None:
        kept_pages.install(app, services, services.glances)
    return app


def _install_what_is_set_up(app: Flask, services: Services, settings: Settings) -> None:
    """The pages that not every market has."""
    cards = services.payments
    app.context_processor(lambda: {"card_rail": None if cards is None else cards.rail.title})
    if cards is not None:
        app.register_blueprint(payments.screens(cards, settings.public_url))
    app.context_processor(lambda: {"has_doors": services.doors is not None})
    if services.doors is not None:
        app.register_blueprint(passkeys.doorway(services, services.doors))
        app.register_blueprint(passkeys.screens(services, services.doors))
        app.register_blueprint(institutions.screens(services, services.doors))
    if services.presentations is not None:
        app.register_blueprint(presenting.screens(services, services.presentations))
