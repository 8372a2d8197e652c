"""What an issuer's directory holds: settings, signing key, secret, and the part it publishes.

    issuer.json      settings, no secrets
    issuer-key.pem   the ES256 key that signs credentials and status lists (0600)
    secret.key       32 bytes from which handles, codes and the storage key derive (0600)
    public.json      what the trust authority is given
    issuer.sqlite    the register, unless the settings name another database

Losing the secret loses every handle for good: people would be counted as new ones. It belongs in a backup.
"""

import stat
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from crypto.encoding import canonical_json
from crypto.errors import CryptoError, MalformedError
from crypto.reading import Fields
from crypto.signing import SigningKey
from ssi.hosting.files import write_private
from ssi.issuance import IssuerKey
from ssi.issuer_service.domain.catalogue import Catalogue
from ssi.issuer_service.domain.secrets import IssuerSecrets
from ssi.issuer_service.errors import SettingsError
from ssi.issuer_service.services.publish_status import STATUS_LISTS_PATH
from ssi.trust_parts import issuer_part

SETTINGS_FILE = "issuer.json"
KEY_FILE = "issuer-key.pem"
SECRET_FILE = "secret.key"  # noqa: S105 — the name of a file
PUBLIC_FILE = "public.json"
DATABASE_FILE = "issuer.sqlite"
_MAX_LIST = 2**20
_MIN_LIST = 2**10


@dataclass(frozen=True)
class IssuerSettings:
    """Who the issuer is, what it issues, and how long things hold.

    `status_list_size` places make the crowd in which one credential's status is looked up.
    """

    id: str
    name: str
    url: str
    data_sets: tuple[str, ...]
    organisations: bool
    database_url: str
    status_list_size: int = 2**16
    status_ttl_seconds: int = 15
    offer_hours: int = 168
    grant_seconds: int = 300
    nonce_seconds: int = 300

    @property
    def status_ttl(self) -> timedelta:
        """How long a copy of a status list may be used before it is fetched again."""
        return timedelta(seconds=self.status_ttl_seconds)

    @property
    def catalogue(self) -> Catalogue:
        """What it issues.

        Raises:
            NotOfferedError: an unknown data set, or nothing at all.
        """
        return Catalogue.of(self.data_sets, organisations=self.organisations)

    @classmethod
    def parse(cls, raw: bytes) -> "IssuerSettings":
        """Read the settings file.

        Raises:
            SettingsError: a member is missing, unknown or out of its range.
        """
        try:
            fields = Fields.parse(raw, SETTINGS_FILE)
            settings = cls(
                id=fields.text("id", max_length=200),
                name=fields.text("name", max_length=200),
                url=checked_url(fields.text("url", max_length=200)),
                data_sets=fields.texts("data_sets", most=50, max_length=100),
                organisations=fields.boolean("organisations"),
                database_url=fields.text("database_url", max_length=500),
                status_list_size=fields.integer("status_list_size", least=_MIN_LIST, most=_MAX_LIST),
                status_ttl_seconds=fields.integer("status_ttl_seconds", least=1, most=86_400),
                offer_hours=fields.integer("offer_hours", least=1, most=24 * 90),
                grant_seconds=fields.integer("grant_seconds", least=30, most=3600),
                nonce_seconds=fields.integer("nonce_seconds", least=30, most=3600),
            )
            fields.done()
        except MalformedError as error:
            raise SettingsError(str(error)) from error
        return settings

    def to_json(self) -> bytes:
        """The settings file."""
        return canonical_json(asdict(self) | {"data_sets": list(self.data_sets)})


@dataclass(frozen=True)
class IssuerIdentity:
    """An opened directory: settings, the key and what derives from the secret."""

    settings: IssuerSettings
    issuer: IssuerKey
    secrets: IssuerSecrets

    @property
    def public_part(self) -> bytes:
        """What the trust authority is given: id, name, key, credential types and where status lists lie."""
        part = issuer_part(
            self.settings.id,
            self.settings.name,
            keys={self.issuer.kid: self.issuer.key.public},
            credential_types=[each.credential_type for each in self.settings.catalogue.configurations],
            status_uri_prefix=f"{self.settings.url}{STATUS_LISTS_PATH}",
        )
        return canonical_json(part)


def make_folder(folder: Path, settings: IssuerSettings, *, key: SigningKey, secret: bytes) -> IssuerIdentity:
    """Write a new issuer's directory.

    Raises:
        SettingsError: there is an issuer in the directory already; its key and secret are not replaced.
    """
    if (folder / SETTINGS_FILE).exists():
        raise SettingsError(f"{folder} holds an issuer already: choose another directory")
    identity = IssuerIdentity(
        settings, IssuerKey(settings.id, key.public.thumbprint(), key), IssuerSecrets(secret)
    )
    part = identity.public_part
    write_private(folder / KEY_FILE, key.to_pem())
    write_private(folder / SECRET_FILE, secret)
    (folder / PUBLIC_FILE).write_bytes(part)
    write_private(folder / SETTINGS_FILE, settings.to_json())
    return identity


def open_folder(folder: Path) -> IssuerIdentity:
    """Read an issuer's directory.

    Raises:
        SettingsError: a file is missing, not of its form, or its secrets can be read by others.
    """
    settings = IssuerSettings.parse(_read(folder / SETTINGS_FILE))
    try:
        key = SigningKey.from_pem(_read_secret(folder / KEY_FILE))
        secrets = IssuerSecrets(_read_secret(folder / SECRET_FILE))
    except CryptoError as error:
        raise SettingsError(f"{folder / KEY_FILE}: {error}") from error
    if key.algorithm != "ES256":
        raise SettingsError(f"{folder / KEY_FILE}: expected a key for ES256, got {key.algorithm}")
    return IssuerIdentity(settings, IssuerKey(settings.id, key.public.thumbprint(), key), secrets)


def checked_url(url: str) -> str:
    """The issuer's address as wallets compare it, to the letter: no slash at its end.

    Raises:
        MalformedError: not http or https, with a path, a query, a fragment or credentials.
    """
    parts = urlsplit(url)
    plain = not (parts.path or parts.query or parts.fragment or parts.username)
    if parts.scheme not in {"http", "https"} or not parts.hostname or not plain:
        raise MalformedError("url: expected scheme, host and port only, such as https://issuer.example")
    return url


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SettingsError(f"cannot read {path}: run `issuer init` first") from error


def _read_secret(path: Path) -> bytes:
    raw = _read(path)
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SettingsError(f"{path} can be read by others: run `chmod 600 {path}`")
    return raw
