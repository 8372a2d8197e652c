"""How are terms about weighted sums of a record's numbers said in plain words, whatever the kind of sum?

`consent.score_wording` and `consent.crowd_wording` say the two kinds, each with a table of its own for each
language; here are the form of those tables and what is said in both.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Generic, TypeVar

from consent.errors import TermsError
from consent.phrasing import capital, labels, listed, named
from consent.record_document import Notice
from consent.score_function import scored_attributes
from consent.weighed_terms import WeighedTerms
from consent.wording import day_text, euros_text
from consent.words import words_of
from ssi.dataset import DataSet

R = TypeVar("R", bound=Enum)


@dataclass(frozen=True)
class WeighedWords(Generic[R]):
    """Everything about one kind of sum that differs between languages."""

    refusals: Mapping[R, str]
    sentences: Mapping[str, str]


@dataclass(frozen=True)
class TermsWords:
    """Terms in plain words: what they allow and bring, what protects, what cannot be helped, how to stop."""

    language: str
    summary: str
    protection: tuple[str, ...]
    compensation: str
    limits: tuple[str, ...]
    stop: str

    @property
    def text(self) -> str:
        """Everything, a line each, as it is shown and hashed."""
        return "\n".join((self.summary, *self.protection, self.compensation, *self.limits, self.stop))

    @property
    def notice(self) -> Notice:
        """The digest of the text, for the consent."""
        return Notice.of(self.text, self.language)


def words_in(languages: Mapping[str, WeighedWords[R]], language: str) -> WeighedWords[R]:
    """The words of a language.

    Raises:
        TermsError: there are none in this language.
    """
    try:
        return languages[language]
    except KeyError as error:
        raise TermsError(f"there are no sentences in the language {language[:20]!r}") from error


def said_of_terms(terms: WeighedTerms, data_set: DataSet, language: str) -> dict[str, str]:
    """What terms allow, word by word, to be filled into sentences.

    Raises:
        TermsError: there are no words in this language, or the data set has no numbers to be weighed.
    """
    words = words_of(language)
    return {
        "recipients": capital(listed(words, named(words.recipients, terms.recipient_kinds))),
        "data_set": data_set.label[language],
        "purposes": listed(words, named(words.purposes, terms.purposes)),
        "until": day_text(terms.valid_until - timedelta(seconds=1), language),
        "attributes": labels(words, scored_attributes(data_set), language),
        "amount": euros_text(terms.compensation_cents, language),
    }


def compensation_of(terms: WeighedTerms, sentences: Mapping[str, str], said: Mapping[str, str]) -> str:
    """What terms bring each time, or that they bring nothing."""
    return sentences["compensation" if terms.compensation_cents else "no_compensation"].format(**said)
