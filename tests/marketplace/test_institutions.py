"""An organisation signs its own people in, and nobody else; what it says is believed only when it holds."""

import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from flask import Response
from joserfc import jws
from joserfc.jwk import OctKey

from crypto.sealing import Vault
from marketplace.clients.issuers import HttpIssuers
from marketplace.domain.account import AccountKind
from marketplace.domain.member import Member, Role
from marketplace.domain.sign_in import Password, Returned
from marketplace.errors import (
    ConflictError,
    RoleMissingError,
    SignInRefusedError,
    SignInSettingError,
    WrongCredentialsError,
)
from marketplace.services.accounts import AddAccount, SignIn
from marketplace.services.desk import Desk
from marketplace.services.sign_in_suite import Doors, DoorSide, doors
from ssi.http import authenticators
from ssi.http.client import Limits
from tests.marketplace.fakes import CHEAP, HandClock, MemoryStore
from tests.marketplace.mpc_node import parties
from tests.marketplace.provider import ANNA, CLIENT, SECRET, Provider, a_key, provider, rs256, unsigned

OWNER, PASSWORD, HERE = "owner@institute.example", "a quiet harbour", "https://market.example"
PROOF = Password(PASSWORD)
QUICK = Limits(connect_seconds=2.0, read_seconds=2.0, total_seconds=2.0, answer_bytes=64 * 1024)


@dataclass
class World:
    store: MemoryStore
    clock: HandClock
    doors: Doors
    desk: Desk

    def member(self, email: str = OWNER, kind: AccountKind = AccountKind.BUYER) -> Member:
        AddAccount(self.desk, CHEAP)(email, PASSWORD, kind=kind)
        return SignIn(self.desk, CHEAP)(email, PASSWORD)

    def set(self, owner: Member, issuer: str, **changes: str) -> None:
        self.doors.institutions.set(owner, PROOF, setting(issuer, **changes))

    def come_in(self, idp: Provider, member: Member | None = None, **person: Any) -> Member:
        page, kept = self.doors.institutions.begin("institute", HERE, member=member)
        return self.finish(kept, idp.signed_in(page, **person), member)

    def finish(self, kept: str | None, back: dict[str, str], member: Member | None = None) -> Member:
        returned = Returned(back.get("state", ""), back.get("code"), back.get("iss"), back.get("error"))
        return self.doors.institutions.finish("institute", kept, returned, signed_in=member)[0]


def setting(issuer: str, **changes: str) -> dict[str, str]:
    told = {"name": "institute", "issuer": issuer, "client_id": CLIENT, "secret": SECRET}
    return told | {"domains": "institute.example", "role": "reader"} | changes


@pytest.fixture
def world() -> World:
    return a_world(loopback=True)


def a_world(*, loopback: bool) -> World:
    store, clock = MemoryStore(), HandClock()
    desk = Desk("market", parties.ed25519("market"), store, parties.registry, clock)
    side = DoorSide(
        HERE, authenticators, HttpIssuers(clock, loopback=loopback, limits=QUICK), Vault(b"v" * 32)
    )
    return World(store, clock, doors(desk, side, SignIn(desk, CHEAP)), desk)


@pytest.fixture
def idp(world: World) -> Iterator[Provider]:
    with provider(lambda: world.clock.now) as one:
        yield one


@pytest.fixture
def owner(world: World, idp: Provider) -> Member:
    made = world.member()
    world.set(made, idp.issuer)
    return made


def test_somebody_new_comes_in_with_the_role_that_the_owner_chose(world, owner, idp):
    anna = world.come_in(idp)

    assert (anna.email, anna.name, anna.role) == ("anna@institute.example", "Anna Gruber", Role.READER)
    assert anna.account_id == owner.account_id
    assert world.store.books.members.find(anna.email) == (anna, None)


def test_she_is_the_same_member_the_next_time_whatever_her_address_is(world, owner, idp):
    anna = world.come_in(idp)

    assert world.come_in(idp, email="a.gruber@institute.example") == anna


def test_her_address_with_another_subject_is_not_her(world, owner, idp):
    world.come_in(idp)

    with pytest.raises(SignInRefusedError, match="signs in here already"):
        world.come_in(idp, sub="somebody else")


def test_an_address_alone_takes_over_no_member_with_a_password(world, owner, idp):
    with pytest.raises(SignInRefusedError, match="signs in here already"):
        world.come_in(idp, email=OWNER)

    assert not world.store.books.sign_ins.bound


def test_a_member_connects_herself_while_she_is_signed_in(world, owner, idp):
    assert world.come_in(idp, owner, sub="the owner", email=OWNER) == owner

    assert world.come_in(idp, sub="the owner", email=OWNER) == owner


def test_nobody_else_can_end_what_a_signed_in_member_began(world, owner, idp):
    page, kept = world.doors.institutions.begin("institute", HERE, member=owner)
    back = idp.signed_in(page)

    with pytest.raises(SignInRefusedError):
        world.finish(kept, back, None)

    assert not world.store.books.sign_ins.bound


def test_a_login_that_is_somebody_elses_is_connected_to_nobody_more(world, owner, idp):
    world.come_in(idp)

    with pytest.raises(SignInRefusedError, match="Somebody else"):
        world.come_in(idp, owner)


def test_a_member_is_connected_with_one_login(world, owner, idp):
    world.come_in(idp, owner, sub="first")

    with pytest.raises(SignInRefusedError, match="already"):
        world.come_in(idp, owner, sub="second")


def test_whoever_was_ended_comes_in_no_more(world, owner, idp):
    anna = world.come_in(idp)
    world.store.books.members.save(replace(anna, ended_at=world.clock.now))

    with pytest.raises(SignInRefusedError, match="ended"):
        world.come_in(idp)


def test_an_operators_account_takes_nobody_new(world, idp):
    operator = world.member(kind=AccountKind.OPERATOR)
    world.set(operator, idp.issuer)

    with pytest.raises(SignInRefusedError, match="Nobody new"):
        world.come_in(idp)
    assert world.come_in(idp, operator) == operator


@pytest.mark.parametrize(
    "person",
    [
        {"email_verified": False},
        {"email_verified": "true"},
        {"email_verified": None},
        {"email": "anna@elsewhere.example"},
        {"email": "anna@institute.example.evil.example"},
        {"email": "anna@evil.example@institute.example"},
        {"email": "institute.example"},
        {"email": 5},
        {"sub": ""},
        {"sub": 5},
        {"sub": "x" * 256},
        {"sub": "ü"},
    ],
)
def test_only_checked_addresses_of_the_organisation_come_in(world, owner, idp, person):
    with pytest.raises(SignInRefusedError):
        world.come_in(idp, **person)

    assert len(world.store.books.members.of_account(owner.account_id)) == 1


OTHER = a_key("other")


def _claims(**changes: Any):
    def lie(idp: Provider) -> None:
        idp.sign = lambda told: rs256(idp.key, told | changes)

    return lie


def _moment(claim: str, seconds: int):
    def lie(idp: Provider) -> None:
        idp.sign = lambda told: rs256(idp.key, told | {claim: int(idp.now().timestamp()) + seconds})

    return lie


def _signed(sign):
    def lie(idp: Provider) -> None:
        idp.sign = lambda told: sign(idp, told)

    return lie


def _without(claim: str):
    def lie(idp: Provider) -> None:
        idp.left_out = (claim,)

    return lie


def _hs256(idp: Provider, told: dict[str, Any]) -> str:
    pem = idp.key.as_pem(private=False)
    key = OctKey.import_key(pem)
    return jws.serialize_compact({"alg": "HS256"}, json.dumps(told), key, algorithms=["HS256"])


LIES = {
    "another nonce": _claims(nonce="x"),
    "no nonce": _without("nonce"),
    "another audience": _claims(aud="somebody"),
    "others beside us without azp": _claims(aud=[CLIENT, "somebody"]),
    "made for another": _claims(aud=[CLIENT, "somebody"], azp="somebody"),
    "one audience, made for another": _claims(azp="somebody"),
    "no audience": _without("aud"),
    "another issuer": _claims(iss="https://other.example"),
    "no issuer": _without("iss"),
    "expired": _moment("exp", 0),
    "no end": _without("exp"),
    "of the future": _moment("iat", 3600),
    "of long ago": _moment("iat", -3600),
    "not yet valid": _moment("nbf", 3600),
    "of another access token": _claims(at_hash="x"),
    "unsigned": _signed(lambda _idp, told: unsigned(told)),
    "HS256 with the public key": _signed(_hs256),
    "by a key that is not published": _signed(lambda _idp, told: rs256(OTHER, told)),
    "by another key under the published name": _signed(lambda _idp, told: rs256(a_key("one"), told)),
    "no token": _signed(lambda _idp, _told: "x"),
    "claims that are a list": _signed(
        lambda idp, _told: jws.serialize_compact({"alg": "RS256"}, "[]", idp.key)
    ),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_token_that_does_not_hold_lets_nobody_in(world, owner, idp, lie):
    lie(idp)

    with pytest.raises(SignInRefusedError, match="did not prove"):
        world.come_in(idp)

    assert not world.store.books.sign_ins.bound


def test_keys_are_fetched_anew_when_they_change(world, owner, idp):
    anna = world.come_in(idp)
    idp.key, idp.published = OTHER, [OTHER.as_dict(private=False)]

    assert world.come_in(idp) == anna


def test_a_shared_secret_among_the_published_keys_is_no_key(world, owner, idp):
    shared = OctKey.generate_key(256)
    idp.published = [shared.as_dict(private=True)]
    idp.sign = lambda told: jws.serialize_compact(
        {"alg": "HS256"}, str(told).replace("'", '"'), shared, algorithms=["HS256"]
    )

    with pytest.raises(SignInRefusedError):
        world.come_in(idp)


@pytest.mark.parametrize("issuer", [None, "https://other.example", ""])
def test_an_answer_that_names_another_issuer_is_refused(world, owner, idp, issuer):
    page, kept = world.doors.institutions.begin("institute", HERE)
    back = idp.signed_in(page)
    back.pop("iss")

    with pytest.raises(SignInRefusedError):
        world.finish(kept, back | ({} if issuer is None else {"iss": issuer}))

    assert "/token" not in idp.heard


def test_an_issuer_that_never_names_itself_is_told_by_its_own_return_address(world, owner, idp):
    idp.metadata["authorization_response_iss_parameter_supported"] = None
    page, kept = world.doors.institutions.begin("institute", HERE)
    back = idp.signed_in(page)
    back.pop("iss")

    assert world.finish(kept, back).email == "anna@institute.example"
    assert "return" in page.partition("redirect_uri=")[2]


def test_an_answer_counts_once_in_the_browser_that_began_and_for_ten_minutes(world, owner, idp):
    page, kept = world.doors.institutions.begin("institute", HERE)
    back = idp.signed_in(page)
    for stranger in (None, "", "another token"):
        with pytest.raises(SignInRefusedError, match="over"):
            world.finish(stranger, back)
    world.finish(kept, back)
    with pytest.raises(SignInRefusedError, match="over"):
        world.finish(kept, back)

    page, kept = world.doors.institutions.begin("institute", HERE)
    world.clock.forward(minutes=10)
    with pytest.raises(SignInRefusedError, match="over"):
        world.finish(kept, idp.signed_in(page))


def test_a_question_to_a_passkey_is_no_visit(world, owner, idp):
    challenge = world.doors.passkeys.ask()

    with pytest.raises(SignInRefusedError):
        world.finish("x", {"state": "x", "code": "y"})
    assert challenge


def test_an_answer_for_one_organisation_is_none_for_another(world, owner, idp):
    other = world.member("owner@other.example")
    world.set(other, idp.issuer, name="other", domains="other.example")
    page, kept = world.doors.institutions.begin("institute", HERE)
    back = idp.signed_in(page)

    with pytest.raises(SignInRefusedError, match="over"):
        world.doors.institutions.finish(
            "other", kept, Returned(back["state"], back["code"], back["iss"]), signed_in=None
        )


def test_the_same_issuer_at_another_account_is_nobody_there(world, owner, idp):
    anna = world.come_in(idp)
    other = world.member("owner@mail.institute.example")
    world.set(other, idp.issuer, name="other", domains="mail.institute.example")
    page, kept = world.doors.institutions.begin("other", HERE)
    back = idp.signed_in(page)

    with pytest.raises(SignInRefusedError):
        world.doors.institutions.finish(
            "other", kept, Returned(back["state"], back["code"], back["iss"]), signed_in=None
        )
    assert world.store.books.sign_ins.bonds(anna.member_id)


def test_whoever_turns_back_is_told_so(world, owner, idp):
    page, kept = world.doors.institutions.begin("institute", HERE)
    back = idp.signed_in(page)

    with pytest.raises(SignInRefusedError, match="did not sign in"):
        world.finish(kept, {"state": back["state"], "iss": back["iss"], "error": "access_denied"})


def test_an_address_that_the_token_leaves_out_comes_from_the_same_issuer_about_the_same_person(
    world, owner, idp
):
    idp.left_out = ("email", "email_verified")

    assert world.come_in(idp).email == "anna@institute.example"
    idp.userinfo = ANNA | {"sub": "somebody else"}
    with pytest.raises(SignInRefusedError):
        world.come_in(idp)


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/jwks", "/token"])
@pytest.mark.parametrize(
    "answer",
    [
        lambda: Response(status=302, headers={"Location": "http://127.0.0.1:1/inside"}),
        lambda: Response("x" * 300_000, mimetype="application/json"),
        lambda: Response("[" * 50_000, mimetype="application/json"),
        lambda: Response('{"error": "e", "error": "f"}', mimetype="application/json"),
        lambda: Response("no", status=500),
        lambda: Response("", status=200),
        lambda: Response('{"error": "server_error"}', status=400, mimetype="application/json"),
    ],
    ids=["redirect", "huge", "deep", "twice", "broken", "empty", "refused"],
)
def test_an_answer_that_is_none_is_refused_in_words(world, owner, idp, path, answer):
    idp.answers[path] = answer

    with pytest.raises(SignInRefusedError, match="organisation’s sign-in"):
        world.come_in(idp)


def test_an_issuer_that_never_answers_is_given_up(world, owner):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        own = world.store.books.sign_ins.institution(owner.account_id)
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        world.store.books.sign_ins.set_institution(replace(own, issuer=address))

        with pytest.raises(SignInRefusedError, match="does not answer"):
            world.doors.institutions.begin("institute", HERE)


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ("issuer", "https://other.example"),
        ("jwks_uri", "http://10.0.0.1/jwks"),
        ("token_endpoint", "file:///etc/passwd"),
        ("token_endpoint", "https://user:word@idp.example/token"),
        ("authorization_endpoint", "javascript:alert(1)"),
        ("userinfo_endpoint", "http://idp.example/me"),
        ("response_types_supported", ["id_token"]),
        ("code_challenge_methods_supported", ["plain"]),
        ("token_endpoint_auth_methods_supported", ["private_key_jwt"]),
        ("authorization_response_iss_parameter_supported", "yes"),
    ],
)
def test_a_sign_in_that_does_not_fit_together_is_not_set_up(world, idp, part, told):
    owner = world.member()
    idp.metadata[part] = told

    with pytest.raises(SignInSettingError) as refused:
        world.set(owner, idp.issuer)

    assert refused.value.field == "issuer"


@pytest.mark.parametrize("inner", ["https://127.0.0.1", "https://[::1]", "https://localhost"])
def test_inner_addresses_are_not_asked(inner):
    world = a_world(loopback=False)

    with pytest.raises(SignInSettingError):
        world.set(world.member(), inner)


def test_this_machine_is_asked_in_development_only(idp):
    world = a_world(loopback=False)

    with pytest.raises(SignInSettingError):
        world.set(world.member(), idp.issuer)
    assert idp.heard == []


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("name", "a b"),
        ("name", "-x-"),
        ("name", "x" * 41),
        ("issuer", ""),
        ("issuer", "x" * 501),
        ("client_id", ""),
        ("secret", ""),
        ("secret", "ü"),
        ("domains", ""),
        ("domains", "com"),
        ("domains", "university.example"),
        ("domains", "institute.example.evil.example"),
        ("domains", "evilinstitute.example"),
        ("role", "owner"),
        ("role", ""),
    ],
)
def test_what_cannot_be_set_is_said_where_it_stands(world, idp, field, text):
    owner = world.member()

    with pytest.raises(SignInSettingError) as refused:
        world.doors.institutions.set(owner, PROOF, setting(idp.issuer) | {field: text})

    assert refused.value.field == field
    assert world.doors.institutions.of(owner.account_id) is None


def test_setting_it_up_takes_an_owner_who_shows_who_she_is(world, owner, idp):
    reader = world.come_in(idp)

    with pytest.raises(WrongCredentialsError):
        world.doors.institutions.set(owner, Password("a guess and more"), setting(idp.issuer))
    with pytest.raises(RoleMissingError):
        world.set(reader, idp.issuer)
    with pytest.raises(RoleMissingError):
        world.doors.institutions.remove(reader, PROOF)


def test_a_secret_is_kept_sealed_and_stays_while_the_issuer_does(world, owner, idp):
    kept = world.doors.institutions.of(owner.account_id)
    world.set(owner, idp.issuer, secret="", role="buyer")

    assert SECRET.encode() not in kept.sealed_secret
    assert SECRET not in repr(kept)
    assert world.come_in(idp).role is Role.BUYER
    with pytest.raises(SignInSettingError):
        world.set(owner, "https://another.example", secret="")


def test_a_name_is_one_organisations(world, owner, idp):
    other = world.member("owner@other.example")

    with pytest.raises(ConflictError):
        world.set(other, idp.issuer, domains="other.example")


def test_after_its_end_nobody_signs_in_with_it(world, owner, idp):
    page, kept = world.doors.institutions.begin("institute", HERE)
    world.doors.institutions.remove(owner, PROOF)

    with pytest.raises(SignInRefusedError):
        world.finish(kept, idp.signed_in(page))
    with pytest.raises(SignInRefusedError):
        world.doors.institutions.begin("institute", HERE)


def test_her_only_way_in_is_not_taken_away(world, owner, idp):
    anna = world.come_in(idp)
    world.come_in(idp, owner, sub="owner")

    world.doors.institutions.disconnect(owner, PROOF)

    assert world.doors.institutions.bond_of(owner) is None
    assert world.doors.institutions.bond_of(anna) is not None
