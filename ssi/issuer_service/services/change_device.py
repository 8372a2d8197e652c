"""Put a device on hold, take it back for good, or let it count again; and say why."""

from dataclasses import replace
from datetime import datetime

from ssi.issuer_service.domain.device import DeviceChange, RegisteredDevice
from ssi.issuer_service.domain.entry import Standing
from ssi.issuer_service.errors import StatusConflictError
from ssi.issuer_service.services.change_status import checked_reason
from ssi.issuer_service.services.ports import Books
from ssi.issuer_service.services.wearers import set_wearers


class ChangeDevice:
    """Changes what the office says of a device, and of the credential that the office signed for it."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def __call__(
        self, device_id: str, standing: Standing, *, reason: str, by: str, now: datetime
    ) -> RegisteredDevice:
        """Change it; nothing is taken of a device on hold or taken back. Records that were made stay.

        Who wore a device that is taken back is forgotten. A credential of the office's own is put on hold or
        revoked with it, and its list published afresh; a maker's is the maker's. Asking for what is said
        already changes nothing and is no error.

        Raises:
            UnknownThingError: there is no such device.
            StatusConflictError: it was taken back, which lasts until it is registered anew.
            RecordRefusedError: no reason is given, or one that is too long.
        """
        reason = checked_reason(reason)
        with self._books.writing() as register:
            device = register.devices.get(device_id)
            if device.standing is standing:
                return device
            if device.stopped_at is not None:
                raise StatusConflictError(f"{device.name} was taken back: register it anew instead")
            changed = replace(
                device,
                stopped_at=now if standing is Standing.REVOKED else None,
                suspended_at=now if standing is Standing.SUSPENDED else None,
            )
            register.devices.put(changed)
            register.device_standings.remember(DeviceChange(device_id, now, standing, reason, by))
            for number in register.device_standings.say(device_id, standing):
                register.status_lists.touch(number)
            if standing is Standing.REVOKED:
                set_wearers(register, device_id, [])
        return changed
