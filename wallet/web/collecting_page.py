"""What the pages of collecting say about what would come and what came: labels and lines in a language."""

from dataclasses import dataclass, field

from ssi.dataset import data_set
from wallet.domain.collecting import Labels
from wallet.domain.credential import HeldCredential
from wallet.domain.showing_claims import leaves
from wallet.domain.showing_values import claim_text, label_text, plain_text
from wallet.domain.showing_words import Words
from wallet.domain.showing_words_german import LANGUAGES as VALUE_WORDS
from wallet.domain.shown_credential import ShownCredential
from wallet.web.show_page import moment_text

__all__ = ["Line", "label_in", "lines_of", "moment_text"]
_ABSENT = {"en": "not recorded", "de": "nicht erfasst"}


@dataclass(frozen=True)
class Line:
    """One claim: what it is called, what it says, and whether those it is shared with always see it."""

    label: str
    text: str = field(repr=False)
    about: str = ""
    present: bool = True
    public: bool = False


def label_in(labels: Labels, words: Words) -> str:
    """A name in the language of the page, or else in English, or else in whatever language there is."""
    for wanted in (words.language, "en", "und"):
        for tag, label in labels.items():
            if tag.split("-")[0] == wanted:
                return label
    return next(iter(labels.values()), "?")


def lines_of(credential: HeldCredential | ShownCredential, words: Words) -> tuple[Line, ...]:
    """What a credential says, line by line."""
    values = VALUE_WORDS[words.language]
    if isinstance(credential, ShownCredential):
        return tuple(
            Line(label_text(path, None, values), plain_text(value, values))
            for path, value in leaves(credential.claims)
        )
    described = data_set(credential.data_set)
    return tuple(
        Line(
            label=attribute.label[words.language],
            text=(
                claim_text((attribute.name,), credential.claims[attribute.name], described, values)
                if attribute.name in credential.claims
                else _ABSENT[words.language]
            ),
            about=attribute.about[words.language],
            present=attribute.name in credential.claims,
            public=attribute.is_public,
        )
        for attribute in described.attributes
    )
