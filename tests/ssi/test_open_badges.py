from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ssi.data_integrity.credentials import issue_credential, verify_credential
from ssi.dataset import data_set
from ssi.errors import CredentialError, DataSetError, MalformedCredentialError
from ssi.linked_data.canonical import canonicalize
from ssi.open_badges import Award, Badge, BadgeIssuer, badge_document, read_badge
from ssi.vc_jose.credentials import issue_token, verify_token
from tests.ssi.data_integrity.signed import KINDS, VERIFICATION, did_of, maker, options
from tests.ssi.parties import NOW

MAKER = maker("eddsa-rdfc-2022")
UNIVERSITY = BadgeIssuer(did_of(MAKER), "University")
AWARD = Award(
    id="urn:uuid:5a3b7c1e-0b0a-4a53-9d6e-0c9d7b9f6a11",
    achievement_id="https://university.example/programmes/mathematics-bsc",
    name="Bachelor of Science in Mathematics",
    criteria="All courses of the programme passed, and a thesis.",
    holder="did:example:abcdefgh",
    awarded_at=NOW,
)
DIPLOMA = {
    "eqf_level": "6",
    "field_of_study": "05",
    "final_grade": 83.5,
    "credit_points": 180,
    "awarding_year": 2026,
}
COURSE = {
    "field_of_study": "06",
    "credit_points": 5,
    "grade": 90,
    "assessment": "exam",
    "awarding_year": 2026,
}
TRANSCRIPT = {
    "eqf_level": "6",
    "field_of_study": "05",
    "credits_earned": 120,
    "mean_grade": 71.5,
    "courses_passed": 22,
}
RECORDS = {"diploma/1": DIPLOMA, "course/1": COURSE, "transcript/1": TRANSCRIPT}


def document(
    ref: str = "diploma/1", values: Any = None, *, issuer: BadgeIssuer = UNIVERSITY
) -> dict[str, Any]:
    return badge_document(data_set(ref), values or RECORDS[ref], issuer=issuer, award=AWARD)


def read(changed: dict[str, Any]) -> Badge:
    """Sign the text of a document, so that terms without a definition arrive as well, and read it."""
    signer = maker("eddsa-jcs-2022")
    signed = issue_credential({**changed, "issuer": did_of(signer)}, signer, options(signer))
    return read_badge(verify_credential(signed, VERIFICATION, now=NOW))


@pytest.mark.parametrize("ref", RECORDS)
def test_every_term_of_a_badge_is_defined_by_its_contexts(ref: str):
    text = canonicalize(document(ref), hash_name="sha256").text

    assert "https://purl.imsglobal.org/spec/vc/ob/vocab.html#OpenBadgeCredential" in text
    assert "http://data.europa.eu/snb/isced-f/" in text


@pytest.mark.parametrize("kind", KINDS)
def test_a_badge_is_signed_by_every_suite_and_says_what_the_record_says(kind: str):
    signer = maker(kind)
    issuer = BadgeIssuer(did_of(signer), "University")
    signed = issue_credential(document(issuer=issuer), signer, options(signer))

    badge = read_badge(verify_credential(signed, VERIFICATION, now=NOW))

    assert (badge.issuer, badge.holder, badge.name) == (issuer.id, AWARD.holder, AWARD.name)
    assert badge.achievement_id == AWARD.achievement_id
    assert badge.results == (("Final grade", "83.5"),)


def test_a_badge_can_be_a_signed_token_as_well():
    kid = options(MAKER).verification_method
    token = issue_token(document(), MAKER.signer, kid=kid)

    assert read_badge(verify_token(token, VERIFICATION, now=NOW)).name == AWARD.name


@pytest.mark.parametrize(
    ("level", "kind"),
    [("5", "Diploma"), ("6", "BachelorDegree"), ("7", "MasterDegree"), ("8", "DoctoralDegree")],
)
def test_a_degree_is_named_after_its_level(level: str, kind: str):
    made = document(values={**DIPLOMA, "eqf_level": level})

    assert made["credentialSubject"]["achievement"]["achievementType"] == kind


def test_what_a_record_lacks_is_not_in_its_badge():
    lean = {name: value for name, value in COURSE.items() if name not in {"grade", "credit_points"}}
    subject = document("course/1", lean)["credentialSubject"]

    assert not {"result", "creditsEarned"} & set(subject)
    assert "resultDescription" not in subject["achievement"]


def test_what_an_open_badge_has_no_place_for_is_not_in_it():
    text = str(document("transcript/1", {**TRANSCRIPT, "courses_failed": 41}))

    assert "41" not in text


def test_health_data_become_no_badge():
    with pytest.raises(DataSetError, match="is no achievement"):
        badge_document(data_set("observations/1"), {}, issuer=UNIVERSITY, award=AWARD)


@pytest.mark.parametrize("member", ["id", "achievement_id", "holder"])
@pytest.mark.parametrize(
    "text", ["", "4711", "javascript:alert(1)", "urn:", "https://a b", "https://[", "urn:a\x1b"]
)
def test_what_names_things_in_a_badge_is_a_url(member: str, text: str):
    change: dict[str, Any] = {member: text}

    with pytest.raises(DataSetError, match=f"award.{member}: expected a URL"):
        badge_document(data_set("diploma/1"), DIPLOMA, issuer=UNIVERSITY, award=replace(AWARD, **change))


def test_a_value_that_the_data_set_refuses_is_in_no_badge():
    with pytest.raises(DataSetError, match="final_grade"):
        document(values={**DIPLOMA, "final_grade": 101})


def _achievement(changed: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = changed["credentialSubject"]["achievement"]
    return found


BROKEN: dict[str, tuple[Any, str]] = {
    "no badge": (lambda made: made.update(type=["VerifiableCredential"]), "expected OpenBadgeCredential"),
    "two people": (
        lambda made: made.update(credentialSubject=[made["credentialSubject"]] * 2),
        "about one person",
    ),
    "no subject type": (
        lambda made: made["credentialSubject"].update(type=["Profile"]),
        "AchievementSubject",
    ),
    "no achievement": (lambda made: made["credentialSubject"].pop("achievement"), "achievement: expected an"),
    "no criteria": (lambda made: _achievement(made).pop("criteria"), "criteria: expected an object"),
    "no name": (lambda made: _achievement(made).pop("name"), "achievement.name: expected text"),
    "no description": (lambda made: _achievement(made).pop("description"), "description: expected text"),
    "no id": (lambda made: _achievement(made).pop("id"), "achievement.id: expected text"),
    "a result of nothing": (
        lambda made: made["credentialSubject"]["result"][0].update(resultDescription="urn:x:1"),
        "no such result",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_verified_credential_that_is_no_sound_badge_is_refused(case: str):
    change, said = BROKEN[case]
    changed = deepcopy(document())
    change(changed)

    with pytest.raises(MalformedCredentialError, match=said):
        read(changed)


SIGNED = issue_credential(document(), MAKER, options(MAKER))


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [leaf for name, member in value.items() for leaf in leaves(member, (*path, name))]
    if isinstance(value, list):
        return [leaf for index, member in enumerate(value) for leaf in leaves(member, (*path, index))]
    return [path]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(leaves(SIGNED)), st.sampled_from(["x", "urn:x:1", "2027-01-01T00:00:00Z", 7]))
def test_a_badge_with_any_value_changed_is_refused(path: tuple[Any, ...], value: Any):
    changed = deepcopy(SIGNED)
    place: Any = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value

    with pytest.raises(CredentialError):
        verify_credential(changed, VERIFICATION, now=NOW)
