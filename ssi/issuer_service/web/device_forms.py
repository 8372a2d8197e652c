"""What an officer types about a device that this office vouches for, with errors at the fields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from werkzeug.datastructures import MultiDict

from crypto.errors import MalformedError
from crypto.signing import VerifyingKey
from ssi.attribute import Kind
from ssi.dataset import DataSet
from ssi.device.credential import MAX_NAME, MOST_SENSORS, DeviceClaims, Measure, Role
from ssi.issuer_service.domain.device_key import read_device_key
from ssi.issuer_service.domain.submission import MAX_VALID_DAYS
from ssi.issuer_service.web.device_words import measure_text

_TEXTS = ("name", "model", "role", "sensors", "key", "valid_days")
_DEFAULTS = dict.fromkeys(_TEXTS, "") | {"role": Role.DEVICE.value, "valid_days": "365"}
_MAX_DIGITS = 5
_WRONG_NAME = f"enter up to {MAX_NAME} signs that can be printed."


def measures_of(known: Sequence[DataSet]) -> dict[str, Measure]:
    """What a device may measure so that a record comes of it, by a name for forms."""
    return {
        f"{attribute.coding.system}|{attribute.coding.code}|{attribute.unit}": Measure(
            attribute.coding, attribute.unit
        )
        for each in known
        for attribute in each.attributes
        if attribute.kind is Kind.NUMBER and attribute.place is None and attribute.coding is not None
    }


@dataclass(frozen=True)
class DeviceForm:
    """What was typed about one device; nothing in it is checked until `errors` found none."""

    known: tuple[DataSet, ...]
    typed: Mapping[str, str] = field(default_factory=lambda: dict(_DEFAULTS))
    chosen: tuple[str, ...] = ()

    @classmethod
    def read(cls, known: tuple[DataSet, ...], sent: MultiDict[str, str], key_file: str) -> "DeviceForm":
        """Take the fields of this form from a request; a file with the key comes before what was typed."""
        typed = {name: sent.get(name, "").strip() for name in _TEXTS}
        return cls(known, {**typed, "key": key_file.strip() or typed["key"]}, tuple(sent.getlist("measures")))

    @property
    def measures(self) -> list[dict[str, str]]:
        """What may be chosen, for the page."""
        return [
            {"value": name, "label": measure_text(each, self.known)}
            for name, each in measures_of(self.known).items()
        ]

    def errors(self) -> dict[str, str]:
        """What has to be looked at again, by field; empty when the device can be vouched for."""
        found = {}
        if not _is_name(self.typed["name"]):
            found["name"] = f"Name of the device: {_WRONG_NAME}"
        if not _is_name(self.typed["model"]):
            found["model"] = f"Model: {_WRONG_NAME}"
        if not self.chosen or not set(self.chosen) <= set(measures_of(self.known)):
            found["measures"] = "What it measures: choose at least one."
        if self.typed["role"] not in list(Role):
            found["role"] = "What it is: choose one."
        found |= self._sensor_errors()
        try:
            read_device_key(self.typed["key"])
        except MalformedError:
            found["key"] = "Public key: paste a P-256 or Ed25519 key as PEM or JWK, and no private key."
        if self._days() is None:
            found["valid_days"] = f"Valid for: enter a number of days from 1 to {MAX_VALID_DAYS}."
        return found

    @property
    def claims(self) -> DeviceClaims:
        """What is said of the device. Only for a form without errors."""
        known = measures_of(self.known)
        return DeviceClaims(
            id=self.typed["name"],
            model=self.typed["model"],
            role=Role(self.typed["role"]),
            measures=tuple(known[name] for name in self.chosen),
            sensors=self._sensors,
        )

    @property
    def key(self) -> VerifyingKey:
        """Its key. Only for a form without errors."""
        return read_device_key(self.typed["key"])

    @property
    def valid_for(self) -> timedelta:
        """How long the credential holds. Only for a form without errors."""
        return timedelta(days=self._days() or 1)

    @property
    def _sensors(self) -> tuple[str, ...]:
        lines = (line.strip() for line in self.typed["sensors"].splitlines())
        return tuple(dict.fromkeys(line for line in lines if line))

    def _sensor_errors(self) -> dict[str, str]:
        sensors, gateway = self._sensors, self.typed["role"] == Role.GATEWAY
        if not gateway:
            return {"sensors": "Sensors: a device has none; leave this empty."} if sensors else {}
        if not 0 < len(sensors) <= MOST_SENSORS or not all(map(_is_name, sensors)):
            return {"sensors": f"Sensors: name 1 to {MOST_SENSORS}, one in each line."}
        return {}

    def _days(self) -> int | None:
        text = self.typed["valid_days"]
        if not (text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS):
            return None
        return int(text) if 1 <= int(text) <= MAX_VALID_DAYS else None


def _is_name(text: str) -> bool:
    return 0 < len(text) <= MAX_NAME and text.isprintable()
