"""Whatever is sent, the answer is a verdict or a named refusal; never a failure of ours."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.ssi.issuer_service.vc_api.suites import ALL, REVOCATION, Service, credential, presentation

SERVICE = Service()
PLAIN = credential()
SHOWN = {slug: SERVICE.shown(slug, credential()) for slug in ALL if slug != "bitstring-status-list"}
WITH_STATUS = SERVICE.issue(credential(id="urn:uuid:2"), credentialStatus=REVOCATION)
BASES = {slug: SERVICE.issue(credential(), slug) for slug in ("bbs-2023", "ecdsa-sd-2023")}
PRESENTED = SERVICE.prove(presentation(SHOWN["eddsa-jcs-2022"], SHOWN["vc-jose"]))

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(
        ["", "z", "u", "did:key:z", "data:,", "https://example.org/", "VerifiableCredential", "\x00"]
    )
    | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "type", "@context", "@id", "proof", "x"]), inner, max_size=3)
    ),
    max_leaves=5,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for name, member in inner for place in places(member, (*path, name)))]


@st.composite
def spoiled(draw: st.DrawFn, *documents: Any) -> Any:
    """A document with something else in one or two of its places."""
    document = deepcopy(draw(st.sampled_from(documents)))
    for _ in range(draw(st.integers(1, 2))):
        *parents, last = draw(st.sampled_from(places(document)[1:]))
        holder = document
        try:
            for name in parents:
                holder = holder[name]
            holder[last] = draw(VALUES)
        except (KeyError, IndexError, TypeError):
            continue  # a place that the first change took away
    return document


def answered(response: Any) -> None:
    assert response.status_code in {200, 201, 400}, response.text
    if response.status_code == 400 and "problemDetails" in response.json:
        assert response.get_json()["verified"] is False


@settings(max_examples=150, suppress_health_check=[HealthCheck.data_too_large])
@given(document=spoiled(*SHOWN.values(), WITH_STATUS))
def test_a_spoiled_credential_is_answered(document: Any):
    answered(SERVICE.verify(document))


@settings(max_examples=100)
@given(document=spoiled(PRESENTED))
def test_a_spoiled_presentation_is_answered(document: Any):
    answered(SERVICE.verify_presentation(document))


@settings(max_examples=100)
@given(document=spoiled(PLAIN, WITH_STATUS), slug=st.sampled_from(ALL), options=VALUES)
def test_a_spoiled_request_to_issue_is_answered(document: Any, slug: str, options: Any):
    answered(SERVICE.post(f"/vc-api/{slug}/credentials/issue", credential=document, options=options))


@settings(max_examples=60)
@given(document=spoiled(*BASES.values()), pointers=VALUES)
def test_a_spoiled_request_to_derive_is_answered(document: Any, pointers: Any):
    asked = {"verifiableCredential": document, "options": {"selectivePointers": pointers}}
    answered(SERVICE.post("/credentials/derive", **asked))


@given(body=VALUES, entry=VALUES)
def test_a_spoiled_request_for_a_status_is_answered(body: Any, entry: Any):
    answered(SERVICE.post("/credentials/status", credentialId=body, credentialStatus=entry, status=body))


@pytest.mark.parametrize("slug", SHOWN)
@settings(max_examples=25)
@given(data=st.data())
def test_no_part_of_a_credential_can_be_replaced(slug: str, data: st.DataObject):
    document = data.draw(spoiled(SHOWN[slug]))

    if SERVICE.verify(document).status_code == 200:
        assert _meaning(document) == _meaning(SHOWN[slug])


def _meaning(value: Any) -> Any:
    """What a document says: one thing stands alone or in a list, and nothing says nothing."""
    if isinstance(value, dict):
        if "id" in value and str(value["id"]).startswith("data:"):
            return value["id"]  # an envelope says what is in it
        return {name: _meaning(member) for name, member in value.items()}
    if isinstance(value, list) and len(value) == 1:
        return _meaning(value[0])
    return [_meaning(member) for member in value] if isinstance(value, list) else value
