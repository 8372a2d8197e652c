import json
from datetime import timedelta
from typing import Any

import pytest

from ssi.errors import RegistryError
from ssi.trust import TrustRegistry, sign_registry, verify_registry
from ssi.trust_draft import Draft, differences, party_of
from ssi.trust_parts import Validity
from tests.ssi.parties import AUTHORITY, CHAMBER, NOW, UNIVERSITY, VALIDITY, node, parts, registry

EXAM = "urn:argonauta:credential:exam:1"


def whole() -> Draft:
    draft = Draft()
    for part in parts():
        draft = draft.add(part)
    return draft


def assembled(draft: Draft, validity: Validity = VALIDITY) -> TrustRegistry:
    return draft.assemble(authority=AUTHORITY.public, validity=validity)


def test_a_draft_of_all_parts_is_the_registry_that_they_make():
    assert assembled(whole()) == registry()
    assert differences(registry(), assembled(whole())) == []


def test_a_draft_reads_back_as_it_was_written():
    draft = whole().amend(UNIVERSITY, {"note": "Vereinbarung 2026"})

    assert Draft.read(draft.to_text()) == draft


def test_the_authoritys_terms_stand_in_what_it_signs():
    draft = whole().amend(
        UNIVERSITY,
        {
            "valid_until": "2026-06-01T00:00:00Z",
            "note": "Agreement of 2026",
            "credential_types": [EXAM],
            "data_sets": {EXAM: ["exam/1"]},
        },
    )

    token = sign_registry(assembled(draft), AUTHORITY)
    entry = verify_registry(token, AUTHORITY.public, now=NOW).issuer(UNIVERSITY, now=NOW)

    assert entry.valid_until.month == 6
    assert entry.note == "Agreement of 2026"
    assert entry.credential_types == {EXAM}
    assert entry.anchors.data_sets == {EXAM: ("exam/1",)}
    assert not entry.holds_at(NOW + timedelta(days=100))


def test_a_term_can_be_taken_back():
    draft = whole().amend(UNIVERSITY, {"note": "x", "valid_until": "2026-06-01T00:00:00Z"})

    assert draft.amend(UNIVERSITY, {"note": None, "valid_until": None}) == whole()


def test_who_is_removed_takes_the_terms_along():
    draft = whole().amend(CHAMBER, {"note": "x"}).remove(CHAMBER)

    assert CHAMBER not in draft.parts
    assert not draft.terms
    assert [entry.id for entry in assembled(draft).issuers] == [UNIVERSITY]


def test_what_would_change_is_said_in_a_line_for_each_party():
    draft = (
        whole()
        .remove(CHAMBER)
        .remove("node-a")
        .add(node("node-d"))
        .amend(UNIVERSITY, {"credential_types": [EXAM, "urn:new"], "note": "Agreement"})
    )

    lines = differences(registry(), assembled(draft))

    assert f"- issuer {CHAMBER}" in lines
    assert "- node node-a" in lines
    assert "+ node node-d" in lines
    (changed,) = [line for line in lines if line.startswith("~")]
    assert changed.startswith(f"~ issuer {UNIVERSITY}: credential_types -")
    assert "+urn:new" in changed
    assert "note null → Agreement" in changed
    assert "urn:argonauta:credential:exam:1" not in changed


def test_without_a_registry_everything_is_new():
    assert all(line.startswith("+ ") for line in differences(None, registry()))
    assert len(differences(None, registry())) == len(parts())


def test_of_a_new_issuer_it_is_said_for_what_it_would_count():
    before = assembled(whole().remove(UNIVERSITY))
    terms: dict[str, Any] = {
        "credential_types": ["urn:b", EXAM],
        "data_sets": {EXAM: ["exam/1"]},
        "note": "Agreement",
    }

    (line,) = differences(before, assembled(whole().amend(UNIVERSITY, terms)))

    assert line == (
        f"+ issuer {UNIVERSITY}: credential_types {EXAM} urn:b;"
        f' data_sets {{"{EXAM}": ["exam/1"]}}; note Agreement'
    )


def test_long_values_are_only_said_to_have_changed():
    (other,) = [part for part in parts() if "marketplace" in part]
    body: Any = other["marketplace"]
    changed = {"marketplace": {**body, "tls_certificate": node("x")["node"]["tls_certificate"]}}  # type: ignore[index, call-overload]

    lines = differences(registry(), assembled(whole().remove("market").add(changed)))

    assert len(lines) == 1
    assert "CERTIFICATE" not in lines[0]
    assert "tls_certificate (sha-256 " in lines[0]


WORD = {"aggregation_key": "a.b.c"}
REFUSED: dict[str, tuple[Any, str]] = {
    "the same party twice": (lambda: whole().add(node("node-a")), "is in the draft already"),
    "no part": (lambda: whole().add({"person": {}}), "a part is one of"),
    "two parts in one": (lambda: whole().add({**node("x"), **parts()[0]}), "a part is one of"),
    "a part without an id": (lambda: whole().add({"node": {}}), "node.id: missing"),
    "a part that is no object": (lambda: whole().add({"node": []}), "expected an object"),
    "removing nobody": (lambda: whole().remove("nobody"), "is not in the draft"),
    "amending nobody": (lambda: whole().amend("nobody", {"note": "x"}), "is not in the draft"),
    "ending the marketplace": (
        lambda: whole().amend("market", {"valid_until": "2026-06-01T00:00:00Z"}),
        "counts as long as the registry",
    ),
    "ending an aggregation key": (
        lambda: whole().add(WORD).amend(party_of(WORD), {"valid_from": "2026-06-01T00:00:00Z"}),
        "counts as long as the registry",
    ),
    "an id that writes lines of its own": (
        lambda: whole().add({"node": {"id": "node-d\n- issuer x"}}),
        "node.id: expected text on one line",
    ),
    "a note that clears the screen": (
        lambda: assembled(whole().amend(UNIVERSITY, {"note": "\x1b[2J"})),
        "note: expected text on one line",
    ),
    "no term": (lambda: whole().amend(UNIVERSITY, {"keys": []}), "is no term"),
    "a note on a node": (lambda: whole().amend("node-a", {"note": "x"}), "goes with issuers only"),
    "a date that is none": (
        lambda: assembled(whole().amend(UNIVERSITY, {"valid_until": "soon"})),
        "valid_until: expected a moment",
    ),
    "types that are none": (
        lambda: assembled(whole().amend(UNIVERSITY, {"credential_types": []})),
        "credential_types: expected 1 to",
    ),
    "no JSON": (lambda: Draft.read(b"{"), "not a JSON document"),
    "a draft with more in it": (
        lambda: Draft.read(json.dumps({"parts": [], "terms": {}, "more": 1})),
        "unknown member 'more'",
    ),
    "terms of nobody": (
        lambda: Draft.read(json.dumps({"parts": [], "terms": {"nobody": {}}})),
        "is not in the draft",
    ),
    "terms that are no object": (
        lambda: Draft.read(json.dumps({"parts": [], "terms": []})),
        "expected an object",
    ),
    "a part that is text": (
        lambda: Draft.read(json.dumps({"parts": ["x"], "terms": {}})),
        "expected an object",
    ),
}


@pytest.mark.parametrize(("act", "message"), REFUSED.values(), ids=list(REFUSED))
def test_a_step_that_means_nothing_is_refused_with_the_reason(act: Any, message: str):
    with pytest.raises(RegistryError, match=message):
        act()


def test_a_word_about_an_aggregation_key_is_named_by_its_digest():
    assert party_of({"aggregation_key": "a.b.c"}) != party_of({"aggregation_key": "a.b.d"})
