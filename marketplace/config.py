"""What can be set, and where does a marketplace keep its own things? In one folder, made by its `init`.

The folder holds the signing key, the TLS certificate shown to nodes, the key of the session cookies, who the
marketplace is (`marketplace.json`), its part for the trust registry (`public.json`) and, where no other
database is named, the SQLite file. Secrets have mode 0600.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from crypto.encoding import Json, canonical_json
from crypto.errors import MalformedError
from crypto.randomness import RandomBytes, random_bytes
from crypto.reading import Fields
from crypto.sealing import DEFAULT_COST, Argon2Cost, Vault
from crypto.signing import SigningKey, generate_ed25519
from marketplace.domain.invoice import Seller
from marketplace.errors import BillingRefusedError, MarketplaceError
from marketplace.seller import read_seller
from marketplace.services.desk import Terms
from marketplace.services.payouts import PayoutTerms
from marketplace.verifier_identity import make_verifier_files
from ssi.hosting.errors import ReadableByOthersError
from ssi.hosting.files import read_private, write_private
from ssi.hosting.tls import make_certificate
from ssi.trust_parts import marketplace_part

SIGNING_KEY = "signing.pem"
SESSION_KEY = "session.key"
IDENTITY = "marketplace.json"
PUBLIC = "public.json"
DATABASE = "marketplace.sqlite"
SELLER = "seller.json"
STRIPE = "stripe.json"
MAX_SECRET = 300
CERTIFICATE, CERTIFICATE_KEY = "tls.pem", "tls.key"
_REQUIRE_DPIA = "require_dpia"
SESSION_KEY_BYTES = 32
MAX_TEXT = 500


class SettingsError(MarketplaceError):
    """The folder or a setting cannot be used; the message says what to do."""


@dataclass(frozen=True)
class RailSecrets:
    """The two secrets that a payment rail gave, and where it answers, if elsewhere than for everybody."""

    api_key: str = field(repr=False)
    webhook_secret: str = field(repr=False)
    address: str | None = None


@dataclass(frozen=True)
class Settings:
    """What the operator chose. `registry` and `authority` are files; without `database_url` it is SQLite.

    `trusted_proxies` stand in front, each of which adds to `X-Forwarded-For` by whom it was asked: with too
    many, whoever asks may say where it comes from; with too few, everybody comes from one place.
    """

    directory: Path
    registry: Path
    authority: Path
    database_url: str | None = None
    terms: Terms = field(default_factory=Terms)
    password_cost: Argon2Cost = DEFAULT_COST
    currency: str = "EUR"
    payout_terms: PayoutTerms = field(default_factory=PayoutTerms)
    trusted_proxies: int = 0

    @property
    def database(self) -> str:
        """The address of the database."""
        return self.database_url or f"sqlite:///{self.directory / DATABASE}"

    @property
    def marketplace_id(self) -> str:
        """The id under which the trust registry names this marketplace.

        Raises:
            SettingsError: the folder was not made by `marketplace init`.
        """
        return self._identity("id")

    @property
    def display_name(self) -> str:
        """The name people read.

        Raises:
            SettingsError: as above.
        """
        return self._identity("name")

    @property
    def public_url(self) -> str:
        """The address at which the others reach it.

        Raises:
            SettingsError: as above.
        """
        return self._identity("url")

    @property
    def require_dpia(self) -> bool:
        """Whether buyers may ask about health only with an approved assessment; not so in older folders.

        Raises:
            SettingsError: as above.
        """
        fields = self._identity_fields()
        return fields.has(_REQUIRE_DPIA) and fields.boolean(_REQUIRE_DPIA)

    @property
    def session_secret(self) -> bytes:
        """The key of the session cookies.

        Raises:
            SettingsError: as above.
        """
        return self._secret(SESSION_KEY)

    @property
    def payees(self) -> Vault:
        """What seals the names and accounts of people who are to be paid.

        Raises:
            SettingsError: as above.
        """
        return Vault(Vault(self.session_secret).derive("payees"))

    @property
    def sign_ins(self) -> Vault:
        """What seals the secrets of organisations' own sign-ins, and what is under way there.

        Raises:
            SettingsError: as above.
        """
        return Vault(Vault(self.session_secret).derive("sign-ins"))

    @property
    def webhooks(self) -> Vault:
        """What seals the secrets that sign events for buyers' servers.

        Raises:
            SettingsError: as above.
        """
        return Vault(Vault(self.session_secret).derive("webhooks"))

    @property
    def seller(self) -> Seller | None:
        """Who sells, as `marketplace seller` wrote it down; None where it did not, and nothing is billed.

        Raises:
            SettingsError: the file is there and does not say it.
        """
        path = self.directory / SELLER
        if not path.exists():
            return None
        try:
            return read_seller(path.read_bytes())
        except (OSError, MalformedError, BillingRefusedError) as error:
            raise SettingsError(f"{SELLER}: {error}") from error

    @property
    def stripe(self) -> RailSecrets | None:
        """What Stripe gave, `{"api_key": …, "webhook_secret": …}` in `stripe.json`; None without the file.

        Raises:
            SettingsError: others can read the file, or it does not say it.
        """
        if not (self.directory / STRIPE).exists():
            return None
        try:
            fields = Fields.parse(self._secret(STRIPE), STRIPE)
            api_key = fields.text("api_key", max_length=MAX_SECRET)
            webhook_secret = fields.text("webhook_secret", max_length=MAX_SECRET)
            address = fields.text("address") if fields.has("address") else None
            fields.done()
        except MalformedError as error:
            raise SettingsError(f"{STRIPE}: expected api_key and webhook_secret") from error
        return RailSecrets(api_key, webhook_secret, address)

    @property
    def signing_key(self) -> SigningKey:
        """The key that receipts, manifests and checkpoints are signed with.

        Raises:
            SettingsError: as above.
        """
        try:
            return SigningKey.from_pem(self._secret(SIGNING_KEY))
        except MalformedError as error:
            raise SettingsError(f"{SIGNING_KEY} in {self.directory.name} is not a key") from error

    @property
    def dispute_window(self) -> timedelta:
        """How long after the release a buyer may dispute."""
        return self.terms.dispute_window

    def _secret(self, name: str) -> bytes:
        try:
            return read_private(self.directory / name)
        except ReadableByOthersError as error:
            raise SettingsError(str(error)) from error
        except OSError as error:
            raise SettingsError(f"there is no {name}; run: marketplace init --dir …") from error

    def _identity(self, member: str) -> str:
        try:
            return self._identity_fields().text(member)
        except MalformedError as error:
            raise SettingsError(f"{IDENTITY} cannot be read; run: marketplace init --dir …") from error

    def _identity_fields(self) -> Fields:
        try:
            return Fields.parse((self.directory / IDENTITY).read_bytes(), IDENTITY)
        except (OSError, MalformedError) as error:
            raise SettingsError(f"there is no {IDENTITY}; run: marketplace init --dir …") from error


@dataclass(frozen=True)
class Identity:
    """Who a new marketplace is, and whether it demands an assessment before buyers ask about health."""

    marketplace_id: str
    name: str
    url: str
    require_dpia: bool = True


def make_folder(
    directory: Path, identity: Identity, *, now: datetime, random: RandomBytes = random_bytes
) -> Path:
    """Make a marketplace's folder, or what is missing in it, and return the path of its public part.

    What is there is kept: keys are never replaced.

    Raises:
        SettingsError: the folder belongs to a marketplace of another id.
    """
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings = Settings(directory, Path(), Path())
    if not (directory / SIGNING_KEY).exists():
        write_private(directory / SIGNING_KEY, generate_ed25519(random).to_pem())
    if not (directory / SESSION_KEY).exists():
        write_private(directory / SESSION_KEY, random(SESSION_KEY_BYTES))
    if not (directory / CERTIFICATE_KEY).exists():
        make_certificate(directory, identity.marketplace_id, now=now)
    if (directory / IDENTITY).exists() and settings.marketplace_id != identity.marketplace_id:
        raise SettingsError(f"{directory.name} belongs to {settings.marketplace_id}; choose another folder")
    document: dict[str, Json] = {
        "id": identity.marketplace_id,
        "name": identity.name,
        "url": identity.url,
        _REQUIRE_DPIA: identity.require_dpia,
    }
    (directory / IDENTITY).write_bytes(canonical_json(document) + b"\n")
    make_verifier_files(directory, identity.name, identity.url, now=now, random=random)
    part = marketplace_part(
        identity.marketplace_id,
        identity.name,
        url=identity.url,
        verifying_key=settings.signing_key.public,
        tls_certificate=(directory / CERTIFICATE).read_text("ascii"),
    )
    public = directory / PUBLIC
    public.write_bytes(canonical_json(part) + b"\n")
    return public
