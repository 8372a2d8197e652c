"""A hospital or practice that a person lets her wallet read from: what is asked there, what is kept of it.

Everything here is a secret of the person; it lies in the wallet sealed. A right to ask that ends with the
sign-in is forgotten once everything was read; one that stays is kept only if she allowed it.

Source: SMART App Launch 2.2 (hl7.org/fhir/smart-app-launch), standalone launch of a public client.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crypto.encoding import Json
from crypto.errors import MalformedError
from crypto.reading import Fields, utc_text

MAX_ADDRESS: Final = 500
MAX_TOKEN: Final = 10_000
READ_OBSERVATIONS: Final = "patient/Observation.rs"
READ_OBSERVATIONS_BEFORE: Final = "patient/Observation.read"
"""The same in SMART App Launch 1, for servers that know nothing else."""
WHO_SHE_IS: Final = "launch/patient"
STAYING: Final = "offline_access"
_PATIENT: Final = re.compile(r"[A-Za-z0-9.-]{1,64}")
_SCOPE: Final = re.compile(r"patient/(?:Observation|\*)\.(\*|read|c?ru?d?s)(?:\?.*)?")


@dataclass(frozen=True)
class Doors:
    """What a server says of itself: where a person signs in, where tokens come from and where they end.

    `issuer` is empty where it names none; `names_itself` says that its answers carry it (RFC 9207).
    """

    authorize: str
    token: str
    revoke: str | None
    observations: str = READ_OBSERVATIONS
    issuer: str = ""
    names_itself: bool = False


@dataclass(frozen=True)
class Visit:
    """A sign-in that waits for the browser to come back; `verifier` is the secret of PKCE (RFC 7636)."""

    state: str = field(repr=False)
    verifier: str = field(repr=False)
    redirect_uri: str
    begun_at: datetime


@dataclass(frozen=True)
class Access:
    """The right to read the observations of one patient."""

    access_token: str = field(repr=False)
    ends_at: datetime
    patient: str = field(repr=False)
    refresh_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Hospital:
    """One server and how far its reading is.

    `stays` says that the person lets the wallet ask again without signing in. `read_from` is when the last
    complete reading began.
    """

    row_id: str
    address: str
    client_id: str
    doors: Doors
    switches: frozenset[str]
    zone: ZoneInfo
    stays: bool
    visit: Visit | None = None
    access: Access | None = None
    read_from: datetime | None = None
    revision: int = 0

    @property
    def name(self) -> str:
        """What it is called: its host, which is what the certificate says."""
        return urlsplit(self.address).hostname or self.address

    @property
    def scopes(self) -> tuple[str, ...]:
        """What is asked for there."""
        return (WHO_SHE_IS, self.doors.observations, *((STAYING,) if self.stays else ()))

    def to_document(self) -> dict[str, Json]:
        """The hospital as a document to be sealed."""
        doors, visit, access = self.doors, self.visit, self.access
        return {
            "address": self.address,
            "client_id": self.client_id,
            "doors": {
                "authorize": doors.authorize,
                "token": doors.token,
                "revoke": doors.revoke,
                "observations": doors.observations,
                "issuer": doors.issuer or None,
                "names_itself": doors.names_itself,
            },
            "switches": sorted(self.switches),
            "zone": self.zone.key,
            "stays": self.stays,
            "visit": None
            if visit is None
            else {
                "state": visit.state,
                "verifier": visit.verifier,
                "redirect_uri": visit.redirect_uri,
                "begun_at": utc_text(visit.begun_at),
            },
            "access": None
            if access is None
            else {
                "access_token": access.access_token,
                "ends_at": utc_text(access.ends_at),
                "patient": access.patient,
                "refresh_token": access.refresh_token,
            },
            "read_from": None if self.read_from is None else utc_text(self.read_from),
        }

    @classmethod
    def from_document(cls, document: object, row_id: str, revision: int) -> "Hospital":
        """Read what `to_document` wrote.

        Raises:
            MalformedError: it has another form.
        """
        fields = Fields.of(document, "hospital")
        hospital = cls(
            row_id=row_id,
            address=fields.text("address"),
            client_id=fields.text("client_id"),
            doors=_doors(fields.section("doors")),
            switches=frozenset(fields.texts("switches")),
            zone=_zone(fields.text("zone")),
            stays=fields.boolean("stays"),
            visit=_visit(fields.section("visit")) if fields.has("visit") else None,
            access=_access(fields.section("access")) if fields.has("access") else None,
            read_from=fields.moment("read_from") if fields.has("read_from") else None,
            revision=revision,
        )
        fields.done()
        return hospital


def allows_reading(scopes: str) -> bool:
    """Whether a granted scope lets observations be searched and read."""
    return any(_SCOPE.fullmatch(each) for each in scopes.split())


def patient_id(text: str) -> str:
    """The id of a patient, as it may stand in an address.

    Raises:
        MalformedError: it is none (FHIR R4, datatypes: id).
    """
    if _PATIENT.fullmatch(text) is None:
        raise MalformedError("token.patient: expected the id of a patient")
    return text


def is_of(resource: Mapping[str, Any], patient: str, address: str) -> bool:
    """Whether an observation says that it is of this patient of the server at this address."""
    subject = resource.get("subject")
    reference = subject.get("reference") if isinstance(subject, Mapping) else None
    return reference in (f"Patient/{patient}", f"{address}/Patient/{patient}")


def _doors(fields: Fields) -> Doors:
    return Doors(
        authorize=fields.text("authorize"),
        token=fields.text("token"),
        revoke=_optional(fields, "revoke"),
        observations=fields.text("observations"),
        issuer=_optional(fields, "issuer") or "",
        names_itself=fields.boolean("names_itself"),
    )


def _visit(fields: Fields) -> Visit:
    return Visit(
        state=fields.text("state"),
        verifier=fields.text("verifier"),
        redirect_uri=fields.text("redirect_uri"),
        begun_at=fields.moment("begun_at"),
    )


def _access(fields: Fields) -> Access:
    return Access(
        access_token=fields.text("access_token"),
        ends_at=fields.moment("ends_at"),
        patient=fields.text("patient"),
        refresh_token=_optional(fields, "refresh_token"),
    )


def _optional(fields: Fields, name: str) -> str | None:
    return fields.text(name) if fields.has(name) else None


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise MalformedError("hospital.zone: unknown") from error
