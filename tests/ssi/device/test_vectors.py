"""The vectors are what the code makes; good streams are accepted, and each tampering fails as it says."""

import json
import os
from datetime import datetime
from typing import Any

import pytest

from crypto.signing import VerifyingKey
from ssi import errors
from ssi.device import errors as device_errors
from ssi.device.credential import verify_device
from ssi.device.stream import StreamPosition, follow
from ssi.device.verify import verify_batch
from ssi.trust import verify_registry
from tests.vectors import make_device_vectors as making

VECTORS: dict[str, Any] = {
    path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(making.FOLDER.glob("*.json"))
}
GOOD = [name for name in VECTORS if not name.startswith("bad_")]
BAD = [name for name in VECTORS if name.startswith("bad_")]


def test_making_the_vectors_again_changes_nothing():
    made = {name: making.written(document) for name, document in making.documents().items()}
    if os.environ.get("ARGONAUTA_REMAKE_VECTORS"):
        for name, text in made.items():
            (making.FOLDER / f"{name}.json").write_text(text, encoding="utf-8")

    assert {path.stem: path.read_text(encoding="utf-8") for path in making.FOLDER.glob("*.json")} == made


def accept(vector: Any, batches: list[str]) -> StreamPosition | None:
    now = datetime.fromisoformat(vector["now"])
    registry = verify_registry(vector["registry"], VerifyingKey.from_jwk(vector["authority"]), now=now)
    device = verify_device(vector["credential"], registry, now=now)
    position: StreamPosition | None = None
    for raw in batches:
        kept = () if position is None else (position,)
        position = follow(kept, verify_batch(raw.encode(), device, now=now), received_at=now)
    return position


@pytest.mark.parametrize("name", GOOD)
def test_a_sound_stream_is_accepted(name: str):
    position = accept(VECTORS[name], VECTORS[name]["batches"])

    assert position is not None
    assert position.next_sequence == 3 * len(VECTORS[name]["batches"])


@pytest.mark.parametrize("name", BAD)
def test_a_tampered_stream_fails_as_the_vector_says(name: str):
    vector = VECTORS[name]
    known = {**vars(errors), **vars(device_errors)}

    with pytest.raises(known[vector["error"]]) as caught:
        accept(vector, vector["batches"])

    assert type(caught.value) is known[vector["error"]]


@pytest.mark.parametrize("name", [name for name in BAD if len(VECTORS[name]["batches"]) > 1])
def test_only_the_last_step_of_a_tampered_stream_fails(name: str):
    before = 1 if name == "bad_out_of_order" else len(VECTORS[name]["batches"]) - 1

    assert accept(VECTORS[name], VECTORS[name]["batches"][:before]) is not None
