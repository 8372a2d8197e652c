"""An organisation becomes a buyer: keys, credential, mandate, account and money, by the buyer's own tools."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from crypto.signing import VerifyingKey
from examples.programs import run_command
from examples.town import API_KEY, MARKETPLACE, Town
from marketplace.sdk.buyer import Buyer
from marketplace.sdk.enrolment import collect_organisation_credential
from marketplace.sdk.keys import BuyerKeys
from ssi.http.client import Client

ORGANISATION = "organisation/1"
START_EUROS = 5000


@dataclass(frozen=True)
class Organisation:
    """Who wants to buy; `kind` as in organisation credentials, such as research_institute."""

    name: str
    kind: str


@dataclass(frozen=True)
class Enrolled:
    """A buyer who can order, and how its people sign in to the screens."""

    buyer: Buyer
    name: str
    email: str
    password: str = field(repr=False)
    key_file: Path


def enrol(town: Town, organisation: Organisation, *, email: str, password: str) -> Enrolled:
    """Let an organisation make its keys, fetch its credential, sign its mandate and add sandbox money."""
    account_id = open_account(town, "buyer", email=email, password=password)
    market = ("--dir", town.home(MARKETPLACE), *town.trust, *town.database(MARKETPLACE))
    run_command(
        "marketplace", "buyer", "top-up", *market, "--account", account_id, "--cents", str(START_EUROS * 100)
    )
    api_key = run_command("marketplace", "buyer", "api-key", *market, "--account", account_id).strip()
    keys = BuyerKeys.create()
    key_file = town.folder / "buyer" / f"{account_id}.keys.json"
    key_file.parent.mkdir(exist_ok=True)
    keys.save(key_file)
    buyer = Buyer.connect(town.url(MARKETPLACE), api_key, keys, authority_key(town))
    link = certify(town, organisation, external_id=email)
    credential = collect_organisation_credential(
        link, keys.credential_key, registry=buyer.registry(), now=datetime.now(UTC)
    )
    buyer.register(credential)
    return Enrolled(buyer, organisation.name, email, password, key_file)


def open_account(town: Town, role: str, *, email: str, password: str) -> str:
    """Open an account at the market as an operator does on the command line; `role` is buyer or operator."""
    password_file = town.folder / f"{role}.password"
    password_file.write_text(password)
    password_file.chmod(0o600)
    market = ("--dir", town.home(MARKETPLACE), *town.trust, *town.database(MARKETPLACE))
    login = ("--email", email, "--password-file", password_file)
    return run_command("marketplace", role, "add", *market, *login).strip()


def certify(town: Town, organisation: Organisation, *, external_id: str) -> str:
    """Let the register of organisations certify one; the answer is the link to its credential."""
    client = Client(
        town.url("registrar"), headers={"Authorization": f"Bearer {town.secret('registrar', API_KEY)}"}
    )
    record = {
        "data_set": ORGANISATION,
        "external_id": external_id,
        "values": {"name": organisation.name, "kind": organisation.kind, "country": "AT"},
    }
    answer = client.post_json("/api/v1/credentials", record)
    assert isinstance(answer, dict)  # noqa: S101 - the issuer's own API promises an object
    return str(answer["offer_uri"])


def authority_key(town: Town) -> VerifyingKey:
    """The governance authority's public key, as every party pins it."""
    return VerifyingKey.from_jwk(json.loads(town.authority.read_text()))
