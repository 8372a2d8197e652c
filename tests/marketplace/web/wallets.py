"""A market with screens that asks wallets, and the wallet of an organisation."""

from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from marketplace.api.app import install_api
from marketplace.config import Settings
from marketplace.services.presentation_suite import Asking, presentations
from marketplace.verifier_identity import AUTHORITY, read_verifier
from marketplace.web.app import create_app
from ssi.openid4vp.holder import HeldSdJwtVc, build_response
from ssi.openid4vp.matching import match
from ssi.openid4vp.request_check import RequestTrust, verify_request_object
from ssi.openid4vp.request_reading import RequestLink, read_link
from ssi.x509 import read_pem
from tests.marketplace.asking import KnownStatus, Post
from tests.marketplace.web.house import TEMPLATES, BuyerKeys, House
from tests.ssi import parties

URL = "http://127.0.0.1:8000"


def asking_house(house: House, settings: Settings, status: KnownStatus) -> House:
    """The same house with a verifier."""
    verifier = read_verifier(settings.directory, "Market", URL)
    assert verifier is not None
    desk = house.services.make_api_key.desk
    asking = Asking(verifier, status, Post())
    services = replace(house.services, presentations=presentations(desk, asking))
    app = create_app(services, settings, interfaces=install_api, authority=parties.AUTHORITY.public)
    app.jinja_env.bytecode_cache = TEMPLATES
    return replace(house, services=services, app=app)


def answer(house: House, folder: Path, link: str, keys: BuyerKeys) -> str | None:
    """Let the wallet of an organisation follow a link; where it sends the browser."""
    found = read_link(link)
    assert isinstance(found, RequestLink)
    client = house.app.test_client()
    token = client.get(urlsplit(found.request_uri).path).text
    root = read_pem((folder / AUTHORITY).read_text(), AUTHORITY)
    now = house.clock.now
    request = verify_request_object(
        token, client_id=found.client_id, trust=RequestTrust(roots=(root,)), now=now
    ).request
    own = HeldSdJwtVc("own", keys.credential(), keys.signing)
    chosen = match(request.query, [own.as_held()]).choose()
    form = build_response(request, chosen, {"own": own}, now=now).to_form(
        request.response_mode, request.metadata
    )
    answered = client.post(urlsplit(request.response_uri).path, data=form)
    onward: str | None = (answered.json or {}).get("redirect_uri")
    return onward
