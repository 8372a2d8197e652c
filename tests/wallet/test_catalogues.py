"""The catalogues say what the screens say: German lacks nothing, and nothing is left over anywhere."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Message

from tests.wallet.marked_words import COMPLETE, STARTED, area_of, marked
from wallet.web.catalogues import FOLDER, catalogue_of, read_area, translations_to

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%")
TAG = re.compile(r"</?[a-z]+[^>]*>")
FILES = sorted(FOLDER.glob("*/*.po"))


def named(path: Path) -> str:
    return f"{path.parent.name}-{path.stem}"


def strings(message: Message) -> tuple[str, ...]:
    return tuple(map(str, message.string)) if isinstance(message.string, tuple) else (str(message.string),)


def ids(message: Message) -> tuple[str, ...]:
    return tuple(map(str, message.id)) if isinstance(message.id, tuple) else (str(message.id),)


def entries(path: Path) -> list[Message]:
    return [message for message in read_area(path) if message.id]


def said(path: Path) -> list[Message]:
    return [message for message in entries(path) if all(strings(message))]


@pytest.mark.parametrize("language", COMPLETE)
@pytest.mark.parametrize("area", sorted(marked()))
def test_every_marked_word_is_said_in_a_complete_language(language, area):
    catalogue = {(ids(each)[0], each.context): each for each in said(FOLDER / language / f"{area}.po")}

    missing = [text.ids[0] for key, text in marked()[area].items() if key not in catalogue]
    unsure = [each.id for each in catalogue.values() if each.fuzzy]

    assert missing == []
    assert unsure == []


@pytest.mark.parametrize("path", FILES, ids=named)
def test_no_entry_is_for_words_that_nobody_says(path):
    texts = marked().get(path.stem, {})

    dead = [each.id for each in entries(path) if (ids(each)[0], each.context) not in texts]

    assert dead == []
    assert not read_area(path).obsolete


@pytest.mark.parametrize("path", FILES, ids=named)
def test_a_translation_fills_in_what_the_words_fill_in(path):
    for message in said(path):
        wanted = set(PLACEHOLDER.findall(ids(message)[-1]))
        for string in strings(message):
            # Forms for one thing may leave the number out, as English does.
            spare = set() if len(ids(message)) == 1 else {"%(num)s", "%(num)d"}
            found = set(PLACEHOLDER.findall(string))
            assert wanted - spare <= found <= wanted, message.id


@pytest.mark.parametrize("path", FILES, ids=named)
def test_a_translation_has_the_markup_of_its_words_and_breaks_no_attribute(path):
    for message in said(path):
        for string in strings(message):
            assert sorted(TAG.findall(string)) == sorted(TAG.findall(ids(message)[0])), message.id
            assert '"' not in TAG.sub("", string), message.id
            assert string == string.strip(), message.id


@pytest.mark.parametrize("language", [*COMPLETE, *STARTED])
def test_the_same_words_are_translated_alike_in_every_area(language):
    seen: dict[tuple[object, str | None], object] = {}
    for path in (FOLDER / language).glob("*.po"):
        for message in said(path):
            assert seen.setdefault((message.id, message.context), message.string) == message.string, path


@pytest.mark.parametrize("language", COMPLETE)
def test_what_a_catalogue_says_reaches_the_screens(language):
    translations = translations_to(language)

    for message in catalogue_of(language):
        if isinstance(message.id, str) and message.id and message.string and not message.context:
            assert translations.gettext(message.id) == message.string


def test_a_language_without_a_catalogue_says_everything_in_english():
    assert translations_to("xx").gettext("Back") == "Back"


@pytest.mark.parametrize(
    ("path", "area"),
    [
        ("wallet/web/templates/wallet/locks/overview.html", "locks"),
        ("wallet/web/templates/wallet/sign_in.html", "doorway"),
        ("wallet/web/streams.py", "stream"),
        ("wallet/web/pausing.py", "pausing"),
        ("ssi/hosting/design/templates/design/macros.html", "frame"),
    ],
)
def test_a_source_belongs_to_the_area_of_its_screens(path, area):
    assert area_of(Path(path).resolve()) == area
