"""Puts an issuer together from its directory: settings, database, use cases, and the app that serves them."""

import logging
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask
from flask_wtf.csrf import CSRFProtect
from prometheus_client import CollectorRegistry
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.middleware.proxy_fix import ProxyFix

from crypto.randomness import RandomBytes, random_bytes
from ssi.hosting import metrics
from ssi.hosting.database import migrate, open_database
from ssi.hosting.design.blueprint import install
from ssi.hosting.errors import DatabaseUnavailableError
from ssi.hosting.health import health
from ssi.hosting.logs import log
from ssi.hosting.server import on_close
from ssi.http.did_fetch import AllowedFetch
from ssi.issuer_service.api.door import create_api
from ssi.issuer_service.errors import SettingsError
from ssi.issuer_service.folder import IssuerIdentity
from ssi.issuer_service.mount import Mount
from ssi.issuer_service.office_side import OfficeSide
from ssi.issuer_service.opened import IssuerApp
from ssi.issuer_service.openid4vci.approval import create_approval
from ssi.issuer_service.openid4vci.protocol import create_openid4vci
from ssi.issuer_service.operations import Operations
from ssi.issuer_service.services.tidy_up import TidyUp
from ssi.issuer_service.settings import IssuerSettings
from ssi.issuer_service.storage.books import SqlBooks
from ssi.issuer_service.vc_api.blueprint import VcApiSettings, create_vc_api
from ssi.issuer_service.wallet_side import WalletSide
from ssi.issuer_service.web.screens import create_screens, navigation
from ssi.issuer_service.worker import Work, Worker

MIGRATIONS = Path(__file__).parent / "storage" / "migrations"
_LOG = logging.getLogger(__name__)
_SESSION_LIFETIME = timedelta(hours=8)
_WORK = "argonauta.issuer-work"
_MAX_REQUEST_BYTES = 16 * 1024 * 1024


def utc_now() -> datetime:
    """The clock of this machine, read at the edge only."""
    return datetime.now(UTC)


def open_issuer(
    identity: IssuerIdentity, *, now: Callable[[], datetime] = utc_now, random: RandomBytes = random_bytes
) -> IssuerApp:
    """Open the database of an issuer, bringing its tables up to date first.

    Raises:
        SettingsError: the database does not answer.
        DatabaseAddressError: the settings name a database of another kind.
    """
    database = open_database(identity.settings.database_url)
    with _told_in_words():
        migrate(database.engine, MIGRATIONS)
    return IssuerApp(identity, database, SqlBooks(database, identity.secrets, random), now, random)


def check_database(address: str) -> None:
    """Return only if a database answers at this address.

    Raises:
        SettingsError: it does not.
        DatabaseAddressError: it is of another kind.
    """
    database = open_database(address)
    with _told_in_words():
        database.check()
    database.close()


@contextmanager
def _told_in_words() -> Iterator[None]:
    try:
        yield
    except (DatabaseUnavailableError, SQLAlchemyError) as error:
        raise SettingsError("the database does not answer: check its address and that it runs") from error


def open_work(issuer: IssuerApp) -> Work:
    """What goes on in the background, for a process that does nothing else."""
    return OfficeSide(issuer, Operations(CollectorRegistry())).work()


def create_served_app(issuer: IssuerApp, *, conformance_hosts: Collection[str] | None = None) -> Flask:
    """The app with a worker of its own, which ends with the server; as `create_app` otherwise."""
    app = create_app(issuer, conformance_hosts=conformance_hosts)
    worker = Worker(app.extensions[_WORK])
    on_close(app, worker.stop)
    worker.start()
    return app


def create_app(issuer: IssuerApp, *, conformance_hosts: Collection[str] | None = None) -> Flask:
    """The app: wallets' protocol, institutions' API, officers' screens, health and metrics.

    `conformance_hosts` adds the end points of `vc_api`, at which anybody has anything signed by issuers made
    for that; these hosts, each with its port where it has one, are asked for identifiers and status lists.
    """
    app = Flask("ssi.issuer_service.web", template_folder="templates")
    app.secret_key = issuer.identity.secrets.session_key
    app.config["PERMANENT_SESSION_LIFETIME"] = _SESSION_LIFETIME
    app.config["MAX_CONTENT_LENGTH"] = _MAX_REQUEST_BYTES
    csrf = install(app, name="argonauta", role="Registry office", nav=navigation)
    operations = Operations(metrics.install(app))
    office, wallets = OfficeSide(issuer, operations), WalletSide(issuer, operations)
    app.extensions[_WORK] = office.work()
    for blueprint in (create_api(office.api()), create_openid4vci(wallets.protocol())):
        csrf.exempt(blueprint)
        app.register_blueprint(blueprint)
    if conformance_hosts is not None:
        _add_vc_api(app, csrf, issuer, conformance_hosts)
    app.register_blueprint(create_approval(wallets.approval()))
    app.register_blueprint(create_screens(office.office()))
    app.register_blueprint(health("issuer", {"database": issuer.database.check}))
    _place(app, issuer.identity.settings)
    tidy = TidyUp(issuer.books)

    @app.before_request
    def tidy_up() -> None:
        tidy.when_due(now=issuer.now())

    return app


def _place(app: Flask, settings: IssuerSettings) -> None:
    """Put the app where its address says: below a path, and behind proxies that say who asked them."""
    if settings.path:
        app.config["APPLICATION_ROOT"] = settings.path  # cookies go nowhere else at this host
        app.wsgi_app = Mount(app.wsgi_app, settings.path)  # type: ignore[method-assign]
    if settings.trusted_proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.trusted_proxies, x_proto=0, x_host=0
        )


def _add_vc_api(app: Flask, csrf: CSRFProtect, issuer: IssuerApp, hosts: Collection[str]) -> None:
    fetch = AllowedFetch(hosts, private_addresses=True)
    seed, url = issuer.identity.secrets.conformance_seed, issuer.identity.settings.url
    blueprint = create_vc_api(VcApiSettings(seed, url, fetch, issuer.now, issuer.random))
    csrf.exempt(blueprint)
    app.register_blueprint(blueprint)
    log(
        _LOG,
        "CONFORMANCE END POINTS ARE OPEN: anybody has anything signed by the issuers made for tests",
        level=logging.WARNING,
        configuration=f"{url}/vc-api/configuration",
    )
