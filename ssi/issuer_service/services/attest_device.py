"""Vouch for a device: sign its credential `device/1` as this office, and say what became of that.

An office does so for devices without a maker who does, such as a gateway that it runs itself. Its word counts
where the trust registry lists it for the type of devices, here as well: nobody trusts an office because it
says so itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from crypto.signing import VerifyingKey
from ssi.device.credential import Device, DeviceClaims, issue_device_credential, verify_device
from ssi.errors import MalformedCredentialError, RevokedError, SuspendedError
from ssi.issuance import IssuerKey, Terms
from ssi.issuer_service.domain.device import RegisteredDevice
from ssi.issuer_service.domain.entry import Standing, StatusPlace
from ssi.issuer_service.domain.secrets import IssuerSecrets
from ssi.issuer_service.services.keep_devices import KeepDevices
from ssi.issuer_service.services.ports import Books
from ssi.issuer_service.services.publish_status import STATUS_LISTS_PATH
from ssi.issuer_service.services.take_place import take_place
from ssi.issuer_service.services.wearers import set_wearers
from ssi.status_list import StatusReference
from ssi.trust import TrustRegistry


@dataclass(frozen=True)
class Voucher:
    """In whose name devices are vouched for: the office's key, its address, and how long its lists are."""

    issuer: IssuerKey
    secrets: IssuerSecrets
    url: str
    status_list_size: int


class OwnStatus:
    """What this office says of the credentials that it signed for devices, from its own books."""

    def __init__(self, books: Books, url: str) -> None:
        self._books = books
        self._prefix = f"{url}{STATUS_LISTS_PATH}"

    def __call__(self, device: Device) -> None:
        """Return only if the credential is valid.

        Raises:
            RevokedError: it is not.
            MalformedCredentialError: its place is none where a credential of a device stands.
        """
        number = device.status.uri.removeprefix(self._prefix)
        standing = None
        if number.isascii() and number.isdecimal() and len(number) < 10:  # noqa: PLR2004 — an SQL integer
            with self._books.reading() as register:
                standing = register.device_standings.at(StatusPlace(int(number), device.status.index))
        if standing is None:
            raise MalformedCredentialError("this office signed no device credential with such a status")
        if standing is Standing.SUSPENDED:
            raise SuspendedError("this office has put the credential on hold")
        if standing is Standing.REVOKED:
            raise RevokedError("this office revoked the credential")


class AttestDevice:
    """Signs a credential for a device, and registers the device with it."""

    def __init__(
        self, books: Books, voucher: Voucher, keep: KeepDevices, *, registry: Callable[[], TrustRegistry]
    ) -> None:
        self._books = books
        self._voucher = voucher
        self._keep = keep
        self._registry = registry

    def __call__(
        self, claims: DeviceClaims, key: VerifyingKey, *, valid_for: timedelta, by: str, now: datetime
    ) -> RegisteredDevice:
        """The device with its credential; earlier credentials of the same device are revoked.

        All in one transaction. A device on hold stays so, and who wears a sensor that it still has goes on.

        Raises:
            MalformedCredentialError: the claims break a rule of `DeviceClaims`.
            UntrustedIssuerError, UnknownIssuerError: the trust registry does not list this office for
                devices.
            RegistryError: there is no trust registry, or it has run out.
        """
        registry = self._registry()
        voucher = self._voucher
        with self._books.writing() as register:
            place = take_place(register, voucher.secrets, size=voucher.status_list_size)
            uri = f"{voucher.url}{STATUS_LISTS_PATH}{place.list_number}"
            terms = Terms(StatusReference(uri, place.index), issued_at=now, expires_at=now + valid_for)
            credential = issue_device_credential(claims, key, issuer=voucher.issuer, terms=terms)
            device = verify_device(credential, registry, now=now)
            registered = self._keep.put(register, credential, device, by=by, now=now)
            for number in register.device_standings.say(registered.device_id, Standing.REVOKED):
                register.status_lists.touch(number)
            register.device_standings.attest(registered.device_id, place)
            if registered.standing is Standing.SUSPENDED:
                register.device_standings.say(registered.device_id, Standing.SUSPENDED)
            worn = register.devices.wearers(registered.device_id)
            set_wearers(
                register, registered.device_id, [each for each in worn if each.sensor in claims.vouched_for]
            )
        return registered
