from itertools import permutations
from typing import Any

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ssi.errors import GraphTooComplexError
from ssi.linked_data.allowance import MAX_STEPS_TOGETHER, Allowance
from ssi.linked_data.canonical import canonicalize_quads
from ssi.linked_data.quads import Quad, read_quads
from ssi.linked_data.rdfc import MAX_DEPTH, MAX_STEPS, HashName, canonical_labels, distinct_orders

ALGORITHMS = {
    "sha256": pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0,
    "sha384": pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0_SHA_384,
}

nodes = st.sampled_from(["_:x0", "_:x1", "_:x2", "_:x3", "<urn:a>"])
# No graph is named by a blank node: that implementation orders a few such graphs as no other one does.
quads = st.builds(
    Quad,
    nodes,
    st.sampled_from(["<urn:p>", "<urn:q>"]),
    nodes | st.just('"text"'),
    st.sampled_from(["", "<urn:g>"]),
)
datasets = st.lists(quads, max_size=10)


def everybody_knows_everybody(count: int) -> list[Quad]:
    """A clique: test074 of the suite of RDFC-1.0, where every order of its nodes is as good as any other."""
    return [Quad(f"_:e{a}", "<urn:p>", f"_:e{b}", "") for a in range(count) for b in range(count) if a != b]


def ring(count: int) -> list[Quad]:
    return [Quad(f"_:r{index}", "<urn:next>", f"_:r{(index + 1) % count}", "") for index in range(count)]


@pytest.mark.parametrize("hash_name", ALGORITHMS)
@given(dataset=datasets)
def test_the_result_is_that_of_an_independent_implementation(hash_name: HashName, dataset: list[Quad]):
    theirs = pyoxigraph.Dataset(
        pyoxigraph.parse("".join(quad.line() for quad in dataset), format=pyoxigraph.RdfFormat.N_QUADS)
    )
    theirs.canonicalize(ALGORITHMS[hash_name])

    assert canonicalize_quads(dataset, hash_name=hash_name).quads == tuple(
        sorted(f"{quad} .\n" for quad in theirs)
    )


@given(datasets, st.permutations([f"_:y{index}" for index in range(4)]), st.randoms(use_true_random=False))
def test_neither_names_nor_order_of_the_input_matter(dataset: list[Quad], names: list[str], shuffling: Any):
    renaming = {f"_:x{index}": name for index, name in enumerate(names)}
    other = [quad.relabelled(renaming) for quad in dataset]
    shuffling.shuffle(other)

    assert canonicalize_quads(other).quads == canonicalize_quads(dataset).quads


@given(datasets)
def test_the_labels_lead_from_the_input_to_the_result(dataset: list[Quad]):
    result = canonicalize_quads(dataset)
    labels = {f"_:{node}": f"_:{label}" for node, label in result.labels.items()}

    assert set(labels) == {node for quad in dataset for node in quad.blank_nodes()}
    assert sorted(labels.values()) == sorted(f"_:c14n{index}" for index in range(len(labels)))
    assert {quad.relabelled(labels).line() for quad in dataset} == set(result.quads)
    assert canonicalize_quads(read_quads(result.quads)).quads == result.quads


@pytest.mark.parametrize(
    ("dataset", "expected"),
    [
        # The examples of RDFC-1.0 §4.4.2 (unique hashes, shared hashes).
        (
            [
                "<http://example.com/#p> <http://example.com/#q> _:e0 .",
                "<http://example.com/#p> <http://example.com/#r> _:e1 .",
                "_:e0 <http://example.com/#s> <http://example.com/#u> .",
                "_:e1 <http://example.com/#t> <http://example.com/#u> .",
            ],
            {"e0": "c14n0", "e1": "c14n1"},
        ),
        (
            [
                "<http://example.com/#p> <http://example.com/#q> _:e0 .",
                "<http://example.com/#p> <http://example.com/#q> _:e1 .",
                "_:e0 <http://example.com/#p> _:e2 .",
                "_:e1 <http://example.com/#p> _:e3 .",
                "_:e2 <http://example.com/#r> _:e3 .",
            ],
            {"e0": "c14n3", "e1": "c14n2", "e2": "c14n0", "e3": "c14n1"},
        ),
    ],
)
def test_the_examples_of_the_recommendation_get_the_names_that_it_says(
    dataset: list[str], expected: dict[str, str]
):
    assert canonicalize_quads(read_quads(dataset)).labels == expected


def test_a_graph_that_asks_for_a_factorial_number_of_steps_is_refused():
    with pytest.raises(GraphTooComplexError, match="look alike"):
        canonicalize_quads(everybody_knows_everybody(10))


@pytest.mark.parametrize("count", [MAX_DEPTH + 2, 600, 5_000])
def test_a_long_way_from_node_to_node_is_refused_and_exhausts_no_stack(count: int):
    with pytest.raises(GraphTooComplexError, match="look alike"):
        canonicalize_quads(ring(count))


@given(st.lists(st.sampled_from("abc"), max_size=6))
def test_every_order_of_nodes_comes_once(nodes: list[str]):
    orders = list(distinct_orders(nodes))

    assert len(orders) == len(set(orders))
    assert set(orders) == set(permutations(nodes))


def test_a_node_that_many_quads_of_a_graph_mention_takes_few_steps():
    """Two graphs that say the same about a thing each: honest, and hopeless if mentions were told apart."""
    dataset = [
        Quad(f"_:thing{graph}", f"<urn:p{index}>", '"same"', f"_:graph{graph}")
        for graph in range(2)
        for index in range(30)
    ]

    assert len(canonical_labels(dataset, hash_name="sha256", max_steps=1_000)) == 4


def test_no_more_steps_are_taken_than_were_granted():
    dataset = everybody_knows_everybody(3)
    steps = next(granted for granted in range(MAX_STEPS) if _succeeds(dataset, granted))

    assert not _succeeds(dataset, steps - 1)
    assert _succeeds(dataset, steps + 1)
    assert steps > len(dataset)


def _succeeds(dataset: list[Quad], max_steps: int) -> bool:
    try:
        canonical_labels(dataset, hash_name="sha256", max_steps=max_steps)
    except GraphTooComplexError:
        return False
    return True


@pytest.mark.parametrize("dataset", [everybody_knows_everybody(5), ring(40)], ids=["clique", "ring"])
def test_honest_graphs_whose_nodes_look_alike_stay_within_what_is_granted(dataset: list[Quad]):
    assert len(canonicalize_quads(dataset).labels) == len({quad.subject for quad in dataset})


def test_a_thousand_nodes_that_can_be_told_apart_take_no_steps_at_all():
    dataset = [Quad(f"_:n{index}", "<urn:p>", f'"{index}"', "") for index in range(1_000)]

    assert len(canonical_labels(dataset, hash_name="sha256", max_steps=0)) == 1_000


def test_the_steps_of_several_graphs_are_bounded_together():
    allowance = Allowance()
    canonicalize_quads(ring(20), allowance=allowance)
    spent = MAX_STEPS_TOGETHER - allowance.steps

    allowance = Allowance(steps=2 * spent - 1)
    canonicalize_quads(ring(20), allowance=allowance)
    with pytest.raises(GraphTooComplexError, match="documents to be checked look alike"):
        canonicalize_quads(ring(20), allowance=allowance)
