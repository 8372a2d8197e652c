"""Hundreds of people open wallets, receive their records and offer them: the crowd of the stories.

Everything goes the way of a real person: the institution pushes the record through the issuer API, the
wallet's own services fetch and verify the credential, and publish an offer with a signed consent. Wallets
are opened by several processes at once, because deriving a key from a password is meant to be slow.
"""

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cache

from crypto.reading import Fields
from crypto.sealing import Argon2Cost
from examples.records import Record
from examples.town import API_KEY, Town
from ssi.http.client import Client
from wallet.bootstrap import build
from wallet.config import Settings
from wallet.domain.choices import PolicyChoices
from wallet.services.suite import Services

BATCH = 100
DEMONSTRATION_PASSWORD = "nautilus tide lantern"
DEMONSTRATION_COST = Argon2Cost(memory_kib=19_456, iterations=2, lanes=1)
"""The least that OWASP recommends for Argon2id. Wallets default to more; here one machine opens hundreds."""
MOST_HELPERS = 8
"""How many processes open wallets at a time; each has connections of its own to the wallets' database."""


@dataclass(frozen=True)
class Person:
    """One member of the crowd: how she signs in, and what the story does with her."""

    login: str
    password: str = field(repr=False)
    record: Record = field(repr=False)
    data_set: str
    consent_id: str
    credential_id: str
    issued_id: str
    steps: "Steps"


@dataclass(frozen=True)
class Steps:
    """How many seconds each step of settling in took in the wallet's own process."""

    open_wallet: float
    receive: float
    offer: float


@dataclass(frozen=True)
class Invitation:
    """What a person is handed: the link of her institution, and what she will choose."""

    login: str
    password: str = field(repr=False)
    record: Record = field(repr=False)
    data_set: str
    offer_uri: str = field(repr=False)
    issued_id: str
    choices: PolicyChoices


def wallet_settings(town: Town) -> Settings:
    """The settings of the town's wallet installation."""
    return Settings(
        directory=town.home("wallet"),
        marketplace_url=town.url("marketplace"),
        registry=str(town.registry),
        authority=town.authority,
        database_url=town.database_url("wallet") if town.database_url else None,
        password_cost=DEMONSTRATION_COST,
    )


def invite(
    town: Town, issuer: str, data_set: str, records: Sequence[Record], choices: PolicyChoices
) -> Iterator[Invitation]:
    """Push records through an institution's API, a batch at a time, and hand out the links it answers."""
    client = Client(town.url(issuer), headers={"Authorization": f"Bearer {town.secret(issuer, API_KEY)}"})
    for start in range(0, len(records), BATCH):
        batch = records[start : start + BATCH]
        rows = [
            {"data_set": data_set, "external_id": record.external_id, "values": dict(record.values)}
            for record in batch
        ]
        answer = client.post_json("/api/v1/credentials/batch", {"records": rows})
        results = Fields.of(answer, "issuer's answer").objects("results", least=len(batch), most=len(batch))
        for record, row in zip(batch, results, strict=True):
            yield Invitation(
                login=record.external_id,
                password=DEMONSTRATION_PASSWORD,
                record=record,
                data_set=data_set,
                offer_uri=row.text("offer_uri"),
                issued_id=row.text("credential_id"),
                choices=choices,
            )


def settle_in(town: Town, invitations: Iterable[Invitation]) -> Iterator[Person]:
    """Open a wallet for each invitation, fetch the record and offer it; yields each person once she is in."""
    settings = wallet_settings(town)
    build(settings).close()  # one process makes the database and its key before several use it
    helpers = min(os.cpu_count() or 1, MOST_HELPERS)
    with ProcessPoolExecutor(max_workers=helpers) as pool:
        yield from pool.map(_settle_in, ((settings, invitation) for invitation in invitations))


def _settle_in(job: tuple[Settings, Invitation]) -> Person:
    settings, invitation = job
    services = _services(settings)
    began = time.perf_counter()
    session = services.create_wallet(invitation.login, invitation.password)
    opened = time.perf_counter()
    record = services.receive_credential(session, invitation.offer_uri)
    received = time.perf_counter()
    consent = services.publish_offer(session, record.credential_id, invitation.choices)
    offered = time.perf_counter()
    return Person(
        login=invitation.login,
        password=invitation.password,
        record=invitation.record,
        data_set=invitation.data_set,
        consent_id=consent.consent_id,
        credential_id=record.credential_id,
        issued_id=invitation.issued_id,
        steps=Steps(opened - began, received - opened, offered - received),
    )


@cache
def _services(settings: Settings) -> Services:
    return build(settings)
