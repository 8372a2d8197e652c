"""A file of shares: sealed, read line by line, a row erased for good, and any change noticed."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.mpc_node.columns.partition_file import (
    KEYS_BYTES,
    PartitionFile,
    Seal,
    discard,
    write_partition,
)
from marketplace.mpc_node.errors import StorageAlteredError
from tests.marketplace.mpc_node.parties import random_of

LINES, ROWS = 5, 7
TABLE = np.arange(1, LINES * ROWS + 1, dtype=np.uint64).reshape(LINES, ROWS) << np.uint64(40)


def written(folder: Path, table=TABLE, label: str = "file") -> PartitionFile:
    """A file with keys of its own."""
    random = random_of(label)
    return write_partition(folder / f"{label}.npy", table, Seal.draw_keys(random), random)


def lines_of(file: PartitionFile) -> list[list[int]]:
    """Everything in it."""
    return [line.tolist() for line in file.read(range(file.lines))]


def test_lines_come_out_as_they_went_in(tmp_path: Path):
    file = written(tmp_path)

    assert lines_of(file) == TABLE.tolist()
    assert [line.tolist() for line in file.read([3, 1])] == [TABLE[3].tolist(), TABLE[1].tolist()]


def test_the_file_is_an_npy_file_of_its_shape_that_shows_nothing_else(tmp_path: Path):
    file = written(tmp_path)

    seen = np.load(file.path, mmap_mode="r", allow_pickle=False)

    assert seen.shape == (LINES, ROWS)
    assert not set(TABLE.reshape(-1).tolist()) & set(seen.reshape(-1).tolist())
    assert file.path.stat().st_mode & 0o077 == 0


def test_equal_lines_and_equal_files_do_not_look_alike(tmp_path: Path):
    alike = np.zeros((3, 64), dtype=np.uint64)
    one, other = (np.load(written(tmp_path, alike, name).path) for name in ("one", "other"))

    words = np.concatenate([one, other]).reshape(-1)

    assert len(set(words.tolist())) == words.size


def test_the_seal_stays_out_of_the_representation(tmp_path: Path):
    file = written(tmp_path)

    assert repr(file.seal.keys) not in repr(file)
    assert "keys" not in repr(file.seal)


def test_a_seal_is_read_as_it_was_written(tmp_path: Path):
    seal = written(tmp_path).seal

    assert Seal.decode(seal.encode(), LINES) == seal


@given(st.binary(max_size=KEYS_BYTES + 400))
def test_bytes_of_another_length_are_no_seal(raw):
    if len(raw) == KEYS_BYTES + LINES * 28:
        assert Seal.decode(raw, LINES).encode() == raw
    else:
        with pytest.raises(StorageAlteredError):
            Seal.decode(raw, LINES)


@given(st.data())
def test_any_changed_byte_is_noticed(tmp_path_factory, data):
    file = written(tmp_path_factory.mktemp("changed"))
    raw = bytearray(file.path.read_bytes())
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    file.path.write_bytes(raw)

    with pytest.raises(StorageAlteredError):
        lines_of(file)


@given(st.binary(max_size=600))
def test_arbitrary_bytes_are_no_file(tmp_path_factory, raw):
    file = written(tmp_path_factory.mktemp("arbitrary"))
    file.path.write_bytes(raw)

    with pytest.raises(StorageAlteredError):
        lines_of(file)


def test_a_shorter_and_a_longer_file_are_noticed(tmp_path: Path):
    file = written(tmp_path)
    whole = file.path.read_bytes()

    for other in (whole[:-8], whole + bytes(8)):
        file.path.write_bytes(other)
        with pytest.raises(StorageAlteredError):
            lines_of(file)


def test_a_missing_file_is_noticed(tmp_path: Path):
    file = written(tmp_path)
    file.path.unlink()

    with pytest.raises(StorageAlteredError):
        lines_of(file)


def test_lines_that_changed_their_places_are_noticed(tmp_path: Path):
    file = written(tmp_path)
    table = np.load(file.path, mmap_mode="r+")
    table[[0, 1]] = table[[1, 0]]
    table.flush()

    with pytest.raises(StorageAlteredError):
        lines_of(file)


def test_another_file_in_its_place_is_noticed(tmp_path: Path):
    file, other = written(tmp_path), written(tmp_path, label="other")
    other.path.replace(file.path)

    with pytest.raises(StorageAlteredError):
        lines_of(file)


def test_an_erased_row_is_overwritten_and_the_others_stay(tmp_path: Path):
    file = written(tmp_path)

    after = file.without([3])
    after.erase(3)

    stored, left = np.load(file.path), np.delete(np.array(lines_of(after)), 3, axis=1)
    assert not stored[:, 3].any()
    assert stored[:, :3].all()
    assert np.array_equal(left, np.delete(TABLE, 3, axis=1))


def test_what_was_erased_does_not_come_out_again(tmp_path: Path):
    file = written(tmp_path)
    before = np.load(file.path)
    after = file.without([3])
    after.erase(3)

    noise = np.array(lines_of(after))[:, 3]

    assert not set(noise.tolist()) & {*TABLE[:, 3].tolist(), *before[:, 3].tolist(), 0}


def test_a_row_can_be_erased_again_from_any_point_at_which_a_crash_left_it(tmp_path: Path):
    for lines_done in range(LINES + 1):
        file = written(tmp_path, label=f"crash {lines_done}")
        after = file.without([3])
        table = np.load(file.path, mmap_mode="r+")
        table[:lines_done, 3] = 0
        table.flush()

        after.erase(3)
        after.erase(3)

        assert np.array_equal(np.delete(np.array(lines_of(after)), 3, axis=1), np.delete(TABLE, 3, axis=1))


def test_two_rows_are_erased_one_after_the_other(tmp_path: Path):
    first = written(tmp_path).without([0])
    first.erase(0)
    second = first.without([6])
    second.erase(6)

    assert np.array_equal(np.array(lines_of(second))[:, 1:6], TABLE[:, 1:6])


def test_several_rows_are_sealed_away_together(tmp_path: Path):
    after = written(tmp_path).without([1, 4])
    for row in (4, 1):
        after.erase(row)

    left = np.delete(np.array(lines_of(after)), [1, 4], axis=1)
    assert np.array_equal(left, np.delete(TABLE, [1, 4], axis=1))


def test_the_seal_of_before_does_not_open_an_erased_line(tmp_path: Path):
    file = written(tmp_path)
    file.without([3]).erase(3)

    with pytest.raises(StorageAlteredError):
        lines_of(file)


def test_a_change_is_not_sealed_in_when_a_row_is_erased(tmp_path: Path):
    file = written(tmp_path)
    table = np.load(file.path, mmap_mode="r+")
    table[2, 1] ^= np.uint64(1)
    table.flush()

    with pytest.raises(StorageAlteredError):
        file.without([3])


def test_a_file_is_never_written_over_another(tmp_path: Path):
    file = written(tmp_path)

    with pytest.raises(FileExistsError):
        write_partition(file.path, TABLE, Seal.draw_keys())


def test_a_discarded_file_is_overwritten_before_it_goes(tmp_path: Path):
    file = written(tmp_path)
    kept = tmp_path / "kept.npy"
    kept.hardlink_to(file.path)

    file.discard()
    discard(file.path)

    assert not file.path.exists()
    assert not any(kept.read_bytes())
