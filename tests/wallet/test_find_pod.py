"""From an address that a person gives to her pod; and addresses and documents that lie."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from ssi.http.client import Limits
from tests.serving import scripted_peer
from tests.wallet.small_pod import BACK, SmallPod, cause, linked_data, sign_in, small_pod
from tests.wallet.world import World
from wallet.clients.pod.client import PodClient
from wallet.clients.pod.discovery import ISSUER, OWNER, STORAGE
from wallet.errors import PodError, PodTrouble
from wallet.services.pod_suite import PodUse


@pytest.fixture
def pod(world: World) -> Iterator[SmallPod]:
    with small_pod(world.clock) as running:
        yield running


@pytest.fixture
def use(world: World) -> PodUse:
    return world.services.pod


def test_a_webid_leads_to_where_its_person_signs_in_and_to_her_pod(use, pod):
    place = use.connect.look(f" {pod.webid} ")

    assert (place.webid, place.issuer, place.storage) == (pod.webid, pod.url, pod.storage)


def test_the_profile_without_the_mark_of_a_person_leads_to_the_one_it_is_about(use, pod):
    assert use.connect.look(pod.webid.removesuffix("#me")).webid == pod.webid


def test_the_address_of_a_pod_leads_to_its_owner(use, pod):
    assert use.connect.look(pod.storage) == use.connect.look(pod.webid)


def test_a_slash_that_is_missing_at_the_end_of_a_pod_is_no_fault(use, pod):
    assert use.connect.look(pod.storage.rstrip("/")).storage == pod.storage


def test_a_pod_that_names_its_owner_is_believed_in_that(use, pod):
    link = f'<{pod.url}/anna/people#ben>; rel="{OWNER}", <x>; rel="y"'
    pod.changes["HEAD /anna/"] = lambda response: response.headers.add("Link", link)
    pod.files["people"] = b""
    ben = [{"@id": f"{pod.url}/anna/people#ben", ISSUER: [{"@id": pod.url}]}]
    pod.changes["GET /anna/people"] = lambda _: linked_data(ben)

    assert use.connect.look(pod.storage).webid == f"{pod.url}/anna/people#ben"


def test_a_profile_that_names_a_pod_is_believed_in_that(use, pod):
    elsewhere = "https://pod.example/anna/"
    profile = [{"@id": pod.webid, ISSUER: [{"@id": pod.url}], STORAGE: [{"@id": elsewhere}]}]
    pod.changes["GET /anna/profile/card"] = lambda _: linked_data(profile)

    assert use.connect.look(pod.webid).storage == elsewhere


def test_prefixes_and_short_addresses_of_a_profile_are_read(use, pod):
    profile = {
        "@context": {"solid": "http://www.w3.org/ns/solid/terms#"},
        "@graph": [{"@id": "#me", "solid:oidcIssuer": {"@id": pod.url}}],
    }
    pod.changes["GET /anna/profile/card"] = lambda _: linked_data(profile)

    assert use.connect.look(pod.webid).issuer == pod.url


@pytest.mark.parametrize(
    "address", ["", " ", "x y", "ftp://pod.example/", "https://", "https://[", "x" * 2_000]
)
def test_what_is_no_address_is_refused_before_anybody_is_asked(use, address):
    with pytest.raises(PodError) as caught:
        use.connect.look(address)

    assert cause(caught) is PodTrouble.NOT_AN_ADDRESS


@pytest.mark.parametrize(
    "address",
    [
        "http://pod.example/",
        "https://127.0.0.1/anna/",
        "https://10.0.0.7/anna/",
        "https://169.254.169.254/latest/",
        "https://[::ffff:10.0.0.1]/",
        "https://localhost/anna/",
    ],
)
def test_addresses_inside_a_network_are_not_asked(world, address):
    with pytest.raises(PodError) as caught:
        PodClient(world.clock).find(address)

    assert cause(caught) is PodTrouble.INSECURE


@pytest.mark.parametrize(
    "inside", ["http://169.254.169.254/x#me", "http://10.0.0.1/", "https://10.0.0.1/x#me"]
)
def test_a_pod_does_not_lead_its_visitor_inside(world, pod, inside):
    """Even a pod that may be asked names addresses that may not be: owners, issuers, places of files."""
    outside = PodClient(world.clock)
    place = replace(PodClient(world.clock, private_addresses=True).find(pod.webid), issuer=inside)

    with pytest.raises(PodError) as caught:
        outside.begin_sign_in(place, BACK)

    assert cause(caught) is PodTrouble.INSECURE


def test_files_inside_a_network_are_not_asked_for(world, use, anna, pod):
    kept = sign_in(use, anna, pod)
    moved = replace(kept, place=replace(kept.place, storage="http://169.254.169.254/"))
    outside = PodClient(world.clock)

    for asked in (outside.folder, lambda pod, address: outside.read(pod, address, 100)):
        with pytest.raises(PodError) as caught:
            asked(moved, "http://169.254.169.254/latest")
        assert cause(caught) is PodTrouble.INSECURE


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_nobody_is_followed_elsewhere(use, pod, status):
    inside = {"Location": "http://169.254.169.254/latest/meta-data/"}
    pod.answer("GET", "/anna/profile/card", status=status, headers=inside)

    with pytest.raises(PodError) as caught:
        use.connect.look(pod.webid)

    assert cause(caught) is PodTrouble.MOVED


def test_an_address_without_a_pod_says_so(use, pod):
    with pytest.raises(PodError) as caught:
        use.connect.look(f"{pod.url}/nothing/")
    assert cause(caught) is PodTrouble.NOT_FOUND

    pod.answer("GET", "/anna/profile/card", response="<html>", mimetype="text/html")
    with pytest.raises(PodError) as caught:
        use.connect.look(pod.webid)
    assert cause(caught) is PodTrouble.NO_ISSUER


def test_a_profile_without_a_place_to_sign_in_says_so(use, pod):
    pod.changes["GET /anna/profile/card"] = lambda _: linked_data([{"@id": pod.webid}])

    with pytest.raises(PodError) as caught:
        use.connect.look(pod.storage)

    assert cause(caught) is PodTrouble.NO_ISSUER


def nested(depth: int) -> Any:
    document: Any = {"@id": "x"}
    for _ in range(depth):
        document = {"http://x.example/y": [document]}
    return document


BOMBS: list[object] = [
    {"@context": "https://evil.example/context", "@id": "x"},
    {"@context": ["http://169.254.169.254/"], "@id": "x"},
    {"@context": {"@import": "http://169.254.169.254/"}, "@id": "x"},
    {"@context": {"a": {"@id": "x:y", "@context": "http://169.254.169.254/"}}, "@id": "x"},
    {"@context": {f"t{each}": f"t{each + 1}:t{each + 1}" for each in range(90)}, "t0:x": 1},
    {"@context": {f"t{each}": "http://x.example/" for each in range(200)}},
    {"@graph": [{"@id": f"x{each}", "http://x.example/y": each} for each in range(18_000)]},
    nested(60),
    nested(2_000),
    {"@id": "x", "@type": {"a": 1}},
    {"@id": 7},
    {"@id": "x", "http://x.example/y": {"@value": {"a": 1}}},
    {"@id": "x", "@reverse": {"@id": 7}},
    [[[[]]]],
    7,
    None,
]


@pytest.mark.parametrize("document", BOMBS, ids=range(len(BOMBS)))
def test_a_profile_made_to_hurt_is_a_named_error(use, pod, document):
    raw = json.dumps(document) if document is not BOMBS[8] else '{"a":' * 2_000 + "1" + "}" * 2_000
    pod.answer("GET", "/anna/profile/card", response=raw, mimetype="application/ld+json")

    with pytest.raises(PodError) as caught:
        use.connect.look(pod.webid)

    assert cause(caught) in {PodTrouble.UNFIT_ANSWER, PodTrouble.NO_ISSUER, PodTrouble.NOT_A_POD}


@pytest.mark.parametrize(
    "raw", [b"", b"@prefix : <x> . :a :b :c .", b"\xff\xfe", b'{"a":NaN}', b'{"a":1,"a":2}']
)
def test_what_is_no_linked_data_is_a_named_error(use, pod, raw):
    pod.answer("GET", "/anna/profile/card", response=raw, mimetype="application/ld+json")

    with pytest.raises(PodError) as caught:
        use.connect.look(pod.webid)

    assert cause(caught) is PodTrouble.UNFIT_ANSWER


def test_an_answer_without_an_end_is_cut_off(use, pod):
    def endless() -> Iterator[bytes]:
        while True:
            yield b" " * 65_536

    pod.answer("GET", "/anna/profile/card", response=endless(), mimetype="application/ld+json")

    with pytest.raises(PodError) as caught:
        use.connect.look(pod.webid)

    assert cause(caught) is PodTrouble.TOO_LARGE


def test_an_answer_that_drips_is_cut_off(world):
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/ld+json\r\nContent-Length: 10\r\n\r\n["
    hurried = PodClient(world.clock, private_addresses=True, pages=Limits(5.0, 5.0, 5.0))
    with scripted_peer(head, head) as (url, _), pytest.raises(PodError) as caught:
        hurried.find(url)

    assert cause(caught) is PodTrouble.UNREACHABLE


@pytest.mark.parametrize(
    "issuer", ["javascript:alert(1)", "ftp://x.example/", "https://a b/", "https://u@x.example/"]
)
def test_a_place_to_sign_in_that_is_no_address_of_a_server_is_not_shown(use, pod, issuer):
    profile = [{"@id": pod.webid, ISSUER: [{"@id": issuer}]}]
    pod.changes["GET /anna/profile/card"] = lambda _: linked_data(profile)

    with pytest.raises(PodError) as caught:
        use.connect.look(pod.webid)

    assert cause(caught) in {PodTrouble.NOT_A_POD, PodTrouble.NO_ISSUER}


def test_a_webid_without_measure_is_not_shown(use, pod):
    long = f"{pod.webid}{'x' * 2_000}"
    profile = [
        {"@id": f"{pod.url}/anna/profile/card", "http://xmlns.com/foaf/0.1/maker": [{"@id": long}]},
        {"@id": long, ISSUER: [{"@id": pod.url}]},
    ]
    pod.changes["GET /anna/profile/card"] = lambda _: linked_data(profile)

    with pytest.raises(PodError) as caught:
        use.connect.look(pod.webid.removesuffix("#me"))

    assert cause(caught) is PodTrouble.NOT_A_POD
