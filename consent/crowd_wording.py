"""How are sums over many wallets said in plain words? Sentences from the terms and orders that are enforced.

What a person reads before she agrees is made from the terms that her wallet will hold to, and its digest
stands in the consent.
"""

from math import ceil

from consent.crowd_authority import millibits_of
from consent.crowd_order import CrowdOrder
from consent.crowd_run import function_of
from consent.crowd_terms import CrowdRefusal, CrowdTerms
from consent.crowd_words import crowd_words_of
from consent.score_authority import record_bits, spent_bits
from consent.score_wording import describe_weights
from consent.weighed_wording import TermsWords, compensation_of, said_of_terms
from consent.wording import odds_in_hundred
from consent.words import words_of
from crypto.noise import rho_from_epsilon
from ssi.dataset import DataSet


def describe_crowd_terms(terms: CrowdTerms, data_set: DataSet, language: str) -> TermsWords:
    """Say what terms allow.

    Raises:
        TermsError: there are no sentences in this language, or the data set has no numbers to be weighed.
    """
    say, said = crowd_words_of(language).sentences, said_of_terms(terms, data_set, language)
    one, all_of_them = odds_in_hundred(terms.epsilon_per_sum), odds_in_hundred(terms.epsilon_total)
    return TermsWords(
        language=language,
        summary=say["summary"].format(floor=terms.crowd_floor, **said),
        protection=(
            say["engine"],
            say["numbers"].format(**said),
            say["noise"],
            words_of(language).sentences["odds"].format(one=one, all=all_of_them),
            say["same"],
        ),
        compensation=compensation_of(terms, say, said),
        limits=(say["honest"], say["by_itself"], say["limit_seen"], say["limit_spoilt"]),
        stop=say["stop"],
    )


def describe_crowd_order(order: CrowdOrder, language: str) -> str:
    """Say an order: "Sum of 1 × exam score, over 20 to 50 people".

    Raises:
        UnknownDataSetError, TermsError: it is about no function of a known data set.
    """
    weights = describe_weights(function_of(order), language)
    say = crowd_words_of(language).sentences["asked"]
    return say.format(weights=weights, floor=order.floor, people=order.people)


def describe_crowd_cost(order: CrowdOrder, language: str) -> str:
    """Say what whoever asks could learn about one person from a sum.

    Raises:
        UnknownDataSetError, TermsError: it is about no function of a known data set.
    """
    described = function_of(order).data_set
    cost = spent_bits((), described, told_millibits=millibits_of(rho_from_epsilon(order.epsilon)))
    say = crowd_words_of(language).sentences["cost"]
    return say.format(cost=ceil(cost), all=ceil(record_bits(described)))


def describe_crowd_method(people: int, language: str) -> str:
    """Say how a sum came about, and how far it is to be believed."""
    return crowd_words_of(language).sentences["method"].format(people=people)


def explain_crowd_refusal(refusal: CrowdRefusal, language: str) -> str:
    """Say why a wallet does not take part."""
    return crowd_words_of(language).refusals[refusal]
