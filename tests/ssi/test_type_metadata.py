import base64
import hashlib
import json
from typing import Any

import pytest

from ssi.attribute import Attribute
from ssi.dataset import data_set, data_sets
from ssi.errors import AlteredCredentialError, CredentialError, MalformedCredentialError, UnresolvableError
from ssi.sd_jwt import Selective, present_sd_jwt
from ssi.sd_jwt_vc import VerifiedSdJwtVc, verify_sd_jwt_vc
from ssi.type_documents import local_types
from ssi.type_metadata import (
    MAX_EXTENDS,
    SelectiveDisclosure,
    integrity_of,
    require_integrity,
    require_type,
    resolve_type,
)
from tests.ssi.foreign import DIPLOMA, ROOTED, Web, anchored, certificate, diploma, issuer_key
from tests.ssi.parties import NOW, exam_credential, health_credential, organisation_credential, registry

BASE = "https://example.com/base"
CHILD: dict[str, Any] = {
    "vct": DIPLOMA,
    "extends": BASE,
    "display": [{"locale": "en", "name": "Diploma"}],
    "claims": [
        {"path": ["degrees"], "sd": "always", "mandatory": True, "svg_id": "degrees"},
        {"path": ["address", "country"], "sd": "never", "mandatory": True},
        {"path": ["degrees", None, "name"], "display": [{"locale": "en", "label": "Degree"}]},
    ],
}
PARENT: dict[str, Any] = {
    "vct": BASE,
    "claims": [{"path": ["given_name"], "mandatory": True}, {"path": ["degrees"], "mandatory": True}],
}


def web(child: dict[str, Any] = CHILD, parent: dict[str, Any] = PARENT) -> Web:
    return Web({DIPLOMA: child, BASE: parent})


def verified(changes: dict[str, Any] | None = None, *, shown: Any = None) -> VerifiedSdJwtVc:
    token = diploma(issuer_key(chain=(certificate(),)), changes or {})
    token = token if shown is None else present_sd_jwt(token, shown)
    return verify_sd_jwt_vc(token, anchored(ROOTED), now=NOW)


def child(**members: Any) -> dict[str, Any]:
    return {name: value for name, value in {**CHILD, **members}.items() if value is not None}


def test_a_type_inherits_what_it_extends_and_overrides_it():
    found = resolve_type(DIPLOMA, web())

    assert found.lineage == (DIPLOMA, BASE)
    assert found.names == {"en": "Diploma"}
    rules = {rule.path: rule for rule in found.claims}
    assert rules[("degrees",)].sd is SelectiveDisclosure.ALWAYS
    assert rules[("given_name",)].mandatory
    assert rules[("degrees", None, "name")].labels == {"en": "Degree"}


def test_a_credential_that_fits_its_type_is_told_so():
    assert require_type(verified(), web(), whole=True).vct == DIPLOMA


def test_a_verifier_does_not_miss_what_a_holder_may_keep_back():
    assert require_type(verified(shown=[]), web()).vct == DIPLOMA
    with pytest.raises(MalformedCredentialError, match=r"the claim \['given_name'\] is missing"):
        require_type(verified({"given_name": None}), web(), whole=True)


UNFIT: dict[str, dict[str, Any]] = {
    "a claim that is always open is missing": {"address": {"street": "Ring 1"}},
    "a claim that must stay open can be kept back": {"address": {"country": Selective("AT")}},
    "a claim that must be selective is not": {"degrees": [{"name": "BSc"}]},
    "a path into something of another kind": {"degrees": Selective("BSc")},
}


@pytest.mark.parametrize("changes", UNFIT.values(), ids=list(UNFIT))
def test_a_credential_that_does_not_fit_its_type_is_refused(changes: dict[str, Any]):
    with pytest.raises(MalformedCredentialError):
        require_type(verified(changes), web())


def test_a_mandatory_part_is_not_missed_where_the_whole_is_kept_back():
    rules = [{"path": ["degrees", None, "year"], "mandatory": True, "sd": "never"}]

    require_type(verified(shown=[]), web(child(claims=rules)))
    with pytest.raises(MalformedCredentialError, match="year"):
        require_type(verified(), web(child(claims=rules)))


def test_each_element_must_have_what_is_mandatory_for_each():
    rules = [{"path": ["degrees", None, "name"], "mandatory": True, "sd": "never"}]
    degrees = {"degrees": Selective([{"name": "BSc"}, {"grade": 1}])}

    require_type(verified(), web(child(claims=rules)))
    with pytest.raises(MalformedCredentialError, match=r"\['degrees', None, 'name'\] is missing"):
        require_type(verified(degrees), web(child(claims=rules)))


BROKEN: dict[str, tuple[Any, Any]] = {
    "mandatory or not, nobody knows": (child(claims=[{"path": ["a"], "mandatory": None}]), PARENT),
    "about another type": (child(vct="urn:other"), PARENT),
    "no object": ([], PARENT),
    "an unknown rule": (child(claims=[{"path": ["a"], "sd": "sometimes"}]), PARENT),
    "a path that is none": (child(claims=[{"path": []}]), PARENT),
    "two rules for one path": (child(claims=[{"path": ["a"]}, {"path": ["a"]}]), PARENT),
    "an svg_id that starts with a digit": (child(claims=[{"path": ["a"], "svg_id": "1a"}]), PARENT),
    "an svg_id twice": (
        child(claims=[{"path": ["a"], "svg_id": "x"}, {"path": ["b"], "svg_id": "x"}]),
        PARENT,
    ),
    "a mandatory claim made optional": (child(claims=[{"path": ["given_name"]}]), PARENT),
    "a rule changed": (
        child(claims=[{"path": ["x"], "sd": "never"}]),
        {**PARENT, "claims": [{"path": ["x"], "sd": "always"}]},
    ),
    "a circle": (CHILD, {**PARENT, "extends": DIPLOMA}),
    "a label without a language": (child(display=[{"name": "Diploma"}]), PARENT),
}


@pytest.mark.parametrize(("document", "parent"), BROKEN.values(), ids=list(BROKEN))
def test_a_document_that_contradicts_itself_or_its_parent_is_refused(document: Any, parent: Any):
    with pytest.raises(MalformedCredentialError):
        resolve_type(DIPLOMA, web(document, parent))


def test_a_chain_without_end_is_refused():
    documents = {f"urn:{n}": {"vct": f"urn:{n}", "extends": f"urn:{n + 1}"} for n in range(20)}
    served = Web(documents)

    with pytest.raises(MalformedCredentialError, match="in a circle or too far"):
        resolve_type("urn:0", served)
    assert len(served.asked) == MAX_EXTENDS


def test_a_parent_that_cannot_be_had_is_told():
    with pytest.raises(UnresolvableError):
        resolve_type(DIPLOMA, Web({DIPLOMA: CHILD}))


def test_a_credential_pins_the_document_of_its_type():
    pinned = integrity_of(json.dumps(CHILD).encode())

    require_type(verified({"vct#integrity": pinned}), web())
    with pytest.raises(AlteredCredentialError, match="not the one that was pinned"):
        require_type(verified({"vct#integrity": pinned}), web(child(name="x")))
    with pytest.raises(MalformedCredentialError, match="expected text"):
        require_type(verified({"vct#integrity": 1}), web())


def test_a_type_pins_the_document_that_it_extends():
    pinned = integrity_of(json.dumps(PARENT).encode())

    resolve_type(DIPLOMA, web(child(**{"extends#integrity": pinned})))
    with pytest.raises(AlteredCredentialError):
        resolve_type(DIPLOMA, web(child(**{"extends#integrity": pinned}), {**PARENT, "name": "x"}))


def sri(kind: str, document: bytes) -> str:
    return f"{kind}-{base64.b64encode(hashlib.new(kind, document).digest()).decode()}"


def test_the_strongest_hash_decides_and_any_of_its_kind_will_do():
    good = f"{sri('sha384', b'x')} {sri('sha512', b'other')} {sri('sha512', b'x')}?option"

    require_integrity(b"x", good, "urn:x")
    with pytest.raises(AlteredCredentialError):
        require_integrity(b"x", f"{sri('sha256', b'x')} {sri('sha512', b'other')}", "urn:x")


@pytest.mark.parametrize("integrity", ["", "md5-x", "x"])
def test_a_pin_that_pins_nothing_is_refused(integrity: str):
    with pytest.raises(ValueError, match="expected sha256, sha384 or sha512"):
        require_integrity(b"x", integrity, "urn:x")


# Our own types


@pytest.mark.parametrize("found", data_sets(), ids=lambda found: found.ref)
def test_each_data_set_has_a_type_that_says_what_its_attributes_are(found: Any):
    rules = {rule.path: rule for rule in resolve_type(found.credential_type, local_types).claims}

    for attribute in found.attributes:
        assert isinstance(attribute, Attribute)
        assert rules[(attribute.name,)].mandatory == attribute.required
        assert rules[(attribute.name,)].sd is SelectiveDisclosure.ALWAYS
        assert rules[(attribute.name,)].labels == attribute.label


@pytest.mark.parametrize(
    "token",
    [exam_credential(), health_credential(), organisation_credential()],
    ids=["exam", "health", "organisation"],
)
def test_our_own_credentials_fit_their_types(token: str):
    found = verify_sd_jwt_vc(token, registry(), now=NOW)

    assert require_type(found, local_types, whole=True).names


def test_a_credential_of_ours_without_a_required_attribute_does_not_fit():
    required = next(entry.name for entry in data_set("exam/1").attributes if entry.required)
    whole = verify_sd_jwt_vc(exam_credential(), registry(), now=NOW)
    others = [path for path in whole.disclosed if path != (required,)]
    found = verify_sd_jwt_vc(present_sd_jwt(exam_credential(), others), registry(), now=NOW)

    require_type(found, local_types)
    with pytest.raises(MalformedCredentialError, match=required):
        require_type(found, local_types, whole=True)


@pytest.mark.parametrize(("uri", "most"), [("urn:other", 10**6), ("urn:argonauta:credential:exam:1", 10)])
def test_a_type_that_is_not_here_is_told(uri: str, most: int):
    with pytest.raises(CredentialError, match="there is no document"):
        local_types(uri, max_bytes=most)
