"""What does a device credential say, before anybody asks whether it holds? For showing and sorting only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

from crypto.errors import MalformedError
from crypto.reading import Fields
from crypto.signing import VerifyingKey
from ssi.clock import MAX_MOMENT, moment_of
from ssi.device.credential import DeviceClaims
from ssi.errors import MalformedCredentialError
from ssi.sd_jwt_vc import parse_vc

_WHERE: Final = "device credential"
_CLAIMS: Final = ("sub", "model", "role", "measures", "sensors")


@dataclass(frozen=True)
class UnverifiedDevice:
    """What a credential says of a device; `verify_device` says whether that is so."""

    claims: DeviceClaims
    key: VerifyingKey
    expires_at: datetime


def read_unverified_device(compact: str) -> UnverifiedDevice:
    """Read a device credential without its signature, times and issuer being looked at.

    Raises:
        MalformedCredentialError: it is no SD-JWT, or says of no device what it should.
    """
    payload = parse_vc(compact, foreign=True).jws.payload
    fields = Fields(payload, _WHERE)
    try:
        stated = Fields({name: payload[name] for name in _CLAIMS if name in payload}, _WHERE)
        return UnverifiedDevice(
            claims=DeviceClaims.read(stated),
            key=VerifyingKey.from_jwk(cast("Mapping[str, object]", fields.section("cnf").any("jwk"))),
            expires_at=moment_of(max(0, int(fields.number("exp", most=MAX_MOMENT)))),
        )
    except MalformedError as error:
        raise MalformedCredentialError(str(error)) from error
