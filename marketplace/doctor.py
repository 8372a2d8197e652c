"""Is the installation as it should be? Each finding is one line, with what to do about it.

Nothing is changed by looking: the database is not migrated, and nothing is sent but the question to each node
whether it is well. NOTE: the clock is held against the moments in the nodes' cosignatures, so a clock that is
behind theirs is found, and one that is ahead is not.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from crypto.reading import utc_text
from marketplace.bootstrap import House, open_house, services_of, utc_now
from marketplace.config import CERTIFICATE_KEY, SESSION_KEY, SIGNING_KEY, Settings
from marketplace.errors import LedgerCorruptError, MarketplaceError
from marketplace.services.sign_of_life import SILENT_AFTER
from marketplace.services.suite import Services
from marketplace.storage.tables import metadata
from ssi.errors import CredentialError
from ssi.hosting.database import Database, differences, open_database
from ssi.hosting.errors import DatabaseUnavailableError, HostingError, ReadableByOthersError
from ssi.hosting.files import read_private
from ssi.trust_file import TrustFile, read_authority

SOON: Final = timedelta(days=14)
LATELY: Final = timedelta(minutes=10)
SKEW: Final = timedelta(seconds=5)
_START: Final = "start the worker: marketplace worker …"


class Level(StrEnum):
    """How grave a finding is: fine, to be seen to, or broken."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Finding:
    """One line of the examination, and what to do about it; empty where nothing is to be done."""

    level: Level
    what: str
    remedy: str = ""


def examine(settings: Settings, *, clock: Callable[[], datetime] = utc_now) -> tuple[Finding, ...]:
    """Everything that was found, in the order of looking; what builds on something broken is left out."""
    sound = [*_files(settings), *_registry(settings, clock), *_database(settings)]
    if any(each.level is Level.FAIL for each in sound):
        return tuple(sound)
    house = open_house(settings, clock=clock)
    try:
        services = services_of(house, settings)
        return (
            *sound,
            *_books(services),
            *_nodes(services),
            *_log(house),
            *_worker(services),
            *_duties(services),
        )
    finally:
        house.close()


def _files(settings: Settings) -> Iterator[Finding]:
    for name in (SIGNING_KEY, SESSION_KEY, CERTIFICATE_KEY):
        try:
            read_private(settings.directory / name)
        except ReadableByOthersError:
            yield Finding(
                Level.FAIL, f"file {name}: others can read it", f"chmod 600 {name}, and renew the key"
            )
        except OSError:
            yield Finding(Level.FAIL, f"file {name}: missing", "run: marketplace init --dir …")
        else:
            yield Finding(Level.OK, f"file {name}: only its owner can read it")


def _registry(settings: Settings, clock: Callable[[], datetime]) -> Iterator[Finding]:
    ask = "ask the trust authority for a new registry file"
    try:
        registry = TrustFile(settings.registry, read_authority(settings.authority), clock=clock)()
        known = registry.marketplace.id == settings.marketplace_id
        same_key = registry.marketplace.verifying_key == settings.signing_key.public
    except (CredentialError, MarketplaceError) as error:
        yield Finding(Level.FAIL, f"trust registry: {error}", ask)
        return
    if not (known and same_key):
        yield Finding(Level.FAIL, "trust registry: it names another marketplace or another key", ask)
    left = registry.valid_until - clock()
    level = Level.WARN if left < SOON else Level.OK
    until = utc_text(registry.valid_until)
    yield Finding(level, f"trust registry: valid until {until}", ask if level is Level.WARN else "")
    parties = [(f"node {node.id}", node.valid_until) for node in registry.nodes]
    parties += [(f"issuer {issuer.id}", issuer.valid_until) for issuer in registry.issuers]
    for name, ends in parties:
        if ends - clock() < SOON:
            yield Finding(Level.WARN, f"trust registry: the entry of {name} ends {utc_text(ends)}", ask)


def _database(settings: Settings) -> Iterator[Finding]:
    try:
        database = open_database(settings.database)
    except HostingError as error:
        yield Finding(Level.FAIL, f"database: {error}", "correct --database-url")
        return
    try:
        yield _migrated(database)
    finally:
        database.close()


def _migrated(database: Database) -> Finding:
    try:
        database.check()
        changes = len(differences(database.engine, metadata))
    except (DatabaseUnavailableError, SQLAlchemyError) as error:
        name = type(error).__name__
        return Finding(
            Level.FAIL, f"database: it does not answer ({name})", "start it, and look at --database-url"
        )
    if changes:
        remedy = "start `marketplace serve` of this version once: it brings the tables up to date"
        return Finding(Level.FAIL, f"database: {changes} differences to this version's tables", remedy)
    return Finding(Level.OK, "database: reachable, and its tables are those of this version")


def _books(services: Services) -> Iterator[Finding]:
    try:
        total = services.trial_balance().total_cents
    except LedgerCorruptError as error:
        yield Finding(
            Level.FAIL, f"books: {error}", "stop the market, and compare the database with a backup"
        )
    else:
        yield Finding(Level.OK, f"books: all accounts add up to {total} cents")


def _nodes(services: Services) -> Iterator[Finding]:
    for node in services.node_health():
        if node.reachable:
            yield Finding(Level.OK, f"node {node.node_id}: it answers")
        else:
            remedy = f"ask {node.operator}; no answer is computed without it"
            yield Finding(Level.FAIL, f"node {node.node_id}: no answer from {node.url}", remedy)
    yield _approved(services)


def _approved(services: Services) -> Finding:
    if services.oversight.nodes.seen().change is None:
        return Finding(Level.OK, "nodes: the registry names those that were approved")
    remedy = "let two operators look at them: Operations, Nodes"
    return Finding(Level.FAIL, "nodes: the registry names others than those that were approved", remedy)


def _log(house: House) -> Iterator[Finding]:
    now = house.desk.now()
    with house.store.reading() as books:
        size = books.log.size()
        published = next((each for each in books.states.all() if each.published), None)
    moments = [each.at for each in published.cosigned.values()] if published else []
    behind = size - (published.size if published else 0)
    latest = max(moments, default=None)
    if behind and (latest is None or now - latest > LATELY):
        remedy = f"look whether the nodes answer, and {_START}"
        yield Finding(Level.WARN, f"log: {behind} entries wait for the nodes to confirm them", remedy)
    else:
        yield Finding(Level.OK, f"log: {size} entries, the nodes confirmed {size - behind}")
    if latest is not None and latest > now + SKEW:
        ahead = int((latest - now).total_seconds())
        yield Finding(
            Level.WARN, f"clock: it is {ahead} s behind a node's", "set the clock of this machine (NTP)"
        )
    else:
        yield Finding(Level.OK, "clock: not behind those of the nodes")


def _worker(services: Services) -> Iterator[Finding]:
    seen, now = services.oversight.see_worker(), services.clock()
    if seen is None or now - seen > SILENT_AFTER:
        since = "in the last day" if seen is None else f"since {utc_text(seen)}"
        yield Finding(Level.FAIL, f"worker: no sign of life {since}", _START)
    else:
        yield Finding(Level.OK, "worker: alive")


def _duties(services: Services) -> Iterator[Finding]:
    now, kept = services.clock(), services.oversight
    breaches = [each for each in kept.breaches.all() if each.closed is None]
    late = sum(each.is_overdue(now) for each in breaches)
    yield _due("breaches", len(breaches), late, "sign in as an operator: Operations, Breaches")
    requests = [each for each in kept.rights.all() if each.answered is None]
    late = sum(each.is_overdue(now) for each in requests)
    yield _due("people's requests", len(requests), late, "sign in as an operator: Operations, Requests")
    if services.presentations is not None:
        yield _verifier(services)


def _due(what: str, waiting: int, late: int, remedy: str) -> Finding:
    if late:
        return Finding(Level.FAIL, f"{what}: {late} overdue", remedy)
    if waiting:
        return Finding(Level.WARN, f"{what}: {waiting} open", remedy)
    return Finding(Level.OK, f"{what}: none open")


def _verifier(services: Services) -> Finding:
    presentations = services.presentations
    try:
        if presentations is not None:
            presentations.verifier.require_current(services.clock())
    except MarketplaceError as error:
        return Finding(
            Level.WARN, f"certificate for asking wallets: {error}", "run: marketplace renew-verifier …"
        )
    return Finding(Level.OK, "certificate for asking wallets: it holds")
