"""An owner sets up her organisation's own sign-in; what does not fit together is not set up."""

import pytest

from marketplace.domain.member import Role
from marketplace.domain.sign_in import Password
from marketplace.errors import (
    ConflictError,
    RoleMissingError,
    SignInRefusedError,
    SignInSettingError,
    WrongCredentialsError,
)
from tests.marketplace.provider import SECRET
from tests.marketplace.sign_in_world import FROM, PROOF, a_world, setting


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
    page, kept = world.doors.institutions.begin("institute", FROM)
    world.doors.institutions.remove(owner, PROOF)

    with pytest.raises(SignInRefusedError):
        world.finish(kept, idp.signed_in(page))
    with pytest.raises(SignInRefusedError):
        world.doors.institutions.begin("institute", FROM)


def test_her_only_way_in_is_not_taken_away(world, owner, idp):
    anna = world.come_in(idp)
    world.come_in(idp, owner, sub="owner")

    world.doors.institutions.disconnect(owner, PROOF)

    assert world.doors.institutions.bond_of(owner) is None
    assert world.doors.institutions.bond_of(anna) is not None
