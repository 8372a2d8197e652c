"""How is it said in plain words? Sentences generated from what is enforced, never written by hand for a case.

What a person reads before she agrees is made from the policy that the nodes will check, so the two cannot
differ; its digest stands in the consent record (`PolicyWords.notice`). Sentences name consequences, not
technologies, and say what the protection does not do.

The odds are those of the best guess that the noise leaves to a buyer who colludes with one node: telling a
record from an empty one, with equal chances before, succeeds with probability Φ(√(2ρ)/2) against Gaussian
noise of that ρ (Dong, Roth and Su 2019, arXiv 1905.02383, §2). They are rounded up to whole cases in a
hundred.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from math import ceil, erf, sqrt

from consent.boundary_wording import boundary_sentences
from consent.estimate import Withheld
from consent.phrasing import capital, euros, label_of, listed, lowered, named, whole
from consent.policy import Policy, Refusal
from consent.query import LEAST_EPSILON, Condition, Query, Statistic, decimal_text
from consent.record_document import Notice
from consent.vocabulary import ConsentStatus, Engine, Purpose, RecipientKind, StatisticGroup, StatisticKind
from consent.word_table import Words
from consent.words import words_of
from crypto.noise import rho_from_epsilon
from ssi.attribute import Attribute
from ssi.dataset import DataSet
from ssi.dataset import data_set as data_set_by_ref
from ssi.errors import UnknownDataSetError
from ssi.windowed import span_text

_HUNDRED = 100


@dataclass(frozen=True)
class PolicyWords:
    """A policy in plain words: what it allows, brings and protects, what it cannot, and how to stop."""

    language: str
    summary: str
    parts: str
    compensation: str
    protection: tuple[str, ...]
    limits: tuple[str, ...]
    stop: str

    @property
    def text(self) -> str:
        """Everything, one sentence or group of sentences a line, as it is shown and hashed."""
        return "\n".join(
            (self.summary, self.parts, self.compensation, *self.protection, *self.limits, self.stop)
        )

    @property
    def notice(self) -> Notice:
        """The digest of the text, for the consent record."""
        return Notice.of(self.text, self.language)


def describe_policy(
    policy: Policy, data_set: DataSet, language: str, *, partners: Sequence[str] = ()
) -> PolicyWords:
    """Say what a policy allows; `partners` are the names of the node operators, else their ids are shown.

    Raises:
        TermsError: there are no sentences in this language.
        DataSetError: the policy names an attribute that the data set does not have.
    """
    words = words_of(language)
    say = words.sentences
    attributes = [attribute for attribute in data_set.attributes if attribute.name in policy.attributes]
    return PolicyWords(
        language=language,
        summary=_summary(words, policy, data_set, language),
        parts=say["parts"].format(attributes=_labels(words, attributes, language))
        + _joins(words, policy, language),
        compensation=_compensation(words, policy, language),
        protection=(
            *boundary_sentences(policy, data_set, language),
            *_protection(words, policy, partners or policy.node_ids),
        ),
        limits=_limits(words, policy, data_set, language),
        stop=say["stop"],
    )


def policy_sentence(policy: Policy, data_set: DataSet, language: str) -> str:
    """The one sentence that sums a policy up, and what it pays.

    Raises:
        TermsError: there are no sentences in this language.
    """
    words = words_of(language)
    paid = _compensation(words, policy, language)
    return f"{_summary(words, policy, data_set, language)} {paid}"


def describe_query(query: Query, data_set: DataSet, language: str) -> str:
    """Say what a query asks: "Average exam score by sex, over at least 50 people, with a random error".

    Raises:
        TermsError: there are no sentences in this language.
        DataSetError: the query names an attribute that the data set does not have.
    """
    words = words_of(language)
    say = words.sentences
    computed = [_computed(words, each, data_set, language) for each in query.statistics]
    text = capital(listed(words, computed))
    if query.group_by is not None:
        text += say["by"].format(attribute=label_of(words, data_set.attribute(query.group_by), language))
    text += "".join(_only(words, condition, data_set, language) for condition in query.where)
    text += say["over"].format(crowd=whole(words, query.floor))
    text += say["query_exact" if query.epsilon is None else "query_noise"]
    text += say["checked"] if query.verified else ""
    return text + (say["query_published"] if query.publication else "")


def statistic_sentence(statistic: Statistic, data_set: DataSet, language: str) -> str:
    """Say what one statistic computes: "Average exam score".

    Raises:
        TermsError: there are no sentences in this language.
        DataSetError: the statistic names an attribute that the data set does not have.
    """
    return capital(_computed(words_of(language), statistic, data_set, language))


def computed_words(statistic: Statistic, words: Words, label: Callable[[str], str]) -> str:
    """Say what one statistic computes, with the labels of its attributes as somebody else knows them."""
    if statistic.windows is not None and statistic.kind is StatisticKind.COUNT:
        return words.sentences["readings"].format(attribute=label(statistic.attribute or ""))
    names = statistic.attributes if statistic.windows is None else (statistic.attribute or "",)
    labels = [label(name) for name in names]
    percents = [f"{_number(words, 100 * fraction)} %" for fraction in statistic.fractions]
    return words.computed[statistic.kind].format(
        attribute=listed(words, labels[:1]),
        others=listed(words, labels[1:]),
        everything=listed(words, labels),
        fractions=listed(words, percents),
        count=statistic.count,
    )


def explain_refusal(refusal: Refusal, language: str) -> str:
    """Say why a use is refused."""
    return words_of(language).refusals[refusal]


def explain_withheld(withheld: Withheld, language: str) -> str:
    """Say why there is no estimate."""
    return words_of(language).withheld[withheld]


def purpose_text(purpose: Purpose, language: str) -> str:
    """A purpose in words, to stand after "for"."""
    return words_of(language).purposes[purpose]


def recipient_text(kind: RecipientKind, language: str) -> str:
    """A kind of organisation in words, in the plural."""
    return words_of(language).recipients[kind]


def statistic_text(kind: StatisticKind, language: str) -> str:
    """A kind of statistic in words, in the plural."""
    return words_of(language).statistics[kind]


def group_text(group: StatisticGroup, language: str) -> str:
    """A group of statistics in words, in the plural."""
    return words_of(language).groups[group]


def status_text(status: ConsentStatus, language: str) -> str:
    """Where a consent stands, in words."""
    return words_of(language).statuses[status]


def euros_text(cents: int, language: str) -> str:
    """An amount of money: "€1,234.50" or "1.234,50 €"."""
    return euros(words_of(language), cents)


def day_text(moment: datetime, language: str) -> str:
    """A day: "31 March 2027" or "31. März 2027", in the time zone of the moment."""
    words = words_of(language)
    return words.date.format(day=moment.day, month=words.months[moment.month - 1], year=moment.year)


def odds_in_hundred(epsilon: Decimal) -> int:
    """How often, in 100 times, the best guess is right whether a record was counted or left blank.

    50 means no better than guessing. Rounded up; no question costs less than `LEAST_EPSILON`, so smaller
    budgets have its odds.

    Raises:
        OutOfRangeError: epsilon is not positive.
    """
    spent = max(epsilon, LEAST_EPSILON) if epsilon > 0 else epsilon
    separation = sqrt(2 * float(rho_from_epsilon(spent)))
    right = (1 + erf(separation / 2 / sqrt(2))) / 2
    return min(_HUNDRED, ceil(right * _HUNDRED))


def _grouped(words: Words, chosen: Collection[StatisticKind]) -> Iterator[str]:
    """The words for the chosen statistics; where a whole group is chosen, its own."""
    for group, word in words.groups.items():
        if set(group.kinds) <= set(chosen):
            yield word
        else:
            yield from (words.statistics[kind] for kind in group.kinds if kind in chosen)


def _computed(words: Words, statistic: Statistic, data_set: DataSet, language: str) -> str:
    if statistic.windows is None:
        return computed_words(
            statistic, words, lambda name: label_of(words, data_set.attribute(name), language)
        )
    series = data_set.series[statistic.attribute or ""]
    label = lowered(words, series.label[language])
    spans = [span_text(window, series.step, language) for window in statistic.in_windows]
    computed = computed_words(statistic, words, lambda _: label)
    return computed + words.sentences["in_windows"].format(windows=listed(words, spans))


def _only(words: Words, condition: Condition, data_set: DataSet, language: str) -> str:
    attribute = data_set.attribute(condition.attribute)
    label = label_of(words, attribute, language)
    if condition.least is not None and condition.most is not None:
        least, most = (_number(words, bound) for bound in (condition.least, condition.most))
        return words.sentences["only_range"].format(attribute=label, least=least, most=most)
    code = condition.category or ""
    labels = {category.code: category.label[language] for category in attribute.categories}
    return words.sentences["only"].format(attribute=label, category=labels.get(code, code))


def _summary(words: Words, policy: Policy, data_set: DataSet, language: str) -> str:
    return words.sentences["summary"].format(
        recipients=capital(listed(words, named(words.recipients, policy.recipient_kinds))),
        statistics=listed(words, _grouped(words, policy.statistics)),
        data_set=data_set.label[language],
        purposes=listed(words, named(words.purposes, policy.purposes)),
        crowd=whole(words, policy.crowd_floor),
        until=day_text(policy.valid_until - timedelta(seconds=1), language),
    )


def _joins(words: Words, policy: Policy, language: str) -> str:
    say = words.sentences
    labels = [_data_set_label(each.data_set, language) for each in sorted(policy.joins)]
    others = [say["other_data"].format(label=label) for label in labels]
    return say["joins"].format(others=listed(words, others)) if others else ""


def _data_set_label(ref: str, language: str) -> str:
    try:
        return data_set_by_ref(ref).label[language]
    except UnknownDataSetError:
        return ref


def _protection(words: Words, policy: Policy, partners: Sequence[str]) -> tuple[str, ...]:
    say = words.sentences
    odds = say["odds"].format(
        one=odds_in_hundred(policy.epsilon_per_query), all=odds_in_hundred(policy.epsilon_total)
    )
    excluded = sorted(policy.excluded_recipients)
    return (
        *([say["excluded"].format(organisations=listed(words, excluded))] if excluded else []),
        *([say["exact"]] if policy.exact_allowed else [say["noise"]]),
        odds,
        *([say["publication"]] if policy.publication else []),
        *([say["verified_only"]] if policy.verified_only else []),
        *([say["encrypted"]] if Engine.PAILLIER in policy.engines else []),
        say["partners"].format(nodes=listed(words, partners)),
    )


def _limits(words: Words, policy: Policy, data_set: DataSet, language: str) -> tuple[str, ...]:
    say = words.sentences
    public = _labels(words, data_set.public_attributes, language)
    return (
        say["limit_all_partners" if Engine.ADDITIVE in policy.engines else "limit_partners"],
        *([say["limit_public"].format(attributes=public)] if public else []),
        *([say["limit_joins"]] if policy.joins else []),
        *([say["limit_exact"]] if policy.exact_allowed else []),
        say["limit_groups"],
    )


def _compensation(words: Words, policy: Policy, language: str) -> str:
    if policy.altruism:
        return words.sentences["altruism"]
    if policy.compensation_cents == 0:
        return words.sentences["no_compensation"]
    return words.sentences["compensation"].format(amount=euros_text(policy.compensation_cents, language))


def _labels(words: Words, attributes: Iterable[Attribute], language: str) -> str:
    """The labels of attributes; a series of which all readings are among them is named as one."""
    chosen = list(attributes)
    readings = Counter(each.place.series for each in chosen if each.place)
    said: dict[str, None] = {}
    for each in chosen:
        place = each.place
        whole = place is not None and readings[place.series] == place.count
        label = place.label[language] if place is not None and whole else each.label[language]
        said[lowered(words, label)] = None
    return listed(words, list(said))


def _number(words: Words, number: Decimal) -> str:
    return decimal_text(number).replace(".", words.decimal_point)
