"""Nothing that a person enters or receives can be read in the database, the logs, the addresses or a repr."""

import io
import json
import logging
import re
from pathlib import Path

import pytest
from flask import request
from sqlalchemy import select

from crypto.encoding import b64url_encode
from ssi.hosting import logs
from tests.ssi import parties
from tests.wallet.browsing import PASSWORD, Browser
from wallet.storage.tables import Base
from wallet.web.app import create_app

pytestmark = pytest.mark.database

LOGIN = "anna.kowalska@example.org"
EXAM = {**parties.EXAM, "exam_score": -1.237, "reading_score": 2.718}


@pytest.fixture
def lived(stored_world, tmp_path):
    """A wallet in which everything happened once, on a database."""
    world = stored_world
    stream = io.StringIO()
    logs.configure(stream)
    browser = Browser(create_app(world.services))
    addresses = []
    browser.client.application.before_request(lambda: addresses.append(request.full_path))
    browser.sign_up(LOGIN)
    browser.add_record(world.issuers.offer(EXAM, tx_code=None))
    browser.offer_with_defaults()
    (held,) = world.services.consents(world.services.open_wallet(LOGIN, PASSWORD))
    world.market.use(held.consent_id, "job-nobody-knows", cents=77_777)
    browser.get("/home")
    browser.post("/refresh")
    for path in ("/uses/", "/earnings/", "/agreements/", "/records/"):
        browser.get(path)
    world.market.down = True
    browser.get(f"/agreements/{held.row_id}/end")
    browser.press("/end")
    browser.get("/records/nothing-here", 404)
    yield world, tmp_path, stream.getvalue(), addresses
    logs.configure(io.StringIO())
    logging.getLogger().handlers.clear()


def _secrets(world):
    session = world.services.open_wallet(LOGIN, PASSWORD)
    (credential,) = world.stores.credentials.all(session)
    (consent,) = world.services.consents(session)
    code = world.issuers.promises["code-0"]
    disclosures = [part for part in credential.compact.split("~")[1:] if part]
    return {
        "login name": LOGIN,
        "password": PASSWORD,
        "exam score": "-1.237",
        "reading score": "2.718",
        "a category": "top",
        "handle": credential.handle.rpartition(":")[2],
        "credential digest": credential.digest,
        "disclosure": disclosures[0],
        "issuer": credential.issuer_name,
        "issuer id": credential.issuer_id,
        "holder key": credential.holder_key.to_pem().decode().splitlines()[1],
        "public key": credential.holder_key.public.to_jwk()["x"],
        "offer code": next(iter(world.issuers.promises)),
        "consent id": consent.consent_id.removeprefix("urn:uuid:"),
        "withdrawal": consent.withdrawal.signed,
        "buyer": "Institute of Public Health",
        "job": "job-nobody-knows",
        "amount": "77777",
        "values": str(code.values["exam_score"]),
    }


def test_no_value_stands_readable_in_the_database(lived):
    world, folder, _, _ = lived
    raw = b"".join(path.read_bytes() for path in Path(folder).glob("*.sqlite*")) + _rows(world)

    found = [
        name
        for name, text in _secrets(world).items()
        for form in (text.encode(), b64url_encode(text.encode()).encode(), json.dumps(text).encode())
        if len(form) > 4 and form in raw
    ]

    assert len(raw) > 10_000
    assert found == []


def _rows(world):
    """Every column of every row, whichever database keeps them."""
    columns = []
    with world.stores.wallets.database.reading() as transaction:
        for table in Base.metadata.sorted_tables:
            for row in transaction.execute(select(table)).all():
                columns += [each if isinstance(each, bytes) else str(each).encode() for each in row]
    return b"\n".join(columns)


def test_no_value_stands_in_the_logs(lived):
    world, _, logged, _ = lived

    assert [name for name, text in _secrets(world).items() if len(text) > 3 and text in logged] == []


def test_no_value_stands_in_an_address(lived):
    world, _, _, addresses = lived
    text = "\n".join(addresses)

    assert len(addresses) > 20
    assert [name for name, value in _secrets(world).items() if len(value) > 3 and value in text] == []


def test_no_value_stands_in_a_repr(lived):
    world, _, _, _ = lived
    session = world.services.open_wallet(LOGIN, PASSWORD)
    seen = world.services.read.overview(session)
    shown = repr((session, world.stores.credentials.all(session), seen.consents, seen.records))

    private = ("login name", "exam score", "handle", "disclosure", "holder key", "public key", "withdrawal")
    secrets = _secrets(world)
    assert [name for name in private if secrets[name] in shown] == []


def test_addresses_name_things_by_random_names_only(lived):
    _, _, _, addresses = lived

    names = {part for address in addresses for part in re.findall(r"/([0-9a-f-]{36})", address)}
    assert names
    assert all(name[14] == "4" for name in names)
