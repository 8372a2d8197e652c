"""The exact words that a person agreed to can be shown again, in her language, whatever is said since."""

import io
import json
from dataclasses import replace

import pytest
from pypdf import PdfReader

from consent import wording
from consent.examination import Part
from consent.record_document import NOTICE_PREFIX, Notice
from consent.word_table import Words
from consent.words import words_of
from tests.wallet import crowd_steps, scoring
from wallet.domain.choices import PolicyChoices
from wallet.web.agreement_paper import agreement_pdf
from wallet.web.app import create_app


def _given(world, session, language):
    record = world.services.receive_credential(session, world.issuers.offer())
    return world.services.publish_offer(session, record.credential_id, PolicyChoices(), language=language)


def _named(paper):
    (notice,) = paper.kept.record["dpv:hasNotice"]
    return Notice(notice["@id"].removeprefix(NOTICE_PREFIX), notice["dct:language"])


def _say_otherwise(monkeypatch):
    """Another edition of the words: every sentence in every language is said in another way."""

    def otherwise(language: str) -> Words:
        words = words_of(language)
        return replace(words, sentences={name: f"* {said}" for name, said in words.sentences.items()})

    monkeypatch.setattr(wording, "words_of", otherwise)


@pytest.mark.parametrize(
    ("language", "said"), [("en", "You receive at least"), ("de", "Sie erhalten jedes Mal")]
)
def test_the_notice_is_rebuilt_from_what_is_kept_though_the_words_have_changed(
    world, anna, monkeypatch, language, said
):
    held = _given(world, anna, language)
    _say_otherwise(monkeypatch)

    paper = world.services.keep_receipts(anna, held.consent_id)
    _, found = world.services.check_receipt(json.dumps(paper.kept.to_json()))

    assert said in paper.words
    assert Notice.of(paper.words, language) == _named(paper)
    assert found.holds, found.findings


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_edition_of_today_gives_another_notice_than_that_of_then(world, anna, monkeypatch, language):
    record = world.services.receive_credential(anna, world.issuers.offer())
    before = world.services.publish_offer.propose(
        anna, record.credential_id, PolicyChoices(), language=language
    ).words.notice
    _say_otherwise(monkeypatch)

    after = world.services.publish_offer.propose(
        anna, record.credential_id, PolicyChoices(), language=language
    ).words.notice

    assert (before.language, after.language) == (language, language)
    assert before.digest != after.digest


@pytest.mark.parametrize("language", ["en", "de"])
def test_words_of_another_language_are_not_those_that_were_shown(world, anna, language):
    held = _given(world, anna, language)
    paper = world.services.keep_receipts(anna, held.consent_id)
    other = {"en": "de", "de": "en"}[language]

    assert Notice.of(paper.words, other) != _named(paper)


def test_the_paper_shows_the_words_of_then(world, anna, monkeypatch):
    held = _given(world, anna, "de")
    _say_otherwise(monkeypatch)
    paper = world.services.keep_receipts(anna, held.consent_id)

    with create_app(world.services).test_request_context():
        pdf = agreement_pdf(paper, names={}, marketplace="M", address="https://w.example", now=world.clock())
    text = " ".join(" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages)

    assert "Sie erhalten jedes Mal mindestens" in text
    assert "* Sie erhalten" not in text


@pytest.mark.parametrize("offered", [scoring.offered, crowd_steps.offered], ids=["scores", "crowd sums"])
def test_so_are_the_words_of_scores_and_crowd_sums(world, anna, offered):
    held = offered(world, anna)

    paper = world.services.keep_receipts(anna, held.consent_id)

    assert Notice.of(paper.words, _named(paper).language) == _named(paper)


def test_words_that_are_gone_are_missed_and_not_made_up(world, anna):
    held = _given(world, anna, "en")
    kept = replace(world.services.keep_receipts(anna, held.consent_id).kept, words=None)

    _, found = world.services.check_receipt(json.dumps(kept.to_json()))

    assert [each.part for each in found.findings if not each.holds] == [Part.WORDS]
