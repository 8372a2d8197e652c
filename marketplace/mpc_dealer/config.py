"""What does a dealer own, and where? A folder with its key, its certificate and what it is called.

``signing.pem`` signs statements about what was dealt, ``tls.key`` with ``tls.pem`` is how nodes recognise the
connection, ``dealer.json`` holds its id, operator and address, and ``public.json`` is what the operator hands
to the trust authority. Nothing that was dealt is ever written down.
"""

from dataclasses import dataclass
from pathlib import Path

from crypto.encoding import canonical_json
from crypto.errors import CryptoError, MalformedError
from crypto.reading import Fields
from crypto.signing import SigningKey
from marketplace.mpc_dealer.errors import SettingsError
from ssi.hosting.errors import ReadableByOthersError
from ssi.hosting.files import read_private, write_private
from ssi.hosting.tls import CertificateFiles

SETTINGS_FILE = "dealer.json"
SIGNING_FILE = "signing.pem"
PUBLIC_FILE = "public.json"


@dataclass(frozen=True)
class Settings:
    """One dealer as its operator configured it; `url` is where nodes reach it."""

    directory: Path
    dealer_id: str
    operator: str
    url: str

    @property
    def certificate(self) -> CertificateFiles:
        """The dealer's TLS certificate and its key."""
        return CertificateFiles(self.directory / "tls.pem", self.directory / "tls.key")


def save_settings(settings: Settings, key: SigningKey) -> None:
    """Write the settings and the key of a new dealer.

    Raises:
        SettingsError: the folder belongs to a dealer already; its key is never replaced silently.
    """
    for name in (SETTINGS_FILE, SIGNING_FILE):
        if (settings.directory / name).exists():
            raise SettingsError(f"{name} exists already: a dealer's folder is initialised once")
    content = {"id": settings.dealer_id, "operator": settings.operator, "url": settings.url}
    write_private(settings.directory / SETTINGS_FILE, canonical_json(content))
    write_private(settings.directory / SIGNING_FILE, key.to_pem())


def load_settings(directory: Path) -> Settings:
    """Read the settings of a folder.

    Raises:
        SettingsError: `mpc-dealer init` was not run there, others may read the file, or it is damaged.
    """
    raw = _read_private(directory / SETTINGS_FILE)
    try:
        fields = Fields.parse(raw, SETTINGS_FILE)
        settings = Settings(
            directory,
            fields.text("id", max_length=100),
            fields.text("operator", max_length=200),
            fields.text("url", max_length=500),
        )
        fields.done()
    except MalformedError as error:
        raise SettingsError(str(error)) from error
    return settings


def load_key(directory: Path) -> SigningKey:
    """Read the signing key of a folder.

    Raises:
        SettingsError: it is missing, damaged, or readable by others.
    """
    raw = _read_private(directory / SIGNING_FILE)
    try:
        return SigningKey.from_pem(raw)
    except CryptoError as error:
        raise SettingsError(f"{SIGNING_FILE} is damaged") from error


def _read_private(path: Path) -> bytes:
    try:
        return read_private(path)
    except ReadableByOthersError as error:
        raise SettingsError(str(error)) from error
    except OSError as error:
        raise SettingsError(f"{path.name} is missing or cannot be read: run mpc-dealer init first") from error
