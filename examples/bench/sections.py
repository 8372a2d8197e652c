"""Which parts does the benchmark have, and in which order do they disturb each other least?

A section is one or more modules with `rows() -> list[Row]`, or `rows(console)` where a peer is asked. The
order puts what one core does first, then what needs three processes, then what runs for minutes. A module is
loaded when its section is measured, so that asking for one section compiles nothing of another.
"""

from importlib import import_module
from inspect import signature
from typing import NamedTuple

from rich.console import Console

from examples.bench.row import Row, show


class Section(NamedTuple):
    """One table: its name on the command line and in `.bench`, its title, and the modules that measure it."""

    name: str
    title: str
    modules: tuple[str, ...]

    def measure(self, console: Console) -> list[Row]:
        """Measure all rows, print them and keep them."""
        console.print(f"Measuring: {self.title} …")
        rows = [row for module in self.modules for row in _rows(module, console)]
        show(self.name, rows, console, title=self.title)
        return rows


def _rows(module: str, console: Console) -> list[Row]:
    measure = import_module(f"examples.bench.{module}").rows
    rows: list[Row] = measure(console) if "console" in signature(measure).parameters else measure()
    return rows


SECTIONS = (
    Section("group", "Multiplications in secp256k1", ("group",)),
    Section("credentials", "Credentials with selective disclosure", ("credentials",)),
    Section("issuing", "Issuing from a table", ("issuing",)),
    Section("bbs", "Unlinkable selective disclosure (BBS)", ("bbs",)),
    Section("paillier", "Encrypted sums (Paillier)", ("paillier", "paillier_peers")),
    Section("functional", "Functional encryption and threshold ElGamal", ("als16", "functional")),
    Section("linked", "Encryptions linked to signed commitments", ("linked",)),
    Section("inputs", "Authentic inputs and ingestion", ("inputs",)),
    Section("streams", "Streams of measured values in a wallet", ("streams",)),
    Section("sources", "Reading files that a person asked for", ("sources",)),
    Section("policies", "Decisions about policies", ("policies",)),
    Section("attacks", "Attacks on answers: the advantage of the attacker", ("attacks",)),
    Section("log", "The public log", ("log",)),
    Section("prio3", "Reports that nobody signed (Prio3)", ("prio3",)),
    Section("ingestion", "Ingestion at a node", ("ingestion",)),
    Section("mpc", "Computation on shares: work of three roles on one core", ("mpc_field", "mpc_bits")),
    Section("mpyc", "Computation on shares: three processes against MPyC, CPU", ("against_mpyc",)),
    Section("three-nodes", "Computation on shares: three processes over TLS", ("over_tls",)),
    Section("withdrawing", "A withdrawal, until it counts everywhere", ("withdrawing",)),
    Section("pages", "Pages of the market under load", ("pages",)),
    Section(
        "admission",
        "Load at the marketplace: offers, and an order over many people",
        ("admission_offers", "admission_order"),
    ),
    Section("scale", "A job over many people", ("scale",)),
)
STORY = "story"
"""What the story's steps cost: a town of processes, so it is measured last."""

NAMES = (*(section.name for section in SECTIONS), STORY)
