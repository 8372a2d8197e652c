"""How are the JSON interfaces put into an app?"""

from collections.abc import Callable
from http import HTTPStatus

from flask import Blueprint, Flask, Response, request

from marketplace.api.breach_notices import breach_notices_api
from marketplace.api.buyer import buyer_api
from marketplace.api.ckan import ckan_api
from marketplace.api.crowds import crowds_api
from marketplace.api.dcat import dcat_api
from marketplace.api.dsp import dsp_api
from marketplace.api.events import events_api
from marketplace.api.load import LoadCollector
from marketplace.api.log import log_api
from marketplace.api.members import members_api
from marketplace.api.openapi.blueprint import openapi_api
from marketplace.api.openapi.document import PREFIX
from marketplace.api.openid4vp import openid4vp_api
from marketplace.api.payment_notices import payment_notices_api
from marketplace.api.payouts import payouts_api
from marketplace.api.plans import plans_api
from marketplace.api.presentations import presentations_api
from marketplace.api.problems import STATUS
from marketplace.api.publications import publications_api
from marketplace.api.rights import rights_api
from marketplace.api.saved import saved_api
from marketplace.api.scores import scores_api
from marketplace.api.wallet import wallet_api
from marketplace.api.webhooks import webhooks_api
from marketplace.services.suite import Services
from ssi.hosting import metrics, names
from ssi.hosting.health import Checks, health
from ssi.http.authentication import SCHEME, UsedProofs
from ssi.http.problems import register

MAX_REQUEST_BYTES = 1_000_000


def install_api(app: Flask, services: Services) -> tuple[Blueprint, ...]:
    """Register all JSON interfaces, `/health` and `/metrics`, and return the blueprints of the interfaces.

    They read no cookies, so an app that protects its forms exempts them.
    """
    app.config["MAX_CONTENT_LENGTH"] = MAX_REQUEST_BYTES
    used = UsedProofs()
    blueprints = (
        wallet_api(services, used=used),
        scores_api(services, used=used),
        crowds_api(services, used=used),
        payouts_api(services, used=used),
        buyer_api(services),
        plans_api(services),
        publications_api(services),
        saved_api(services),
        events_api(services),
        webhooks_api(services),
        members_api(services),
        log_api(services),
        openapi_api(asking=services.presentations is not None, connecting=services.data_space is not None),
        breach_notices_api(services),
        rights_api(services, used=used),
        *_asking(services),
        *_space(services),
        *(() if services.payments is None else (payment_notices_api(services.payments),)),
    )
    app.after_request(_challenge)
    for blueprint in blueprints:
        app.register_blueprint(blueprint)
    app.register_blueprint(health("marketplace", _checks(services), minor=_minor_checks(services)))
    metrics.install(app).register(LoadCollector(services.measure_load))
    return blueprints


def _challenge(response: Response) -> Response:
    """Tell a caller who was not recognised by what it would be (RFC 9110 §11.6.1)."""
    if response.status_code == HTTPStatus.UNAUTHORIZED and request.path.startswith(PREFIX):
        response.headers["WWW-Authenticate"] = f'Bearer realm="market", {SCHEME} realm="market"'
    return response


def _checks(services: Services) -> Checks:
    return {"database": services.check_store, "registry": services.read_registry}


def _minor_checks(services: Services) -> Checks:
    """A market that owes a report, or whose certificate for asking wallets ran out, sells all the same."""
    checks: dict[str, Callable[[], object]] = {
        "breaches": services.oversight.breaches.require_in_time,
        "rights_requests": services.oversight.rights.require_in_time,
    }
    if services.presentations is not None:
        verifier = services.presentations.verifier
        checks["verifier"] = lambda: verifier.require_current(services.clock())
    return checks


def _asking(services: Services) -> tuple[Blueprint, ...]:
    """The interfaces about presentations, in a market that can ask wallets."""
    if services.presentations is None:
        return ()
    return (presentations_api(services, services.presentations), openid4vp_api(services.presentations))


def _space(services: Services) -> tuple[Blueprint, ...]:
    """The interfaces to other data spaces, in a market that knows its own address."""
    if services.data_space is None:
        return ()
    space = services.data_space
    return (*dsp_api(services, space), dcat_api(services, space), ckan_api(services, space))


def create_api_app(services: Services) -> Flask:
    """An app that has the JSON interfaces and no screens."""
    app = Flask(__name__)
    names.install(app)
    register(app, STATUS)
    install_api(app, services)
    return app
