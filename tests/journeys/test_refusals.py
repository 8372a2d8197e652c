"""What a buyer, or somebody who is none, must not get from the marketplace; each refusal by name."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest

from consent.query import Statistic
from consent.vocabulary import Purpose, StatisticKind
from crypto.encoding import canonical_json
from examples.buyers import Organisation
from examples.town import API_KEY, MARKETPLACE
from marketplace.sdk.buyer import API, Buyer
from marketplace.sdk.keys import BuyerKeys
from ssi.http.client import Body, Client
from ssi.http.errors import RefusedByPeerError
from tests.journeys.crowds import BY_SCHOOL, BY_SEX, OF_ALL, OF_ALL_WITH_NOISE
from tests.journeys.customers import Customer, Purchase, enrolled, stranger
from tests.journeys.neighbourhood import Neighbourhood

pytestmark = [pytest.mark.journey, pytest.mark.database, pytest.mark.timeout(600)]

COMPANY = Organisation("Hire and Fire Limited", "company")


@pytest.fixture(autouse=True)
def _no_cent_moves(neighbourhood: Neighbourhood, institute: Customer, exact: Purchase) -> Iterator[None]:
    """Whatever is refused leaves every account as it was."""
    before = neighbourhood.balances()
    yield
    after = neighbourhood.balances()
    changes = after.since(before)
    others = {account for account in changes if not account.startswith("buyer:")}
    assert others <= {"external:sandbox"}  # from which new buyers get their money
    assert institute.purse not in changes
    assert not after.held


def test_a_question_about_an_unknown_data_set_is_not_found(institute: Customer):
    refusal = refused(lambda: institute.buyer.quote(replace(OF_ALL, data_set="salaries/1")))

    assert (refusal.status, kind_of(refusal)) == (404, "unknown-data-set")


def test_an_order_about_an_unknown_data_set_is_not_found(institute: Customer):
    unknown = replace(OF_ALL, data_set="exam/2")

    refusal = refused(lambda: institute.buyer.order(unknown, accept_cents=10**6))

    assert (refusal.status, kind_of(refusal)) == (404, "unknown-data-set")


def test_an_issuer_issues_nothing_about_a_data_set_that_it_does_not_offer(neighbourhood: Neighbourhood):
    town = neighbourhood.town
    client = Client(
        town.url("university"), headers={"Authorization": f"Bearer {town.secret('university', API_KEY)}"}
    )
    record = {"data_set": "health/1", "external_id": "nobody", "values": {"age": 40}}

    refusal = refused(lambda: client.post_json("/api/v1/credentials", record))

    assert (refusal.status, kind_of(refusal)) == (404, "not-offered")


def test_a_question_about_an_unknown_attribute_is_refused_with_the_known_ones(institute: Customer):
    query = replace(OF_ALL, statistics=(Statistic(StatisticKind.MEAN, "income"),))

    refusal = refused(lambda: institute.buyer.quote(query))

    assert refusal.status == 422
    assert "has no attribute 'income'" in str(refusal)
    assert "exam_score" in str(refusal)


UNCOVERED = {
    "purpose": (replace(OF_ALL, purpose=Purpose.PERSONNEL_HIRING), "purpose"),
    "statistic": (
        replace(BY_SEX, group_by=None, statistics=(Statistic(StatisticKind.HISTOGRAM, "sex"),)),
        "kind of answer",
    ),
    "privacy": (replace(BY_SEX, epsilon=Decimal(9)), "more than one answer is allowed to tell"),
}


@pytest.mark.parametrize("what", UNCOVERED)
def test_a_question_is_refused_with_the_reason_when_no_consent_covers_its(what: str, institute: Customer):
    query, words = UNCOVERED[what]

    refusal = refused(lambda: institute.buyer.quote(query))

    assert (refusal.status, kind_of(refusal)) == (422, "too-few-people")
    assert words in str(refusal)
    assert refused(lambda: institute.buyer.order(query, accept_cents=10**6)).status == 422


def test_a_kind_of_buyer_that_no_consent_covers_is_refused(neighbourhood: Neighbourhood):
    company = enrolled(neighbourhood, COMPANY)

    refusal = refused(lambda: company.buyer.quote(OF_ALL))

    assert (refusal.status, kind_of(refusal)) == (422, "too-few-people")
    assert refused(lambda: company.buyer.order(OF_ALL, accept_cents=10**6)).status == 422


def test_a_question_to_more_people_than_there_are_is_refused(institute: Customer, exact: Purchase):
    with_noise = refused(lambda: institute.buyer.quote(replace(OF_ALL_WITH_NOISE, floor=1000)))
    without = refused(lambda: institute.buyer.quote(replace(OF_ALL, floor=1000)))

    assert (with_noise.status, kind_of(with_noise)) == (422, "too-few-people")
    # An exact answer was given before, and since then one reason stands for too few and too alike.
    assert (without.status, kind_of(without)) == (422, "differs-by-too-few")


def test_a_question_that_would_hide_people_among_fewer_than_ten_is_refused(institute: Customer):
    refusal = refused(lambda: institute.buyer.quote(replace(OF_ALL, floor=9)))

    assert (refusal.status, kind_of(refusal)) == (422, "query-refused")


def test_an_exact_answer_by_a_private_group_is_refused(institute: Customer):
    refusal = refused(lambda: institute.buyer.quote(replace(BY_SEX, epsilon=None)))

    assert (refusal.status, kind_of(refusal)) == (422, "query-refused")


@pytest.mark.parametrize(
    "header", [{}, {"Authorization": "Bearer argonauta_made-up"}, {"Authorization": "x"}]
)
def test_who_shows_no_api_key_is_told_nothing(header: dict[str, str], neighbourhood: Neighbourhood):
    anybody = Client(neighbourhood.town.url(MARKETPLACE), headers=header)

    assert refused(lambda: anybody.post_json(f"{API}/quotes", {})).status == 401
    assert refused(lambda: anybody.post_json(f"{API}/orders", {})).status == 401
    assert refused(lambda: anybody.get_json(f"{API}/orders")).status == 401


def test_a_buyer_without_a_credential_gets_neither_price_nor_answer(neighbourhood: Neighbourhood):
    nobody = stranger(neighbourhood).buyer

    quote = refused(lambda: nobody.quote(OF_ALL))
    order = refused(lambda: nobody.order(OF_ALL, accept_cents=10**6))

    assert (quote.status, kind_of(quote)) == (403, "not-registered")
    assert (order.status, kind_of(order)) == (403, "not-registered")


def test_a_mandate_that_the_organisation_did_not_sign_is_refused(
    neighbourhood: Neighbourhood, institute: Customer
):
    thief = stranger(neighbourhood).buyer
    credential = credential_of(neighbourhood, institute)

    refusal = refused(lambda: thief.register(credential))

    assert (refusal.status, kind_of(refusal)) == (422, "mandate-refused")


def test_a_persons_record_does_not_make_an_organisation(neighbourhood: Neighbourhood):
    nobody = stranger(neighbourhood).buyer
    compact = neighbourhood.credential(neighbourhood.people[0]).compact
    mandate = nobody.keys.mandate(
        buyer="urn:argonauta:organisation:x",
        marketplace=neighbourhood.registry.marketplace.id,
        now=nobody.clock(),
        valid_for=neighbourhood.registry.valid_until - nobody.clock(),
    )
    body = Body(canonical_json({"credential": compact, "mandate": mandate}))

    refusal = refused(lambda: nobody.client.send("PUT", f"{API}/account/organisation", body=body))

    assert (refusal.status, kind_of(refusal)) == (422, "malformed-credential")


def test_a_buyer_without_money_is_told_how_much_is_missing(neighbourhood: Neighbourhood):
    poor = enrolled(neighbourhood, cents=100)
    price = poor.buyer.quote(OF_ALL).price_cents

    refusal = refused(lambda: poor.buyer.order(OF_ALL, accept_cents=price))

    assert (refusal.status, kind_of(refusal)) == (402, "insufficient-funds")
    assert f"{price - 100} cents" in str(refusal)


def test_a_price_above_the_accepted_one_is_not_charged(institute: Customer):
    price = institute.buyer.quote(OF_ALL).price_cents

    refusal = refused(lambda: institute.buyer.order(OF_ALL, accept_cents=price - 1))

    assert (refusal.status, kind_of(refusal)) == (409, "price-changed")


def test_an_order_id_that_is_none_is_refused(institute: Customer):
    refusal = refused(lambda: institute.buyer.order(OF_ALL, accept_cents=10**6, order_id="1"))

    assert refusal.status == 400


def test_the_same_order_id_of_another_buyer_is_refused(neighbourhood: Neighbourhood, exact: Purchase):
    other = enrolled(neighbourhood)

    refusal = refused(
        lambda: other.buyer.order(
            BY_SCHOOL, accept_cents=exact.quote.price_cents, order_id=exact.placed.order_id
        )
    )

    assert (refusal.status, kind_of(refusal)) == (409, "order-conflict")


ENDPOINTS: dict[str, Callable[[Buyer, str], object]] = {
    "progress": lambda buyer, order: buyer.client.get_json(f"{API}/orders/{order}"),
    "result": lambda buyer, order: buyer.client.get_json(f"{API}/orders/{order}/result"),
    "confirmation": lambda buyer, order: buyer.client.post_json(f"{API}/orders/{order}/confirmation", {}),
}


@pytest.mark.parametrize("what", ENDPOINTS)
def test_an_order_of_somebody_else_is_like_none(what: str, neighbourhood: Neighbourhood, exact: Purchase):
    other = stranger(neighbourhood).buyer

    theirs = refused(lambda: ENDPOINTS[what](other, exact.placed.order_id))
    none = refused(lambda: ENDPOINTS[what](other, str(uuid4())))

    assert (theirs.status, kind_of(theirs)) == (none.status, kind_of(none)) == (404, "unknown-order")


def test_a_history_is_told_to_nobody_but_its_person(neighbourhood: Neighbourhood):
    she, neighbour = neighbourhood.people[0], neighbourhood.people[1]
    path = f"{API}/contributions/{she.consent_id}/history"
    anybody = Client(neighbourhood.town.url(MARKETPLACE))
    market = neighbourhood.wallets.refresh.market

    unproven = refused(lambda: anybody.get_json(path))

    assert unproven.status == 401
    neighbours_key = neighbourhood.credential(neighbour).holder_key
    with pytest.raises(Exception, match="no such offer of yours"):
        market.history(she.consent_id, neighbours_key)
    assert market.history(she.consent_id, neighbourhood.credential(she).holder_key)


def test_an_answer_opens_with_no_other_buyers_keys(exact: Purchase):
    buyer = exact.customer.buyer
    thief = replace(buyer, keys=BuyerKeys.create())

    with pytest.raises(Exception, match="sealed its output to somebody else's key"):
        thief.open_result(exact.placed)


def refused(call: Callable[[], object]) -> RefusedByPeerError:
    """The refusal that a request got."""
    with pytest.raises(RefusedByPeerError) as refusal:
        call()
    return refusal.value


def kind_of(refusal: RefusedByPeerError) -> str:
    """The last word of the problem's type."""
    assert refusal.problem is not None
    return refusal.problem.kind.rpartition(":")[2]


def credential_of(neighbourhood: Neighbourhood, customer: Customer) -> str:
    """The credential that an organisation registered, which its nodes see as well."""
    account = neighbourhood.market.get_account(customer.account_id)
    assert account.organisation is not None
    return account.organisation.credential
