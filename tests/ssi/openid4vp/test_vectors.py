"""The vectors are what the code makes; each tampering in them fails as it says."""

import json
import os
from datetime import datetime
from typing import Any

import pytest

from ssi.openid4vp.errors import PresentationRefusedError, RequestRefusedError
from ssi.openid4vp.request import ResponseMode
from ssi.openid4vp.request_check import RequestTrust, verify_request_object
from ssi.openid4vp.request_reading import read_request
from ssi.openid4vp.response import read_response
from ssi.openid4vp.verify import verify_response
from ssi.x509 import read_pem
from tests.ssi.openid4vp.asking import trust
from tests.vectors import make_openid4vp_vectors as making

TYPES = frozenset({"payment"})
VECTORS: dict[str, Any] = {
    path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(making.FOLDER.glob("*.json"))
}
GOOD = {name: vector for name, vector in VECTORS.items() if not name.startswith("bad_")}
BAD = {name: vector for name, vector in VECTORS.items() if name.startswith("bad_")}


def test_making_the_vectors_again_changes_nothing():
    made = {name: making.written(document) for name, document in making.documents().items()}
    if os.environ.get("ARGONAUTA_REMAKE_VECTORS"):
        making.FOLDER.mkdir(exist_ok=True)
        for name, text in made.items():
            (making.FOLDER / f"{name}.json").write_text(text, encoding="utf-8")

    assert {path.stem: path.read_text(encoding="utf-8") for path in making.FOLDER.glob("*.json")} == made


def judged(vector: Any) -> Any:
    now = datetime.fromisoformat(vector["now"])
    if vector["kind"] == "request":
        roots = RequestTrust(roots=(read_pem(vector["root"], "root"),), transaction_types=TYPES)
        return verify_request_object(vector["token"], client_id=vector["client_id"], trust=roots, now=now)
    asked = read_request(vector["request"], transaction_types=TYPES)
    answer = read_response(vector["form"], ResponseMode.DIRECT_POST, None)
    return verify_response(answer, asked, trust(), now=now)


@pytest.mark.parametrize("vector", GOOD.values(), ids=list(GOOD))
def test_what_is_good_is_accepted(vector):
    assert judged(vector)


@pytest.mark.parametrize("vector", BAD.values(), ids=list(BAD))
def test_each_tampering_is_refused_as_it_says(vector):
    with pytest.raises((RequestRefusedError, PresentationRefusedError)) as refused:
        judged(vector)

    error: Any = refused.value
    said = error.code if isinstance(error, RequestRefusedError) else error.reason
    assert said == (vector.get("code") or vector.get("reason"))
