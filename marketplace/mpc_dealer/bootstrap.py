"""How is a dealer put together? Settings and key, then an empty book, then the app."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask

from crypto.signing import VerifyingKey
from marketplace.mpc_dealer.api import MOST_REQUEST_BYTES, Dealer, PeerFingerprint, dealer_api
from marketplace.mpc_dealer.config import Settings, load_key
from marketplace.mpc_dealer.deals import DealBook
from ssi.hosting import names
from ssi.hosting.health import health
from ssi.hosting.metrics import install as install_metrics
from ssi.hosting.server import peer_fingerprint
from ssi.trust_file import TrustFile

ROLE = "mpc-dealer"


def utc_now() -> datetime:
    """The present moment: the only clock of a dealer."""
    return datetime.now(UTC)


def create_app(dealer: Dealer, *, fingerprint_of: PeerFingerprint = peer_fingerprint) -> Flask:
    """The app of a dealer."""
    app = Flask(__name__, static_folder=None)
    names.install(app)
    app.config["MAX_CONTENT_LENGTH"] = MOST_REQUEST_BYTES
    checks: dict[str, Callable[[], object]] = {
        "registry": lambda: dealer.registry().require_dealer(now=dealer.clock()),
        "deals": dealer.book.require_room,  # whoever watches the dealer lets it forget in time
    }
    dealer.meter.watch(dealer.book)
    install_metrics(app, dealer.meter.registry)
    app.register_blueprint(health(ROLE, checks))
    app.register_blueprint(dealer_api(dealer, fingerprint_of))
    return app


def serve_folder(settings: Settings, registry: Path, authority: VerifyingKey) -> Flask:
    """The app of the dealer that lives in a folder.

    Raises:
        SettingsError: its key is missing, damaged, or readable by others.
    """
    trusted = TrustFile(registry, authority, clock=utc_now)
    key = load_key(settings.directory)
    return create_app(Dealer(settings.dealer_id, key, DealBook(time.monotonic), trusted, utc_now))
