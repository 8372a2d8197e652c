"""What three nodes' reports about a failed attempt add up to."""

from marketplace.domain.failure import explain
from marketplace.domain.job import NodeJobStatus


def failed(reason: str, *culprits: str) -> NodeJobStatus:
    return NodeJobStatus("FAILED", 1, reason, culprits)


RUNNING = NodeJobStatus("COMPUTING", 1)
DONE = NodeJobStatus("DONE", 1)


def test_nothing_failed_where_nobody_says_so():
    assert explain({"node-a": RUNNING, "node-b": DONE}) is None


def test_a_node_that_two_others_accuse_is_the_culprit():
    failure = explain(
        {
            "node-a": failed("peer_timeout", "node-c"),
            "node-b": failed("peer_timeout", "node-c"),
            "node-c": failed("peer_violation", "node-a"),
        }
    )

    assert failure is not None
    assert failure.culprits == ("node-c",)


def test_a_single_accusation_names_all_who_may_have_caused_it():
    failure = explain(
        {
            "node-a": failed("protocol_violation", "node-b", "node-a"),
            "node-b": failed("peer_failed"),
            "node-c": failed("peer_failed"),
        }
    )

    assert failure is not None
    assert failure.culprits == ("node-a", "node-b")
    assert failure.reason == "a node broke the protocol"
    assert not failure.may_try_again


def test_a_node_cannot_clear_itself_or_name_itself_twice():
    failure = explain({"node-a": failed("peer_violation", "node-a", "node-a"), "node-b": RUNNING})

    assert failure is not None
    assert failure.culprits == ("node-a",)


def test_an_interruption_is_worth_another_attempt():
    failure = explain({"node-a": failed("interrupted"), "node-b": failed("peer_failed"), "node-c": DONE})

    assert failure is not None
    assert (failure.reason, failure.may_try_again) == ("a node was interrupted", True)


def test_a_reason_that_is_not_known_is_told_as_it_is_and_not_tried_again():
    failure = explain({"node-a": failed("solar flare")})

    assert failure is not None
    assert (failure.reason, failure.may_try_again) == ("solar flare", False)


def test_one_final_reason_among_passing_ones_ends_the_job():
    failure = explain({"node-a": failed("interrupted"), "node-b": failed("disagreement")})

    assert failure is not None
    assert not failure.may_try_again
