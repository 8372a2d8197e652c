"""Tiles hold the whole tree, grow at their end only, and have one name each."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto import log_tree, merkle, tiles
from crypto.errors import MalformedError, ProofError
from crypto.tiles import Slice, Tile

LEAVES = [merkle.leaf_hash(number.to_bytes(3, "big")) for number in range(1500)]
RAW = [number.to_bytes(3, "big") for number in range(1500)]
sizes = st.integers(1, len(LEAVES))
few = settings(max_examples=25)
PEER = json.loads((Path(__file__).parents[1] / "vectors" / "log" / "pymerkle.json").read_text("utf-8"))


def grow(size: int, cuts: list[int]) -> dict[Tile, bytes]:
    kept: dict[Tile, bytes] = {}
    known = 0
    for cut in [*sorted(cut for cut in cuts if cut < size), size]:
        edge = {tile: kept[tile] for tile in tiles.edge_of(known)}
        for tile, hashes in tiles.grown(known, edge, LEAVES[known:cut]).items():
            assert hashes.startswith(kept.get(tile, b""))
            kept[tile] = hashes
        known = cut
    return kept


@few
@given(sizes, st.lists(sizes, max_size=4), st.data())
def test_every_root_and_proof_from_tiles_equals_that_of_the_whole_tree(size, cuts, data):
    kept = grow(size, cuts)
    earlier = data.draw(st.integers(1, size))
    index = data.draw(st.integers(0, earlier - 1))

    def roots(ranges):
        places = log_tree.places_of(ranges)
        needed = {tile: kept[tile] for tile in tiles.tiles_of(places)}
        return log_tree.roots_of(ranges, tiles.nodes_of(places, needed))

    frontier = log_tree.frontier_of(earlier)
    root = log_tree.root_of(earlier, tiles.nodes_of(frontier, kept))
    assert root == merkle.root(RAW[:earlier])
    assert roots(log_tree.inclusion_ranges(index, earlier)) == merkle.inclusion_proof(index, RAW[:earlier])
    assert roots(log_tree.consistency_ranges(earlier, size)) == merkle.consistency_proof(earlier, RAW[:size])


@few
@given(sizes, st.lists(sizes, max_size=4))
def test_batches_of_any_sizes_make_the_same_tiles(size, cuts):
    assert grow(size, cuts) == grow(size, [])


@given(sizes)
def test_a_tree_has_the_tiles_that_its_size_says(size):
    kept = grow(size, [])

    named = {
        Tile(level, each.number): each.width
        for level in range(tiles.levels_of(size))
        for each in tiles.slices_of(size, level)
    }
    assert {tile: len(hashes) // 32 for tile, hashes in kept.items()} == named


def test_seventy_thousand_entries_are_cut_as_in_the_specification():
    """The example of C2SP tlog-tiles, "Partial Tiles"."""
    level0, level1, level2 = (tiles.slices_of(70_000, level) for level in range(3))

    assert (len(level0), level0[-1]) == (274, Slice(273, 112))
    assert level1 == [Slice(0, 256), Slice(1, 17)]
    assert level2 == [Slice(0, 1)]
    assert tiles.levels_of(70_000) == 3
    assert tiles.slices_of(256, 0) == [Slice(0, 256)]
    assert tiles.slices_of(256, 1) == [Slice(0, 1)]


@pytest.mark.parametrize(
    ("found", "path"),
    [
        (Slice(1_234_067, 256), "x001/x234/067"),  # the example of C2SP tlog-tiles
        (Slice(0, 256), "000"),
        (Slice(999, 5), "999.p/5"),
        (Slice(1000, 255), "x001/000.p/255"),
    ],
)
def test_a_tile_has_the_address_of_the_specification(found, path):
    assert tiles.path_of(found) == path
    assert tiles.read_path(path) == found


@given(st.integers(0, 10**17), st.integers(1, 256))
def test_an_address_names_the_tile_it_was_made_for(index, width):
    assert tiles.read_path(tiles.path_of(Slice(index, width))) == Slice(index, width)


@pytest.mark.parametrize(
    "path",
    ["", "1", "01", "x001", "x000/001", "1234", "000.p/0", "000.p/256", "000.p/01", "000.p/", "000.p/5/6",
     "../000", "x1/000", "٠٠٠", "000.p/٥", "-01", "000 ", "x001/x002/x003/x004/x005/x006/000"],
)  # fmt: skip
def test_another_spelling_of_an_address_is_refused(path):
    with pytest.raises(MalformedError):
        tiles.read_path(path)


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_a_bundle_gives_back_its_entries(entries):
    assert tiles.decode_bundle(tiles.encode_bundle(entries), width=len(entries)) == entries


@given(st.lists(st.binary(max_size=5), min_size=1, max_size=5), st.data())
def test_a_bundle_that_is_cut_off_or_too_long_is_refused(entries, data):
    raw = tiles.encode_bundle(entries)
    cut = data.draw(st.integers(0, len(raw) - 1))

    with pytest.raises(MalformedError):
        tiles.decode_bundle(raw[:cut], width=len(entries))
    with pytest.raises(MalformedError):
        tiles.decode_bundle(raw + b"\x00\x00", width=len(entries))


def test_an_entry_that_a_bundle_cannot_measure_is_refused():
    with pytest.raises(MalformedError):
        tiles.encode_bundle([bytes(2**16)])


def test_a_tile_that_is_missing_or_too_short_is_named():
    kept = grow(300, [])
    places = [(0, 299)]

    with pytest.raises(ProofError, match="tile 0/1"):
        tiles.nodes_of(places, {})
    with pytest.raises(ProofError, match="expected 44 hashes"):
        tiles.nodes_of(places, {Tile(0, 1): kept[Tile(0, 1)][:-1]})
    with pytest.raises(ProofError, match="tile 0/1"):
        tiles.grown(300, {}, LEAVES[:1])


@pytest.mark.parametrize("size", [int(size) for size in PEER["roots"]])
def test_another_implementation_has_the_same_roots_and_proofs(size):
    kept = grow(size, [])

    root = log_tree.root_of(size, tiles.nodes_of(log_tree.frontier_of(size), kept))
    assert root.hex() == PEER["roots"][str(size)]
    for case in PEER["inclusion"]:
        if case["size"] == size:
            ranges = log_tree.inclusion_ranges(case["index"], size)
            nodes = tiles.nodes_of(log_tree.places_of(ranges), kept)
            assert [each.hex() for each in log_tree.roots_of(ranges, nodes)] == case["hashes"]


@given(st.integers(1, 10**12), st.data())
def test_any_proof_reads_at_most_two_tiles_for_each_eight_levels(size, data):
    index, old = (data.draw(st.integers(0, size - 1)) for _ in range(2))

    for ranges in (log_tree.inclusion_ranges(index, size), log_tree.consistency_ranges(old, size)):
        assert len(tiles.tiles_of(log_tree.places_of(ranges))) <= 2 * tiles.levels_of(size)
    assert len(tiles.tiles_of(log_tree.frontier_of(size))) <= tiles.levels_of(size)
