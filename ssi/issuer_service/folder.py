"""An issuer's directory: what lies in it, how it is made, opened and certified.

    issuer.json      settings, no secrets
    issuer-key.pem   the ES256 key that signs credentials and status lists (0600)
    secret.key       32 bytes from which handles, codes and the storage key derive (0600)
    public.json      what the trust authority is given
    mail-password.txt the mail server's password, where it asks for one (0600)
    issuer-certificates.pem, root-key.pem    the chain of the signing key and its root's key (0600), if made
    issuer.sqlite    the register, unless the settings name another database

Losing the secret loses every handle for good: people would be counted as new ones. It belongs in a backup.
"""

import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from crypto.encoding import canonical_json
from crypto.errors import CryptoError
from crypto.signing import SigningKey, VerifyingKey
from ssi.device.credential import DEVICE_TYPE
from ssi.hosting.files import write_private
from ssi.issuance import IssuerKey
from ssi.issuer_anchors import IssuerAnchors
from ssi.issuer_service.certificates import Certificates, CertifiedIssuer, certify
from ssi.issuer_service.domain.secrets import IssuerSecrets
from ssi.issuer_service.errors import SettingsError
from ssi.issuer_service.services.publish_status import STATUS_LISTS_PATH
from ssi.issuer_service.settings import SETTINGS_FILE, IssuerSettings
from ssi.trust_parts import issuer_part

KEY_FILE = "issuer-key.pem"
SECRET_FILE = "secret.key"  # noqa: S105 — the name of a file
MAIL_PASSWORD_FILE = "mail-password.txt"  # noqa: S105 — the name of a file
PUBLIC_FILE = "public.json"
DATABASE_FILE = "issuer.sqlite"
CERTIFICATES_FILE = "issuer-certificates.pem"
AUTHORITY_KEY_FILE = "root-key.pem"


@dataclass(frozen=True)
class IssuerIdentity:
    """An opened directory: settings, the key and what derives from the secret."""

    settings: IssuerSettings
    issuer: IssuerKey
    secrets: IssuerSecrets
    certificates: Certificates | None = None
    mail_password: str = field(default="", repr=False)

    @property
    def assertion_keys(self) -> Mapping[str, VerifyingKey]:
        """Every key by which the issuer says something about people, by its kid: those of all suites."""
        badges = self.secrets.badge_key().public
        return {self.issuer.kid: self.issuer.key.public, badges.thumbprint(): badges}

    @property
    def _credential_types(self) -> list[str]:
        """For what it asks to be trusted."""
        types = [each.credential_type for each in self.settings.catalogue.configurations]
        return [*types, DEVICE_TYPE] if self.settings.attests_devices else types

    @property
    def public_part(self) -> bytes:
        """What the trust authority is given: id, name, key, credential types and where status lists lie."""
        part = issuer_part(
            self.settings.id,
            self.settings.name,
            keys={self.issuer.kid: self.issuer.key.public},
            credential_types=self._credential_types,
            status_uri_prefix=f"{self.settings.url}{STATUS_LISTS_PATH}",
            anchors=IssuerAnchors((self.certificates.root_pem,)) if self.certificates else None,
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
    certificates = _certificates(folder, key)
    x5c = certificates.x5c if certificates else ()
    password = folder / MAIL_PASSWORD_FILE
    return IssuerIdentity(
        settings,
        IssuerKey(settings.id, key.public.thumbprint(), key, x5c),
        secrets,
        certificates,
        _read_secret(password).decode(errors="replace").strip() if password.exists() else "",
    )


def certify_folder(folder: Path, *, now: datetime, authority: SigningKey) -> IssuerIdentity:
    """Certify the key of an issuer's directory; its root is kept if there is one, else `authority` is it.

    What the trust authority is given changes with the root. Run again, it renews the certificate and keeps
    the root.

    Raises:
        SettingsError: as `open_folder`.
    """
    identity = open_folder(folder)
    key_file = folder / AUTHORITY_KEY_FILE
    try:
        root = SigningKey.from_pem(_read_secret(key_file)) if key_file.exists() else authority
    except CryptoError as error:
        raise SettingsError(f"{key_file}: {error}") from error
    settings = identity.settings
    about = CertifiedIssuer(settings.name, settings.id, settings.url)
    certificates = certify(about, identity.issuer.key, root, now=now, before=identity.certificates)
    if not key_file.exists():
        write_private(key_file, root.to_pem())
    (folder / CERTIFICATES_FILE).write_bytes(certificates.to_pem())
    certified = open_folder(folder)
    (folder / PUBLIC_FILE).write_bytes(certified.public_part)
    return certified


def _certificates(folder: Path, key: SigningKey) -> Certificates | None:
    file = folder / CERTIFICATES_FILE
    if not file.exists():
        return None
    try:
        certificates = Certificates.parse(_read(file))
        certified = certificates.key
    except (CryptoError, SettingsError) as error:
        raise SettingsError(f"{file}: {error}") from error
    if certified != key.public:
        raise SettingsError(f"{file}: the first certificate is not for the key in {KEY_FILE}")
    return certificates


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
