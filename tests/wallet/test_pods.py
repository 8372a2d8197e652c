"""A pod that is connected, read and copied to; and pods and servers that lie."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from ssi.http.client import Limits
from tests.serving import scripted_peer
from tests.ssi.parties import es256
from tests.wallet.small_pod import BACK, LDP, SmallPod, linked_data, sign_in, small_pod
from tests.wallet.world import World
from wallet.clients.pod.client import PodClient
from wallet.clients.pod.discovery import ISSUER, OWNER, STORAGE
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


def cause(caught: pytest.ExceptionInfo[PodError]) -> PodTrouble:
    return caught.value.cause


# ---- Finding it ----


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


# ---- Signing in ----


def test_a_person_signs_in_and_her_pod_is_sign_in(use, anna, pod):
    kept = sign_in(use, anna, pod)

    assert kept.place.webid == pod.webid
    assert use.connect.present(anna) == kept
    assert pod.heard.count("POST /token") == 1


def test_the_page_is_asked_with_the_protections_of_a_public_client(use, pod):
    _, page = use.connect.begin(use.connect.look(pod.webid), BACK)

    assert page.startswith(f"{pod.url}/authorize?response_type=code&")
    for name in ("code_challenge=", "code_challenge_method=S256", "nonce=", "state=", "dpop_jkt="):
        assert name in page
    wanted = json.loads(pod.bodies[-1])
    assert wanted["token_endpoint_auth_method"] == "none"
    assert wanted["redirect_uris"] == [BACK]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"issuer": "https://other.example"}, PodTrouble.UNFIT_ANSWER),
        ({"token_endpoint": "https://other.example/token"}, PodTrouble.UNFIT_ANSWER),
        ({"authorization_endpoint": "javascript:alert(1)"}, PodTrouble.UNFIT_ANSWER),
        ({"jwks_uri": "http://169.254.169.254/"}, PodTrouble.UNFIT_ANSWER),
        ({"registration_endpoint": "https://other.example/"}, PodTrouble.UNFIT_ANSWER),
        ({"registration_endpoint": None}, PodTrouble.UNFIT_ANSWER),
        ({"dpop_signing_alg_values_supported": []}, PodTrouble.UNSAFE_SIGN_IN),
        ({"authorization_response_iss_parameter_supported": False}, PodTrouble.UNSAFE_SIGN_IN),
        ({"authorization_endpoint": None}, PodTrouble.UNSAFE_SIGN_IN),
    ],
)
def test_a_server_that_speaks_for_another_or_protects_nobody_is_not_used(use, pod, changes, expected):
    pod.change("GET", "/.well-known/openid-configuration", **changes)

    with pytest.raises(PodError) as caught:
        use.connect.begin(use.connect.look(pod.webid), BACK)

    assert cause(caught) is expected


def test_a_server_that_hands_out_a_secret_nobody_asked_for_is_not_used(use, pod):
    pod.change("POST", "/register", token_endpoint_auth_method="client_secret_basic")

    with pytest.raises(PodError) as caught:
        use.connect.begin(use.connect.look(pod.webid), BACK)

    assert cause(caught) is PodTrouble.UNFIT_ANSWER


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"state": "another"}, PodTrouble.UNKNOWN_ANSWER),
        ({"state": ""}, PodTrouble.UNKNOWN_ANSWER),
        ({"code": ""}, PodTrouble.UNKNOWN_ANSWER),
        ({"code": "x" * 5_000}, PodTrouble.UNKNOWN_ANSWER),
        ({"iss": "https://other.example"}, PodTrouble.OTHER_SERVER),
        ({"iss": ""}, PodTrouble.OTHER_SERVER),
        ({"error": "access_denied"}, PodTrouble.DECLINED),
        ({"code": "not one of its codes"}, PodTrouble.ENDED),
    ],
)
def test_an_answer_that_is_not_the_one_asked_for_connects_nothing(use, anna, pod, changes, expected):
    waiting, page = use.connect.begin(use.connect.look(pod.webid), BACK)

    with pytest.raises(PodError) as caught:
        use.connect.finish(anna, waiting, pod.approve(page, **changes))

    assert cause(caught) is expected
    assert use.connect.present(anna) is None


def test_an_answer_counts_only_in_the_browser_that_asked(use, anna, pod):
    _, page = use.connect.begin(use.connect.look(pod.webid), BACK)

    with pytest.raises(PodError) as caught:
        use.connect.finish(anna, None, pod.approve(page))

    assert cause(caught) is PodTrouble.UNKNOWN_ANSWER
    assert "POST /token" not in pod.heard


def test_an_answer_that_comes_after_half_an_hour_connects_nothing(world, use, anna, pod):
    waiting, page = use.connect.begin(use.connect.look(pod.webid), BACK)
    world.clock.forward(minutes=31)

    with pytest.raises(PodError) as caught:
        use.connect.finish(anna, waiting, pod.approve(page))

    assert cause(caught) is PodTrouble.UNKNOWN_ANSWER


PAST = 1_000_000_000


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"iss": "https://other.example"}, PodTrouble.UNPROVEN),
        ({"iss": None}, PodTrouble.UNPROVEN),
        ({"aud": "another wallet"}, PodTrouble.UNPROVEN),
        ({"aud": ["another wallet"]}, PodTrouble.UNPROVEN),
        ({"aud": ["the wallet", "another"], "azp": "another"}, PodTrouble.UNPROVEN),
        ({"nonce": "another"}, PodTrouble.UNPROVEN),
        ({"nonce": None}, PodTrouble.UNPROVEN),
        ({"exp": PAST}, PodTrouble.UNPROVEN),
        ({"exp": "soon"}, PodTrouble.UNPROVEN),
        ({"exp": True}, PodTrouble.UNPROVEN),
        ({"iat": PAST * 3}, PodTrouble.UNPROVEN),
        ({"webid": "https://ben.example/#me"}, PodTrouble.OTHER_PERSON),
        ({"webid": None}, PodTrouble.OTHER_PERSON),
        ({"webid": 7}, PodTrouble.UNPROVEN),
    ],
    ids=str,
)
def test_a_sign_in_that_does_not_prove_who_it_was_connects_nothing(use, anna, pod, claims, expected):
    pod.claims = claims
    waiting, page = use.connect.begin(use.connect.look(pod.webid), BACK)

    with pytest.raises(PodError) as caught:
        use.connect.finish(anna, waiting, pod.approve(page))

    assert cause(caught) is expected
    assert use.connect.present(anna) is None


def test_a_sign_in_that_another_key_signed_connects_nothing(use, anna, pod):
    waiting, page = use.connect.begin(use.connect.look(pod.webid), BACK)
    pod.change("GET", "/jwks", keys=[{**es256("another").public.to_jwk(), "kid": "1"}])

    with pytest.raises(PodError) as caught:
        use.connect.finish(anna, waiting, pod.approve(page))

    assert cause(caught) is PodTrouble.UNPROVEN


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        "a.b.c",
        "eyJhbGciOiJub25lIn0.e30.",
        "eyJhbGciOiJIUzI1NiIsImtpZCI6IjEifQ.e30.AAAA",
        "a.b.c.d.e",
    ],
)
@pytest.mark.parametrize("keys", [None, [], [7], {}, [{"kty": "oct", "k": "AAAA", "kid": "1"}]])
def test_what_is_no_sign_in_is_a_named_error(use, anna, pod, token, keys):
    waiting, page = use.connect.begin(use.connect.look(pod.webid), BACK)
    pod.change("POST", "/token", id_token=token)
    pod.change("GET", "/jwks", keys=keys)

    with pytest.raises(PodError) as caught:
        use.connect.finish(anna, waiting, pod.approve(page))

    assert cause(caught) in {PodTrouble.UNPROVEN, PodTrouble.UNFIT_ANSWER}


def test_a_token_that_anybody_could_use_is_not_taken(use, anna, pod):
    pod.change("POST", "/token", token_type="Bearer")

    with pytest.raises(PodError) as caught:
        sign_in(use, anna, pod)

    assert cause(caught) is PodTrouble.UNFIT_ANSWER


def test_a_right_that_has_run_out_is_renewed_and_kept(world, use, anna, pod):
    pod.seconds = 60
    before = sign_in(use, anna, pod)
    world.clock.forward(minutes=5)

    use.read.folder(anna)

    after = use.connect.present(anna)
    assert after is not None
    assert after.grant.access_token != before.grant.access_token
    assert after.grant.dpop_key == before.grant.dpop_key


def test_a_right_that_cannot_be_renewed_says_to_connect_again(world, use, anna, pod):
    sign_in(use, anna, pod)
    pod.refreshing.clear()
    world.clock.forward(hours=2)

    with pytest.raises(PodError) as caught:
        use.read.folder(anna)

    assert cause(caught) is PodTrouble.ENDED


def test_disconnecting_forgets_the_right_here_and_there(use, anna, pod):
    sign_in(use, anna, pod)

    use.connect.disconnect(anna)

    assert use.connect.present(anna) is None
    assert pod.refreshing == {}
    with pytest.raises(PodError) as caught:
        use.read.folder(anna)
    assert cause(caught) is PodTrouble.NOT_CONNECTED


def test_disconnecting_works_without_the_pod(use, anna, pod):
    sign_in(use, anna, pod)
    pod.answer("POST", "/revoke", status=503)

    use.connect.disconnect(anna)

    assert use.connect.present(anna) is None


def test_one_wallet_does_not_see_the_pod_of_another(use, anna, ben, pod):
    sign_in(use, anna, pod)

    assert use.connect.present(ben) is None


# ---- Looking into it, and reading ----


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
