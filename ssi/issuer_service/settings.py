"""What an issuer is told from outside: `issuer.json`, which holds no secrets."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any, cast
from urllib.parse import urlsplit

from crypto.encoding import Json, canonical_json
from crypto.errors import MalformedError
from crypto.reading import Fields
from crypto.signing import VerifyingKey
from ssi.http.address import origin_of
from ssi.issuer_service.clients.mail import open_mailer
from ssi.issuer_service.domain.attestation import WalletProviders
from ssi.issuer_service.domain.catalogue import Catalogue
from ssi.issuer_service.errors import SettingsError

SETTINGS_FILE = "issuer.json"
_MAX_LIST = 2**20
_MIN_LIST = 2**10
MAX_BATCH_SIZE = 100
_MAX_PROXIES = 5
_PATH = re.compile(r"(?:/(?!\.)[A-Za-z0-9._~-]+)*", re.ASCII)


@dataclass(frozen=True)
class IssuerSettings:
    """Who the issuer is, what it issues, and how long things hold.

    `status_list_size` places make the crowd in which one credential's status is looked up. `batch_size` keys
    at most are bound in one delivery. With `defers_held` a wallet waits for a record on hold instead of being
    refused; with `high_assurance` every wallet must be attested by one of the `wallet_providers` (their
    public keys as JWK) and bind its tokens by DPoP (HAIP 1.0). Letters leave by `mail_url` from `mail_from`,
    or not at all. Readings are taken of devices whose makers the signed trust `registry` names, a file that
    the key in the file `authority` signed, or of none; with `attests_devices` the office asks to be
    trusted for devices itself. `trusted_proxies` stand in front, each of which adds to `X-Forwarded-For` by
    whom it was asked: with too many, whoever signs in may say himself where he comes from. Settings without
    these members hold as they did.
    """

    id: str
    name: str
    url: str
    data_sets: tuple[str, ...]
    organisations: bool
    database_url: str = field(repr=False)
    status_list_size: int = 2**16
    status_ttl_seconds: int = 15
    offer_hours: int = 168
    grant_seconds: int = 300
    nonce_seconds: int = 300
    batch_size: int = 10
    defers_held: bool = False
    high_assurance: bool = False
    wallet_providers: tuple[Mapping[str, str], ...] = ()
    mail_url: str = ""
    mail_from: str = ""
    registry: str = ""
    authority: str = ""
    trusted_proxies: int = 0
    attests_devices: bool = False

    @property
    def path(self) -> str:
        """Where the issuer lies at its host: empty, or from its slash on, without one at the end."""
        return urlsplit(self.url).path

    @property
    def status_ttl(self) -> timedelta:
        """How long a copy of a status list may be used before it is fetched again."""
        return timedelta(seconds=self.status_ttl_seconds)

    @property
    def on_loopback(self) -> bool:
        """Whether the office lives on this machine only, as in development."""
        return urlsplit(self.url).hostname in {"127.0.0.1", "localhost", "::1"}

    @property
    def providers(self) -> WalletProviders:
        """The wallet providers whose word counts.

        Raises:
            MalformedError: one of the keys is no public key.
        """
        return WalletProviders(tuple(VerifyingKey.from_jwk(jwk) for jwk in self.wallet_providers))

    def require_providers(self) -> None:
        """Return only if wallets that must be attested can be.

        Raises:
            MalformedError: attestation is asked for, and no wallet provider is trusted.
        """
        if self.high_assurance and not self.wallet_providers:
            raise MalformedError("high_assurance: name the keys of wallet_providers that are trusted")

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
                **_later_members(fields),
            )
            fields.done()
            settings.require_providers()
            open_mailer(settings.mail_url, settings.mail_from)  # for what it says of the address
        except MalformedError as error:
            raise SettingsError(str(error)) from error
        return settings

    def to_json(self) -> bytes:
        """The settings file."""
        lists = {"data_sets": list(self.data_sets), "wallet_providers": list(self.wallet_providers)}
        return canonical_json(asdict(self) | lists)


def checked_url(url: str) -> str:
    """The issuer's address as wallets compare it, to the letter: no slash at its end.

    Raises:
        MalformedError: not http or https, with a query, a fragment or credentials, or with a path that is not
            made of plain segments, none of which begins with a dot.
    """
    parts = urlsplit(url if origin_of(url) is not None else "")
    plain = url.isascii() and url == f"{parts.scheme}://{parts.netloc}{parts.path}"
    if not plain or not _PATH.fullmatch(parts.path):
        raise MalformedError(
            "url: expected scheme, host, and maybe a port and a plain path, such as https://issuer.example/uni"
        )
    return url


def _later_members(fields: Fields) -> dict[str, Any]:
    """Members that settings of earlier versions do not have."""
    found: dict[str, Any] = {}
    if fields.has("batch_size"):
        found["batch_size"] = fields.integer("batch_size", least=1, most=MAX_BATCH_SIZE)
    if fields.has("trusted_proxies"):
        found["trusted_proxies"] = fields.integer("trusted_proxies", least=0, most=_MAX_PROXIES)
    for name in ("mail_url", "mail_from", "registry", "authority"):
        if fields.has(name):
            found[name] = fields.text(name, max_length=500) if fields.any(name) else ""
    for name in ("defers_held", "high_assurance", "attests_devices"):
        if fields.has(name):
            found[name] = fields.boolean(name)
    if fields.has("wallet_providers"):
        keys = [VerifyingKey.from_jwk(cast("Mapping[str, object]", jwk)) for jwk in _jwks(fields)]
        found["wallet_providers"] = tuple(key.to_jwk() for key in keys)
    return found


def _jwks(fields: Fields) -> list[Json]:
    jwks = fields.entries("wallet_providers", most=20)
    if not all(isinstance(jwk, dict) for jwk in jwks):
        raise MalformedError("wallet_providers: expected public keys as JWK objects")
    return jwks
