"""A token bound to a key is good only beside a fresh proof of that key for this request (RFC 9449)."""

import pytest

from ssi.issuer_service.opened import IssuerApp
from tests.ssi.issuer_service.protocol_wallet import ProtocolWallet, batch_request, protocol_wallet
from tests.ssi.issuer_service.visitors import URL, Office, answer_of, refusal
from tests.ssi.parties import HOLDER, es256

pytestmark = pytest.mark.database


@pytest.fixture
def wallet(office: Office) -> ProtocolWallet:
    return protocol_wallet(office)


@pytest.fixture
def bound(office: Office, wallet: ProtocolWallet, handed_in) -> str:
    answer = answer_of(wallet.redeem(office.wallet().code(handed_in["offer_uri"])))
    assert answer["token_type"] == "DPoP"
    return str(answer["access_token"])


def test_a_bound_token_collects_beside_a_proof(office: Office, wallet: ProtocolWallet, bound: str):
    response = wallet.send("/credential", bound, batch_request(office.wallet(), [HOLDER]))

    assert response.status_code == 200
    assert response.headers["DPoP-Nonce"]


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"htm": "GET"}, "method"),
        ({"htu": f"{URL}/nonce"}, "address"),
        ({"htu": "https://elsewhere.example/token"}, "address"),
        ({"htu": "http://["}, "address"),
        ({"htu": None}, "htu"),
        ({"jti": None}, "jti"),
        ({"iat": None}, "iat"),
        ({"iat": 1}, "old"),
        ({"iat": 2**39}, "old"),
        ({"iat": "now"}, "iat"),
    ],
    ids=str,
)
def test_a_proof_for_another_request_or_time_is_refused(
    office: Office, wallet: ProtocolWallet, handed_in, claims, said
):
    code = office.wallet().code(handed_in["offer_uri"])

    assert said in refusal(
        wallet.redeem(code, proof=wallet.dpop("/token", **claims)), 400, "invalid_dpop_proof"
    )


def test_query_and_spelling_of_the_address_do_not_count(office: Office, wallet: ProtocolWallet, handed_in):
    proof = wallet.dpop("/token", htu="HTTP://127.0.0.1:8701/token?a=b#c")

    assert wallet.redeem(office.wallet().code(handed_in["offer_uri"]), proof=proof).status_code == 200


def test_a_proof_of_another_type_is_refused(office: Office, wallet: ProtocolWallet, handed_in):
    proof = wallet.dpop("/token", typ="JWT")

    refusal(
        wallet.redeem(office.wallet().code(handed_in["offer_uri"]), proof=proof), 400, "invalid_dpop_proof"
    )


@pytest.mark.parametrize(
    "header",
    [
        {"x5c": ["MIIB"]},
        {"jwk": es256("somebody else").public.to_jwk()},
        {"jwk": {**es256("DPoP").public.to_jwk(), "d": "AQ"}},
    ],
    ids=["no jwk", "another key", "private key"],
)
def test_a_proof_whose_header_does_not_fit_is_refused(
    office: Office, wallet: ProtocolWallet, handed_in, header
):
    proof = wallet.dpop("/token", header=header)

    refusal(
        wallet.redeem(office.wallet().code(handed_in["offer_uri"]), proof=proof), 400, "invalid_dpop_proof"
    )


@pytest.mark.parametrize("proof", ["x", "a.b.c", "é.b.c", "a.b.c,a.b.c", "x" * 9000])
def test_a_proof_that_is_no_token_is_refused(office: Office, wallet: ProtocolWallet, handed_in, proof: str):
    refusal(
        wallet.redeem(office.wallet().code(handed_in["offer_uri"]), proof=proof), 400, "invalid_dpop_proof"
    )


def test_a_replayed_proof_is_refused(office: Office, wallet: ProtocolWallet):
    first, second = (
        office.wallet().code(office.institution.hand_in(student)["offer_uri"]) for student in ("s-1", "s-2")
    )
    proof = wallet.dpop("/token")
    assert wallet.redeem(first, proof=proof).status_code == 200

    assert "before" in refusal(wallet.redeem(second, proof=proof), 400, "invalid_dpop_proof")


def test_a_replayed_proof_stays_refused_as_long_as_it_is_fresh(office: Office, wallet: ProtocolWallet):
    first, second = (
        office.wallet().code(office.institution.hand_in(student)["offer_uri"]) for student in ("s-1", "s-2")
    )
    proof = wallet.dpop("/token", iat=int(office.clock().timestamp()) + 60)
    wallet.redeem(first, proof=proof)
    office.clock.move(minutes=5, seconds=59)

    assert "before" in refusal(wallet.redeem(second, proof=proof), 400, "invalid_dpop_proof")


def test_a_bound_token_alone_is_refused(office: Office, wallet: ProtocolWallet, bound: str):
    refusal(office.wallet().ask(bound, office.wallet().proof()), 401, "invalid_token")


def test_a_bound_token_sent_as_bearer_beside_a_proof_is_refused(
    office: Office, wallet: ProtocolWallet, bound: str
):
    response = wallet.send("/credential", bound, batch_request(office.wallet(), [HOLDER]), scheme="Bearer")

    refusal(response, 401, "invalid_token")


def test_a_bound_token_beside_a_proof_of_another_key_is_refused(
    office: Office, wallet: ProtocolWallet, bound: str
):
    proof = wallet.dpop("/credential", token=bound, key=es256("thief"))
    response = wallet.send("/credential", bound, batch_request(office.wallet(), [HOLDER]), proof=proof)

    refusal(response, 401, "invalid_token")
    assert response.headers["WWW-Authenticate"].startswith("DPoP ")


@pytest.mark.parametrize("token", [None, "another token"])
def test_a_proof_for_another_token_is_refused(office: Office, wallet: ProtocolWallet, bound: str, token):
    proof = wallet.dpop("/credential", token=token)
    response = wallet.send("/credential", bound, batch_request(office.wallet(), [HOLDER]), proof=proof)

    assert "ath" in refusal(response, 401, "invalid_dpop_proof")


def test_an_unbound_token_sent_as_bound_is_refused(office: Office, wallet: ProtocolWallet, token: str):
    response = wallet.send("/credential", token, batch_request(office.wallet(), [HOLDER]))

    refusal(response, 401, "invalid_token")


def test_the_scheme_asks_for_a_proof(office: Office, bound: str):
    response = office.visitor().post("/credential", json={}, headers={"Authorization": f"DPoP {bound}"})

    refusal(response, 401, "invalid_dpop_proof")
    assert 'algs="ES256 EdDSA"' in response.headers["WWW-Authenticate"]


def test_a_nonce_of_ours_in_a_proof_is_taken_while_it_is_fresh(office: Office, wallet: ProtocolWallet):
    codes = [
        office.wallet().code(office.institution.hand_in(student)["offer_uri"]) for student in ("s-1", "s-2")
    ]
    nonce = wallet.redeem(codes[0]).headers["DPoP-Nonce"]
    office.clock.move(seconds=299)
    assert wallet.redeem(codes[1], proof=wallet.dpop("/token", nonce=nonce)).status_code == 200
    office.clock.move(seconds=1)

    refusal(wallet.redeem("any", proof=wallet.dpop("/token", nonce=nonce)), 400, "use_dpop_nonce")


@pytest.mark.parametrize("kind", ["made up", "a challenge for key proofs"])
def test_a_nonce_that_is_not_ours_is_refused_and_a_good_one_offered(
    office: Office, wallet: ProtocolWallet, handed_in, kind: str
):
    nonce = "x" if kind == "made up" else office.wallet().nonce()
    code = office.wallet().code(handed_in["offer_uri"])
    response = wallet.redeem(code, proof=wallet.dpop("/token", nonce=nonce))
    refusal(response, 400, "use_dpop_nonce")

    again = wallet.dpop("/token", nonce=response.headers["DPoP-Nonce"])
    assert wallet.redeem(code, proof=again).status_code == 200


def test_a_stale_nonce_beside_a_token_is_a_challenge(office: Office, wallet: ProtocolWallet, bound: str):
    proof = wallet.dpop("/credential", token=bound, nonce="x")
    response = wallet.send("/credential", bound, batch_request(office.wallet(), [HOLDER]), proof=proof)

    refusal(response, 401, "use_dpop_nonce")
    assert 'error="use_dpop_nonce"' in response.headers["WWW-Authenticate"]


def test_a_refresh_token_is_replaced_at_each_use_and_bound_to_its_key(
    office: Office, wallet: ProtocolWallet, handed_in
):
    first = answer_of(wallet.redeem(office.wallet().code(handed_in["offer_uri"])))
    stolen = wallet.refresh(str(first["refresh_token"]), proof=wallet.dpop("/token", key=es256("thief")))
    refusal(stolen, 400, "invalid_grant")
    office.clock.move(minutes=5)
    second = answer_of(wallet.refresh(str(first["refresh_token"])))

    request = batch_request(office.wallet(), [HOLDER])
    assert wallet.send("/credential", str(second["access_token"]), request).status_code == 200
    refusal(wallet.refresh(str(second["refresh_token"])), 400, "invalid_grant")


def test_a_refresh_token_used_twice_takes_everything_back(office: Office, wallet: ProtocolWallet, handed_in):
    first = answer_of(wallet.redeem(office.wallet().code(handed_in["offer_uri"])))
    second = answer_of(wallet.refresh(str(first["refresh_token"])))
    refusal(wallet.refresh(str(first["refresh_token"])), 400, "invalid_grant")

    refusal(wallet.refresh(str(second["refresh_token"])), 400, "invalid_grant")
    request = batch_request(office.wallet(), [HOLDER])
    refusal(wallet.send("/credential", str(second["access_token"]), request), 401, "invalid_token")


def test_a_refresh_token_ends_with_its_offer(office: Office, wallet: ProtocolWallet, handed_in):
    first = answer_of(wallet.redeem(office.wallet().code(handed_in["offer_uri"])))
    office.clock.move(days=7)

    refusal(wallet.refresh(str(first["refresh_token"])), 400, "invalid_grant")


def test_what_has_run_out_is_forgotten(office: Office, wallet: ProtocolWallet, bound: str):
    issuer: IssuerApp = office.issuer
    office.clock.move(days=8)
    office.institution.hand_in("another")

    with issuer.books.reading() as register:
        assert register.offers.granted(b"\0" * 32) is None
    with issuer.database.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM tickets").scalar_one() == 0
        assert connection.exec_driver_sql("SELECT count(*) FROM used_nonces").scalar_one() == 0
