"""A person signs in at her pod's server; and servers, answers and sign-ins that do not hold."""

import json
from collections.abc import Iterator

import pytest

from tests.ssi.parties import es256
from tests.wallet.browsing import PASSWORD
from tests.wallet.small_pod import BACK, SmallPod, cause, sign_in, small_pod
from tests.wallet.world import World
from wallet.domain.proof import Password
from wallet.errors import PodError, PodTrouble
from wallet.services.pod_suite import PodUse


@pytest.fixture
def pod(world: World) -> Iterator[SmallPod]:
    with small_pod(world.clock) as running:
        yield running


@pytest.fixture
def use(world: World) -> PodUse:
    return world.services.pod


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


def test_having_the_wallet_erased_disconnects_the_pod(world, use, anna, pod):
    sign_in(use, anna, pod)

    world.services.rights.erase.plan(anna, Password(PASSWORD))

    assert use.connect.present(anna) is None
    assert pod.refreshing == {}


def test_disconnecting_works_without_the_pod(use, anna, pod):
    sign_in(use, anna, pod)
    pod.answer("POST", "/revoke", status=503)

    use.connect.disconnect(anna)

    assert use.connect.present(anna) is None


def test_the_readable_copy_says_which_pod_is_connected_and_gives_no_right_to_it(world, use, anna, pod):
    kept = sign_in(use, anna, pod)

    files = world.services.rights.copy(anna, Password(PASSWORD))

    said = "".join(files["pod.json"])
    assert json.loads(said)[0]["webid"] == pod.webid
    assert kept.grant.access_token not in said


def test_one_wallet_does_not_see_the_pod_of_another(use, anna, ben, pod):
    sign_in(use, anna, pod)

    assert use.connect.present(ben) is None
