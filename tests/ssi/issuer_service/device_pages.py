"""What an officer types about devices, and the keys that devices have."""

from typing import Any

from crypto.encoding import canonical_json
from tests.ssi.device.makers import BAND, BAND_KEY, HUB, HUB_KEY

PULSE_CHOICE = "http://loinc.org|8867-4|/min"
WEIGHT_CHOICE = "http://loinc.org|29463-7|kg"


def typed(**changes: Any) -> dict[str, Any]:
    """The form for the band."""
    key = canonical_json(BAND_KEY.public.to_jwk()).decode()
    form = {"name": BAND.id, "model": BAND.model, "role": "device", "measures": PULSE_CHOICE}
    return {**form, "key": key, "valid_days": "365", "sensors": "", **changes}


def typed_gateway(**changes: Any) -> dict[str, Any]:
    """The form for the gateway with two scales."""
    key = canonical_json(HUB_KEY.public.to_jwk()).decode()
    of_hub = {"name": HUB.id, "model": HUB.model, "role": "gateway", "sensors": "\r\n".join(HUB.sensors)}
    return typed(**of_hub, key=key, measures=[PULSE_CHOICE, WEIGHT_CHOICE], **changes)


def words_to_change(status: str, **changes: Any) -> dict[str, Any]:
    """The form that changes what is said of a device."""
    return {"status": status, "reason": "a question about the strap", "sure": "yes", **changes}
