"""Everything that a party has kept, byte by byte, and the forms in which a secret could stand in it."""

import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy import inspect, text

from crypto import goldilocks
from examples.people import wallet_settings
from examples.town import MARKETPLACE, WALLET, WORKER, Town
from marketplace.mpc_node.config import load_settings
from ssi.dataset import DataSet
from ssi.hosting.database import open_database
from ssi.issuer_service.folder import open_folder
from tests.journeys.neighbourhood import Neighbourhood, market_settings

LOG = "process.log"
_ALIGNMENTS = 3


def kept_by(neighbourhood: Neighbourhood, party: str) -> dict[str, bytes]:
    """Every file of a party's folder, databases and logs among them, and every row of its database."""
    home = neighbourhood.town.home(party)
    files = {str(path.relative_to(home)): path.read_bytes() for path in home.rglob("*") if path.is_file()}
    return {**files, **dict(_rows(database_of(neighbourhood.town, party)))}


def logs_of(town: Town) -> dict[str, bytes]:
    """What every process has said."""
    parties = (*town.ISSUERS, *town.NODES, MARKETPLACE, WALLET, WORKER)
    return {party: (town.home(party) / LOG).read_bytes() for party in parties}


def database_of(town: Town, party: str) -> str:
    """The address of a party's database."""
    if party in town.NODES:
        return load_settings(town.home(party)).database
    if party in town.ISSUERS:
        return open_folder(town.home(party)).settings.database_url
    return wallet_settings(town).database if party == WALLET else market_settings(town).database


def forms_of(name: str, value: float | str) -> set[bytes]:
    """How a value could stand somewhere: as JSON or in a disclosure, in the clear, in base64 or in hex.

    A category alone is a word that everybody uses, so only its pair with the attribute's name counts.
    """
    word, quoted = json.dumps(value), json.dumps(name)
    pairs = [f"{quoted}{mark}{word}".encode() for mark in (":", ": ", ",", ", ")]
    plain = [] if isinstance(value, str) else [word.encode()]
    return {form for each in pairs for form in (each, each.hex().encode(), *in_base64(each))} | set(plain)


def in_base64(raw: bytes) -> set[bytes]:
    """How bytes look inside a longer base64 text, wherever they begin, in both alphabets."""
    found = set()
    for before in range(_ALIGNMENTS):
        padded = bytes(before) + raw
        whole = len(padded) - len(padded) % _ALIGNMENTS
        # The first group holds what stands before, the last one what comes after: neither is known.
        groups = slice(4 if before else 0, whole // _ALIGNMENTS * 4)
        found |= {encode(padded[:whole])[groups] for encode in (b64encode, urlsafe_b64encode)}
    return found


def as_shares(data_set: DataSet, values: Mapping[str, float | str | None]) -> set[bytes]:
    """How a number and its square would stand among shares, were they not masked."""
    encoded = data_set.encode(values)
    found = set()
    for column, described in enumerate(data_set.columns):
        if described.part == "value":
            found.add(goldilocks.encode(goldilocks.from_integers(encoded[column : column + 2])))
    return found


def found_in(kept: Mapping[str, bytes], secrets: Iterable[bytes]) -> list[tuple[str, bytes]]:
    """Where any of these stands: the place and the secret."""
    wanted = sorted(set(secrets))
    return [(place, secret) for place, content in kept.items() for secret in wanted if secret in content]


def _rows(address: str) -> Iterator[tuple[str, bytes]]:
    database = open_database(address)
    try:
        with database.reading() as session:
            names = inspect(session.connection()).get_table_names()
            for name in names:
                rows = session.execute(text(f'SELECT * FROM "{name}"'))  # noqa: S608 - the database's own names
                yield f"table {name}", b"\n".join(_raw(cell) for row in rows for cell in row)
    finally:
        database.close()


def _raw(cell: object) -> bytes:
    if isinstance(cell, bytes | memoryview):
        return bytes(cell)
    return cell.encode() if isinstance(cell, str) else json.dumps(cell, default=str).encode()
