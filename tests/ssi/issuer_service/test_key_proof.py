"""A credential is bound only to a key whose holder asks this issuer for it, now."""

import pytest

from tests.ssi.issuer_service.visitors import URL, Office, refusal
from tests.ssi.parties import ed25519, es256

pytestmark = pytest.mark.database


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"aud": "https://issuer.elsewhere.example"}, "another issuer"),
        ({"aud": URL + "/"}, "another issuer"),
        ({"aud": [URL]}, "aud"),
        ({"aud": None}, "aud"),
        ({"iat": None}, "iat"),
        ({"iat": "now"}, "iat"),
        ({"iat": -1}, "iat"),
        ({"nonce": None}, "nonce"),
        ({"exp": 1}, "expired"),
        ({"nbf": 2**39}, "does not hold yet"),
    ],
    ids=str,
)
def test_a_proof_that_states_the_wrong_thing_is_refused(office: Office, token: str, claims, said):
    wallet = office.wallet()

    assert said in refusal(wallet.ask(token, wallet.proof(**claims)), 400, "invalid_proof")


@pytest.mark.parametrize("seconds", [-301, 61])
def test_a_proof_from_another_time_is_refused(office: Office, token: str, seconds: int):
    wallet = office.wallet()
    proof = wallet.proof(iat=int(office.clock().timestamp()) + seconds)

    assert "old" in refusal(wallet.ask(token, proof), 400, "invalid_proof")


def test_a_proof_by_another_key_than_it_names_is_refused(office: Office, token: str):
    wallet = office.wallet()
    proof = wallet.proof(header={"jwk": es256("somebody else").public.to_jwk()})

    refusal(wallet.ask(token, proof), 400, "invalid_proof")


def test_a_proof_of_another_type_is_refused(office: Office, token: str):
    wallet = office.wallet()

    refusal(wallet.ask(token, wallet.proof(typ="kb+jwt")), 400, "invalid_proof")


def test_a_proof_for_another_algorithm_is_refused(office: Office, token: str):
    wallet = office.wallet(ed25519("a wallet"))

    refusal(wallet.ask(token, wallet.proof()), 400, "invalid_proof")


@pytest.mark.parametrize(("kid", "header"), [("did:example:1#k", {}), (None, {"x5c": ["MIIB"]})], ids=str)
def test_a_proof_that_names_its_key_in_two_ways_is_refused(office: Office, token: str, kid, header):
    wallet = office.wallet()
    proof = wallet.proof(header={"jwk": wallet.key.public.to_jwk(), **header}, kid=kid)

    refusal(wallet.ask(token, proof), 400, "invalid_proof")


def test_a_proof_that_gives_its_private_key_away_is_refused(office: Office, token: str):
    wallet = office.wallet()
    proof = wallet.proof(header={"jwk": {**wallet.key.public.to_jwk(), "d": "AQ"}})

    assert "private" in refusal(wallet.ask(token, proof), 400, "invalid_proof")


@pytest.mark.parametrize("proof", ["", "a.b", "a.b.c", "é", "x" * 30_000])
def test_a_proof_that_is_no_token_is_refused(office: Office, token: str, proof: str):
    refusal(office.wallet().ask(token, proof), 400, "invalid_proof")


def test_a_replayed_nonce_is_refused(office: Office):
    wallet = office.wallet()
    first, second = (
        wallet.token(office.institution.hand_in(student)["offer_uri"]) for student in ("s-1", "s-2")
    )
    nonce = wallet.nonce()
    wallet.ask(first, wallet.proof(nonce=nonce))

    refusal(wallet.ask(second, wallet.proof(nonce=nonce)), 400, "invalid_nonce")


def test_an_expired_nonce_is_refused(office: Office, handed_in):
    wallet = office.wallet()
    nonce = wallet.nonce()
    office.clock.move(seconds=300)
    token = wallet.token(handed_in["offer_uri"])

    refusal(wallet.ask(token, wallet.proof(nonce=nonce)), 400, "invalid_nonce")


@pytest.mark.parametrize("nonce", ["x", "A" * 75, "~"])
def test_a_nonce_that_is_not_ours_is_refused(office: Office, token: str, nonce: str):
    wallet = office.wallet()

    refusal(wallet.ask(token, wallet.proof(nonce=nonce)), 400, "invalid_nonce")


def test_the_answer_of_a_refusal_has_its_form_whatever_was_sent(office: Office, token: str):
    wallet = office.wallet()
    proof = wallet.proof(header={"jwk": {"kty": 'E"C\\é', "crv": "P-256"}})

    assert refusal(wallet.ask(token, proof), 400, "invalid_proof")
