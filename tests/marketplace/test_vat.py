"""Which tax is owed where, how a number has to look, and what an amount with tax is made of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.domain.split import MAX_CENTS, price_of
from marketplace.domain.vat import (
    MAX_RATE_PERMILLE,
    RATES_PERMILLE,
    Treatment,
    VatRules,
    VatStanding,
    checked_country,
    checked_vat_id,
    contained,
    treat,
)
from marketplace.errors import BillingRefusedError

GERMAN = VatRules("DE")


@pytest.mark.parametrize(
    ("country", "confirmed", "expected"),
    [
        (None, False, Treatment(VatStanding.DOMESTIC, "DE", 190)),
        ("DE", False, Treatment(VatStanding.DOMESTIC, "DE", 190)),
        ("DE", True, Treatment(VatStanding.DOMESTIC, "DE", 190)),
        ("FR", True, Treatment(VatStanding.REVERSE_CHARGE, "FR", 0)),
        ("FR", False, Treatment(VatStanding.BUYERS_STATE, "FR", 200)),
        ("FI", False, Treatment(VatStanding.BUYERS_STATE, "FI", 255)),
        ("CH", False, Treatment(VatStanding.OUTSIDE_EU, "CH", 0)),
        ("US", True, Treatment(VatStanding.OUTSIDE_EU, "US", 0)),
    ],
)
def test_the_rule_follows_the_buyers_country_and_confirmed_number(country, confirmed, expected):
    assert treat(GERMAN, country, is_confirmed_business=confirmed) == expected


@pytest.mark.parametrize("country", [None, "DE", "FR", "CH"])
def test_a_seller_who_is_not_registered_takes_no_tax_from_anybody(country):
    found = treat(VatRules("DE", is_registered=False), country, is_confirmed_business=True)

    assert (found.standing, found.rate_permille) == (VatStanding.NOT_REGISTERED, 0)


def test_each_rule_that_takes_no_tax_says_why():
    for standing in VatStanding:
        assert bool(Treatment(standing, "FR", 0).note) == (standing is not VatStanding.DOMESTIC)


def test_an_operator_may_replace_a_rate():
    rules = VatRules("DE", rates_permille={**RATES_PERMILLE, "DE": 160})

    assert treat(rules, None, is_confirmed_business=False).rate_permille == 160


@pytest.mark.parametrize(
    ("country", "rates"), [("CH", RATES_PERMILLE), ("DE", {"DE": 501}), ("DE", {"DE": -1}), ("", {})]
)
def test_rules_without_a_sensible_rate_at_home_are_refused(country, rates):
    with pytest.raises(BillingRefusedError):
        VatRules(country, rates_permille=rates)


@pytest.mark.parametrize(
    ("gross", "rate", "vat"),
    [(119, 190, 19), (100, 190, 16), (30, 190, 5), (1, 190, 0), (4, 190, 1), (0, 190, 0)],
)
def test_the_tax_in_an_amount_is_rounded_to_the_nearest_cent(gross, rate, vat):
    assert contained(gross, rate).vat_cents == vat


@given(st.integers(0, MAX_CENTS), st.integers(0, MAX_RATE_PERMILLE))
def test_net_and_tax_are_the_amount_and_the_tax_is_less_than_half_a_cent_off(gross, rate):
    found = contained(gross, rate)

    assert found.gross_cents == gross
    assert min(found.net_cents, found.vat_cents) >= 0
    assert abs(2 * (found.vat_cents * (1000 + rate) - gross * rate)) <= 1000 + rate


@given(st.integers(1, 5000), st.integers(0, 500), st.integers(1, 4), st.sampled_from(sorted(RATES_PERMILLE)))
def test_the_platforms_own_part_always_covers_the_tax_of_the_whole_fee(
    people, compensation, records, country
):
    price = price_of(people, compensation, ("node-a", "node-b", "node-c"), records=records)
    fee = price.gross_cents - price.people_total_cents

    assert contained(fee, RATES_PERMILLE[country]).vat_cents <= price.platform_fee_cents


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("DE123456789", "DE", "DE123456789"),
        (" de 123-456.789 ", "DE", "DE123456789"),
        ("EL123456789", "GR", "EL123456789"),
        ("ATU12345678", "AT", "ATU12345678"),
        ("NL123456789B01", "NL", "NL123456789B01"),
        ("FRAB123456789", "FR", "FRAB123456789"),
        ("IE1A23456WX", "IE", "IE1A23456WX"),
    ],
)
def test_a_number_is_read_in_the_form_of_its_country(text, country, number):
    assert checked_vat_id(text, country) == number


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("DE12345678", "DE"),
        ("FR12345678901", "DE"),
        ("123456789", "DE"),
        ("GR123456789", "GR"),
        ("DE١٢٣٤٥٦٧٨٩", "DE"),
        ("DE123456789\x00", "DE"),
        ("CHE123456789", "CH"),
        ("", "DE"),
        ("DE" + "1" * 10_000, "DE"),
    ],
)
def test_a_number_of_another_form_is_refused(text, country):
    with pytest.raises(BillingRefusedError):
        checked_vat_id(text, country)


@pytest.mark.parametrize("text", ["", "D", "DEU", "D1", "ÄÖ", "D\x00"])
def test_a_country_is_two_letters(text):
    with pytest.raises(BillingRefusedError):
        checked_country(text)
