"""The use cases behind the readings of devices, with the trust registry that says whose devices count."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from ssi.device.credential import Device
from ssi.errors import RegistryError
from ssi.http.issuer_lists import IssuerLists
from ssi.issuer_service.api.devices import DeviceServices
from ssi.issuer_service.opened import IssuerApp
from ssi.issuer_service.services.attest_device import AttestDevice, OwnStatus, Voucher
from ssi.issuer_service.services.change_device import ChangeDevice
from ssi.issuer_service.services.device_ports import MakerStatus
from ssi.issuer_service.services.keep_devices import KeepDevices
from ssi.issuer_service.services.register_records import RegisterRecords
from ssi.issuer_service.services.take_readings import TakeReadings
from ssi.issuer_service.services.wearers import Wearers
from ssi.trust import TrustRegistry
from ssi.trust_file import TrustFile, read_authority


class DeviceSide:
    """The use cases, each made once.

    Raises:
        RegistryError: the settings name a trust registry, and no key of its authority.
    """

    def __init__(self, issuer: IssuerApp, register: RegisterRecords) -> None:
        identity, books = issuer.identity, issuer.books
        catalogue, registry, status = identity.settings.catalogue, *_trust(issuer)
        self._now = issuer.now
        self.keep = KeepDevices(
            books,
            Wearers(identity.secrets, catalogue),
            registry=registry,
            status=status,
            random=issuer.random,
        )
        self.change = ChangeDevice(books)
        self._take = TakeReadings(books, catalogue, register, registry=registry, status=status)
        voucher = Voucher(
            identity.issuer, identity.secrets, identity.settings.url, identity.settings.status_list_size
        )
        self.attest = AttestDevice(books, voucher, self.keep, registry=registry)

    def api(self) -> DeviceServices:
        """Behind the API."""
        return DeviceServices(self.keep, self._take, self.change, self._now)


def _trust(issuer: IssuerApp) -> tuple[Callable[[], TrustRegistry], MakerStatus]:
    """Whose devices count, and who says whether they still do."""
    settings, registry = issuer.identity.settings, _registry(issuer)
    lists = IssuerLists(registry, clock=issuer.now)
    own = OwnStatus(issuer.books, settings.url)

    def status(device: Device, *, now: datetime) -> None:
        if device.issuer == settings.id:
            own(device)
        else:
            lists.get(device.issuer, device.status.uri, now=now).require_valid(device.status)

    return registry, status


def _registry(issuer: IssuerApp) -> Callable[[], TrustRegistry]:
    settings = issuer.identity.settings
    if settings.registry:
        return TrustFile(Path(settings.registry), read_authority(Path(settings.authority)), clock=issuer.now)
    return _no_registry


def _no_registry() -> TrustRegistry:
    raise RegistryError("this office knows no makers of devices: name registry and authority in issuer.json")
