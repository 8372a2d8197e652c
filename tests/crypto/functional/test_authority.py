"""Keys that would say too much are refused, whoever asks and however they are cut."""

from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.curve import ORDER
from crypto.errors import CryptoError, FunctionRefusedError, MalformedError, OutOfRangeError
from crypto.functional.authority import Granted, Grants, Refusal, Refused, decide, grant
from crypto.functional.authority_algebra import echelon, is_inside, single_columns
from crypto.functional.authority_lattice import dot, reduce
from crypto.functional.authority_store import decode_grants, encode_grants
from crypto.functional.authority_terms import Terms, charge_millibits
from crypto.randomness import expand, random_below, stream

TERMS = Terms((100,) * 6, 60_000)
LAX = replace(TERMS, largest_share=Fraction(999_999, 1_000_000), budget_millibits=10**6)
"""Terms under which a single rule stands alone."""

EVEN = (1, 1, 1, 1, 1, 1)
RECORD = (17, 3, 99, 45, 0, 62)


def reason(decision):
    assert isinstance(decision, Refused), decision
    return decision.reason


def granted(terms, *functions):
    grants = Grants(terms)
    for function in functions:
        grants = grant(grants, function).grants
    return grants


def test_an_even_sum_is_granted_and_charged_by_its_possible_results():
    decision = decide(Grants(TERMS), EVEN)

    assert isinstance(decision, Granted)
    # 601 results: log2 is 9.2312.
    assert decision.charged_millibits == 9_232
    assert decision.grants.functions == (EVEN,)


def test_a_unit_vector_is_refused_with_a_reason_for_people():
    decision = decide(Grants(TERMS), (0, 0, 1, 0, 0, 0))

    assert isinstance(decision, Refused)
    assert decision.reason is Refusal.SINGLE_VALUE
    assert "column 2" in decision.explanation
    with pytest.raises(FunctionRefusedError, match="column 2"):
        grant(Grants(TERMS), (0, 0, 1, 0, 0, 0))


def test_keys_of_several_buyers_that_combine_to_one_value_are_refused():
    """Each key alone is harmless; the three results together are the third column."""
    first, second, third = (1, 1, 1, 1, 1, 1), (1, 2, 1, 2, 1, 2), (0, 1, -1, 1, 0, 1)
    for function in (first, second, third):
        assert isinstance(decide(Grants(LAX), function), Granted)

    results = [dot(function, RECORD) for function in (first, second, third)]
    assert results[1] - results[0] - results[2] == RECORD[2]

    state = granted(LAX, first, second)
    assert reason(decide(state, third)) is Refusal.SINGLE_VALUE


def test_a_protected_combination_is_refused_directly_and_by_combination():
    terms = replace(LAX, protected=((1, 1, 0, 0, 0, 0),))

    assert reason(decide(Grants(terms), (2, 2, 0, 0, 0, 0))) is Refusal.PROTECTED
    state = granted(terms, (1, 1, 1, 1, 1, 1))
    assert reason(decide(state, (0, 0, 1, 1, 1, 1))) is Refusal.PROTECTED
    assert isinstance(decide(state, (0, 1, 1, 1, 1, 1)), Refused)
    assert isinstance(decide(state, (1, 0, 1, 0, 1, 0)), Granted)


def test_a_protected_combination_that_results_single_out_is_refused():
    terms = replace(LAX, protected=((1, 1, 0, 0, 0, 0),), largest_result=2**50)
    packed = (1, 1, 201, 202, 203, 204)

    # The sum of the first two is what remains of the result modulo nothing larger than 200 apart.
    assert not is_inside(echelon([packed]), terms.protected[0])
    assert isinstance(decide(Grants(replace(terms, protected=())), packed), Granted)
    assert isinstance(decide(Grants(terms), packed), Granted)
    assert reason(decide(Grants(terms), (1, 1, 201, 201, 201, 201))) is Refusal.PROTECTED


def test_rank_above_n_minus_2_is_refused():
    chain = [tuple(1 if at in (k, k + 1) else 0 for at in range(6)) for k in range(5)]
    state = granted(LAX, *chain[:4])

    assert len(echelon(chain)) == 5
    assert single_columns(echelon(chain)) == []
    assert reason(decide(state, chain[4])) is Refusal.TOO_MANY_FUNCTIONS


def test_five_results_of_six_columns_leave_a_line_and_often_a_single_record():
    """Why the rank is bounded: the chain of sums determines records that touch the range."""
    results = [RECORD[k] + RECORD[k + 1] for k in range(5)]
    candidates = []
    for first in range(101):
        record = [first]
        for result in results:
            record.append(result - record[-1])
        if all(0 <= value <= 100 for value in record):
            candidates.append(tuple(record))

    assert RECORD in candidates
    assert len(candidates) < 20


def test_one_dominating_weight_is_refused():
    heavy = (1000, 1, 1, 1, 1, 1)
    assert abs(dot(heavy, RECORD) / 1000 - RECORD[0]) < 0.5

    assert reason(decide(Grants(TERMS), heavy)) is Refusal.DOMINATED
    assert reason(decide(Grants(LAX), heavy)) is Refusal.PACKED


def test_functions_that_dominate_a_column_only_together_are_refused():
    state = granted(TERMS, (3, 2, 2, 2, 2, 2))

    assert isinstance(decide(Grants(TERMS), (3, -2, -2, 2, -2, -2)), Granted)
    assert reason(decide(state, (3, -2, -2, 2, -2, -2))) is Refusal.DOMINATED


def test_weights_that_pack_the_record_into_digits_are_refused():
    packing = tuple(101**k for k in range(6))
    rest, digits = dot(packing, RECORD), []
    for _ in range(6):
        rest, digit = divmod(rest, 101)
        digits.append(digit)
    assert tuple(digits) == RECORD

    terms = replace(TERMS, largest_result=2**60)
    assert reason(decide(Grants(terms), packing)) is Refusal.DOMINATED
    terms = replace(terms, largest_share=1 - Fraction(1, 2**70))
    assert reason(decide(Grants(terms), packing)) is Refusal.PACKED
    shuffled = (packing[3], -packing[0], packing[5], packing[1], -packing[4], packing[2])
    assert reason(decide(Grants(terms), shuffled)) is Refusal.PACKED


def test_a_gap_between_the_weights_is_refused():
    """601 > 6 · 100: the multiple of 601 in the result is the last column."""
    wide = Terms((100,) * 7, 10**6, largest_share=Fraction(999_999, 1_000_000))
    gap = (1, 1, 1, 1, 1, 1, 601)
    assert dot(gap, (*RECORD, 77)) // 601 == 77

    assert reason(decide(Grants(wide), gap)) is Refusal.PACKED


def test_a_remainder_that_gives_a_column_away_is_refused():
    """All weights but one are multiples of 101, so the result modulo 101 is the first column."""
    function = (1, 101, 202, 303, 202, 101)
    assert dot(function, RECORD) % 101 == RECORD[0]
    assert single_columns(echelon([function])) == []

    assert reason(decide(Grants(LAX), function)) is Refusal.PACKED


def test_a_unit_vector_hidden_modulo_the_group_order_is_refused():
    """Eight keys with weights of some forty bits: over the rationals no unit vector, modulo the order one.

    The buyers choose a_i at random and weights with Σ a_i y_i = e_0 modulo the order, from short vectors of
    the lattice of solutions. Function keys add in the exponent, so Σ a_i sk_i is the key of column 0.
    """
    factors, columns = _factors(8), 48
    short = _solutions(factors)
    chosen = [[short[k] for k in range(8) if (37 * column + 11) >> k & 1] for column in range(columns)]
    weights = [
        _closest(short, factors),
        *([sum(entries) for entries in zip(*some, strict=True)] for some in chosen[1:]),
    ]
    functions = list(zip(*weights, strict=True))
    secret = [random_below(ORDER, stream(b"\x07" * 32, f"master {column}")) for column in range(columns)]
    keys = [dot(secret, function) % ORDER for function in functions]

    assert max(abs(weight) for function in functions for weight in function) < 2**40
    assert dot(factors, keys) % ORDER == secret[0]
    record = (42, *range(columns - 1))
    assert dot(factors, [dot(function, record) for function in functions]) % ORDER == 42
    assert not single_columns(echelon(functions))

    terms = Terms((10_000,) * columns, 10**7, (), Fraction(999, 1000), Fraction(1, 16), 2**62)
    grants, decision = Grants(terms), decide(Grants(terms), functions[0])
    while isinstance(decision, Granted):
        grants = decision.grants
        decision = decide(grants, functions[len(grants.functions)])
    assert decision.reason is Refusal.PACKED
    assert 2 <= len(grants.functions) < 8


def _factors(count):
    return [random_below(ORDER, stream(b"\x06" * 32, f"factor {k}")) for k in range(count)]


def _solutions(factors):
    """A short basis of all z with Σ a_k z_k = 0 modulo the order."""
    inverse = pow(factors[0], -1, ORDER)
    count = len(factors)
    basis = [[ORDER] + [0] * (count - 1)]
    for k in range(1, count):
        basis.append([-factors[k] * inverse % ORDER] + [int(at == k) for at in range(1, count)])
    return reduce(basis)


def _closest(short, factors):
    """A short z with Σ a_k z_k = 1: one solution, less the closest combination of the basis."""
    target = [pow(factors[0], -1, ORDER)] + [0] * (len(factors) - 1)
    # Appending the target with a large mark makes the reduction subtract the others from it.
    mark = 2**45
    embedded = reduce([[*vector, 0] for vector in short] + [[*target, mark]])
    return next(
        [sign * entry for entry in vector[:-1]]
        for vector in embedded
        if abs(vector[-1]) == mark
        for sign in (vector[-1] // mark,)
    )


def test_many_invented_buyers_share_one_budget():
    terms = replace(LAX, budget_millibits=30_000)
    state, served = Grants(terms), 0
    for buyer in range(4):
        decision = decide(state, tuple(1 + (at == buyer) for at in range(6)))
        if isinstance(decision, Granted):
            state, served = decision.grants, served + 1
        else:
            assert decision.reason is Refusal.OVER_BUDGET

    assert served == 3
    assert state.spent_millibits <= 30_000


@pytest.mark.parametrize("again", [EVEN, (3, 3, 3, 3, 3, 3), (-1, -1, -1, -1, -1, -1)])
def test_the_same_function_costs_nothing_the_second_time(again):
    state = granted(TERMS, EVEN)

    assert decide(state, again) == Granted(state, 0)


def test_what_follows_from_granted_functions_costs_nothing():
    state = granted(TERMS, EVEN, (1, 2, 1, 2, 1, 2))

    assert decide(state, (3, 4, 3, 4, 3, 4)) == Granted(state, 0)


def test_a_result_larger_than_agreed_is_refused():
    assert reason(decide(Grants(replace(TERMS, largest_result=599)), EVEN)) is Refusal.TOO_LARGE


@pytest.mark.parametrize("weights", [(0,) * 6, (1,) * 5, (1,) * 7, (2**63, 1, 1, 1, 1, 1)])
def test_what_is_no_function_of_the_record_is_out_of_range(weights):
    with pytest.raises(OutOfRangeError):
        decide(Grants(TERMS), weights)


@pytest.mark.parametrize(
    "change",
    [
        {"spans": (100, 100)},
        {"spans": (100, 100, 0)},
        {"spans": (100, 100, 2**63)},
        {"budget_millibits": -1},
        {"largest_share": Fraction(1)},
        {"largest_share": Fraction(0)},
        {"least_ambiguity": Fraction(0)},
        {"least_ambiguity": Fraction(2)},
        {"largest_result": 0},
        {"protected": ((1, 1),)},
        {"protected": ((0,) * 6,)},
    ],
)
def test_terms_out_of_range_are_refused(change):
    with pytest.raises(OutOfRangeError):
        replace(TERMS, **change)


@given(st.lists(st.integers(-50, 50), min_size=6, max_size=6).filter(any))
def test_a_charge_is_the_logarithm_of_the_number_of_results(function):
    charge = charge_millibits(function, TERMS)
    results = sum(abs(weight) * 100 for weight in function) + 1

    assert 2 ** (charge - 1) < results**1000 <= 2**charge


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.integers(-3, 3), min_size=4, max_size=4).filter(any), min_size=1, max_size=4))
def test_whatever_is_granted_leaves_every_column_ambiguous_for_its_share_of_records(functions):
    terms = Terms((3,) * 4, 10**6, (), Fraction(9, 10), Fraction(1, 8))
    grants = Grants(terms)
    for function in functions:
        decision = decide(grants, function)
        grants = decision.grants if isinstance(decision, Granted) else grants

    answers: dict[tuple[int, ...], list[tuple[int, ...]]] = {}
    for record in product(range(4), repeat=4):
        answers.setdefault(tuple(dot(y, record) for y in grants.functions), []).append(record)
    for column in range(4):
        ambiguous = sum(len(same) for same in answers.values() if len({r[column] for r in same}) > 1)
        assert Fraction(ambiguous, 4**4) >= terms.least_ambiguity
    assert len(grants.functions) <= 2


@settings(max_examples=25, deadline=None)
@given(st.permutations([(1, 1, 1, 1, 1, 1), (1, 2, 1, 2, 1, 2), (1, 1, 2, 2, 3, 3)]))
def test_a_set_that_is_granted_is_granted_in_any_order(functions):
    grants = granted(LAX, *functions)

    assert sorted(grants.functions) == sorted(functions)


# Bytes.


def test_the_state_round_trips():
    for state in (Grants(TERMS), granted(TERMS, EVEN, (1, 2, 1, 2, 1, 2))):
        assert decode_grants(encode_grants(state), TERMS) == state


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_no_state(raw):
    with pytest.raises(MalformedError):
        decode_grants(raw, TERMS)


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_any_changed_byte_of_a_state_is_refused(position, change):
    raw = bytearray(encode_grants(granted(TERMS, EVEN)))
    raw[position % len(raw)] ^= change

    with pytest.raises(MalformedError):
        decode_grants(bytes(raw), TERMS)


@pytest.mark.parametrize("change", [{"budget_millibits": 70_000}, {"epoch": "2031"}])
def test_a_state_of_other_terms_or_another_epoch_is_refused(change):
    raw = encode_grants(granted(TERMS, EVEN))

    with pytest.raises(MalformedError):
        decode_grants(raw, replace(TERMS, **change))


@pytest.mark.parametrize(
    "functions",
    [
        ((1, 0, 0, 0, 0, 0),),
        (EVEN, EVEN),
        ((2, 2, 2, 2, 2, 2),),
        ((0, 0, 0, 0, 0, 0),),
        ((-1, 1, 1, 1, 1, 1),),
    ],
)
def test_a_state_that_could_not_have_been_granted_is_refused(functions):
    raw = encode_grants(Grants(TERMS, functions))

    with pytest.raises(MalformedError):
        decode_grants(raw, TERMS)


def test_terms_differ_in_their_digest_by_every_number():
    changed = [
        replace(TERMS, spans=(100,) * 5 + (101,)),
        replace(TERMS, budget_millibits=60_001),
        replace(TERMS, largest_share=Fraction(1, 3)),
        replace(TERMS, least_ambiguity=Fraction(1, 17)),
        replace(TERMS, largest_result=2**41),
        replace(TERMS, protected=(EVEN,)),
        replace(TERMS, epoch="2031"),
    ]

    assert len({terms.digest for terms in (TERMS, *changed)}) == 8


@settings(max_examples=10, deadline=None)
@given(st.binary(min_size=16, max_size=16))
def test_decisions_never_fail_with_a_foreign_error(seed):
    raw = expand(seed, "weights", 6 * 4)
    weights = [int.from_bytes(raw[at : at + 4], "big", signed=True) for at in range(0, 24, 4)]

    with suppress(CryptoError):
        assert isinstance(decide(granted(TERMS, EVEN), weights), (Granted, Refused))
