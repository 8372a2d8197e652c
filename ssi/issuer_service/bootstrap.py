"""Puts an issuer together from its directory: settings, database, use cases, and the app that serves them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from crypto.randomness import RandomBytes, random_bytes
from crypto.sealing import Argon2Cost
from ssi.hosting import metrics
from ssi.hosting.database import Database, migrate, open_database
from ssi.hosting.design.blueprint import install
from ssi.hosting.health import health
from ssi.issuer_service.api import ApiServices, create_api
from ssi.issuer_service.errors import SettingsError
from ssi.issuer_service.openid4vci import IssuerName, WalletServices, create_openid4vci
from ssi.issuer_service.operations import Operations
from ssi.issuer_service.services.change_status import ChangeStatus
from ssi.issuer_service.services.hand_over import HandOver
from ssi.issuer_service.services.issue_credential import IssueCredential, Office
from ssi.issuer_service.services.look_up import LookUp
from ssi.issuer_service.services.publish_status import PublishStatus
from ssi.issuer_service.services.redeem_code import RedeemCode
from ssi.issuer_service.services.register_records import OfferTerms, RegisterRecords
from ssi.issuer_service.services.renew_offer import RenewOffer
from ssi.issuer_service.services.sign_in import ApiKeys, SetPassword, SignIn
from ssi.issuer_service.services.tidy_up import TidyUp
from ssi.issuer_service.settings import IssuerIdentity
from ssi.issuer_service.storage.books import SqlBooks
from ssi.issuer_service.web.office import OfficeServices
from ssi.issuer_service.web.screens import create_screens, navigation

MIGRATIONS = Path(__file__).parent / "storage" / "migrations"
_SESSION_LIFETIME = timedelta(hours=8)
_MAX_REQUEST_BYTES = 16 * 1024 * 1024


def utc_now() -> datetime:
    """The clock of this machine, read at the edge only."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class IssuerApp:
    """An issuer with its database open: what the command line and the app are made of."""

    identity: IssuerIdentity
    database: Database
    books: SqlBooks
    now: Callable[[], datetime] = utc_now
    random: RandomBytes = random_bytes

    @property
    def api_keys(self) -> ApiKeys:
        """Makes, checks and revokes API keys."""
        return ApiKeys(self.books, self.random)

    def set_password(self, cost: Argon2Cost) -> str:
        """A new password for the officers, told once."""
        return SetPassword(self.books, cost=cost, random=self.random)()

    @property
    def terms(self) -> OfferTerms:
        """How long links and tokens hold."""
        settings = self.identity.settings
        return OfferTerms(timedelta(hours=settings.offer_hours), timedelta(seconds=settings.grant_seconds))


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
    except SQLAlchemyError as error:
        raise SettingsError("the database does not answer: check its address and that it runs") from error


def create_app(issuer: IssuerApp) -> Flask:
    """The app: wallets' protocol, institutions' API, officers' screens, health and metrics."""
    app = Flask("ssi.issuer_service.web", template_folder="templates")
    app.secret_key = issuer.identity.secrets.session_key
    app.config["PERMANENT_SESSION_LIFETIME"] = _SESSION_LIFETIME
    app.config["MAX_CONTENT_LENGTH"] = _MAX_REQUEST_BYTES
    csrf = install(app, name="argonauta", role="Registry office", nav=navigation)
    services = _Services(issuer, Operations(metrics.install(app)))
    for blueprint in (create_api(services.api()), create_openid4vci(services.wallet())):
        csrf.exempt(blueprint)
        app.register_blueprint(blueprint)
    app.register_blueprint(create_screens(services.office()))
    app.register_blueprint(health("issuer", {"database": issuer.database.check}))
    tidy = TidyUp(issuer.books)

    @app.before_request
    def tidy_up() -> None:
        tidy.when_due(now=issuer.now())

    return app


class _Services:
    """The use cases, each made once."""

    def __init__(self, issuer: IssuerApp, operations: Operations) -> None:
        self._issuer = issuer
        self._operations = operations
        self._settings = issuer.identity.settings
        self._secrets = issuer.identity.secrets
        self._catalogue = self._settings.catalogue
        books = issuer.books
        self._look_up = LookUp(books)
        self._hand_over = HandOver(self._secrets, self._settings.url)
        self._change_status = ChangeStatus(books)
        self._register = RegisterRecords(books, self._secrets, terms=issuer.terms, random=issuer.random)

    def api(self) -> ApiServices:
        """Behind the API."""
        return ApiServices(
            catalogue=self._catalogue,
            keys=self._issuer.api_keys,
            register=self._register,
            hand_over=self._hand_over,
            look_up=self._look_up,
            change_status=self._change_status,
            operations=self._operations,
            now=self._issuer.now,
        )

    def wallet(self) -> WalletServices:
        """Behind the protocol."""
        settings, books, random = self._settings, self._issuer.books, self._issuer.random
        office = Office(
            self._issuer.identity.issuer, settings.url, self._catalogue, settings.status_list_size
        )
        return WalletServices(
            issuer=IssuerName(settings.url, settings.name),
            catalogue=self._catalogue,
            secrets=self._secrets,
            look_up=self._look_up,
            redeem=RedeemCode(
                books, self._secrets, grant_lifetime=self._issuer.terms.grant_lifetime, random=random
            ),
            issue=IssueCredential(books, self._secrets, office, random),
            publish_status=PublishStatus(
                books, self._issuer.identity.issuer, issuer_url=settings.url, ttl=settings.status_ttl
            ),
            operations=self._operations,
            nonce_lifetime=timedelta(seconds=settings.nonce_seconds),
            random=random,
            now=self._issuer.now,
        )

    def office(self) -> OfficeServices:
        """Behind the screens."""
        return OfficeServices(
            catalogue=self._catalogue,
            issuer_name=self._settings.name,
            sign_in=SignIn(self._issuer.books),
            register=self._register,
            hand_over=self._hand_over,
            look_up=self._look_up,
            change_status=self._change_status,
            operations=self._operations,
            renew_offer=RenewOffer(self._issuer.books, self._issuer.terms),
            address_key=self._secrets.session_key,
            status_ttl=self._settings.status_ttl,
            now=self._issuer.now,
        )
