"""Is one batch to be believed? Whether it follows on the one before is asked by `stream`."""

from dataclasses import dataclass, field
from datetime import datetime

from crypto.errors import MalformedError, SignatureError
from ssi.clock import CLOCK_SKEW
from ssi.device.batch import BATCH_TYP, Header, Reading, parse_batch, root_of
from ssi.device.credential import Device
from ssi.device.errors import AlteredBatchError, MalformedBatchError, OutOfScopeError
from ssi.errors import NotYetValidError


@dataclass(frozen=True)
class VerifiedBatch:
    """Readings that a device vouches for; made by `verify_batch` and nowhere else."""

    device: Device
    header: Header
    readings: tuple[Reading, ...] = field(repr=False)
    digest: bytes = field(repr=False)


def verify_batch(raw: bytes, device: Device, *, now: datetime) -> VerifiedBatch:
    """Return the readings after these checks, in this order; the code carries the numbers.

    1. The batch has its form and is of bounded size.
    2. The key in the device's credential signed its header, as a header and nothing else.
    3. The header covers exactly these readings.
    4. The credential says that the device measures this, for this sensor.
    5. The credential was valid from the start of the batch until it was signed.
    6. It was not signed in the future.

    Raises:
        MalformedBatchError: 1 does not hold, or the token is of another type.
        AlteredBatchError: 2 or 3 does not hold.
        OutOfScopeError: 4 or 5 does not hold.
        NotYetValidError: 6 does not hold.
    """
    batch = parse_batch(raw)  # 1
    header = batch.header
    try:
        batch.jws.verify(device.key, typ=BATCH_TYP)  # 2
    except MalformedError as error:
        raise MalformedBatchError(str(error)) from error
    except SignatureError as error:
        raise AlteredBatchError(f"{device.claims.id} did not sign this batch: {error}") from error
    if root_of(batch.readings) != header.root:  # 3
        raise AlteredBatchError("batch.readings: not those that the header was signed for")
    if header.measure not in device.claims.measures:  # 4
        code = header.measure.coding.code
        raise OutOfScopeError(f"{device.claims.id} does not measure {code!r} in {header.measure.unit!r}")
    if header.sensor not in device.claims.vouched_for:  # 4
        raise OutOfScopeError(f"{device.claims.id} does not vouch for the sensor {header.sensor!r}")
    if header.start < device.issued_at or header.signed_at >= device.expires_at:  # 5
        raise OutOfScopeError(f"the credential of {device.claims.id} was not valid throughout the batch")
    if now + CLOCK_SKEW < header.signed_at:  # 6
        raise NotYetValidError(f"batch: signed at {header.signed_at.isoformat()}, which lies ahead")
    return VerifiedBatch(device, header, batch.readings, batch.digest)
