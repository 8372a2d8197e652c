"""What was said of devices, and where the credentials that the office signed for them stand, in SQL."""

from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.orm import Session

from crypto.sealing import Vault
from ssi.issuer_service.domain.device import DeviceChange
from ssi.issuer_service.domain.entry import Standing, StatusPlace
from ssi.issuer_service.storage.device_tables import attested, device_changes


class SqlDeviceStandings:
    """Keeps the history of devices, whose reasons are sealed to their rows, and their places in lists."""

    def __init__(self, session: Session, vault: Vault) -> None:
        self._session = session
        self._vault = vault

    def remember(self, change: DeviceChange) -> None:
        """Write one change more."""
        mine = device_changes.c.device_id == change.device_id
        ordinal = self._session.scalar(select(func.count()).select_from(device_changes).where(mine)) or 0
        sealed = self._vault.seal(change.reason.encode(), _reason_place(change.device_id, ordinal))
        self._session.execute(
            insert(device_changes).values(
                device_id=change.device_id,
                ordinal=ordinal,
                changed_at=change.changed_at,
                standing=change.standing,
                reason_sealed=sealed,
                changed_by=change.changed_by,
            )
        )

    def changes(self, device_id: str) -> tuple[DeviceChange, ...]:
        """What was said of a device, oldest first."""
        mine = select(device_changes).where(device_changes.c.device_id == device_id)
        return tuple(
            self._change(row) for row in self._session.execute(mine.order_by(device_changes.c.ordinal))
        )

    def attest(self, device_id: str, place: StatusPlace) -> None:
        """Remember where a credential stands that the office signed for a device."""
        self._session.execute(
            insert(attested).values(
                list_number=place.list_number,
                list_index=place.index,
                device_id=device_id,
                standing=Standing.VALID,
            )
        )

    def at(self, place: StatusPlace) -> Standing | None:
        """What is said of the credential at a place; None if the office signed none for a device there."""
        here = (attested.c.list_number == place.list_number) & (attested.c.list_index == place.index)
        return self._session.scalar(select(attested.c.standing).where(here))

    def say(self, device_id: str, standing: Standing) -> frozenset[int]:
        """Say this of all credentials of a device that are not revoked; in which lists they stand."""
        open_ = (attested.c.device_id == device_id) & (attested.c.standing != Standing.REVOKED)
        numbers = frozenset(self._session.scalars(select(attested.c.list_number).where(open_)))
        self._session.execute(update(attested).where(open_).values(standing=standing))
        return numbers

    def _change(self, row: Row[Any]) -> DeviceChange:
        return DeviceChange(
            device_id=row.device_id,
            changed_at=row.changed_at,
            standing=row.standing,
            reason=self._vault.open(row.reason_sealed, _reason_place(row.device_id, row.ordinal)).decode(),
            changed_by=row.changed_by,
        )


def _reason_place(device_id: str, ordinal: int) -> str:
    return f"device_changes|{device_id}|{ordinal}|reason_sealed"
