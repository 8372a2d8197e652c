"""Negotiations and transfers with buyers' connectors, in SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.orm import Session

from consent.negotiation import NEGOTIATION, NegotiationMove
from consent.transfer import TRANSFER, TransferMove
from marketplace.domain.negotiation import (
    Negotiation,
    Outgoing,
    TransferProcess,
    terms_from_json,
    terms_to_json,
)
from marketplace.storage.negotiation_tables import connectors, negotiations, transfer_processes

M = TypeVar("M", NegotiationMove, TransferMove)


class SqlNegotiations:
    """The `NegotiationBook` of one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def register_callback(self, account_id: str, address: str | None, at: datetime) -> None:
        """Replace the address of an account's connector; None forgets it."""
        self._session.execute(delete(connectors).where(connectors.c.account_id == account_id))
        if address is not None:
            row = {"account_id": account_id, "callback": address, "registered_at": at}
            self._session.execute(insert(connectors).values(row))

    def callback_of(self, account_id: str) -> str | None:
        """The address of an account's connector."""
        wanted = select(connectors.c.callback).where(connectors.c.account_id == account_id)
        return self._session.execute(wanted).scalar_one_or_none()

    def add(self, negotiation: Negotiation) -> None:
        """Keep a new negotiation; its account has none with this consumer's id."""
        self._session.execute(insert(negotiations).values(_row(negotiation)))

    def get(self, provider_pid: str) -> Negotiation | None:
        """A negotiation by the market's id of it; None for any text that is none."""
        return self._one(negotiations.c.provider_pid == provider_pid)

    def find(self, account_id: str, consumer_pid: str) -> Negotiation | None:
        """An account's negotiation by the consumer's id of it."""
        return self._one(
            (negotiations.c.account_id == account_id) & (negotiations.c.consumer_pid == consumer_pid)
        )

    def of_agreement(self, agreement_id: str) -> Negotiation | None:
        """The negotiation in which an agreement was made."""
        return self._one(negotiations.c.agreement_id == agreement_id)

    def count_open(self, account_id: str) -> int:
        """How many negotiations of an account can still go on."""
        own = (negotiations.c.account_id == account_id) & negotiations.c.state.not_in(NEGOTIATION.ends)
        return self._session.execute(select(func.count()).where(own)).scalar_one()

    def newest(self, account_id: str, *, limit: int) -> Sequence[Negotiation]:
        """An account's latest negotiations, the newest first."""
        own = select(negotiations).where(negotiations.c.account_id == account_id)
        ordered = own.order_by(negotiations.c.created_at.desc(), negotiations.c.provider_pid)
        return [_negotiation(row) for row in self._session.execute(ordered.limit(limit))]

    def due(self, now: datetime, *, limit: int) -> Sequence[Negotiation]:
        """Those that the market has to do something about, the longest due first."""
        wanted = select(negotiations).where(negotiations.c.due_at <= now)
        ordered = wanted.order_by(negotiations.c.due_at, negotiations.c.provider_pid).limit(limit)
        return [_negotiation(row) for row in self._session.execute(ordered)]

    def save(self, negotiation: Negotiation) -> None:
        """Replace a negotiation."""
        own = negotiations.c.provider_pid == negotiation.provider_pid
        self._session.execute(update(negotiations).where(own).values(_row(negotiation)))

    def _one(self, condition: Any) -> Negotiation | None:
        row = self._session.execute(select(negotiations).where(condition)).one_or_none()
        return None if row is None else _negotiation(row)


class SqlTransferProcesses:
    """The `TransferProcessBook` of one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, transfer: TransferProcess) -> None:
        """Keep a new transfer; its account has none with this consumer's id."""
        self._session.execute(insert(transfer_processes).values(_transfer_row(transfer)))

    def get(self, provider_pid: str) -> TransferProcess | None:
        """A transfer by the market's id of it; None for any text that is none."""
        return self._one(transfer_processes.c.provider_pid == provider_pid)

    def find(self, account_id: str, consumer_pid: str) -> TransferProcess | None:
        """An account's transfer by the consumer's id of it."""
        return self._one(
            (transfer_processes.c.account_id == account_id)
            & (transfer_processes.c.consumer_pid == consumer_pid)
        )

    def count_open(self, account_id: str) -> int:
        """How many transfers of an account can still go on."""
        own = (transfer_processes.c.account_id == account_id) & transfer_processes.c.state.not_in(
            TRANSFER.ends
        )
        return self._session.execute(select(func.count()).where(own)).scalar_one()

    def newest(self, account_id: str, *, limit: int) -> Sequence[TransferProcess]:
        """An account's latest transfers, the newest first."""
        own = select(transfer_processes).where(transfer_processes.c.account_id == account_id)
        ordered = own.order_by(transfer_processes.c.created_at.desc(), transfer_processes.c.provider_pid)
        return [_transfer(row) for row in self._session.execute(ordered.limit(limit))]

    def due(self, now: datetime, *, limit: int) -> Sequence[TransferProcess]:
        """Those that the market has to do something about, the longest due first."""
        wanted = select(transfer_processes).where(transfer_processes.c.due_at <= now)
        ordered = wanted.order_by(transfer_processes.c.due_at, transfer_processes.c.provider_pid).limit(limit)
        return [_transfer(row) for row in self._session.execute(ordered)]

    def save(self, transfer: TransferProcess) -> None:
        """Replace a transfer."""
        own = transfer_processes.c.provider_pid == transfer.provider_pid
        self._session.execute(update(transfer_processes).where(own).values(_transfer_row(transfer)))

    def _one(self, condition: Any) -> TransferProcess | None:
        row = self._session.execute(select(transfer_processes).where(condition)).one_or_none()
        return None if row is None else _transfer(row)


_SHARED = (
    "provider_pid",
    "account_id",
    "consumer_pid",
    "callback",
    "state",
    "request_digest",
    "created_at",
    "due_at",
    "agreement_id",
    "reason",
    "version",
)


def _row(negotiation: Negotiation) -> dict[str, object]:
    return {
        **{name: getattr(negotiation, name) for name in (*_SHARED, "buyer", "offer_id", "until")},
        "terms": terms_to_json(negotiation.terms),
        "outgoing": _outgoing_row(negotiation.outgoing),
    }


def _transfer_row(transfer: TransferProcess) -> dict[str, object]:
    return {
        **{name: getattr(transfer, name) for name in (*_SHARED, "order_id")},
        "outgoing": _outgoing_row(transfer.outgoing),
    }


def _outgoing_row(outgoing: Outgoing[Any] | None) -> dict[str, object] | None:
    if outgoing is None:
        return None
    return {
        "move": outgoing.move.value,
        "path": outgoing.path,
        "body": dict(outgoing.body),
        "attempts": outgoing.attempts,
    }


def _negotiation(row: Row[Any]) -> Negotiation:
    members = {name: getattr(row, name) for name in (*_SHARED, "buyer", "offer_id", "until")}
    outgoing = _read_outgoing(row.outgoing, NegotiationMove)
    return Negotiation(**members, terms=terms_from_json(row.terms), outgoing=outgoing)


def _transfer(row: Row[Any]) -> TransferProcess:
    members = {name: getattr(row, name) for name in (*_SHARED, "order_id")}
    return TransferProcess(**members, outgoing=_read_outgoing(row.outgoing, TransferMove))


def _read_outgoing(document: Any, moves: type[M]) -> Outgoing[M] | None:
    if document is None:
        return None
    return Outgoing(moves(document["move"]), document["path"], document["body"], document["attempts"])
