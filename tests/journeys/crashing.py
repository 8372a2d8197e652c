"""Blows that fall on the processes of a town at seeded points of their lives with the database.

A point is a part of the length that a life was measured to have when nothing happened. Whoever dies is
started again, as a service manager would do; whoever loses the database has to find it again by itself.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from crypto.randomness import RandomBytes, stream
from examples.fragile import FRAGILE, Blow, Doom
from examples.programs import run_command
from examples.town import MARKETPLACE, WORKER, Town
from marketplace.domain.log import Log
from ssi.http.errors import PeerError
from tests.journeys.neighbourhood import Balances, Neighbourhood
from tests.journeys.patience import until
from tests.journeys.test_audit import audit
from tests.journeys.test_killed_node import let_leases_run_out

SETTINGS = {FRAGILE: "yes", "MPC_NODE_SERVE_PEER_TIMEOUT": "4"}
"""How processes of a town are started that can be struck."""
EVERYBODY = (MARKETPLACE, WORKER, *Town.NODES)
NEVER = 10**9
PARTS = 1000
T = TypeVar("T")
Kind = tuple[str, str, str]
"""A kind of life, who is struck in it, and in which of its duties; in any, if none is named."""


class BilledTown(Town):
    """A town whose market sends invoices."""

    def start_all(self) -> None:
        """Say who sells, then start everybody."""
        told = ("--name", "Market Ltd.", "--address", "Street 1|10115 Berlin", "--country", "DE")
        run_command(
            "marketplace", "seller", "--dir", self.home(MARKETPLACE), *told, "--vat-id", "DE123456789"
        )
        super().start_all()


@dataclass(frozen=True)
class Point:
    """In which kind of life whom which blow strikes, and after how many thousandths of that life."""

    life: str
    victim: str
    blow: Blow
    thousandths: int
    duty: str = ""

    @property
    def kind(self) -> Kind:
        """What it has in common with other points."""
        return self.life, self.victim, self.duty


@dataclass(frozen=True)
class Hit:
    """What came of a point: whether the blow fell in the life, on what, and how the life ended."""

    point: Point
    doing: str
    ended: str
    seconds: float

    @property
    def in_life(self) -> bool:
        """Whether it fell before the life was over."""
        return bool(self.doing)

    @property
    def told(self) -> str:
        """It in one line."""
        kind = ", ".join(filter(None, self.point.kind))
        return f"{kind}: {self.point.blow} at {self.doing or 'no point'}, {self.ended}, {self.seconds:.1f} s"


def seeded(seed: str) -> RandomBytes:
    """Draws that are the same in each run."""
    return stream(seed.encode().ljust(16, b"."), "crashes")


def points(kinds: Sequence[Kind], count: int, *, blow: Blow, seed: str) -> list[Point]:
    """Seeded points, evenly over kinds."""
    random = seeded(f"{seed} {blow}")
    drawn = [int.from_bytes(random(4), "big") % PARTS for _ in range(count)]
    return [
        Point(life, victim, blow, thousandths, duty)
        for number, thousandths in enumerate(drawn)
        for life, victim, duty in [kinds[number % len(kinds)]]
    ]


@dataclass
class Crashes:
    """One town through many blows. Each is told in `hits.txt` beside what was audited, as soon as it fell."""

    neighbourhood: Neighbourhood
    audited: Path
    random: RandomBytes = field(default_factory=partial(seeded, "ids"))
    hits: list[Hit] = field(default_factory=list)
    lengths: dict[Kind, int] = field(default_factory=dict)
    restarts: int = 0
    waiting: list[Callable[[], None]] = field(default_factory=list)

    @property
    def town(self) -> Town:
        """The running parties."""
        return self.neighbourhood.town

    def fresh_id(self) -> str:
        """An id that no other life has."""
        return str(UUID(bytes=self.random(16), version=4))

    def threaten(self) -> None:
        """Let the points of duties count from here on; those of whole processes count all the time."""
        while self.waiting:
            self.waiting.pop()()

    @contextmanager
    def measuring(self, kinds: Sequence[Kind]) -> Iterator[None]:
        """How many points each victim passes in its duty while a life goes on in which nothing happens."""
        for _, victim, duty in kinds:
            self._threatened(self.doom_of(victim), NEVER, Blow.DEATH, duty)
        yield
        for kind in kinds:
            doom = self.doom_of(kind[1])
            doom.lift()
            self.lengths[kind] = doom.passed
            assert doom.passed, kind

    def struck(self, point: Point, live: Callable[[], str]) -> str:
        """Live a life in which a blow falls; what `live` says of its end."""
        doom, before, began = self.doom_of(point.victim), self.restarts, time.monotonic()
        after = 1 + self.lengths[point.kind] * point.thousandths // PARTS
        self._threatened(doom, after, point.blow, point.duty)
        try:
            ended = live()
        finally:
            self.waiting.clear()
            doom.lift()
        if not doom.told and point.blow is Blow.DEATH:
            self.town.kill(point.victim)  # its life was shorter than thought: it dies after the end
        self.revive()
        if point.blow is Blow.LOSS:
            assert self.restarts == before, "who loses the database for a moment does not end"
        self.hits.append(Hit(point, doom.told, ended, time.monotonic() - began))
        with self.audited.with_name("hits.txt").open("a") as file:
            file.write(f"{self.hits[-1].told}\n")
        return ended

    def _threatened(self, doom: Doom, after: int, blow: Blow, duty: str) -> None:
        """Set a doom: at once, or when the duty is about to have something to do."""
        doom.forget()
        if duty:
            self.waiting.append(partial(doom.set, after, blow, duty=duty))
        else:
            doom.set(after, blow)

    def insist(self, act: Callable[[], T | None]) -> T:
        """Do something that may be repeated, until it is answered; who died meanwhile is started again."""

        def attempt() -> T | None:
            self.revive()
            try:
                return act()
            except PeerError:
                return None

        found = until(attempt, lambda found: found is not None)
        assert found is not None
        return found

    def revive(self) -> None:
        """Start again whoever died."""
        died = [name for name, process in self.town.processes.items() if process.poll() is not None]
        for name in (*died, *(each for each in EVERYBODY if each not in self.town.processes)):
            self.town.processes.pop(name, None)
            self.restarts += 1
            if name == WORKER:
                let_leases_run_out(self.neighbourhood)
            self.town.start(name)

    def doom_of(self, name: str) -> Doom:
        """What may strike a process."""
        command = "worker" if name == WORKER else "serve"
        return Doom(self.town.home(MARKETPLACE if name == WORKER else name), command)

    def balances(self) -> Balances:
        """Every account; nothing is held and nothing lies in escrow between two lives."""
        now = self.neighbourhood.balances()  # the trial balance, added up from the first transfer
        assert not now.held
        assert now.of("escrow") == 0
        return now

    def kinds_logged(self, index: int, **named: str) -> Counter[str]:
        """How many entries of each kind the log has from an index on, about what has these ids."""
        with self.neighbourhood.house.store.reading() as books:
            log = Log(books.log)
            entries = [log.entry(each) for each in range(index, log.size)]
        return Counter(each.kind for each in entries if each and named.items() <= dict(each.body).items())

    def log_size(self) -> int:
        """How many entries the log has."""
        with self.neighbourhood.house.store.reading() as books:
            return Log(books.log).size

    def billed(self, source: str) -> int | None:
        """What was billed for a purchase, if anything; the numbers of all invoices have no gap."""
        with self.neighbourhood.house.store.reading() as books:
            invoice = books.invoices.by_source(source)
            numbers = [each.number for each in books.invoices.all()]
        assert numbers == list(range(1, len(numbers) + 1))
        return None if invoice is None else invoice.number

    def require_whole_log(self) -> None:
        """Anybody who audits finds that the log goes on from what it signed before."""
        look = partial(audit, self.neighbourhood, self.audited)
        found = until(look, lambda found: found.exit_code != 2)
        assert found.exit_code == 0, found.output

    def told(self) -> str:
        """What fell where, one line for each point and one for each kind."""
        lines = [f"{number:3} {hit.told}" for number, hit in enumerate(self.hits)]
        kinds = Counter((*hit.point.kind, hit.point.blow) for hit in self.hits)
        in_life = Counter((*hit.point.kind, hit.point.blow) for hit in self.hits if hit.in_life)
        counts = [f"{' '.join(kind)}: {count}, {in_life[kind]} in life" for kind, count in kinds.items()]
        return "\n".join(["", *lines, *counts, f"lengths: {self.lengths}"])
