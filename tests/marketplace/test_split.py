"""Prices and shares are exact to the cent."""

from hypothesis import given
from hypothesis import strategies as st

from marketplace.domain.split import Price, gross_of, price_of, split_by_largest_remainder

NODES = ("node-a", "node-b", "node-c")
weights = st.dictionaries(
    st.text("abcdef", min_size=1, max_size=3), st.integers(1, 50), min_size=1, max_size=8
)


@given(amount=st.integers(0, 10**12), weights=weights)
def test_shares_sum_to_the_amount_and_miss_their_quota_by_less_than_a_cent(amount, weights):
    shares = split_by_largest_remainder(amount, weights)

    total = sum(weights.values())
    assert sum(shares.values()) == amount
    assert all(abs(shares[name] * total - amount * weight) < total for name, weight in weights.items())


def test_equal_remainders_go_to_the_smaller_account_name():
    assert split_by_largest_remainder(2, {"c": 1, "b": 1, "a": 1}) == {"a": 1, "b": 1, "c": 0}


@given(people=st.integers(0, 10**6), compensation=st.integers(0, 10**6))
def test_a_price_is_the_sum_of_its_parts_and_the_people_get_seventy_percent(people, compensation):
    price = price_of(people, compensation, NODES)

    fees = sum(price.node_fees_cents) + price.platform_fee_cents
    assert price.gross_cents == price.people_total_cents + fees == gross_of(people, compensation)
    assert price.people_total_cents == people * compensation
    assert 0 <= price.gross_cents * 70 - price.people_total_cents * 100 < 70
    assert Price.from_json(price.to_json()) == price


def test_the_worked_example_of_a_hundred_people_at_fifty_cents():
    price = price_of(100, 50, NODES)

    assert price == Price(100, 50, 5_000, (357, 357, 357), 1_072, 7_143)
