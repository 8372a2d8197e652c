"""What wallets were handed to come back with, and what they told about a delivery, in SQL."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from crypto.encoding import Json, b64url_encode, canonical_json, parse_json
from crypto.sealing import Vault
from ssi.issuer_service.domain.ticket import Notice, Ticket, TicketKind
from ssi.issuer_service.storage.tables import notices, tickets


class SqlTickets:
    """Keeps tickets by their fingerprints; what each stands for is sealed to its row."""

    def __init__(self, session: Session, vault: Vault) -> None:
        self._session = session
        self._vault = vault

    def put(self, fingerprint: bytes, ticket: Ticket) -> None:
        """Keep a new ticket."""
        self._session.execute(
            insert(tickets).values(
                fingerprint=fingerprint,
                kind=ticket.kind,
                credential_id=ticket.credential_id,
                document_sealed=self._vault.seal(canonical_json(ticket.document), _place(fingerprint)),
                used_at=ticket.used_at,
                expires_at=ticket.expires_at,
            )
        )

    def get(self, fingerprint: bytes, kind: TicketKind) -> Ticket | None:
        """The ticket of this kind, used or not."""
        found = select(tickets).where(tickets.c.fingerprint == fingerprint, tickets.c.kind == kind)
        row = self._session.execute(found).first()
        if row is None:
            return None
        return Ticket(
            kind=row.kind,
            expires_at=row.expires_at,
            document=_object(parse_json(self._vault.open(row.document_sealed, _place(fingerprint)))),
            credential_id=row.credential_id,
            used_at=row.used_at,
        )

    def awaited(self, credential_id: str, now: datetime) -> bool:
        """Whether a wallet waits for a credential that was deferred."""
        found = select(tickets.c.fingerprint).where(
            tickets.c.credential_id == credential_id,
            tickets.c.kind == TicketKind.TRANSACTION,
            tickets.c.expires_at > now,
        )
        return self._session.scalar(found.limit(1)) is not None

    def use(self, fingerprint: bytes, at: datetime) -> None:
        """Take a ticket out of use; it is remembered until its end, so that a second use is told."""
        self._session.execute(update(tickets).where(tickets.c.fingerprint == fingerprint).values(used_at=at))

    def drop(
        self, credential_ids: Collection[str], kinds: Collection[TicketKind] = tuple(TicketKind)
    ) -> None:
        """Forget tickets of credentials."""
        self._session.execute(
            delete(tickets).where(tickets.c.credential_id.in_(credential_ids), tickets.c.kind.in_(kinds))
        )

    def notice(self, notice: Notice) -> None:
        """Keep what a wallet told, in place of what it told before about the same credential."""
        self._session.execute(delete(notices).where(notices.c.credential_id == notice.credential_id))
        sealed = None
        if notice.description is not None:
            sealed = self._vault.seal(notice.description.encode(), _notice_place(notice.credential_id))
        self._session.execute(
            insert(notices).values(
                credential_id=notice.credential_id,
                event=notice.event,
                description_sealed=sealed,
                noticed_at=notice.noticed_at,
            )
        )

    def noticed(self, credential_id: str) -> Notice | None:
        """What a wallet told last about a credential."""
        row = self._session.execute(select(notices).where(notices.c.credential_id == credential_id)).first()
        if row is None:
            return None
        said = None
        if row.description_sealed is not None:
            said = self._vault.open(row.description_sealed, _notice_place(credential_id)).decode()
        return Notice(credential_id, row.event, said, row.noticed_at)

    def tidy(self, now: datetime) -> None:
        """Forget tickets that have run out."""
        self._session.execute(delete(tickets).where(tickets.c.expires_at <= now))


def _object(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}


def _place(fingerprint: bytes) -> str:
    return f"tickets|{b64url_encode(fingerprint)}|document_sealed"


def _notice_place(credential_id: str) -> str:
    return f"notices|{credential_id}|description_sealed"
