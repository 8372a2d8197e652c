from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crypto.signing import generate_ed25519, generate_es256
from ssi.http.authentication import BoundRequest, UsedProofs, make_proof, verify_proof
from ssi.http.errors import RequestProofError, TooManyRequestsError
from ssi.jws import sign_jws

NOW = datetime(2026, 5, 3, 12, 0, tzinfo=UTC)
KEY = generate_es256()
REQUEST = BoundRequest(
    method="GET", path="/api/v1/contributions/urn:uuid:1/history?from=2", audience="market", body=b"{}"
)


def verified(proof, request=REQUEST, *, now=NOW, used=None):
    return verify_proof(proof, request, now=now, used=used or UsedProofs())


@pytest.mark.parametrize("key", [KEY, generate_ed25519()], ids=["ES256", "EdDSA"])
def test_a_proof_names_the_key_that_made_it(key):
    assert verified(make_proof(REQUEST, key, now=NOW)) == key.public


@pytest.mark.parametrize(
    "changed",
    [
        replace(REQUEST, method="POST"),
        replace(REQUEST, path="/api/v1/contributions/urn:uuid:2/history?from=2"),
        replace(REQUEST, path="/api/v1/contributions/urn:uuid:1/history"),
        replace(REQUEST, audience="another market"),
        replace(REQUEST, body=b"{ }"),
    ],
    ids=["method", "path", "query", "audience", "body"],
)
def test_a_proof_is_good_for_one_request_only(changed):
    with pytest.raises(RequestProofError, match="another request"):
        verified(make_proof(REQUEST, KEY, now=NOW), changed)


def test_a_replayed_proof_is_refused():
    used = UsedProofs()
    proof = make_proof(REQUEST, KEY, now=NOW)
    verified(proof, used=used)

    with pytest.raises(RequestProofError, match="sent before"):
        verified(proof, used=used, now=NOW + timedelta(seconds=59))


def test_a_replayed_proof_from_ahead_of_our_clock_is_refused_as_long_as_it_is_fresh():
    used = UsedProofs()
    proof = make_proof(REQUEST, KEY, now=NOW + timedelta(seconds=10))
    verified(proof, used=used)

    with pytest.raises(RequestProofError, match="sent before"):
        verified(proof, used=used, now=NOW + timedelta(seconds=69.9))


def test_two_people_may_draw_the_same_number():
    used = UsedProofs()
    for key in (KEY, generate_es256()):
        proof = make_proof(REQUEST, key, now=NOW, random=bytes)

        assert verified(proof, used=used) == key.public


@pytest.mark.parametrize("seconds", [-10, 0, 60])
def test_a_fresh_proof_is_good(seconds):
    assert verified(make_proof(REQUEST, KEY, now=NOW), now=NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize("seconds", [-11, 61, 10**6])
def test_a_proof_from_another_time_is_refused(seconds):
    with pytest.raises(RequestProofError, match="seconds old"):
        verified(make_proof(REQUEST, KEY, now=NOW), now=NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    "header", [None, "", "Proof", "Proof ", "Bearer abc", "Proof abc", "Proof a.b.c", "Proof " + "a" * 5000]
)
def test_a_header_that_is_no_proof_is_refused(header):
    with pytest.raises(RequestProofError):
        verified(header)


def test_a_proof_signed_by_another_key_than_it_names_is_refused():
    header, payload, _ = make_proof(REQUEST, KEY, now=NOW).split(".")
    signature = make_proof(REQUEST, generate_es256(), now=NOW).split(".")[2]

    with pytest.raises(RequestProofError, match="does not verify"):
        verified(f"{header}.{payload}.{signature}")


def test_a_token_of_another_type_is_no_proof():
    token = sign_jws({"htm": "GET"}, KEY, typ="consent-record+jwt", header={"jwk": KEY.public.to_jwk()})

    with pytest.raises(RequestProofError, match="request-proof"):
        verified(f"Proof {token}")


def test_a_proof_without_a_key_is_refused():
    with pytest.raises(RequestProofError, match="jwk"):
        verified("Proof " + sign_jws({}, KEY, typ="request-proof+jwt"))


@pytest.mark.parametrize("members", [{}, {"htm": "GET"}, {"htm": 5}])
def test_a_proof_that_lacks_members_is_refused(members):
    token = sign_jws(members, KEY, typ="request-proof+jwt", header={"jwk": KEY.public.to_jwk()})

    with pytest.raises(RequestProofError):
        verified(f"Proof {token}")


@settings(max_examples=40)
@given(st.data())
def test_a_proof_with_a_changed_character_is_refused(data):
    proof = make_proof(REQUEST, KEY, now=NOW, random=bytes)
    place = data.draw(st.integers(len("Proof "), len(proof) - 1))
    sign = data.draw(st.sampled_from("ABCxyz019-_.").filter(lambda sign: sign != proof[place]))

    with pytest.raises(RequestProofError):
        verified(proof[:place] + sign + proof[place + 1 :])


def test_a_full_memory_refuses_rather_than_forgets():
    used = UsedProofs(capacity=2)
    for number in ("a", "b"):
        used.use(number, now=NOW)

    with pytest.raises(TooManyRequestsError):
        used.use("c", now=NOW + timedelta(seconds=69))


def test_a_full_memory_has_room_again_after_a_while():
    used = UsedProofs(capacity=2)
    for number in ("a", "b"):
        used.use(number, now=NOW)

    used.use("c", now=NOW + timedelta(seconds=70))


def test_a_body_stays_out_of_repr():
    assert "{}" not in repr(REQUEST)
