"""Founding a registry office for tests, and the trust registry that names it."""

from pathlib import Path
from typing import Any

from crypto.encoding import parse_json
from crypto.randomness import stream
from crypto.signing import generate_es256
from ssi.issuer_service.bootstrap import create_app, open_issuer
from ssi.issuer_service.folder import make_folder
from ssi.issuer_service.settings import IssuerSettings
from ssi.trust import TrustRegistry
from ssi.trust_parts import marketplace_part
from tests.ssi.issuer_service.visitors import CHEAP, URL, Institution, MovingClock, Office, Officer
from tests.ssi.parties import UNIVERSITY, assembled, certificate, ed25519

_SEED = bytes(range(32))


def found_office(folder: Path, database_url: str, **changes: Any) -> Office:
    """An office that issues exams and health checks, with keys that are the same in every run.

    `changes` replaces some of its settings.
    """
    chosen: dict[str, Any] = {
        "id": UNIVERSITY,
        "name": "Example University",
        "url": URL,
        "data_sets": ("exam/1", "health/1"),
        "organisations": True,
        "database_url": database_url,
        "status_list_size": 2**10,
    }
    settings = IssuerSettings(**chosen | changes)
    random, clock = stream(_SEED, "tests/issuer"), MovingClock()
    identity = make_folder(folder, settings, key=generate_es256(random), secret=random(32))
    issuer = open_issuer(identity, now=clock, random=random)
    app = create_app(issuer)
    app.testing = True
    return Office(
        issuer=issuer,
        app=app,
        clock=clock,
        institution=Institution(app.test_client(), issuer.api_keys.create(now=clock())),
        officer=Officer(app.test_client(), issuer.set_password(CHEAP)),
    )


def registry_of(folder: Path) -> TrustRegistry:
    """A trust registry that names the office of a folder."""
    market = marketplace_part(
        "market",
        "Marketplace",
        url="http://127.0.0.1:8000",
        verifying_key=ed25519("market").public,
        tls_certificate=certificate("market"),
    )
    part = parse_json((folder / "public.json").read_bytes())
    assert isinstance(part, dict)
    return assembled([part, market])
