"""A marketplace and its doors in memory, for tests of signing in."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from crypto.sealing import Vault
from marketplace.clients.issuers import HttpIssuers
from marketplace.domain.account import AccountKind
from marketplace.domain.member import Member
from marketplace.domain.sign_in import Password, Returned, Whence
from marketplace.services.accounts import AddAccount, SignIn
from marketplace.services.desk import Desk
from marketplace.services.sign_in_suite import Doors, DoorSide, doors
from ssi.http import authenticators
from ssi.http.client import Limits
from tests.marketplace.fakes import CHEAP, HandClock, MemoryStore
from tests.marketplace.mpc_node import parties
from tests.marketplace.provider import CLIENT, SECRET, Provider

OWNER, PASSWORD, HERE = "owner@institute.example", "a quiet harbour", "https://market.example"
PROOF = Password(PASSWORD)
FROM = Whence(HERE, "192.0.2.1")
QUICK = Limits(connect_seconds=2.0, read_seconds=2.0, total_seconds=2.0, answer_bytes=64 * 1024)


@dataclass
class World:
    store: MemoryStore
    clock: HandClock
    doors: Doors
    desk: Desk

    def member(self, email: str = OWNER, kind: AccountKind = AccountKind.BUYER) -> Member:
        AddAccount(self.desk, CHEAP)(email, PASSWORD, kind=kind)
        return SignIn(self.desk, CHEAP)(email, PASSWORD)

    def set(self, owner: Member, issuer: str, **changes: str) -> None:
        self.doors.institutions.set(owner, PROOF, setting(issuer, **changes))

    def come_in(self, idp: Provider, member: Member | None = None, **person: Any) -> Member:
        page, kept = self.doors.institutions.begin("institute", FROM, member=member)
        return self.finish(kept, idp.signed_in(page, **person), member)

    def finish(self, kept: str | None, back: dict[str, str], member: Member | None = None) -> Member:
        returned = Returned(back.get("state", ""), back.get("code"), back.get("iss"), back.get("error"))
        return self.doors.institutions.finish("institute", kept, returned, signed_in=member)[0]


def setting(issuer: str, **changes: str) -> dict[str, str]:
    told = {"name": "institute", "issuer": issuer, "client_id": CLIENT, "secret": SECRET}
    return told | {"domains": "institute.example", "role": "reader"} | changes


def a_world(*, loopback: bool, now: bool = False) -> World:
    """A world at the tests' moment, or for peers that have a clock of their own, now."""
    store, clock = MemoryStore(), HandClock(datetime.now(UTC)) if now else HandClock()
    desk = Desk("market", parties.ed25519("market"), store, parties.registry, clock)
    side = DoorSide(
        HERE, authenticators, HttpIssuers(clock, loopback=loopback, limits=QUICK), Vault(b"v" * 32)
    )
    return World(store, clock, doors(desk, side, SignIn(desk, CHEAP)), desk)
