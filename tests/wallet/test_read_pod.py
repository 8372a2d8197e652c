"""Folders and files of a connected pod; and pods that name what is not theirs, or answer wrongly."""

from collections.abc import Iterator

import pytest

from tests.wallet.small_pod import LDP, SmallPod, cause, linked_data, sign_in, small_pod
from tests.wallet.world import World
from wallet.domain.pod import MOST_ENTRIES, is_below
from wallet.errors import PodError, PodTrouble
from wallet.services.pod_suite import PodUse


@pytest.fixture
def pod(world: World) -> Iterator[SmallPod]:
    with small_pod(world.clock) as running:
        yield running


@pytest.fixture
def use(world: World) -> PodUse:
    return world.services.pod


def test_a_folder_shows_what_lies_in_it(use, anna, pod):
    pod.files |= {"pulse.csv": b"x" * 12, "health/export.xml": b"", "argonauta/y": b""}
    sign_in(use, anna, pod)

    found = use.read.folder(anna)

    assert [(each.name, each.is_folder, each.size) for each in found.entries] == [
        ("argonauta", True, None),
        ("health", True, None),
        ("pulse.csv", False, 12),
    ]
    assert [each.name for each in use.read.folder(anna, f"{pod.storage}health/").entries] == ["export.xml"]
    assert use.read.file(anna, f"{pod.storage}pulse.csv") == b"x" * 12


def test_only_what_lies_in_a_folder_is_shown_whatever_the_pod_says(use, anna, pod):
    sign_in(use, anna, pod)
    named = [
        "https://elsewhere.example/x",
        "http://169.254.169.254/latest",
        f"{pod.url}/ben/x",
        f"{pod.storage}a/b",
        f"{pod.storage}../ben/x",
        f"{pod.storage}%2e%2e/x",
        f"{pod.storage}x?y",
        f"{pod.storage}x#y",
        pod.storage,
        f"{pod.storage}//x",
        f"{pod.storage}ok",
    ]
    listing = [{"@id": pod.storage, f"{LDP}contains": [{"@id": each} for each in named]}]
    pod.changes["GET /anna/"] = lambda _: linked_data(listing)

    assert [each.address for each in use.read.folder(anna).entries] == [f"{pod.storage}ok"]


def test_a_folder_with_more_than_can_be_shown_says_that_there_is_more(use, anna, pod):
    sign_in(use, anna, pod)
    things = [{"@id": f"{pod.storage}{each}"} for each in range(MOST_ENTRIES + 5)]
    pod.changes["GET /anna/"] = lambda _: linked_data([{"@id": pod.storage, f"{LDP}contains": things}])

    found = use.read.folder(anna)

    assert (len(found.entries), found.partial) == (MOST_ENTRIES, True)


def test_what_a_pod_writes_beside_a_file_cannot_break_the_list(use, anna, pod):
    sign_in(use, anna, pod)
    beside = {
        "http://www.w3.org/ns/posix/stat#size": [{"@value": "-1"}, {"@value": "9" * 400}],
        "http://purl.org/dc/terms/modified": [{"@value": "yesterday"}],
    }
    things = [
        {"@id": pod.storage, f"{LDP}contains": [{"@id": f"{pod.storage}%E2%80%AEtxt.exe"}]},
        {"@id": f"{pod.storage}%E2%80%AEtxt.exe", **beside},
    ]
    pod.changes["GET /anna/"] = lambda _: linked_data(things)

    (entry,) = use.read.folder(anna).entries

    assert (entry.size, entry.changed_at, entry.name) == (None, None, "txt.exe")


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (401, PodTrouble.ENDED),
        (403, PodTrouble.NOT_ALLOWED),
        (404, PodTrouble.NOT_FOUND),
        (410, PodTrouble.NOT_FOUND),
        (301, PodTrouble.MOVED),
        (418, PodTrouble.UNFIT_ANSWER),
        (429, PodTrouble.UNREACHABLE),
        (500, PodTrouble.UNREACHABLE),
        (503, PodTrouble.UNREACHABLE),
    ],
)
def test_what_a_pod_does_not_do_is_said_with_its_cause(use, anna, pod, status, expected):
    sign_in(use, anna, pod)
    pod.answer("GET", "/anna/pulse.csv", status=status, headers={"Location": "/elsewhere"})

    with pytest.raises(PodError) as caught:
        use.read.file(anna, f"{pod.storage}pulse.csv")

    assert cause(caught) is expected
    assert "othing" in str(caught.value)


def test_a_file_that_is_too_large_is_not_read_to_its_end(world, use, anna, pod):
    sign_in(use, anna, pod)
    pod.files["large"] = b"x" * 2_000
    kept = use.connect.present(anna)
    assert kept is not None

    with pytest.raises(PodError) as caught:
        world.pods.read(kept, f"{pod.storage}large", 1_000)

    assert cause(caught) is PodTrouble.TOO_LARGE


@pytest.mark.parametrize(
    "address", ["", "https://elsewhere.example/x", "{}../ben/x", "{}", "{}folder/", "{}%2e%2e/x"]
)
def test_no_file_outside_the_pod_is_asked_for(use, anna, pod, address):
    sign_in(use, anna, pod)
    pod.heard.clear()

    with pytest.raises(PodError) as caught:
        use.read.file(anna, address.format(pod.storage))

    assert cause(caught) is PodTrouble.NOT_FOUND
    assert pod.heard == []


def test_what_is_below_a_folder_is_told_by_whole_names():
    assert is_below("https://a.example/x/y", "https://a.example/x/")
    for other in (
        "https://a.example/xy/z",
        "https://a.example/x/",
        "https://a.example/x/./y",
        "https://a.example",
    ):
        assert not is_below(other, "https://a.example/x/")
