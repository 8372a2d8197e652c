"""The wallet as a web application: its screens, and the design around them."""

from datetime import timedelta

from flask import Flask
from flask_wtf.csrf import CSRFError

from crypto.randomness import random_bytes
from ssi.hosting import metrics
from ssi.hosting.design.blueprint import install
from ssi.hosting.health import health
from wallet.config import IDLE_MINUTES
from wallet.services.suite import Services
from wallet.web import (
    addresses,
    badges,
    consents,
    contacts,
    crowds,
    doorway,
    home,
    hospital_consents,
    hospitals,
    languages,
    locks,
    moving,
    objections,
    offers,
    passkeys,
    pausing,
    payout,
    pods,
    problems,
    receipts,
    receive,
    records,
    reminders,
    rights,
    rights_requests,
    scores,
    settings,
    show,
    sources,
    streams,
    use_letters,
    uses,
    visitor,
    why,
)
from wallet.web.passkey_form import PasskeyForms
from wallet.web.sessions import MemorySessions, SessionTable

MAX_REQUEST_BYTES = 256 * 1024
SECRET_BYTES = 32


def create_app(
    services: Services,
    *,
    idle_minutes: int = IDLE_MINUTES,
    address: str | None = None,
    broker: str | None = None,
) -> Flask:
    """Build the application over ready services; a session ends after so many minutes without a request.

    `address` is where people see it, such as ``https://wallet.example``: what passkeys are made for. `broker`
    is what devices that publish are told to connect to, if there is one.
    """
    app = Flask(__name__, template_folder="templates", static_folder="static", static_url_path="/wallet")
    # Only form tokens are signed with it, and those live no longer than the sessions in this process.
    app.secret_key = random_bytes(SECRET_BYTES)
    app.config["MAX_CONTENT_LENGTH"] = MAX_REQUEST_BYTES
    app.before_request(moving.let_a_whole_wallet_in)  # before any form is read
    app.before_request(sources.let_files_in)
    csrf = install(app, name="argonauta", role="Wallet", nav=visitor.navigation)
    table = SessionTable(services.clock, timedelta(minutes=idle_minutes))
    app.session_interface = MemorySessions(table)
    languages.install(app, services.preferences)
    app.register_error_handler(CSRFError, visitor.expired_form)
    forms = PasskeyForms(services.clock, address)
    app.context_processor(lambda: _seen_everywhere(services, forms))
    problems.install(app)
    app.before_request(lambda: visitor.end_if_locked_anew(table, services.open_wallet))
    app.register_blueprint(doorway.screens(services, table))
    app.register_blueprint(locks.doorway(services, table))
    app.register_blueprint(locks.screens(services, table, forms))
    app.register_blueprint(passkeys.doorway(services, table, forms))
    app.register_blueprint(passkeys.screens(services, table, forms))
    app.register_blueprint(contacts.doorway(services, table))
    app.register_blueprint(contacts.screens(services, forms))
    app.register_blueprint(moving.screens(services, forms))
    app.register_blueprint(pods.screens(services, forms))
    app.register_blueprint(rights.screens(services, forms))
    for screens in (
        home.screens,
        records.screens,
        badges.screens,
        offers.screens,
        hospital_consents.screens,
        consents.screens,
        pausing.screens,
        settings.screens,
        scores.screens,
        crowds.screens,
        show.screens,
        sources.screens,
        hospitals.screens,
        streams.screens,
        receipts.screens,
        reminders.screens,
        use_letters.screens,
        uses.uses,
        uses.earnings,
        payout.screens,
        why.screens,
        objections.screens,
        rights_requests.screens,
    ):
        app.register_blueprint(screens(services))
    checking = receipts.checking(services)
    csrf.exempt(checking)
    app.register_blueprint(checking)
    letterbox = receive.door(services)
    csrf.exempt(letterbox)
    app.register_blueprint(letterbox)
    app.register_blueprint(addresses.screens(services, forms, broker))
    app.register_blueprint(health("wallet", {"database": services.ends.check}))
    metrics.install(app)
    return app


def _seen_everywhere(services: Services, forms: PasskeyForms) -> dict[str, object]:
    """What the frame of every page shows: whose wallet it is, what the last refresh found, and any alarm."""
    if problems.is_database_away() or not visitor.is_open():
        return {
            "wallet": None,
            "news": None,
            "alarm": None,
            "erasure": None,
            "passkeys_possible": forms.possible(),
        }
    wallet = visitor.current()
    return {
        "wallet": wallet,
        "news": visitor.news(),
        "alarm": services.read.log.memory(wallet).alarm,
        "erasure": services.rights.erase.planned(wallet),
        "passkeys_possible": forms.possible(),
    }
