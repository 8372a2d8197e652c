"""A passkey signs its member in and nobody else, and what it says is believed only when it holds."""

from dataclasses import replace
from datetime import timedelta

import pytest

from marketplace.domain.account import AccountKind
from marketplace.domain.member import Member
from marketplace.domain.sign_in import OpenTry, PasskeyReply, Password, RecentSignIn
from marketplace.errors import (
    ConflictError,
    SignInRefusedError,
    SignInSettingError,
    TooManyAttemptsError,
    UnknownError,
    WrongCredentialsError,
)
from marketplace.services.keep_passkeys import WRONG_PASSKEY
from marketplace.services.sign_in_tries import MOST_OF_CLIENT, MOST_UNDER_WAY
from ssi.passkey import Site
from tests.marketplace.sign_in_world import OWNER, PASSWORD, PROOF, World
from tests.soft_passkey import PRESENT, SoftPasskey

SITE = Site.of("https://market.example")
ELSEWHERE = Site.of("https://market.example.net")


@pytest.fixture
def anna(world: World) -> Member:
    return world.member()


@pytest.fixture
def phone(world: World, anna: Member) -> SoftPasskey:
    phone = SoftPasskey(site=SITE)
    _add(world, anna, phone)
    return phone


def _add(world: World, member: Member, passkey: SoftPasskey, label: str = "my phone", proof=PROOF) -> None:
    challenge = world.doors.passkeys.ask()
    made = PasskeyReply(passkey.registration(challenge), challenge, SITE)
    world.doors.passkeys.add(member, proof, made, label)


def _reply(world: World, passkey: SoftPasskey, **changes: object) -> PasskeyReply:
    challenge = world.doors.passkeys.ask()
    return PasskeyReply(passkey.assertion(challenge, **changes), challenge, SITE)


def _sign_in(world: World, passkey: SoftPasskey, **changes: object) -> Member:
    return world.doors.passkeys.sign_in(_reply(world, passkey, **changes))


def test_a_passkey_signs_its_member_in_again_and_again(world, anna, phone):
    assert _sign_in(world, phone) == anna
    world.clock.forward(days=1)
    assert _sign_in(world, phone) == anna

    (kept,) = world.doors.passkeys.of(anna.member_id)
    assert kept.label == "my phone"
    assert kept.used_at > kept.added_at


ATTACKS = {
    "another origin": lambda world, phone: _sign_in(world, phone, origin="https://market.example.net"),
    "made for another site": lambda world, phone: _sign_in(world, replace(phone, site=ELSEWHERE)),
    "a registration": lambda world, phone: _sign_in(world, phone, type="webauthn.create"),
    "another challenge": lambda world, phone: world.doors.passkeys.sign_in(
        replace(_reply(world, phone), challenge=world.doors.passkeys.ask())
    ),
    "not unlocked": lambda world, phone: _sign_in(world, replace(phone, flags=PRESENT)),
    "nobody there": lambda world, phone: _sign_in(world, replace(phone, flags=0)),
    "another key": lambda world, phone: _sign_in(world, SoftPasskey(phone.name, site=SITE)),
    "unknown here": lambda world, phone: _sign_in(world, SoftPasskey(b"an unknown id 03", site=SITE)),
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_an_answer_that_does_not_hold_lets_nobody_in_and_does_not_say_why(world, phone, attack):
    with pytest.raises(SignInRefusedError) as refused:
        attack(world, phone)

    assert str(refused.value) == WRONG_PASSKEY


@pytest.mark.parametrize("told", ["", "{}", "[]", "x", '{"id": 5}', '{"id": "AAAA"}'])
def test_hostile_answers_are_refused_by_name(world, phone, told):
    challenge = world.doors.passkeys.ask()

    with pytest.raises(SignInRefusedError):
        world.doors.passkeys.sign_in(PasskeyReply(told, challenge, SITE))


def test_an_answer_is_not_heard_twice_and_not_after_five_minutes(world, phone):
    reply = _reply(world, phone)
    world.doors.passkeys.sign_in(reply)
    with pytest.raises(SignInRefusedError, match="sent twice"):
        world.doors.passkeys.sign_in(reply)

    late = _reply(world, phone)
    world.clock.forward(minutes=5)
    with pytest.raises(SignInRefusedError, match="longer than five minutes"):
        world.doors.passkeys.sign_in(late)


def test_a_challenge_that_was_not_drawn_here_counts_for_nothing(world, phone):
    challenge = b"a" * 32

    with pytest.raises(SignInRefusedError):
        world.doors.passkeys.sign_in(PasskeyReply(phone.assertion(challenge), challenge, SITE))


def test_a_copy_that_counts_less_is_found_out(world, phone):
    copy = replace(phone)
    _sign_in(world, phone)
    _sign_in(world, phone)

    with pytest.raises(SignInRefusedError):
        _sign_in(world, copy)


def test_strangers_do_not_fill_the_books_and_close_the_door_for_nobody(world, phone):
    tries = world.store.books.sign_ins.tries
    begun, end = world.clock.now - timedelta(minutes=1), world.clock.now.replace(year=2999)
    for number in range(MOST_UNDER_WAY):
        tries[str(number)] = OpenTry(str(number), b"", begun + timedelta(milliseconds=number), end)

    challenge = world.doors.passkeys.ask()

    kept = world.store.books.sign_ins.tries
    assert len(kept) == MOST_UNDER_WAY
    assert "0" not in kept
    assert "1" in kept
    assert world.doors.passkeys.sign_in(PasskeyReply(phone.assertion(challenge), challenge, SITE))


def test_one_client_throws_out_only_what_it_began_itself(world, phone):
    challenge = world.doors.passkeys.ask("192.0.2.7")
    world.clock.forward(seconds=1)
    for _ in range(MOST_OF_CLIENT + 10):
        world.doors.passkeys.ask("198.51.100.1")

    clients = [each.client for each in world.store.books.sign_ins.tries.values()]
    assert clients.count("198.51.100.1") == MOST_OF_CLIENT
    assert world.doors.passkeys.sign_in(PasskeyReply(phone.assertion(challenge), challenge, SITE))


def test_whoever_was_ended_comes_in_no_more(world, anna, phone):
    world.store.books.members.save(replace(anna, ended_at=world.clock.now))

    with pytest.raises(SignInRefusedError):
        _sign_in(world, phone)


def test_a_passkey_is_added_only_by_who_shows_that_it_is_she(world, anna, phone):
    other = world.member("other@institute.example")
    laptop = SoftPasskey(b"the laptop 00002", site=SITE)

    with pytest.raises(WrongCredentialsError):
        _add(world, anna, laptop, proof=Password("a guess and more"))
    with pytest.raises(SignInRefusedError):
        _add(world, other, laptop, proof=_reply(world, phone))
    with pytest.raises(SignInRefusedError):
        _add(world, anna, laptop, proof=RecentSignIn(world.clock.now))

    assert [each.label for each in world.doors.passkeys.of(anna.member_id)] == ["my phone"]


def test_one_question_asks_for_the_old_passkey_and_the_new_one(world, anna, phone):
    laptop, challenge = SoftPasskey(b"the laptop 00002", site=SITE), world.doors.passkeys.ask()
    proof = PasskeyReply(phone.assertion(challenge), challenge, SITE)
    made = PasskeyReply(laptop.registration(challenge), challenge, SITE)

    world.doors.passkeys.add(anna, proof, made, "my laptop")

    assert _sign_in(world, laptop) == anna
    with pytest.raises(SignInRefusedError):
        world.doors.passkeys.add(anna, PROOF, made, "again")


def test_who_has_neither_password_nor_passkey_adds_one_soon_after_signing_in(world, anna):
    world.store.books.members.set_password(anna.member_id, None)
    started, phone = world.clock.now, SoftPasskey(site=SITE)
    world.clock.forward(minutes=10)
    with pytest.raises(SignInRefusedError, match="sign in again"):
        _add(world, anna, phone, proof=RecentSignIn(started))

    _add(world, anna, phone, proof=RecentSignIn(world.clock.now))

    assert _sign_in(world, phone) == anna


@pytest.mark.parametrize("label", ["", "  ", "x" * 41, "a\nb"])
def test_a_passkey_has_a_name_that_can_be_read(world, anna, phone, label):
    (kept,) = world.doors.passkeys.of(anna.member_id)
    with pytest.raises(SignInSettingError):
        _add(world, anna, SoftPasskey(b"another id 00003", site=SITE), label)
    with pytest.raises(SignInSettingError):
        world.doors.passkeys.rename(anna, kept.name, label)


def test_a_passkey_is_called_otherwise(world, anna, phone):
    (kept,) = world.doors.passkeys.of(anna.member_id)

    world.doors.passkeys.rename(anna, kept.name, " my old phone ")

    assert world.doors.passkeys.of(anna.member_id)[0].label == "my old phone"


def test_a_passkey_is_one_members(world, anna, phone):
    other = world.member("other@institute.example")
    (kept,) = world.doors.passkeys.of(anna.member_id)

    with pytest.raises(ConflictError):
        _add(world, other, phone)
    for name in (kept.name, "", "!", "x" * 9000):
        with pytest.raises(UnknownError):
            world.doors.passkeys.rename(other, name, "mine")
        with pytest.raises(UnknownError):
            world.doors.passkeys.remove(other, PROOF, name, session_id=None)


def test_taking_a_passkey_away_signs_out_everywhere_else(world, anna, phone):
    (kept,) = world.doors.passkeys.of(anna.member_id)

    world.doors.passkeys.remove(anna, PROOF, kept.name, session_id=None)

    with pytest.raises(SignInRefusedError):
        _sign_in(world, phone)


def test_passkeys_alone_sign_in_and_the_last_one_stays(world, anna, phone):
    (kept,) = world.doors.passkeys.of(anna.member_id)
    world.doors.passkeys.drop_password(anna, _reply(world, phone), session_id=None)

    assert not world.doors.passkeys.has_password(anna)
    with pytest.raises(WrongCredentialsError):
        world.doors.passkeys.password(OWNER, PASSWORD)
    assert _sign_in(world, phone) == anna
    with pytest.raises(ConflictError):
        world.doors.passkeys.remove(anna, _reply(world, phone), kept.name, session_id=None)


def test_a_password_is_not_dropped_without_a_passkey(world):
    operator = world.member(kind=AccountKind.OPERATOR)

    with pytest.raises(ConflictError):
        world.doors.passkeys.drop_password(operator, PROOF, session_id=None)


def test_wrong_passwords_of_a_form_are_counted_as_at_the_door(world, anna):
    for _ in range(10):
        with pytest.raises(WrongCredentialsError):
            world.doors.passkeys.confirm(anna, Password("a guess and more"))

    with pytest.raises(TooManyAttemptsError):
        world.doors.passkeys.confirm(anna, PROOF)
