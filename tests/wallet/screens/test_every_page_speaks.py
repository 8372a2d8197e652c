"""Every page that can be opened as it is, in every language: no technology, and nothing half translated."""

import re
from html import unescape

import pytest

from tests.wallet.marked_words import STARTED
from wallet.web.catalogues import catalogue_of
from wallet.web.languages import LANGUAGES

TECHNOLOGY = re.compile(
    r"\b(MPC|DIDs?|VCs?|SD-JWT|JWT|[Ee]psilon|Paillier|Merkle|[Hh]ash(es)?|[Hh]omomorphic|ε)\b"
)
HOW_IT_WORKS = "/how-it-works"
LEAST = 12
"""Shorter words may be the same in two languages, or stand in a longer one."""
NOT_PAGES = ("/metrics", "/health", "/favicon")
WHERE_STARTED = ("/", "/sign-in", "/sign-up", "/home", "/agreements/", "/settings")
"""Where the languages that are started begin."""


@pytest.fixture
def addresses(app):
    return sorted(
        rule.rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.arguments and not rule.rule.startswith(NOT_PAGES)
    )


def text_of(page):
    shown = re.sub(r"<(script|style)[^>]*>.*?</\1>", " ", page, flags=re.DOTALL)
    said = re.findall(r'(?:aria-label|title|placeholder|data-[a-z]+)="([^"]*)"', shown)
    return unescape(" ".join([re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "\n", shown)), *said]))


def walk(browser, addresses, language):
    browser.client.set_cookie("language", language)
    for address in addresses:
        answer = browser.client.get(address, follow_redirects=True)
        if answer.mimetype == "text/html":
            assert answer.status_code < 500, address
            assert f'<html lang="{language}">' in answer.text, address
            yield address, text_of(answer.text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("signed", [False, True])
def test_no_page_speaks_of_technology(browser, addresses, world, language, signed):
    if signed:
        browser.sign_up()
        browser.add_record(world.issuers.offer())

    walked = list(walk(browser, addresses, language))

    found = [
        (address, match.group())
        for address, text in walked
        if address != HOW_IT_WORKS
        for match in TECHNOLOGY.finditer(text)
    ]
    assert len(walked) > 10
    assert found == []


@pytest.mark.parametrize("language", ["de", *STARTED])
@pytest.mark.parametrize("signed", [False, True])
def test_what_is_translated_is_said_in_the_language_and_not_in_english(
    browser, addresses, world, language, signed
):
    if signed:
        browser.sign_up()
        browser.add_record(world.issuers.offer())
        browser.offer_with_defaults()
    english = {
        message.id
        for message in catalogue_of(language)
        if isinstance(message.id, str)
        and message.string not in ("", message.id)
        and len(message.id) >= LEAST
        and not re.search(r"%\(|<", message.id)
    }

    spoken = [each for each in addresses if language == "de" or each in WHERE_STARTED]

    left = [
        (address, text)
        for address, page in walk(browser, spoken, language)
        for text in english
        if text in page
    ]

    assert left == []
