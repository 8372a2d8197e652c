"""What may an operator set, and where does a node keep it?

`mpc-node init` writes the settings once into ``node.json`` of the node's folder; everything else of the
folder is made by the node itself. The address of the database may hold a password, so the file is as
private as a key.
"""

from dataclasses import dataclass, field
from pathlib import Path

from crypto.encoding import canonical_json
from crypto.errors import MalformedError
from crypto.reading import Fields
from marketplace.mpc_node.errors import SettingsError
from marketplace.mpc_node.keys import read_private, write_once
from ssi.hosting.tls import CertificateFiles

SETTINGS_FILE = "node.json"
DATABASE_FILE = "node.db"
PUBLIC_FILE = "public.json"
PEER_TIMEOUT_SECONDS = 20.0
MAX_RUNNING_ATTEMPTS = 16
MAX_LOG_AGE_SECONDS = 600
LOGGED_WITHIN_SECONDS = 600
MOST_LOG_SECONDS = 3600
"""Half of what `storage.witnessed` remembers of states of the log."""


@dataclass(frozen=True)
class LogLimits:
    """In seconds: how long ago the log may have been shown, and how soon a withdrawal is to stand in it."""

    max_age_seconds: int = MAX_LOG_AGE_SECONDS
    logged_within_seconds: int = LOGGED_WITHIN_SECONDS


@dataclass(frozen=True)
class Settings:
    """One node as its operator configured it.

    `url` is where peers reach it. `peer_timeout_seconds` is how long a step of a computation waits for the
    other two nodes; `max_running` attempts run at the same time, each in a thread of its own, because two
    nodes that wait for each other's free thread would never finish. `cluster` is the address of a Dask
    scheduler that large sums are computed by, or None to compute them here. `log_limits` say how fresh the
    log has to be.
    """

    directory: Path
    node_id: str
    operator: str
    url: str
    database_url: str | None = field(default=None, repr=False)
    peer_timeout_seconds: float = PEER_TIMEOUT_SECONDS
    max_running: int = MAX_RUNNING_ATTEMPTS
    cluster: str | None = None
    log_limits: LogLimits = LogLimits()

    @property
    def database(self) -> str:
        """The address of the database: the operator's, or a SQLite file in the node's folder."""
        return self.database_url or f"sqlite:///{self.directory / DATABASE_FILE}"

    @property
    def certificate(self) -> CertificateFiles:
        """The node's TLS certificate and its key, for serving and for asking peers."""
        return CertificateFiles(self.directory / "tls.pem", self.directory / "tls.key")


def save_settings(settings: Settings) -> None:
    """Write the settings of a new node.

    Raises:
        SettingsError: the folder belongs to a node already; its keys and data are never taken over silently.
    """
    content = {
        "id": settings.node_id,
        "operator": settings.operator,
        "url": settings.url,
        "database_url": settings.database_url,
    }
    write_once(settings.directory / SETTINGS_FILE, canonical_json(content))


def load_settings(
    directory: Path,
    *,
    peer_timeout_seconds: float = PEER_TIMEOUT_SECONDS,
    max_running: int = MAX_RUNNING_ATTEMPTS,
    cluster: str | None = None,
    log_limits: LogLimits = LogLimits(),
) -> Settings:
    """Read the settings of a folder.

    Raises:
        SettingsError: `mpc-node init` was not run there, others may read the file, or it is damaged.
    """
    raw = read_private(directory / SETTINGS_FILE)
    try:
        fields = Fields.parse(raw, SETTINGS_FILE)
        settings = Settings(
            directory=directory,
            node_id=fields.text("id", max_length=100),
            operator=fields.text("operator", max_length=200),
            url=fields.text("url", max_length=500),
            database_url=fields.text("database_url") if fields.has("database_url") else None,
            peer_timeout_seconds=peer_timeout_seconds,
            max_running=max_running,
            cluster=cluster,
            log_limits=log_limits,
        )
        fields.done()
    except MalformedError as error:
        raise SettingsError(str(error)) from error
    return settings
