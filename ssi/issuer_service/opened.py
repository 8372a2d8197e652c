"""An issuer with its database open: what the command line and the app are made of."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from crypto.randomness import RandomBytes
from crypto.sealing import Argon2Cost
from ssi.hosting.database import Database
from ssi.issuer_service.clients.mail import open_mailer
from ssi.issuer_service.folder import IssuerIdentity
from ssi.issuer_service.services.register_records import OfferTerms
from ssi.issuer_service.services.send_out import Mailer
from ssi.issuer_service.services.sign_in import ApiKeys, SetPassword
from ssi.issuer_service.storage.books import SqlBooks


@dataclass(frozen=True)
class IssuerApp:
    """Who issues, the database, and the clock and randomness that everything is made with."""

    identity: IssuerIdentity
    database: Database
    books: SqlBooks
    now: Callable[[], datetime]
    random: RandomBytes

    @property
    def mail(self) -> Mailer | None:
        """The way letters leave, if the settings name one; an SMTP password lies in the directory."""
        settings = self.identity.settings
        return open_mailer(settings.mail_url, settings.mail_from, self.identity.mail_password)

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
