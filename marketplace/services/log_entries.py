"""What is written into the log, and how is it shown to those whom it concerns?

A body holds ids, digests and what the person concerned may read anyway: never an attribute, never how many
people took part. Entry kinds: offer, withdrawal, order, release, use, payment, failure, dispute, notice.
Those about scores of one person have the same kinds, and name a request where the others name order and job.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from consent.log import Entry, sign_checkpoint
from consent.query import Query
from crypto.encoding import Json
from marketplace.domain.account import Buyer
from marketplace.domain.log import Log
from marketplace.domain.order import Order
from marketplace.services.desk import Desk
from marketplace.services.ports import Books

Body = Mapping[str, Json]


def append(desk: Desk, books: Books, kind: str, bodies: Sequence[Body], at: datetime) -> range:
    """Append entries of one kind together, each with a salt of its own, and return their indexes."""
    return Log(books.log).append([Entry.of(kind, at, body, desk.random) for body in bodies])


def append_shown(
    desk: Desk, books: Books, kind: str, bodies: Sequence[tuple[Body, datetime]]
) -> list[tuple[int, dict[str, Json]]]:
    """Append entries of one kind together; the index of each, and what `shown` says of it then."""
    log, entries = Log(books.log), [Entry.of(kind, at, body, desk.random) for body, at in bodies]
    indexes = log.append(entries)
    note = signed_checkpoint(desk, log, indexes.stop)
    proofs = log.inclusions(dict(zip(indexes, (each.leaf for each in entries), strict=True)), checkpoint=note)
    return [
        (proof.index, {"entry": entry.to_json(), "proof": proof.to_json()})
        for entry, proof in zip(entries, proofs, strict=True)
    ]


def signed_checkpoint(desk: Desk, log: Log, size: int | None = None) -> str:
    """The signed state of the log: now, or when it had `size` entries.

    Raises:
        UnknownEntryError: the log is shorter.
    """
    return sign_checkpoint(log.checkpoint(desk.marketplace_id, size), desk.key)


def shown(desk: Desk, log: Log, index: int, checkpoint: str | None = None) -> dict[str, Json]:
    """An entry with the proof that it stands in the log, for whom it concerns.

    `entry` is null where it was erased; the proof then still shows that something stood there.

    Raises:
        UnknownEntryError: there is no such entry.
    """
    note = checkpoint or signed_checkpoint(desk, log)
    entry = log.entry(index)
    return {
        "entry": None if entry is None else entry.to_json(),
        "proof": log.inclusion(index, size=log.size, checkpoint=note).to_json(),
    }


def shown_uses(desk: Desk, books: Books, uses: Iterable[tuple[str, int]]) -> list[Json]:
    """Each paid use with its receipt and its place in the log; a receipt is the same each time it is made."""
    log = Log(books.log)
    checkpoint = signed_checkpoint(desk, log)
    return [{"receipt": receipt, "log": shown(desk, log, index, checkpoint)} for receipt, index in uses]


def asked(order_id: str, job_id: str, query: Query, buyer: Buyer) -> dict[str, Json]:
    """What the entries about an order and about each use in it share: who asked, and what for."""
    return {
        "order_id": order_id,
        "job_id": job_id,
        "query_digest": query.digest,
        "purpose": query.purpose.value,
        "buyer": buyer.to_json(),
    }


def named(order: Order) -> dict[str, Json]:
    """The ids of an order, for entries about what became of it."""
    return {"order_id": order.order_id, "job_id": order.job_id}
