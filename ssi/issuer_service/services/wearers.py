"""Who wears the sensors of a device, as it is said by an institution or an officer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from crypto.encoding import Json
from ssi.errors import DataSetError
from ssi.issuer_service.domain.catalogue import Catalogue
from ssi.issuer_service.domain.device import Wearer
from ssi.issuer_service.domain.secrets import IssuerSecrets
from ssi.issuer_service.errors import BatchConflictError, RecordRefusedError
from ssi.issuer_service.services.ports import Register


@dataclass(frozen=True)
class Worn:
    """Who wears a sensor, as it is handed in: see `Wearer`."""

    sensor: str
    external_id: str = field(repr=False)
    template_id: str
    known: Mapping[str, Json] = field(repr=False, hash=False)
    every: timedelta


class Wearers:
    """Checks what is said of wearers, and writes it down."""

    def __init__(self, secrets: IssuerSecrets, catalogue: Catalogue) -> None:
        self._secrets = secrets
        self._catalogue = catalogue

    def read(self, register: Register, worn: Worn, now: datetime) -> Wearer:
        """Somebody who wears a sensor from now on.

        Raises:
            BatchConflictError: the template is retired.
            UnknownThingError: there is no such template.
            RecordRefusedError: a known value is none of the data set's, or it is a template of organisations.
        """
        template = register.templates.get(worn.template_id)
        if template.retired_at is not None:
            raise BatchConflictError(f"template {worn.template_id} is retired: choose another")
        numbers = self._catalogue.get(template.configuration_id).numbers
        if numbers is None:
            raise RecordRefusedError(
                "an organisation wears no device: choose a template for records of people"
            )
        for name, value in worn.known.items():
            try:
                numbers.attribute(name).parse(value)
            except DataSetError as error:
                raise RecordRefusedError(f"values.{error}") from error
        return Wearer(
            sensor=worn.sensor,
            external_id=worn.external_id,
            record_key=self._secrets.record_key(numbers.ref, worn.external_id),
            template_id=worn.template_id,
            known=worn.known,
            since=now,
            every=worn.every,
        )


def set_wearers(register: Register, device_id: str, wearers: Sequence[Wearer]) -> None:
    """Say who wears the sensors of a device now.

    Somebody who wears a sensor already keeps the moment since when. Whoever no longer wears a sensor that she
    wore before loses the newest readings that were kept for her record, those of other devices too: they may
    have been somebody else's.
    """
    before = register.devices.wearers(device_id)
    register.devices.set_wearers(device_id, [_kept(each, before) for each in wearers])
    worn = {(each.sensor, each.record_key) for each in wearers}
    gone = {each.record_key for each in before if (each.sensor, each.record_key) not in worn}
    register.devices.forget_observed(sorted(gone))


def _kept(wearer: Wearer, before: Sequence[Wearer]) -> Wearer:
    same = [each for each in before if (each.sensor, each.external_id) == (wearer.sensor, wearer.external_id)]
    return replace(wearer, since=same[0].since) if same else wearer
