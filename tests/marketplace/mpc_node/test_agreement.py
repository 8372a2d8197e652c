"""From the same three positions every node works out the same set, and nobody is brought in by one node."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent.job import admitted_root
from consent.statement import AdmissionStatement
from crypto.encoding import digest_of
from crypto.errors import MalformedError
from marketplace.mpc_node.agreement import Position, agree, decode_position, encode_position
from tests.marketplace.mpc_node.parties import ed25519
from tests.marketplace.mpc_node.people import consent_id

KEY = ed25519("node-b")
MANIFEST = [consent_id(index) for index in range(1, 9)]
DIGEST = digest_of("manifest")


def position(
    refused: dict[str, str] | None = None,
    *,
    role: int = 1,
    rows: dict[str, str] | None = None,
    cannot_afford: frozenset[str] = frozenset(),
    charged: frozenset[str] = frozenset(),
) -> Position:
    """A position that is consistent in itself."""
    refusals = refused or {}
    admitted = [each for each in MANIFEST if each not in refusals]
    statement = AdmissionStatement("job-1", 1, role, DIGEST, admitted_root(admitted), len(admitted), refusals)
    papers = {each: digest_of(each) for each in admitted}
    return Position(statement, {**papers, **(rows or {})}, cannot_afford, charged)


def anyone(_consent_id: str, _cohort_size: int) -> bool:
    """A crowd that is always large enough."""
    return True


subsets = st.sets(st.sampled_from(MANIFEST))


@given(subsets, subsets, subsets)
@settings(max_examples=30)
def test_the_set_is_the_intersection_whatever_the_order_of_positions(first, second, third):
    positions = [position(dict.fromkeys(refused, "expired")) for refused in (first, second, third)]

    agreed = agree(positions, MANIFEST, anyone)
    turned = agree(positions[::-1], MANIFEST[::-1], anyone)

    assert set(agreed.consent_ids) == set(MANIFEST) - first - second - third
    assert agreed.consent_ids == turned.consent_ids == tuple(sorted(agreed.consent_ids))
    assert agreed.root == turned.root


@given(st.lists(st.integers(1, 9), min_size=8, max_size=8))
@settings(max_examples=30)
def test_everybody_left_is_hidden_in_a_crowd_she_accepts(floors):
    asked = dict(zip(MANIFEST, floors, strict=True))
    positions = [position()] * 3

    agreed = agree(positions, MANIFEST, lambda each, size: size >= asked[each])

    size = len(agreed.consent_ids)
    assert all(asked[each] <= size for each in agreed.consent_ids)
    bigger = sum(floor <= size + 1 for floor in floors)
    assert bigger <= size + 1


def test_her_own_nodes_reason_is_told_first():
    ours, theirs = position({MANIFEST[0]: "expired"}), position({MANIFEST[0]: "withdrawn"})

    assert agree([ours, theirs, theirs], MANIFEST, anyone).refusals == {MANIFEST[0]: "expired"}


def test_a_person_of_whom_two_nodes_hold_different_papers_is_left_out():
    other = position(rows={MANIFEST[2]: digest_of("other papers")})

    agreed = agree([position(), other, position()], MANIFEST, anyone)

    assert agreed.refusals == {MANIFEST[2]: "nodes_disagree"}
    assert len(agreed.consent_ids) == 7


def test_who_cannot_afford_it_at_one_node_is_left_out():
    poor = position(cannot_afford=frozenset({MANIFEST[1]}))

    agreed = agree([position(), position(), poor], MANIFEST, anyone)

    assert agreed.refusals == {MANIFEST[1]: "budget_spent"}


def test_a_set_that_was_charged_before_is_free():
    charged = frozenset({admitted_root(MANIFEST)})
    poor = position(cannot_afford=frozenset(MANIFEST), charged=charged)

    assert agree([poor, poor, poor], MANIFEST, anyone).consent_ids == tuple(sorted(MANIFEST))


def test_a_set_that_only_some_nodes_charged_is_free_where_it_was_charged():
    poor = position(cannot_afford=frozenset(MANIFEST), charged=frozenset({admitted_root(MANIFEST)}))

    assert len(agree([poor, position(), poor], MANIFEST, anyone).consent_ids) == 8


def test_another_set_than_the_charged_one_is_not_free():
    poor = position(cannot_afford=frozenset(MANIFEST), charged=frozenset({admitted_root(MANIFEST[1:])}))

    assert agree([poor, poor, poor], MANIFEST, anyone).consent_ids == ()


def test_the_crowd_is_settled_before_the_budget_is_looked_at():
    # The first of them asks for a crowd of nine and leaves; the set of the others was charged before.
    charged = frozenset({admitted_root(MANIFEST[1:])})
    poor = position(cannot_afford=frozenset(MANIFEST), charged=charged)

    agreed = agree([poor] * 3, MANIFEST, lambda each, size: size >= (9 if each == MANIFEST[0] else 1))

    assert set(agreed.consent_ids) == set(MANIFEST[1:])


def test_a_position_survives_the_wire():
    sent = position({MANIFEST[0]: "expired"}, cannot_afford=frozenset({MANIFEST[1]}))

    raw = encode_position(sent, KEY)

    assert decode_position(raw, KEY.public, expected=sent.statement, manifest=MANIFEST) == sent


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"job_id": "job-2"}, "job_id"),
        ({"attempt": 2}, "attempt"),
        ({"role": 2}, "role"),
        ({"manifest_digest": digest_of("other")}, "manifest_digest"),
    ],
)
def test_a_position_about_something_else_is_refused(change, told):
    sent = position()
    raw = encode_position(replace(sent, statement=replace(sent.statement, **change)), KEY)

    with pytest.raises(MalformedError, match=told):
        decode_position(raw, KEY.public, expected=sent.statement, manifest=MANIFEST)


def test_a_position_signed_by_another_node_is_refused():
    sent = position()

    with pytest.raises(MalformedError, match="statement"):
        decode_position(
            encode_position(sent, ed25519("node-c")), KEY.public, expected=sent.statement, manifest=MANIFEST
        )


@pytest.mark.parametrize(
    "broken",
    [
        replace(position(), rows={}),
        replace(position(), rows={**position().rows, consent_id(99): digest_of("stranger")}),
        position({consent_id(99): "expired"}),
        replace(position(), statement=replace(position().statement, admitted=7)),
        replace(position(), statement=replace(position().statement, admitted_root=digest_of("other"))),
    ],
    ids=["no rows", "a stranger's row", "a stranger refused", "wrong count", "wrong root"],
)
def test_a_position_that_contradicts_itself_is_refused(broken):
    with pytest.raises(MalformedError):
        decode_position(
            encode_position(broken, KEY), KEY.public, expected=position().statement, manifest=MANIFEST
        )
