"""Exact answers of three nodes never differ by few people, whoever asks and whatever happened in between."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from consent.differencing import key_of
from consent.query import Condition, Query
from tests.marketplace.mpc_node.buyer import open_outputs
from tests.marketplace.mpc_node.orders import EXACT, NOISY, manifest_for
from tests.marketplace.mpc_node.parties import NAMES
from tests.marketplace.mpc_node.people import POLICY, Offer, Person, people, person, withdrawal_of
from tests.marketplace.mpc_node.town import Town

GIRLS = replace(EXACT, where=(Condition("school_type", "girls"),))
BY_SCHOOL = replace(EXACT, group_by="school_type")


def ask(town: Town, number: int, crowd: Sequence[Person], query: Query = EXACT, **offer: Any) -> list[Any]:
    """Order an answer about people; what became of it at each node."""
    made = manifest_for(crowd, query, order_id=f"order-{number}", **offer)
    return list(town.run(replace(made, job_id=f"job-{number}")).values())


def admitted(ended: Sequence[Any]) -> int:
    """How many people an answer is about, at all nodes alike."""
    assert {each["state"] for each in ended} == {"DONE"}, ended
    (people_in_it,) = {each["admitted"] for each in ended}
    return int(people_in_it)


def refused(ended: Sequence[Any]) -> bool:
    """Whether no node gave an answer, because it would differ from earlier ones by too few people."""
    return {each["state"] for each in ended} == {"FAILED"} and "differs_by_too_few" in {
        each["reason"] for each in ended
    }


def withdraw(town: Town, *those: Person) -> None:
    """Let people withdraw at all nodes."""
    for name in NAMES:
        for someone in those:
            town.post(name, "/v1/withdrawals", {"withdrawal": withdrawal_of(someone)}, caller=None)


def test_somebody_who_joins_waits_until_ten_do(town: Town):
    town.settle(people(22))

    assert admitted(ask(town, 1, people(12))) == 12
    one_more = ask(town, 2, people(13))
    assert admitted(one_more) == 12
    assert one_more[0]["refusals"] == {person(13).consent_id: "crowd_too_small"}
    assert admitted(ask(town, 3, people(22))) == 22


def test_somebody_who_leaves_takes_nine_out_of_the_answer_with_her(town: Town):
    town.settle(people(30))
    ask(town, 1, people(30))
    withdraw(town, person(3))

    assert admitted(ask(town, 2, people(30))) == 20


def test_an_answer_without_one_person_of_few_is_refused(town: Town):
    town.settle(people(12))
    ask(town, 1, people(12))
    withdraw(town, person(3))

    assert refused(ask(town, 2, people(12)))


def test_noise_needs_no_other_people(town: Town):
    town.settle(people(12))
    ask(town, 1, people(12))
    withdraw(town, person(3))

    assert admitted(ask(town, 2, people(12), NOISY)) == 11


def test_a_condition_that_leaves_out_one_person_leaves_out_ten(town: Town):
    girls, boy = [person(index) for index in range(1, 60, 2)], person(2)
    town.settle([*girls, boy])
    ask(town, 1, [*girls, boy])

    assert admitted(ask(town, 2, [*girls, boy], GIRLS)) == 21


def test_the_people_of_a_group_that_is_too_small_are_in_no_answer(town: Town):
    crowd = [*(person(index) for index in range(1, 24, 2)), person(2), person(4)]
    town.settle(crowd)

    for number, query in enumerate((BY_SCHOOL, replace(BY_SCHOOL, epsilon=NOISY.epsilon))):
        ended = ask(town, number, crowd, query)
        assert admitted(ended) == 12  # and not 14, which would tell that two are withheld
        assert set(ended[0]["refusals"]) == {person(2).consent_id, person(4).consent_id}


def test_the_total_after_the_groups_is_about_the_groups(town: Town):
    crowd = [*(person(index) for index in range(1, 24, 2)), person(2), person(4)]
    town.settle(crowd)
    ask(town, 1, crowd, BY_SCHOOL)

    assert admitted(ask(town, 2, crowd)) == 12


def test_groups_after_the_total_leave_ten_out(town: Town):
    crowd = [*(person(index) for index in range(1, 60, 2)), person(2), person(4)]
    town.settle(crowd)
    total = ask(town, 1, crowd)

    groups = ask(town, 2, crowd, BY_SCHOOL)

    assert admitted(total) == 32
    assert admitted(groups) == 22


def test_a_new_consent_for_another_record_does_not_show_the_change(town: Town):
    crowd, twin = people(30), person(40)
    town.settle(crowd)
    ask(town, 1, crowd)
    withdraw(town, person(3))
    again = Offer(handle_of=3)
    town.settle([twin], again)
    manifest = manifest_for(crowd, order_id="order-2", job_id="job-2")
    named = {**manifest.contributions, **manifest_for([twin], offer=again).contributions}

    ended = list(town.run(replace(manifest, contributions=named)).values())

    assert admitted(ended) == 20
    assert twin.consent_id in ended[0]["refusals"]


def test_whoever_asks_for_a_larger_crowd_has_it_in_differences_too(town: Town):
    careful = Offer(policy=replace(POLICY, crowd_floor=15))
    town.settle(people(30), careful)

    assert admitted(ask(town, 1, people(20), offer=careful)) == 20
    assert admitted(ask(town, 2, people(30), offer=careful)) == 20
    assert refused(ask(town, 3, people(19), offer=careful))


def test_a_node_that_remembers_more_has_the_last_word(town: Town):
    """As after a crash of one node, or where it took part in answers that the others did not."""
    town.settle(people(13))
    node = town.nodes["node-b"]
    ask(town, 1, people(12))
    for name in ("node-a", "node-c"):
        with town.nodes[name].database.engine.begin() as connection:
            connection.exec_driver_sql("DELETE FROM answered_person")
            connection.exec_driver_sql("DELETE FROM answered_part")

    ended = ask(town, 2, people(13))

    assert admitted(ended) == 12
    assert node.answered.histories({"exam/1": ()})["exam/1"].parts[1].people == 12


def test_nobody_is_remembered_by_name(town: Town):
    town.settle(people(12))
    ask(town, 1, people(12))

    (history,) = town.nodes["node-a"].answered.histories({"exam/1": [key_of("nobody")]}).values()

    assert history.places == {}
    assert {part.people for part in history.parts.values()} == {12}


def test_the_answer_is_right_for_those_who_are_in_it(town: Town):
    crowd = people(30)
    town.settle(crowd)
    ask(town, 1, crowd)
    withdraw(town, person(3))
    ended = ask(town, 2, crowd)
    left = [each for each in crowd if each.consent_id not in ended[0]["refusals"]]

    made = replace(manifest_for(crowd, order_id="order-2"), job_id="job-2")
    count, mean, _ = open_outputs(town, made, left).answer().rows[0].estimates

    assert count.value == 20
    assert mean.value is not None
    assert abs(mean.value - sum(each.values["exam_score"] for each in left) / 20) < 1e-9
