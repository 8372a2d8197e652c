"""Numbers of people are shown in bands only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.domain.band import Band, band_of


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "fewer than 50"),
        (49, "fewer than 50"),
        (50, "50 to 100"),
        (99, "50 to 100"),
        (249, "100 to 250"),
        (499, "250 to 500"),
        (500, "500 to 1,000"),
        (2_000_000, "1,000,000 or more"),
    ],
)
def test_a_count_falls_into_its_band(count, text):
    assert band_of(count).text == text


@given(st.integers(0, 10**7))
def test_a_band_holds_its_count_and_does_not_tell_it(count):
    band = band_of(count)

    assert band.least <= count
    assert band.below is None or count < band.below
    assert band.below is None or band.below - band.least >= 50


def test_a_band_is_the_same_for_all_its_counts():
    assert band_of(100) == band_of(249) == Band(100, 250)
    assert band_of(100).to_json() == {"least": 100, "below": 250, "text": "100 to 250"}
