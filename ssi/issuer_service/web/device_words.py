"""How the office says things about devices to people (English)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus

from ssi.dataset import DataSet
from ssi.device.credential import DeviceClaims, Measure, Role
from ssi.device.unverified import UnverifiedDevice, read_unverified_device
from ssi.errors import (
    CredentialError,
    ExpiredError,
    RegistryError,
    RevokedError,
    SuspendedError,
    UnknownIssuerError,
    UntrustedIssuerError,
)
from ssi.http.errors import PeerError
from ssi.issuer_service.domain.device import attribute_for
from ssi.issuer_service.domain.entry import Standing
from ssi.issuer_service.errors import BatchConflictError
from ssi.issuer_service.services.keep_devices import DeviceView
from ssi.issuer_service.web.words import StateWords, unit_text

STATES: Mapping[Standing, StateWords] = {
    Standing.VALID: StateWords("In use", "good", "circle-check", "Its readings are taken."),
    Standing.SUSPENDED: StateWords("On hold", "warning", "player-pause", "Nothing is taken of it for now."),
    Standing.REVOKED: StateWords(
        "Taken back", "bad", "ban", "Nothing is taken of it until it is registered anew."
    ),
}
ACTIONS: Mapping[Standing, tuple[str, str]] = {
    Standing.SUSPENDED: ("Put on hold", "Its readings are refused until you let it count again."),
    Standing.VALID: ("Let it count again", "Its readings are taken as before."),
    Standing.REVOKED: (
        "Take back for good",
        "Its readings are refused, and who wore it is forgotten. Records that were made stay.",
    ),
}
DONE: Mapping[Standing, str] = {
    Standing.SUSPENDED: "Put on hold",
    Standing.VALID: "Counts again",
    Standing.REVOKED: "Taken back",
}
ROLES: Mapping[Role, tuple[str, str]] = {
    Role.DEVICE: ("A device", "It measures by itself and signs what it measures."),
    Role.GATEWAY: ("A gateway", "It signs for sensors that have no key of their own."),
}


@dataclass(frozen=True)
class Refusal:
    """Why something about a device was refused, with what to do, and the status of the page."""

    text: str
    status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY

    @property
    def title(self) -> str:
        """What follows from it for a device that is registered."""
        unknown = self.status in {HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE}
        return "Not known at the moment" if unknown else "Its credential does not count now"


_REFUSALS: tuple[tuple[type[Exception], Refusal], ...] = (
    (SuspendedError, Refusal("Whoever vouches for it has put it on hold. Ask there.")),
    (RevokedError, Refusal("Whoever vouches for it has taken it back. Ask there for a new credential.")),
    (ExpiredError, Refusal("Its credential has run out. Ask whoever vouches for it for a new one.")),
    (
        RegistryError,
        Refusal(
            "This office has no trust registry that says whose devices count, or it has run out. Ask who runs"
            " this office.",
            HTTPStatus.SERVICE_UNAVAILABLE,
        ),
    ),
    (UnknownIssuerError, Refusal("The trust registry does not know whoever vouches for it.")),
    (UntrustedIssuerError, Refusal("The trust registry does not list whoever vouches for it for devices.")),
    (
        PeerError,
        Refusal("Its maker does not answer now. Nothing is lost: try again later.", HTTPStatus.BAD_GATEWAY),
    ),
    (
        BatchConflictError,
        Refusal("A newer credential of this device is registered already.", HTTPStatus.CONFLICT),
    ),
)
_NO_CREDENTIAL = Refusal("This is not the credential of a device, or it was changed. Copy all of it again.")
REFUSED = (CredentialError, PeerError, BatchConflictError)
"""What `refusal` has words for."""


def refusal(error: Exception) -> Refusal:
    """Why something about a device was refused, in words."""
    return next((said for kind, said in _REFUSALS if isinstance(error, kind)), _NO_CREDENTIAL)


def measure_text(measure: Measure, known: tuple[DataSet, ...]) -> str:
    """A measure as people call it, by the data sets of the office; another one by its code."""
    for each in known:
        attribute = attribute_for(each, measure)
        if attribute is not None:
            unit = unit_text(measure.unit)
            return f"{attribute.label['en']} ({unit})" if unit else attribute.label["en"]
    return f"{measure.coding.code} ({measure.unit})"


@dataclass(frozen=True)
class DeviceWords:
    """A device as the screens tell of it; `said` is what its credential said when it was registered."""

    view: DeviceView = field(repr=False)
    said: UnverifiedDevice = field(repr=False)
    measures: tuple[str, ...]
    is_own: bool
    ran_out: bool

    @classmethod
    def of(cls, view: DeviceView, *, known: tuple[DataSet, ...], own: str, now: datetime) -> "DeviceWords":
        """What is told of a device; `own` is the id of this office, `known` its data sets."""
        said = read_unverified_device(view.device.credential)
        measures = tuple(measure_text(each, known) for each in said.claims.measures)
        return cls(view, said, measures, view.device.maker == own, said.expires_at <= now)

    @property
    def claims(self) -> DeviceClaims:
        """Its id, model, role, measures and sensors."""
        return self.said.claims

    @property
    def state(self) -> StateWords:
        """What the office says of it."""
        return STATES[self.view.device.standing]

    @property
    def role(self) -> str:
        """What it is, with how many sensors it speaks for."""
        count = len(self.claims.sensors)
        return f"Gateway, {count} {'sensor' if count == 1 else 'sensors'}" if count else "Device"

    @property
    def last_reading(self) -> datetime | None:
        """The end of the last batch that was taken; None if none was."""
        return max((each.ended_at for each in self.view.positions), default=None)

    @property
    def taken(self) -> int:
        """How many readings were taken in all its streams."""
        return sum(each.next_sequence for each in self.view.positions)

    @property
    def sensors(self) -> tuple[str, ...]:
        """Those whose readings it may sign, in order."""
        return tuple(sorted(self.claims.vouched_for))

    @property
    def unworn(self) -> tuple[str, ...]:
        """Its sensors that nobody wears: readings of theirs are refused."""
        worn = {each.sensor for each in self.view.wearers}
        return tuple(each for each in self.sensors if each not in worn)
