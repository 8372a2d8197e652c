"""The market as a web application: the screens, the JSON interfaces and the design around them."""

from collections.abc import Callable, Sequence

from flask import Blueprint, Flask

from marketplace.config import Settings
from marketplace.services.suite import Services
from marketplace.web import ask, catalogue, operator, orders, organisation, purse, refusals, visitor
from ssi.hosting.design.blueprint import install

InstallInterfaces = Callable[[Flask, Services], Sequence[Blueprint]]


def create_app(services: Services, settings: Settings, *, interfaces: InstallInterfaces) -> Flask:
    """Build the application over ready services.

    `interfaces` installs the JSON interfaces (`marketplace.api.app.install_api`); they read no cookies, so
    forms are protected and they are not.
    """
    app = Flask(__name__, template_folder="templates", static_folder="static", static_url_path="/market")
    app.secret_key = settings.session_secret
    csrf = install(app, name="argonauta", role="Market", nav=visitor.navigation(services))
    for blueprint in interfaces(app, services):
        csrf.exempt(blueprint)
    visitor.install(app, services)
    refusals.install(app)
    for screens in (catalogue, ask, orders, organisation, purse, operator):
        app.register_blueprint(screens.screens(services))
    return app
