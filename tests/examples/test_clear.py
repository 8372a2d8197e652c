"""What the stories hold private answers against is itself right: by small numbers that anybody can check."""

from decimal import Decimal

import pytest

from examples import clear

PEOPLE: list[clear.Person] = [
    {"x": float(x), "y": 2.0 * x + 1, "sex": "male" if x > 4 else "female"} for x in range(1, 10)
]
NEITHER: clear.Person = {"x": None, "y": None, "sex": "female"}


@pytest.mark.parametrize(("fraction", "value"), [("0", 1), ("0.25", 3), ("0.5", 5), ("0.74", 6), ("1", 9)])
def test_a_quantile_is_a_value_of_somebody(fraction, value):
    assert clear.quantile([*PEOPLE, NEITHER], "x", Decimal(fraction)) == value


@pytest.mark.parametrize(
    ("value", "place", "off"),
    [(5.0, 4.0, 0), (5.0, 6.5, 1.5), (5.5, 4.0, 1), (5.5, 5.0, 0), (0.0, 4.0, 4), (99.0, 4.0, 5)],
)
def test_a_value_is_off_by_the_people_between_it_and_its_place(value, place, off):
    assert clear.places_off(PEOPLE, "x", value, place) == off


def test_of_equal_values_any_place_among_them_will_do():
    people = [{"x": 1.0}, {"x": 2.0}, {"x": 2.0}, {"x": 2.0}, {"x": 3.0}]

    assert [clear.places_off(people, "x", 2.0, place) for place in range(5)] == [1, 0, 0, 0, 0]


def test_sums_and_what_numbers_have_to_do_with_each_other():
    assert clear.total([*PEOPLE, NEITHER], "x") == 45
    assert clear.covariance(PEOPLE, "x", "y") == pytest.approx(15)
    assert clear.correlation(PEOPLE, "x", "y") == pytest.approx(1)


def test_a_regression_finds_the_line_and_how_much_it_explains():
    bent: list[clear.Person] = [*PEOPLE, {"x": 5.0, "y": 14.0}, {"x": 5.0, "y": 8.0}]

    assert clear.regression(PEOPLE, "y", ["x"]) == pytest.approx([1, 2, 1])
    assert clear.regression(bent, "y", ["x"]) == pytest.approx([1, 2, 1 - 18 / 258])


def test_a_logistic_regression_crosses_where_the_categories_part():
    intercept, slope = clear.logistic(PEOPLE, ("sex", "male"), {"x": (0.0, 10.0)})
    reversed_intercept, reversed_slope = clear.logistic(PEOPLE, ("sex", "female"), {"x": (0.0, 10.0)})

    assert slope > 0.3
    assert -intercept / slope == pytest.approx(4.5, abs=0.3)
    assert [reversed_intercept, reversed_slope] == pytest.approx([-intercept, -slope])


def test_clusters_are_where_the_people_are_and_an_empty_one_stays_where_it_began():
    people = [{"x": x, "y": y} for x, y in [(0.0, 0.0), (1.0, 1.0), (9.0, 10.0), (10.0, 9.0), (10.0, 10.0)]]
    ranges = {"x": (0.0, 10.0), "y": (0.0, 10.0)}

    (low, few), (high, most) = sorted(clear.clusters(people, ranges, 2))
    (near, one), (empty, nobody) = clear.clusters([{"x": 4.0}], {"x": (0.0, 10.0)}, 2)

    assert (few, most) == (2, 3)
    assert [*low, *high] == pytest.approx([0.5, 0.5, 29 / 3, 29 / 3])
    assert (one, nobody) == (1, 0)
    assert [*near, *empty] == pytest.approx([4.0, 2.5])
