"""A maker of devices, a wrist band, a gateway with two scales, and their streams; the same in every run."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from crypto.encoding import canonical_json
from crypto.signing import SigningKey
from ssi.attribute import Coding
from ssi.device.batch import BATCH_TYP, GENESIS, Header, Reading, root_of, sign_batch
from ssi.device.credential import (
    DEVICE_TYPE,
    Device,
    DeviceClaims,
    Measure,
    Role,
    issue_device_credential,
    verify_device,
)
from ssi.issuance import IssuerKey
from ssi.jws import sign_jws
from ssi.trust import TrustRegistry
from ssi.trust_parts import issuer_part
from tests.ssi.parties import NOW, assembled, ed25519, es256, parts, terms

MAKER = IssuerKey("did:web:maker.example", "devices-1", es256("maker"))
LISTS = "https://maker.example/status-lists/"
PULSE = Measure(Coding("http://loinc.org", "8867-4"), "/min")
WEIGHT = Measure(Coding("http://loinc.org", "29463-7"), "kg")
BAND = DeviceClaims("urn:example:band:17", "Band 3", Role.DEVICE, (PULSE,))
HUB = DeviceClaims(
    "urn:example:hub:4",
    "Hub 1",
    Role.GATEWAY,
    (PULSE, WEIGHT),
    ("urn:example:scale:1", "urn:example:scale:2"),
)
BAND_KEY = es256("band")
HUB_KEY = ed25519("hub")
START = NOW + timedelta(hours=1)
HOUR = timedelta(hours=1)
LATER = NOW + timedelta(hours=6)
READINGS = (Reading(0, 61), Reading(60_000, 64), Reading(3_599_999, 90))


@cache
def registry() -> TrustRegistry:
    """The town, and a maker who counts for devices and nothing else."""
    maker = issuer_part(
        MAKER.issuer_id,
        "Maker",
        keys={MAKER.kid: MAKER.key.public},
        credential_types=[DEVICE_TYPE],
        status_uri_prefix=LISTS,
    )
    return assembled([*parts(), maker])


def device_credential(
    claims: DeviceClaims = BAND, key: SigningKey = BAND_KEY, *, issuer: IssuerKey = MAKER, **times: Any
) -> str:
    """A device's credential of a year, unless told otherwise."""
    stated = terms(uri=f"{LISTS}1", **times)
    return issue_device_credential(claims, key.public, issuer=issuer, terms=stated)


def device(
    claims: DeviceClaims = BAND, key: SigningKey = BAND_KEY, *, now: datetime = LATER, **times: Any
) -> Device:
    """A verified device."""
    return verify_device(device_credential(claims, key, **times), registry(), now=now)


def header(readings: Sequence[Reading] = READINGS, **changes: Any) -> Header:
    """The header of the band's first hour, with changes."""
    whole = Header(
        stream="pulse",
        sensor=BAND.id,
        measure=PULSE,
        decimals=0,
        sequence=0,
        count=len(readings),
        start=START,
        end=START + HOUR,
        signed_at=START + HOUR,
        previous=GENESIS,
        root=root_of(readings),
    )
    return replace(whole, **changes)


def batch(readings: Sequence[Reading] = READINGS, *, key: SigningKey = BAND_KEY, **changes: Any) -> bytes:
    """A signed batch, with changes to its header."""
    return sign_batch(header(readings, **changes), readings, key)


def next_batch(previous: bytes, hours: int = 1, **changes: Any) -> bytes:
    """The batch of a later hour that follows on the one with this digest."""
    place = {
        "sequence": hours * len(READINGS),
        "start": START + hours * HOUR,
        "end": START + (hours + 1) * HOUR,
        "signed_at": START + (hours + 1) * HOUR,
        "previous": previous,
    }
    return batch(**{**place, **changes})


def forged(
    payload: dict[str, Any], readings: object, *, key: SigningKey = BAND_KEY, typ: str = BATCH_TYP
) -> bytes:
    """A batch that no honest code would sign."""
    return canonical_json({"header": sign_jws(payload, key, typ=typ), "readings": readings})
