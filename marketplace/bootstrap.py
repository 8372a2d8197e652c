"""How is a marketplace put together? Settings, then the store and the clients, then the use cases."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib import import_module

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from marketplace.api.app import install_api
from marketplace.api.events import STREAMS, USUAL_STREAMS
from marketplace.clients.callbacks import HttpCallbacks
from marketplace.clients.issuers import HttpIssuers
from marketplace.clients.messenger import HttpMessenger
from marketplace.clients.nodes import HttpNodes, over_tls
from marketplace.clients.presented_status import HttpPresentedStatus
from marketplace.clients.status_lists import HttpStatusLists
from marketplace.clients.webhooks import HttpWebhooks
from marketplace.config import CERTIFICATE, CERTIFICATE_KEY, Settings, SettingsError
from marketplace.services.data_space_suite import SpaceSide
from marketplace.services.desk import Desk
from marketplace.services.keep_webhooks import WebhookSide
from marketplace.services.payment_ports import PaymentRail
from marketplace.services.presentation_suite import Asking
from marketplace.services.sign_in_suite import DoorSide
from marketplace.services.suite import Duties, Others, Services, Surroundings, duties, offer
from marketplace.storage.glances import SqlGlances
from marketplace.storage.store import SqlStore, open_store
from marketplace.verifier_identity import read_verifier
from marketplace.web.app import create_app
from ssi.hosting.database import CONNECTIONS
from ssi.hosting.server import on_close
from ssi.http import authenticators
from ssi.http.address import is_local
from ssi.http.pinning import ClientCertificate
from ssi.trust_file import TrustFile, read_authority


@dataclass(frozen=True)
class House:
    """Everything that was opened for one process; `close` gives it back."""

    desk: Desk
    store: SqlStore
    trust: TrustFile
    nodes: HttpNodes
    status_lists: HttpStatusLists
    presented_status: HttpPresentedStatus
    messenger: HttpMessenger
    space: SpaceSide
    webhooks: WebhookSide
    rail: PaymentRail | None = None

    def close(self) -> None:
        """Close connections to the database, the nodes and the issuers."""
        for opened in (self.nodes, self.status_lists, self.presented_status):
            opened.close()
        self.store.database.close()


def utc_now() -> datetime:
    """The moment by this machine's clock."""
    return datetime.now(UTC)


def open_house(
    settings: Settings, *, clock: Callable[[], datetime] = utc_now, connections: int = CONNECTIONS
) -> House:
    """Open what a process needs, with at most so many `connections`, and bring the database up to date.

    Raises:
        SettingsError: the folder is not a marketplace's.
        RegistryError: the authority's key cannot be read.
        DatabaseAddressError: not an address of SQLite or PostgreSQL.
    """
    store = open_store(settings.database, connections=connections)
    trust = TrustFile(settings.registry, read_authority(settings.authority), clock=clock)
    shown = ClientCertificate(settings.directory / CERTIFICATE, settings.directory / CERTIFICATE_KEY)
    nodes = HttpNodes(trust, over_tls(shown), clock=clock)
    desk = Desk(
        marketplace_id=settings.marketplace_id,
        key=settings.signing_key,
        store=store,
        registry=trust,
        clock=clock,
        seller=settings.seller,
        terms=replace(settings.terms, require_dpia=settings.require_dpia),
    )
    return House(
        desk=desk,
        store=store,
        trust=trust,
        nodes=nodes,
        status_lists=HttpStatusLists(trust, clock=clock),
        presented_status=HttpPresentedStatus(trust, clock=clock),
        messenger=HttpMessenger(loopback=is_local(settings.public_url)),
        space=SpaceSide(
            settings.public_url,
            HttpCallbacks(loopback=is_local(settings.public_url)),
            settings.display_name,
        ),
        webhooks=WebhookSide(HttpWebhooks(loopback=is_local(settings.public_url)), settings.webhooks),
        rail=_rail(settings),
    )


def services_of(house: House, settings: Settings) -> Services:
    """The use cases of an open house."""
    around = Surroundings(
        nodes=house.nodes,
        paces=house.nodes,
        status_lists=house.status_lists,
        registry_token=house.trust.token,
        check_store=house.store.database.check,
        payees=settings.payees,
        password_cost=settings.password_cost,
        asking=_asking(house, settings),
        payout_terms=settings.payout_terms,
        space=house.space,
        rail=house.rail,
        doors=door_side(settings, clock=house.desk.clock),
        webhooks=house.webhooks,
        glances=SqlGlances(house.store.database, house.desk.terms.sessions),
    )
    return offer(house.desk, around)


def door_side(settings: Settings, *, clock: Callable[[], datetime] = utc_now) -> DoorSide:
    """The ways in besides passwords; an organisation's may lie on this machine in development only."""
    return DoorSide(
        address=settings.public_url,
        authenticators=authenticators,
        issuers=HttpIssuers(clock, loopback=is_local(settings.public_url)),
        vault=settings.sign_ins,
    )


def _asking(house: House, settings: Settings) -> Asking | None:
    """How wallets are asked; a folder from before there was such a thing has no identity for it."""
    verifier = read_verifier(settings.directory, settings.display_name, settings.public_url)
    if verifier is None:
        return None
    return Asking(verifier, house.presented_status, house.messenger)


def _rail(settings: Settings) -> PaymentRail | None:
    """How money comes in, where the operator set it up; its library is an extra that others need not have.

    Raises:
        SettingsError: it is set up, and the library is not there.
    """
    secrets = settings.stripe
    if secrets is None:
        return None
    try:
        module = import_module("marketplace.clients.stripe_rail")
    except ModuleNotFoundError as error:
        raise SettingsError("stripe.json is there, and its library is not: argonauta[payments]") from error
    made: PaymentRail = module.StripeRail(secrets.api_key, secrets.webhook_secret, address=secrets.address)
    return made


def build(settings: Settings) -> Services:
    """Open a house and return its use cases, for programs that end with them."""
    return services_of(open_house(settings), settings)


def duties_of(house: House, *, worker: str) -> Duties:
    """The worker's duties in an open house."""
    others = Others(house.messenger, house.space, house.rail, house.status_lists, house.webhooks)
    return duties(house.desk, house.nodes, worker=worker, others=others)


def make_app(settings: Settings, *, streams: int = USUAL_STREAMS) -> Flask:
    """The web application with everything it needs, closed when the server ends.

    So many `streams` of events may be open at once: each takes a thread of the server.
    """
    house = open_house(settings)
    app = create_app(
        services_of(house, settings), settings, interfaces=install_api, authority=house.trust.authority
    )
    app.config[STREAMS] = streams
    on_close(app, house.close)
    if settings.trusted_proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.trusted_proxies, x_proto=0, x_host=0
        )
    return app
