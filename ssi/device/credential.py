"""Who vouches for a device, and for what? The credential `device/1`: an SD-JWT VC that hides nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from crypto.encoding import Json
from crypto.errors import MalformedError
from crypto.reading import Fields
from crypto.signing import VerifyingKey
from ssi.attribute import Coding
from ssi.clock import seconds_of
from ssi.errors import MalformedCredentialError
from ssi.issuance import IssuerKey, Terms, issue_sd_jwt_vc
from ssi.issuer_keys import OFFLINE, IssuerKeys
from ssi.sd_jwt_vc import VerifiedSdJwtVc, verify_sd_jwt_vc
from ssi.status_list import StatusReference
from ssi.trust import TrustRegistry

DEVICE_TYPE: Final = "urn:argonauta:credential:device:1"
MOST_MEASURES: Final = 32
MOST_SENSORS: Final = 256
MAX_NAME: Final = 200
_WHERE: Final = "device credential"


def read_name(fields: Fields, member: str, *, max_length: int = MAX_NAME) -> str:
    """A name that can be printed, and so kept and shown everywhere: no database takes a NUL.

    Raises:
        MalformedError: it is missing, empty, too long, or has a sign that cannot be printed.
    """
    name = fields.text(member, max_length=max_length)
    if not name.isprintable():
        raise MalformedError(f"{fields.where}.{member}: expected signs that can be printed")
    return name


class Role(StrEnum):
    """Whether a thing measures itself or vouches for sensors that have no key."""

    DEVICE = "device"
    GATEWAY = "gateway"


@dataclass(frozen=True)
class Measure:
    """A kind of reading: what it is in a vocabulary such as LOINC, and its UCUM unit."""

    coding: Coding
    unit: str

    def to_json(self) -> dict[str, Json]:
        """The measure as it stands in credentials and headers."""
        return {"coding": {"system": self.coding.system, "code": self.coding.code}, "unit": self.unit}

    @classmethod
    def read(cls, fields: Fields) -> "Measure":
        """Read what `to_json` wrote.

        Raises:
            MalformedError: a member is missing, unknown, too long, or has signs that cannot be printed.
        """
        coding = fields.section("coding")
        found = Coding(read_name(coding, "system"), read_name(coding, "code", max_length=40))
        coding.done()
        measure = cls(found, read_name(fields, "unit", max_length=40))
        fields.done()
        return measure


@dataclass(frozen=True)
class DeviceClaims:
    """What a maker says of a device: its id, model and role, what it measures, and for which sensors.

    `sensors` names those that a gateway vouches for; a device has none but itself.
    """

    id: str
    model: str
    role: Role
    measures: tuple[Measure, ...]
    sensors: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Json]:
        """The claims of the credential besides issuer, times, key and status."""
        return {
            "sub": self.id,
            "model": self.model,
            "role": str(self.role),
            "measures": [measure.to_json() for measure in self.measures],
            "sensors": list(self.sensors),
        }

    @classmethod
    def read(cls, fields: Fields) -> "DeviceClaims":
        """Read what `to_json` wrote.

        Raises:
            MalformedError: a member is missing or breaks a rule; a device with sensors, a gateway without.
        """
        claims = cls(
            id=read_name(fields, "sub"),
            model=read_name(fields, "model"),
            role=fields.choice("role", Role),
            measures=tuple(
                Measure.read(each) for each in fields.objects("measures", least=1, most=MOST_MEASURES)
            ),
            sensors=fields.texts("sensors", most=MOST_SENSORS, max_length=MAX_NAME),
        )
        if not all(sensor.isprintable() for sensor in claims.sensors):
            raise MalformedError(f"{fields.where}.sensors: expected signs that can be printed")
        if (claims.role is Role.GATEWAY) != bool(claims.sensors):
            raise MalformedError(f"{fields.where}.sensors: a gateway names its sensors, a device has none")
        return claims

    @property
    def vouched_for(self) -> frozenset[str]:
        """The sensors whose readings it may sign."""
        return frozenset(self.sensors) if self.role is Role.GATEWAY else frozenset({self.id})


@dataclass(frozen=True)
class Device:
    """A device whose credential passed every check of `verify_device`; made nowhere else."""

    issuer: str
    claims: DeviceClaims
    key: VerifyingKey
    status: StatusReference
    issued_at: datetime
    expires_at: datetime
    digest: str = field(repr=False)


def issue_device_credential(
    claims: DeviceClaims, key: VerifyingKey, *, issuer: IssuerKey, terms: Terms
) -> str:
    """Sign that a key belongs to a device, and what the device measures; nothing in it can be kept back.

    Raises:
        MalformedCredentialError: claims that `verify_device` would refuse.
    """
    stated: dict[str, object] = dict(claims.to_json())
    try:
        DeviceClaims.read(Fields(claims.to_json(), _WHERE))
    except MalformedError as error:
        raise MalformedCredentialError(str(error)) from error
    envelope = {
        "cnf": {"jwk": key.to_jwk()},
        "iat": seconds_of(terms.issued_at),
        "exp": seconds_of(terms.expires_at),
        "status": {"status_list": {"uri": terms.status.uri, "idx": terms.status.index}},
    }
    return issue_sd_jwt_vc(DEVICE_TYPE, {**stated, **envelope}, issuer=issuer)


def verify_device(
    compact: str, registry: TrustRegistry, *, now: datetime, keys: IssuerKeys = OFFLINE
) -> Device:
    """Return a device after these checks; whether its credential was revoked is asked with its `status`.

    1. The credential holds as any SD-JWT VC: issuer, key, signature, times (`verify_sd_jwt_vc`).
    2. It is of the type of devices, nothing in it can be kept back, and it has a key, an end and a status.
    3. Its claims have their form, and there are no others.

    Raises:
        CredentialError: as `verify_sd_jwt_vc`.
        MalformedCredentialError: 2 or 3 does not hold.
    """
    found = verify_sd_jwt_vc(compact, registry, now=now, keys=keys)  # 1
    try:
        return _read(found)  # 2, 3
    except MalformedError as error:
        raise MalformedCredentialError(str(error)) from error


def _read(found: VerifiedSdJwtVc) -> Device:
    if found.vct != DEVICE_TYPE:
        raise MalformedError(f"{_WHERE}: expected {DEVICE_TYPE}, got {found.vct[:MAX_NAME]!r}")
    if found.disclosed:
        raise MalformedError(f"{_WHERE}: what a device measures cannot be kept back")
    if found.holder_key is None or found.status is None:
        raise MalformedError(f"{_WHERE}: expected cnf and status")
    if found.issued_at is None or found.expires_at is None:
        raise MalformedError(f"{_WHERE}: expected iat and exp")
    fields = Fields(_own_claims(found.claims), _WHERE)
    claims = DeviceClaims.read(fields)
    fields.done()
    return Device(
        issuer=found.issuer.id,
        claims=claims,
        key=found.holder_key,
        status=found.status,
        issued_at=found.issued_at,
        expires_at=found.expires_at,
        digest=found.digest,
    )


def _own_claims(claims: Mapping[str, Json]) -> dict[str, Json]:
    read_before = {"iss", "vct", "cnf", "status", "iat", "exp"}
    return {name: value for name, value in claims.items() if name not in read_before}
