import pytest

from ssi.hosting.files import write_private


def test_a_file_is_for_its_owner_only(tmp_path):
    path = tmp_path / "new" / "tls.key"

    write_private(path, b"secret")

    assert path.read_bytes() == b"secret"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_file_is_replaced_whole(tmp_path):
    path = tmp_path / "key"
    path.write_bytes(b"old")
    path.chmod(0o644)

    write_private(path, b"new")

    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_failure_leaves_the_old_file_and_no_scraps(tmp_path):
    path = tmp_path / "key"
    path.write_bytes(b"old")

    with pytest.raises(TypeError):
        write_private(path, "text")  # type: ignore[arg-type]

    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
