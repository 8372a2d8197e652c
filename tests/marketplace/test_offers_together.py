"""Offers that are kept in one transaction: as one after the other, in as many statements as one."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consent.log import InclusionProof
from crypto.merkle import leaf_hash, verify_inclusion
from marketplace.domain.log import Log
from marketplace.errors import OfferConflictError
from marketplace.services.keep_offers import CheckedContribution, KeepOffers
from marketplace.storage.store import open_store
from tests.marketplace.counted import statements
from tests.marketplace.market import Market, open_market
from tests.marketplace.mpc_node.people import PLAIN, contribution_of, people, withdrawal_of

CROWD = people(6)
ARRIVALS = st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=9)


def checked(market: Market, index: int, *, altered: bool = False) -> CheckedContribution:
    """What somebody hands in; altered, it is another request for the same consent."""
    found = market.services.accept_offer.papers(contribution_of(CROWD[index]).to_json())
    return replace(found, digest="another") if altered else found


def told(outcome: object) -> object:
    """An outcome without what depends on how large the log was when it was shown."""
    if isinstance(outcome, Exception):
        return type(outcome), str(outcome)
    assert isinstance(outcome, dict)
    return {**outcome, "log": outcome["log"]["entry"]["body"]}


def one_by_one(keep: KeepOffers, arriving: Sequence[CheckedContribution]) -> list[object]:
    outcomes: list[object] = []
    for each in arriving:
        try:
            outcomes.append(keep(each))
        except OfferConflictError as error:
            outcomes.append(error)
    return outcomes


@given(ARRIVALS, st.booleans())
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_together_is_as_one_after_the_other(arrivals, withdrawn_before):
    """Repetitions, other contributions for the same consent, and consents that were withdrawn among them."""
    alone, together = open_market(), open_market()
    for market in (alone, together):
        if withdrawn_before:
            market.services.accept_offer(contribution_of(CROWD[0]).to_json())
            market.services.withdraw_offer(withdrawal_of(CROWD[0]))
    asked = [
        [checked(market, who, altered=altered) for who, altered in arrivals] for market in (alone, together)
    ]
    told_alone = [told(each) for each in one_by_one(alone.services.accept_offer.keep, asked[0])]
    told_together = [told(each) for each in together.services.accept_offer.keep.all_of(asked[1])]

    assert told_together == told_alone
    offers = []
    for market in (alone, together):
        with market.store.reading() as books:
            offers.append([books.offers.get(each.consent_id) for each in CROWD])
    assert offers[0] == offers[1]


def test_everybody_of_a_batch_can_check_that_her_offer_stands_in_the_log(market):
    market.services.accept_offer(contribution_of(CROWD[0]).to_json())
    answers = market.services.accept_offer.keep.all_of([checked(market, index) for index in range(1, 6)])

    with market.store.reading() as books:
        size, root = Log(books.log).size, Log(books.log).root(Log(books.log).size)
    for index, answer in enumerate(answers, start=1):
        assert isinstance(answer, dict)
        proof = InclusionProof.from_json(answer["log"]["proof"])
        assert proof.index == index
        verify_inclusion(leaf_hash(proof.leaf.encode()), index, size, proof.hashes, root)
        assert answer["log"]["entry"]["body"]["consent_id"] == CROWD[index].consent_id


def test_what_was_taken_is_answered_as_it_was_when_it_would_not_be_taken_any_more(market):
    document = contribution_of(CROWD[0]).to_json()
    first = market.services.accept_offer(document)
    market.clock.forward(days=200)

    assert PLAIN.policy.valid_until < market.clock()
    assert market.services.accept_offer(document) == first


def test_the_number_of_statements_does_not_grow_with_the_offers_of_a_batch(database_url):
    store = open_store(database_url)
    market = open_market(store)
    keep = market.services.accept_offer.keep
    keep.all_of([checked(market, 0)])
    counts = []
    for batch in ([1], [2, 3, 4, 5]):
        arriving = [checked(market, index) for index in batch]
        with statements(store.database) as made:
            keep.all_of(arriving)
        counts.append(len(made))
    store.database.close()

    assert counts[0] == counts[1] <= 20
