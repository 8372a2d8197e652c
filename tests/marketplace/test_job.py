"""The states of a job, and how they are shown."""

from dataclasses import replace

import pytest

from marketplace.domain.job import JobState
from marketplace.domain.view import view
from marketplace.errors import ConflictError
from tests.marketplace.builders import an_order
from tests.marketplace.mpc_node.parties import NOW

ALLOWED = {
    "queued": {"queued", "admitted", "running", "released", "failed"},
    "admitted": {"queued", "admitted", "running", "released", "failed"},
    "running": {"queued", "admitted", "running", "released", "failed"},
    "released": {"settled", "failed"},
    "settled": set(),
    "failed": {"refunded"},
    "refunded": set(),
}


@pytest.mark.parametrize("before", list(JobState))
@pytest.mark.parametrize("after", list(JobState))
def test_only_the_drawn_steps_exist(before, after):
    job = replace(an_order()[1], state=before)

    if after.value in ALLOWED[before.value]:
        assert job.moved(after, NOW).state is after
    else:
        with pytest.raises(ConflictError):
            job.moved(after, NOW)


def test_the_next_attempt_begins_without_the_papers_of_the_last():
    job = replace(an_order()[1], state=JobState.RUNNING, manifest="token", attempt_until=NOW)

    again = job.again(NOW)

    assert (again.attempt, again.manifest, again.attempt_until) == (2, None, None)
    assert again.state is JobState.QUEUED


def test_a_settled_job_cannot_be_tried_again():
    with pytest.raises(ConflictError):
        replace(an_order()[1], state=JobState.SETTLED).again(NOW)


@pytest.mark.parametrize(
    ("state", "statuses"),
    [
        ("queued", ["now", "todo", "todo", "todo", "todo"]),
        ("running", ["done", "done", "now", "todo", "todo"]),
        ("released", ["done", "done", "done", "now", "todo"]),
        ("settled", ["done"] * 5),
        ("refunded", ["failed"] * 5),
    ],
)
def test_steps_show_how_far_an_order_is(state, statuses):
    order, job, _ = an_order()

    shown = view(order, replace(job, state=JobState(state)), [])

    assert [step.status for step in shown.steps] == statuses


def test_a_settled_order_shows_what_was_charged_and_what_came_back():
    order, job, _ = an_order(people=tuple(range(1, 13)))
    settled = replace(job, state=JobState.SETTLED, admitted=10)

    shown = view(order, settled, [])

    assert (order.price.gross_cents, shown.charged_cents, shown.returned_cents) == (858, 715, 143)


def test_an_open_order_shows_what_is_held_and_a_refunded_one_that_all_came_back():
    order, job, _ = an_order()
    refunded = view(order, replace(job, state=JobState.REFUNDED), [])

    assert (view(order, job, []).held_cents, view(order, job, []).charged_cents) == (143, None)
    assert (refunded.held_cents, refunded.charged_cents, refunded.returned_cents) == (0, 0, 143)
