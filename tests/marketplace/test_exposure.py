"""Who could see a record: the sentences are held against the code that makes them true, engine by engine."""

from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest

import marketplace
from consent.crowd_run import COLLUDING_SHARE
from consent.query import Condition, Query, Statistic
from consent.vocabulary import Engine, StatisticKind
from crypto import goldilocks
from crypto.engine import PROFILES, EngineKind
from crypto.mpc.additive.beaver import Session, enter
from crypto.mpc.additive.dealer import deal, receive
from crypto.mpc.additive.sharing import Seat, Summand, combine, split
from crypto.sharing.replicated import ROLES, following
from marketplace.domain import exposure
from marketplace.domain.exposure import Coalition, Exposure, Party, exposure_of
from ssi.aggregation_key import PARTIES, THRESHOLD
from tests.marketplace.mpc_node.orders import EXACT, NOISY

PRODUCT = Statistic(StatisticKind.COVARIANCE, "exam_score", ("reading_score",))
RELATION = replace(EXACT, statistics=(PRODUCT,))
BINDING = bytes(32)
ALL = [value for value in vars(exposure).values() if isinstance(value, Exposure)]


def by(engine: Engine, query: Query = EXACT) -> Query:
    return replace(query, engine=engine)


@pytest.mark.parametrize(
    ("query", "coalitions"),
    [
        (by(Engine.MPC), {Coalition(2)}),
        (by(Engine.AUTO), {Coalition(2)}),
        (by(Engine.PAILLIER), {Coalition(2)}),
        (by(Engine.ADDITIVE), {Coalition(3)}),
        (by(Engine.ADDITIVE, RELATION), {Coalition(3), Coalition(1, (Party.DEALER,))}),
        (by(Engine.ADDITIVE, replace(EXACT, verified=True)), {Coalition(3), Coalition(1, (Party.DEALER,))}),
    ],
)
def test_each_way_names_its_smallest_coalitions(query: Query, coalitions: set[Coalition]):
    assert set(exposure_of(query).coalitions) == coalitions


def test_two_nodes_hold_all_components_of_shared_records_and_one_does_not():
    held = [{role, following(role)} for role in ROLES]

    assert all(len(one) == 2 for one in held)
    assert all(one | other == {0, 1, 2} for one, other in combinations(held, 2))


def test_two_parts_of_the_key_open_what_was_encrypted():
    assert (THRESHOLD, PARTIES) == (2, 3)


def test_two_of_three_summands_fit_every_record():
    parts = split([41], 3)
    missing = goldilocks.subtract(goldilocks.from_integers([7]), goldilocks.add(parts[0], parts[1]))

    assert combine([parts[0], parts[1], missing]) == [7]
    assert combine(parts) == [41]


def test_the_dealer_with_any_one_node_reads_what_is_brought_in():
    seats, secret = [Seat(role, 3) for role in range(3)], 41
    packets = deal(1, 3, binding=BINDING, authenticated=True)
    dealt = [receive(packet, seat, binding=BINDING) for packet, seat in zip(packets, seats, strict=True)]
    summands = split([secret], 3)
    said = [
        next(enter(Session(each), Summand(seat, part)))
        for each, seat, part in zip(dealt, seats, summands, strict=True)
    ]
    # What the first node heard, with its own: the number under a mask that the dealer made.
    masked = combine([said[1].send[0], said[2].send[0], said[0].send[1]])[0]
    mask = combine([each.a.values for each in dealt])[0]

    assert (masked + mask) % goldilocks.PRIME == secret


@pytest.mark.parametrize(
    ("query", "warned"),
    [
        (by(Engine.MPC), False),
        (by(Engine.MPC, NOISY), False),
        (by(Engine.MPC, RELATION), True),
        (by(Engine.MPC, replace(RELATION, verified=True)), False),
        (by(Engine.MPC, replace(NOISY, where=(Condition("sex", "female"),))), True),
        (by(Engine.MPC, replace(NOISY, statistics=(Statistic(StatisticKind.MEDIAN, "exam_score"),))), True),
    ],
)
def test_a_run_in_which_a_lie_could_tell_something_says_so(query: Query, warned: bool):
    assert bool(exposure_of(query).besides) is warned


def test_a_check_is_not_advised_where_there_is_none():
    fit = Statistic(StatisticKind.LOGISTIC_REGRESSION, "sex", ("reading_score",))

    assert "cannot check" in exposure_of(by(Engine.MPC, replace(EXACT, statistics=(fit,)))).text


def test_an_engine_that_no_nodes_answer_by_has_no_coalition_of_nodes():
    with pytest.raises(ValueError, match="functional"):
        exposure_of(by(Engine.FUNCTIONAL))
    assert exposure.SCORE.coalitions == exposure.CROWD_SUM.coalitions == ()


def test_a_sum_over_many_wallets_names_the_share_that_may_be_in_league():
    assert COLLUDING_SHARE == 4
    assert "a quarter" in exposure.CROWD_SUM.text


@pytest.mark.parametrize(
    ("found", "kind"),
    [
        (exposure.ON_SHARES, EngineKind.REPLICATED),
        (exposure.ENCRYPTED, EngineKind.AGGREGATION),
        (exposure.ALL_THREE, EngineKind.ADDITIVE),
    ],
)
def test_profiles_of_engines_say_the_same_number_of_nodes(found: Exposure, kind: EngineKind):
    assert found.coalitions[0].nodes == PROFILES[kind].colluders


def test_the_table_of_the_folder_says_the_same_sentence():
    table = (Path(marketplace.__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    words = {
        "any two of the three nodes together": exposure.ON_SHARES,
        "any two of the three nodes together, as holders of the key": exposure.ENCRYPTED,
        "all three nodes together; for products also the dealer with any one node": exposure.WITH_DEALER,
    }

    assert all(f"| {said}" in table for said in words)
    assert "nobody" in table


@pytest.mark.parametrize("found", ALL)
def test_what_is_said_is_sentences(found: Exposure):
    assert all(each.endswith(".") for each in (found.sentence, *found.besides))
