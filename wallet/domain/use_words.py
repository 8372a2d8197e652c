"""What was computed from a person's data, in words."""

from consent.errors import QueryRefusedError, TermsError
from consent.joining import asked_about
from consent.phrasing import label_of
from consent.score_function import ScoreFunction
from consent.score_wording import describe_weights
from consent.vocabulary import StatisticKind
from consent.wording import computed_words, describe_query
from consent.words import words_of
from ssi.dataset import DataSet
from ssi.errors import DataSetError, UnknownDataSetError
from wallet.domain.use import UseEntry

LANGUAGE = "en"
_WEIGHED = {
    "en": ("Your score: {said}", "Sum over at least {people} people: {said}"),
    "de": ("Ihre Punktzahl: {said}", "Summe über mindestens {people} Menschen: {said}"),
}


def computed_text(use: UseEntry, data_set: DataSet, language: str = LANGUAGE) -> str:
    """What was asked, such as "Number of people and average exam score, by sex".

    Where the whole question is known it is said in full, with conditions, group size and random error. An
    attribute that the data set does not have is called by its name, since a partner may know newer ones.
    """
    if use.weights:
        return _score_text(use, data_set, language)
    if use.query is not None:
        try:
            return describe_query(use.query, asked_about(use.query), language)
        except (DataSetError, UnknownDataSetError, QueryRefusedError):
            pass  # said in less words below
    words = words_of(language)
    labels = {each.name: label_of(words, each, language) for each in data_set.attributes}

    def label(name: str | None) -> str:
        return labels.get(name or "", name or "")

    parts = [computed_words(each, words, label) for each in use.statistics]
    *first, last = parts or [words.computed[StatisticKind.COUNT]]
    text = f"{', '.join(first)} {words.joiner} {last}" if first else last
    if use.group_by is not None:
        text += f", {words.sentences['by'].strip().format(attribute=label(use.group_by))}"
    return text[:1].upper() + text[1:]


def _score_text(use: UseEntry, data_set: DataSet, language: str) -> str:
    """A score of this one person, or a sum: "Your score: 2 × exam score + 1 × reading score"."""
    try:
        said = describe_weights(ScoreFunction(data_set, dict(use.weights)), language)
    except TermsError:
        said = " + ".join(f"{weight} × {name}" for name, weight in use.weights)
    score, crowd = _WEIGHED[language]
    return crowd.format(people=use.crowd, said=said) if use.crowd else score.format(said=said)
