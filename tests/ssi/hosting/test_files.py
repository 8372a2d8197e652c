import pytest

from ssi.hosting.errors import ReadableByOthersError
from ssi.hosting.files import read_private, write_private


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


def test_what_was_written_for_the_owner_is_read(tmp_path):
    write_private(tmp_path / "key", b"secret")

    assert read_private(tmp_path / "key") == b"secret"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o610, 0o601])
def test_a_file_that_others_can_get_at_is_not_read(tmp_path, mode):
    write_private(tmp_path / "key", b"secret")
    (tmp_path / "key").chmod(mode)

    with pytest.raises(ReadableByOthersError, match="chmod 600 key"):
        read_private(tmp_path / "key")


def test_a_link_is_as_private_as_what_it_leads_to(tmp_path):
    write_private(tmp_path / "key", b"secret")
    (tmp_path / "key").chmod(0o644)
    (tmp_path / "link").symlink_to(tmp_path / "key")

    with pytest.raises(ReadableByOthersError):
        read_private(tmp_path / "link")
