"""The vectors of device attestation: a device, its first batches, and each tampering with its error.

`ARGONAUTA_REMAKE_VECTORS=1 pytest tests/ssi/device/test_vectors.py` writes them anew; all is deterministic.
A vector holds the signed registry, the device's credential, and batches in the order of their arrival; in a
bad one the last batch, or the credential where there is none, is refused.
"""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from crypto.encoding import canonical_json
from crypto.reading import utc_text
from ssi.device.batch import parse_batch
from ssi.trust import sign_registry
from tests.ssi.device.makers import (
    BAND,
    BAND_KEY,
    HOUR,
    HUB,
    HUB_KEY,
    LATER,
    START,
    WEIGHT,
    batch,
    device_credential,
    forged,
    header,
    next_batch,
    registry,
)
from tests.ssi.parties import AUTHORITY, ISSUER, NOW, YEAR, es256

FOLDER = Path(__file__).parent / "device"
MADE_BY = "ARGONAUTA_REMAKE_VECTORS=1 pytest tests/ssi/device/test_vectors.py"
Document = dict[str, Any]


def documents() -> dict[str, Document]:
    """All vectors by name."""
    first = batch()
    second = next_batch(parse_batch(first).digest)
    third = next_batch(parse_batch(second).digest, 2)
    hub = device_credential(HUB, HUB_KEY)
    scale = batch(key=HUB_KEY, sensor=HUB.sensors[0], measure=WEIGHT, decimals=1, stream="weight")
    good = {"band": vector(first, second, third), "gateway": vector(scale, credential=hub)}
    return {**good, **bad_batches(first, second, third), **bad_credentials(first)}


def bad_batches(first: bytes, second: bytes, third: bytes) -> dict[str, Document]:
    """Each tampering with a batch or its place, by name."""
    loaded = json.loads(first)
    exchanged = [loaded["readings"][0], [60_000, 90], [3_599_999, 64]]
    early = next_batch(parse_batch(first).digest, start=START + HOUR / 2)
    other = batch(signed_at=START + HOUR + timedelta(minutes=1))
    cases: dict[str, tuple[tuple[bytes, ...], str]] = {
        "readings_exchanged": ((canonical_json({**loaded, "readings": exchanged}),), "AlteredBatchError"),
        "reading_removed": (
            (canonical_json({**loaded, "readings": loaded["readings"][:2]}),),
            "MalformedBatchError",
        ),
        "key_of_a_thief": ((batch(key=es256("thief")),), "AlteredBatchError"),
        "token_of_another_type": (
            (forged(header().to_json(), loaded["readings"], typ="kb+jwt"),),
            "MalformedBatchError",
        ),
        "measure_of_another_device": ((batch(measure=WEIGHT),), "OutOfScopeError"),
        "sensor_of_another_device": ((batch(sensor=HUB.sensors[0]),), "OutOfScopeError"),
        "repeated": ((first, first), "ReplayedBatchError"),
        "left_out": ((first, third), "MissingBatchError"),
        "out_of_order": ((first, third, second), "MissingBatchError"),
        "follows_on_another": ((first, next_batch(parse_batch(other).digest)), "ForkedStreamError"),
        "backdated": ((first, early), "BackdatedBatchError"),
        "signed_in_the_future": ((batch(signed_at=LATER + HOUR),), "NotYetValidError"),
    }
    return {f"bad_{name}": vector(*raws, error=error) for name, (raws, error) in cases.items()}


def bad_credentials(first: bytes) -> dict[str, Document]:
    """Credentials that vouch for no device."""
    expired = device_credential(issued_at=NOW - YEAR, expires_at=NOW)
    cases = {
        "credential_of_a_university": (device_credential(issuer=ISSUER), "UntrustedIssuerError"),
        "credential_expired": (expired, "ExpiredError"),
        "credential_altered": (device_credential()[:-4] + "AAA~", "AlteredCredentialError"),
    }
    made = {f"bad_{name}": vector(credential=token, error=error) for name, (token, error) in cases.items()}
    other_key = device_credential(BAND, es256("another band"))
    made["bad_credential_of_another_key"] = vector(first, credential=other_key, error="AlteredBatchError")
    return made


def vector(*batches: bytes, credential: str = "", error: str | None = None) -> Document:
    """One vector; the credential is the band's unless told otherwise."""
    told = {} if error is None else {"error": error}
    return {
        "made_by": MADE_BY,
        "authority": AUTHORITY.public.to_jwk(),
        "registry": sign_registry(registry(), AUTHORITY),
        "credential": credential or device_credential(BAND, BAND_KEY),
        "now": utc_text(LATER),
        "batches": [raw.decode() for raw in batches],
        **told,
    }


def written(document: Document) -> str:
    """A vector as it stands in its file."""
    return json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
