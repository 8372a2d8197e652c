"""The consent of a hospital beside the wizard, and an agreement as one that hospitals read."""

import io
import json
import re

import pytest
from fhir.resources.R4B.consent import Consent

from tests.wallet import scoring
from tests.wallet.browsing import ticked
from tests.wallet.screens.moments import only_consent, session_of
from wallet.domain.fhir_codes import ACT_REASON, KINDS

DENIES = {
    "resourceType": "Consent",
    "status": "active",
    "provision": {
        "type": "permit",
        "provision": [
            {"type": "deny", "purpose": [{"system": ACT_REASON, "code": "HOPERAT"}], "period": {}},
            {
                "type": "deny",
                "actor": [{"reference": {"identifier": {"system": KINDS, "value": "university"}}}],
            },
        ],
    },
}


def _look(browser, document, status=200):
    (link,) = re.findall(r'href="(/offers/[^"]+/hospital-consent)"', browser.page)
    browser.get(link)
    raw = document if isinstance(document, bytes) else json.dumps(document).encode()
    return browser.post(link, status, file=(io.BytesIO(raw), "consent.json"))


@pytest.fixture
def choosing(holder):
    """At the step that says who may ask."""
    holder.begin_offer()
    holder.press("/data", **ticked(holder.page))
    return holder


def test_what_a_hospital_was_denied_is_looked_at_and_then_forbidden(choosing, world):
    page = _look(choosing, DENIES)
    assert "For nobody of this kind: universities" in page
    assert "Not understood, so more is forbidden than it says" in page
    assert "provision.provision[0].period" in page
    assert "Allowed there, which counts for nothing here" in page

    choosing.press("/hospital-consent/take", kinds=["university"], purposes=["dpv:ServiceOptimisation"])
    shown = ticked(choosing.page)
    for step in ("who", "protection", "compensation"):
        choosing.press(f"/{step}", **ticked(choosing.page))
    choosing.press("/agree")

    assert "university" not in shown["recipient_kinds"]
    policy = only_consent(world, session_of(world)).policy
    assert len(policy.prohibitions) == 2
    assert {each.value for each in policy.recipient_kinds} == {"research_institute"}


def test_a_consent_that_forbids_everything_leaves_no_way_to_take_it_over(choosing):
    page = _look(choosing, {**DENIES, "provision": {"type": "deny"}})

    assert "It forbids every use" in page
    assert "/hospital-consent/take" not in page


def test_a_consent_that_only_allows_changes_nothing(choosing):
    assert "Your offer stays as it is" in _look(choosing, {**DENIES, "provision": {"type": "permit"}})


@pytest.mark.parametrize("raw", [b"", b"\x00", b"{}", json.dumps({**DENIES, "status": "draft"}).encode()])
def test_what_is_none_is_said_to_be_none(choosing, raw):
    assert "This could not be read" in _look(choosing, raw, 422)


def test_it_is_said_in_german(choosing):
    step = choosing.path
    choosing.post("/language", language="de")
    choosing.get(step)

    assert "Für niemanden dieser Art" in _look(choosing, DENIES)


def test_an_agreement_is_saved_as_a_consent_of_fhir(sharer, world):
    held = only_consent(world, session_of(world))
    address = f"/receipts/{held.consent_id}/consent.fhir.json"
    assert f'href="{address}"' in sharer.get(f"/agreements/{held.row_id}")

    answer = sharer.client.get(address)

    assert answer.mimetype == "application/fhir+json"
    assert answer.headers["Content-Disposition"].endswith(".fhir.json")
    read = Consent.model_validate_json(answer.data)
    (identifier,) = read.identifier or []
    assert (read.status, identifier.value) == ("active", held.consent_id)
    assert [read.status, *(each.value for each in read.identifier or ())] == ["active", held.consent_id]


def test_scores_have_no_such_document(signed_in, world):
    held = scoring.offered(world, session_of(world))

    assert signed_in.client.get(f"/receipts/{held.consent_id}/consent.fhir.json").status_code == 404
