"""Taking an agreement along, as a file and on paper, and the page where anybody checks it."""

import io
import json
import re

import pytest
from pypdf import PdfReader

from consent.published import DOCUMENTS
from tests.consent.published import RECEIPT_SCHEMA, RECORD_SCHEMA, schema_faults
from tests.wallet.browsing import Browser
from tests.wallet.screens.moments import only_consent, session_of
from wallet.errors import PartnerUnreachableError
from wallet.web.app import create_app


def _file(browser, world):
    held = only_consent(world, session_of(world))
    return browser.client.get(f"/receipts/{held.consent_id}/agreement.jsonld")


def _paper(browser, world):
    held = only_consent(world, session_of(world))
    return browser.client.get(f"/receipts/{held.consent_id}/agreement.pdf")


def _checked(app, content, field="pasted", status=200, language="en"):
    """What somebody without a wallet sees."""
    stranger = Browser(app)
    handed = (io.BytesIO(content), "agreement.jsonld") if field == "file" else content
    answer = stranger.client.post("/verify", data={field: handed}, headers={"Accept-Language": language})
    assert answer.status_code == status, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def _verdicts(page):
    return re.findall(r'<span class="badge[^"]*">.*?(holds|does not hold)\s*</span>', page, re.S)


def test_an_agreement_is_saved_as_a_file_that_anybody_can_check(used, world, app):
    answer = _file(used, world)

    assert answer.content_type == "application/ld+json"
    assert re.fullmatch(
        r"attachment; filename=agreement-[0-9a-f]{8}\.jsonld", answer.headers["Content-Disposition"]
    )
    for field in ("file", "pasted"):
        page = _checked(app, answer.data, field)
        assert "Everything in it holds." in page
        assert "€0.75" in page
        assert "No file can show that nothing was left out of it" in page


def test_the_page_leads_to_both(sharer, world):
    held = only_consent(world, session_of(world))

    page = sharer.get(f"/agreements/{held.row_id}")

    for ending in ("pdf", "jsonld"):
        assert f'href="/receipts/{held.consent_id}/agreement.{ending}"' in page
    assert 'href="/verify"' in page


def test_the_file_of_an_ended_agreement_has_its_end_and_three_deletions(used, world, app):
    held = only_consent(world, session_of(world))
    used.get(f"/agreements/{held.row_id}/end")
    used.press("/end")

    page = _checked(app, _file(used, world).data)

    assert "Everything in it holds." in page
    assert page.count("Deletion by") == 3
    assert "Ended on" in page


def test_the_paper_says_what_was_agreed_what_came_of_it_and_how_to_check_it(used, world):
    held = only_consent(world, session_of(world))

    answer = _paper(used, world)

    assert answer.content_type == "application/pdf"
    text = " ".join(
        "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages).split()
    )
    for line in held.notice.split("\n"):
        assert " ".join(line.split()) in text
    for words in (
        "My agreement: ",
        "Operator of node-a",
        "Institute of Public Health",
        "Number of people and average exam score",
        "€0.75",
        "The organisation that asks is not allowed.",
        "/verify",
        held.consent_id,
    ):
        assert words in text, words


def test_the_paper_names_itself_its_language_and_carries_the_file(used, world, app):
    reader = PdfReader(io.BytesIO(_paper(used, world).data))

    told, root = reader.xmp_metadata, reader.root_object
    assert told is not None
    assert str(told.dc_title).startswith("{'x-default': 'My agreement: ")
    assert (told.pdfaid_part, told.pdfaid_conformance) == ("3", "U")
    assert str(root["/Lang"]) == "en"
    assert "'/DisplayDocTitle': True" in str(root["/ViewerPreferences"])
    assert [each.title for each in reader.outline if not isinstance(each, list)]
    ((name, contents),) = reader.attachments.items()
    assert name.endswith(".jsonld")
    assert contents[0] == _file(used, world).data
    assert "Everything in it holds." in _checked(app, contents[0])


def test_a_changed_word_is_told_with_its_part(used, world, app):
    document = json.loads(_file(used, world).data)
    document["words"] = document["words"].replace("a", "e", 1)

    page = _checked(app, json.dumps(document))

    assert "Something in it does not hold." in page
    assert "changed after it was signed" in page
    assert "The exact words" not in page


def test_everything_can_be_read_in_german(used, world, app):
    page = _checked(app, _file(used, world).data, language="de")

    assert "Alles darin stimmt." in page
    assert 'lang="de"' in page


@pytest.mark.parametrize(
    ("content", "status", "words"),
    [
        ("", 422, "Choose the file, or paste what is in it."),
        ("   ", 422, "Choose the file"),
        ("nonsense", 422, "This is not an agreement file: not a JSON document"),
        ('{"form": "<script>"}', 422, "expected the form"),
        ("[" * 1000, 422, "nested deeper"),
        ("x" * 4_000_001, 422, "at most"),
    ],
)
def test_what_is_no_such_file_is_said_in_words(app, content, status, words):
    page = _checked(app, content, status=status)

    assert words in page
    assert "<script>" not in page.replace('<script src="', "")


def test_a_body_beyond_all_bounds_is_refused(app):
    answer = Browser(app).client.post("/verify", data={"pasted": "x" * 5_000_000})

    assert answer.status_code == 413


def test_names_out_of_a_file_are_shown_as_text(used, world, app):
    document = json.loads(_file(used, world).data)
    document["deletions"] = {"<b>node</b>": "a.b.c"}

    page = _checked(app, json.dumps(document))

    assert "<b>node</b>" not in page
    assert "&lt;b&gt;node&lt;/b&gt;" in page


def test_the_page_needs_no_wallet_and_may_not_be_kept(app):
    answer = Browser(app).client.get("/verify")

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"


def test_nothing_of_a_file_reaches_a_log(used, world, app, caplog):
    caplog.set_level("DEBUG")
    content = _file(used, world).data
    caplog.clear()

    _checked(app, content, "file")

    assert "urn:uuid" not in caplog.text
    assert "exam" not in caplog.text


def test_a_list_of_organisations_that_cannot_be_had_is_said(used, world, app):
    content = _file(used, world).data
    world.trust.error = PartnerUnreachableError("The list cannot be read now.")

    assert "The list cannot be read now." in _checked(app, content, status=503)


def test_another_wallet_has_no_such_agreement(used, world, app):
    held = only_consent(world, session_of(world))
    other = Browser(app)
    other.sign_up("ben")

    assert other.client.get(f"/receipts/{held.consent_id}/agreement.jsonld").status_code == 404
    assert other.client.get("/receipts/nothing/agreement.pdf").status_code == 404


def test_a_locked_wallet_hands_nothing_out(world, used):
    held = only_consent(world, session_of(world))
    stranger = Browser(create_app(world.services))

    answer = stranger.client.get(f"/receipts/{held.consent_id}/agreement.jsonld")

    assert answer.status_code == 302
    assert "/sign-in" in answer.headers["Location"]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_form_of_records_and_receipts_is_there_for_everybody(app, name):
    answer = Browser(app).client.get(f"/verify/forms/{name}")

    assert (answer.status_code, answer.data) == (200, DOCUMENTS[name].content)
    assert answer.mimetype == DOCUMENTS[name].media_type


@pytest.mark.parametrize("name", ["consent-record-2.json", "..%2Fpublished.py", "%00"])
def test_no_other_file_is_served_beside_them(app, name):
    assert Browser(app).client.get(f"/verify/forms/{name}").status_code == 404


def test_what_is_saved_has_the_published_form(used, world):
    kept = json.loads(_file(used, world).data)

    assert schema_faults(RECORD_SCHEMA, kept["record"]) == []
    assert [schema_faults(RECEIPT_SCHEMA, each) for each in kept["statuses"]] == [[]]
