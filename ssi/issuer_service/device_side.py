"""The use cases behind the readings of devices, with the trust registry that says whose devices count."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from ssi.device.credential import Device
from ssi.errors import RegistryError
from ssi.http.issuer_lists import IssuerLists
from ssi.issuer_service.api.devices import DeviceServices
from ssi.issuer_service.opened import IssuerApp
from ssi.issuer_service.services.keep_devices import KeepDevices
from ssi.issuer_service.services.register_records import RegisterRecords
from ssi.issuer_service.services.take_readings import TakeReadings
from ssi.trust import TrustRegistry
from ssi.trust_file import TrustFile, read_authority


def device_services(issuer: IssuerApp, register: RegisterRecords) -> DeviceServices:
    """The use cases, each made once.

    Raises:
        RegistryError: the settings name a trust registry, and no key of its authority.
    """
    catalogue, registry = issuer.identity.settings.catalogue, _registry(issuer)
    lists = IssuerLists(registry, clock=issuer.now)

    def status(device: Device, *, now: datetime) -> None:
        lists.get(device.issuer, device.status.uri, now=now).require_valid(device.status)

    keep = KeepDevices(
        issuer.books,
        issuer.identity.secrets,
        catalogue,
        registry=registry,
        status=status,
        random=issuer.random,
    )
    take = TakeReadings(issuer.books, catalogue, register, registry=registry, status=status)
    return DeviceServices(keep, take, issuer.now)


def _registry(issuer: IssuerApp) -> Callable[[], TrustRegistry]:
    settings = issuer.identity.settings
    if settings.registry:
        return TrustFile(Path(settings.registry), read_authority(Path(settings.authority)), clock=issuer.now)
    return _no_registry


def _no_registry() -> TrustRegistry:
    raise RegistryError("this office knows no makers of devices: name registry and authority in issuer.json")
