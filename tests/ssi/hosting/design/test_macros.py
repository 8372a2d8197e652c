import json
import re
from html.parser import HTMLParser

import pytest

from tests.ssi.hosting.design.showcase import HOSTILE, make_app

VOID = {"meta", "link", "img", "input", "br", "use", "path"}


class Reader(HTMLParser):
    """Collects elements and checks that each is closed where it should be."""

    def __init__(self):
        super().__init__()
        self.elements = []
        self.open = []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture(scope="module", params=["/", "/form", "/how-it-works", "/nowhere"])
def page(request):
    text = make_app().test_client().get(request.param).text
    reader = Reader()
    reader.feed(text)
    return text, reader


def test_elements_are_closed_in_order(page):
    assert page[1].open == []


def test_nothing_inline_can_run_or_be_blocked_by_the_policy(page):
    for tag, attributes in page[1].elements:
        assert tag != "style"
        assert "style" not in attributes
        assert not any(name.startswith("on") or name.startswith("hx-on") for name in attributes)
        if tag == "script":
            assert (
                attributes.get("src", "").startswith("/design/") or attributes["type"] == "application/json"
            )


def test_hostile_text_stays_text(page):
    assert "<b>" not in page[0].replace("<br>", "")
    assert "</script> " not in page[0]


def test_ids_are_unique_and_references_lead_somewhere(page):
    ids = [attributes["id"] for _, attributes in page[1].elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes in page[1].elements:
        for name in ("for", "aria-describedby"):
            assert set((attributes.get(name) or "").split()) <= set(ids)
        if attributes.get("href", "").startswith("#"):
            assert attributes["href"][1:] in ids


def test_every_field_has_a_label(page):
    _text, reader = page
    labelled = {
        attributes["for"] for tag, attributes in reader.elements if tag == "label" and "for" in attributes
    }
    for tag, attributes in reader.elements:
        if tag in ("input", "select", "textarea") and attributes.get("type") not in (
            "hidden",
            "checkbox",
            "radio",
        ):
            assert attributes["id"] in labelled


def test_every_form_that_changes_something_carries_the_token(page):
    forms = re.findall(r'<form[^>]*method="post".*?</form>', page[0], flags=re.S)

    assert all('name="csrf_token"' in form for form in forms)


def first(pattern, text):
    return re.findall(pattern, text, flags=re.S)[0]


@pytest.fixture(scope="module")
def parts():
    return make_app().test_client().get("/").text


@pytest.fixture(scope="module")
def form():
    return make_app().test_client().get("/form").text


def test_a_number_leads_to_what_it_counts(parts):
    assert re.search(r'<a class="card stat" href="/paid">.*?€12\.34.*?</a>', parts, flags=re.S)


def test_an_empty_state_has_exactly_one_action(parts):
    [state] = re.findall(r'<div class="state">.*?</div>', parts, flags=re.S)

    assert state.count("<a ") == 1


def test_cells_know_their_column_when_rows_are_stacked(parts):
    assert 'data-label="Amount" class="is-number"><span class="cell">€0.40</span>' in parts
    assert 'data-label="Amount" class="is-number"><span class="cell">–</span>' in parts


def test_a_part_that_arrives_later_works_without_scripts(parts):
    assert 'hx-get="/part" hx-trigger="load delay:1s"' in parts
    assert '<noscript><a href="/part">' in parts


def test_steps_say_where_one_is(parts):
    assert parts.count('aria-current="step"') == 2
    assert 'Review<span class="visually-hidden"> (stopped)</span>' in parts


def test_a_chart_and_its_table_say_the_same(parts):
    chart = json.loads(first(r'<script type="application/json">(.*?)</script>', parts))
    table = first(r"<figure.*?(<table.*?</table>).*?</figure>", parts)

    assert chart["rows"][0]["label"] == HOSTILE
    assert "71.2" in table
    assert "69.0 to 73.5" in table
    assert "withheld" in table
    assert "Fewer than 50 people." in table
    assert "1,234.5" in table
    assert "exact" in table
    assert "NaN" not in parts


def test_an_error_stands_at_its_field_and_at_the_top(form):
    assert '<a href="#field-floor">Choose at least 10</a>' in form
    assert 'aria-describedby="help-floor error-floor" aria-invalid="true"' in form
    assert 'id="error-floor"' in form


def test_choices_keep_what_was_chosen(form):
    assert re.search(r'type="checkbox" name="why" value="b" checked', form)
    assert not re.search(r'type="checkbox" name="why" value="a" checked', form)
    assert re.search(r'type="radio" name="who" value="a" checked', form)
    assert '<option value="12" selected>' in form


def test_agreement_is_never_ticked_beforehand(form):
    assert "checked" not in first(r'(<input[^>]*id="field-sure"[^>]*>)', form)
