"""What a device sends reaches a wallet, locked or open, and nobody else can read or add anything."""

import json
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from crypto.errors import SealError
from crypto.sealing import SealingKey
from tests.wallet.fakes import MovingClock
from wallet.domain import letterbox
from wallet.domain.letterbox import (
    Letter,
    new_letterbox,
    open_letter,
    private_key,
    read_note,
    seal_letter,
    settled_before,
)
from wallet.domain.source import Grain
from wallet.errors import (
    ChoiceError,
    DamagedError,
    LetterboxFullError,
    LetterRefusedError,
    NotInWalletError,
)
from wallet.services.source_ports import Chosen

VIENNA = ZoneInfo("Europe/Vienna")
SOURCE = "sensor-community"
EACH = Chosen(frozenset({"each-reading"}), VIENNA)
DAILY = Chosen(frozenset({"by-day"}), VIENNA)


def push(pm10: float) -> bytes:
    return json.dumps({"sensordatavalues": [{"value_type": "P1", "value": str(pm10)}]}).encode()


@pytest.fixture
def given(world, anna):
    return world.services.letters.addresses.give(anna, "balcony", SOURCE, EACH)


def send(world, given, body: bytes = b"{}") -> None:
    world.services.letters.take(given.address_id, given.password, body)
    world.clock.forward(minutes=5)


def values(world, session) -> list[float]:
    streams = world.services.streams.read
    return [
        float(reading.value)
        for stream in streams.all(session)
        for reading in streams.readings(session, stream.row_id)
    ]


def test_what_was_sent_is_there_when_the_wallet_is_opened(world, anna, given):
    for pm10 in (11.5, 12.5):
        send(world, given, push(pm10))
    assert values(world, anna) == []

    report = world.services.letters.unpack(anna)

    assert values(world, anna) == [11.5, 12.5]
    assert report.tally.kept == 2
    assert world.services.letters.unpack(anna).tally.kept == 0
    ((_, note),) = world.services.letters.addresses.all(anna)
    assert (note.name, note.letters, note.unread) == ("balcony", 2, 0)


def test_a_refresh_unpacks_too(world, anna, given):
    send(world, given, push(3))

    world.services.refresh(anna)

    assert values(world, anna) == [3.0]


def test_one_value_a_day_is_made_of_the_whole_day(world, anna):
    given = world.services.letters.addresses.give(anna, "balcony", SOURCE, DAILY)
    send(world, given, push(10))
    world.services.letters.unpack(anna)
    send(world, given, push(20))
    world.services.letters.unpack(anna)
    assert values(world, anna) == []

    world.clock.forward(days=1)
    send(world, given, push(90))
    world.services.letters.unpack(anna)

    assert values(world, anna) == [15.0]


@pytest.mark.parametrize(
    ("grains", "expected"),
    [
        ({Grain.DAY}, "2026-03-28T23:00"),
        ({Grain.HOUR}, "2026-03-29T10:00"),
        ({Grain.HALF_HOUR, Grain.DAY}, "2026-03-29T10:30"),
        ({Grain.EACH, Grain.DAY}, "2026-03-29T10:42"),
    ],
)
def test_what_is_complete_depends_on_the_finest_grain_also_when_clocks_change(grains, expected):
    now = MovingClock().moment.replace(month=3, day=29, hour=10, minute=42, second=7)

    assert settled_before(now, grains, VIENNA).isoformat().startswith(expected)


def test_a_message_of_another_kind_is_counted_and_thrown_away(world, anna, given):
    for body in (b"", b"not json", b'{"sensordatavalues": []}', push(5), b"\xff" * 100):
        send(world, given, body)

    world.services.letters.unpack(anna)

    assert values(world, anna) == [5.0]
    ((_, note),) = world.services.letters.addresses.all(anna)
    assert (note.letters, note.unread) == (5, 4)
    assert world.stores.letters.kept == {}


@pytest.mark.parametrize("attack", ["password", "address", "other", "empty"])
def test_nobody_else_puts_anything_in(world, ben, given, attack):
    others = world.services.letters.addresses.give(ben, "ben's", SOURCE, EACH)
    login, password = {
        "password": (given.address_id, others.password),
        "address": (others.address_id, given.password),
        "other": ("5d1e62f5-6e2b-4b5c-9f0e-0a6f2cf3ac01", given.password),
        "empty": ("", ""),
    }[attack]

    with pytest.raises(LetterRefusedError) as refused:
        world.services.letters.take(login, password, push(1))

    assert str(refused.value) == "This address takes no letters."
    assert world.stores.letters.kept == {}


def test_an_address_that_was_taken_away_takes_nothing(world, anna, given):
    send(world, given, push(1))

    world.services.letters.addresses.remove(anna, given.address_id)

    with pytest.raises(LetterRefusedError):
        send(world, given, push(2))
    world.services.letters.unpack(anna)
    assert values(world, anna) == []


def test_nobody_takes_away_the_address_of_another(world, ben, given):
    world.services.letters.addresses.remove(ben, given.address_id)

    send(world, given, push(1))


def test_a_full_letterbox_refuses_and_loses_nothing(world, anna, given, monkeypatch):
    monkeypatch.setattr("wallet.services.take_letters.MOST_LETTERS", 2)
    for pm10 in (1, 2):
        send(world, given, push(pm10))

    with pytest.raises(LetterboxFullError):
        send(world, given, push(3))
    world.services.letters.unpack(anna)
    send(world, given, push(3))
    world.services.letters.unpack(anna)

    assert values(world, anna) == [1.0, 2.0, 3.0]


def test_a_letter_that_is_too_large_is_refused(world, given):
    with pytest.raises(LetterboxFullError):
        send(world, given, b" " * (letterbox.MAX_LETTER_BYTES + 1))


def test_a_letter_opens_in_its_place_only(anna):
    key = SealingKey.generate_hybrid()
    box = new_letterbox(anna.wallet_id, anna.vault, key)
    letter = seal_letter(b"body", box, "address", "letter", MovingClock().moment)
    assert open_letter(letter, private_key(box, anna.vault)) == b"body"
    changes: list[dict[str, str]] = [{"wallet_id": "x"}, {"address_id": "x"}, {"letter_id": "x"}]

    for change in changes:
        with pytest.raises(SealError):
            open_letter(replace(letter, **change), key)  # type: ignore[arg-type]


def test_letters_that_were_exchanged_or_altered_are_counted_and_never_read(world, anna, given):
    send(world, given, push(1))
    send(world, given, push(2))
    (first, second) = world.stores.letters.kept.values()
    world.stores.letters.kept[first.letter_id] = replace(first, sealed_body=second.sealed_body)
    world.stores.letters.kept[second.letter_id] = replace(second, sealed_body=second.sealed_body[:-1] + b"x")

    world.services.letters.unpack(anna)

    assert values(world, anna) == []
    ((_, note),) = world.services.letters.addresses.all(anna)
    assert note.unread == 2


def test_a_letterbox_of_another_wallet_does_not_open(world, anna, ben, given):
    box = world.stores.letters.box(anna.wallet_id)
    (address,) = world.stores.letters.addresses(anna.wallet_id)

    with pytest.raises(DamagedError):
        private_key(box, ben.vault)
    with pytest.raises(DamagedError):
        private_key(replace(box, wallet_id=ben.wallet_id), anna.vault)
    with pytest.raises(DamagedError):
        read_note(address, ben.vault)


@pytest.mark.parametrize("name", ["", " ", "x" * 61, "a\nb"])
def test_an_address_has_a_name_that_can_be_read(world, anna, name):
    with pytest.raises(ChoiceError):
        world.services.letters.addresses.give(anna, name, SOURCE, EACH)


def test_an_address_is_of_a_known_source_and_grain(world, anna):
    with pytest.raises(NotInWalletError):
        world.services.letters.addresses.give(anna, "balcony", "no such source", EACH)
    with pytest.raises(ChoiceError):
        world.services.letters.addresses.give(anna, "balcony", SOURCE, Chosen(frozenset({"x"}), VIENNA))


def test_addresses_are_bounded(world, anna, monkeypatch):
    monkeypatch.setattr("wallet.services.keep_addresses.MOST_ADDRESSES", 1)
    world.services.letters.addresses.give(anna, "balcony", SOURCE, EACH)

    with pytest.raises(ChoiceError):
        world.services.letters.addresses.give(anna, "cellar", SOURCE, EACH)


def test_no_value_shows_a_secret(world, anna, given):
    send(world, given, push(1))
    box = world.stores.letters.box(anna.wallet_id)
    (letter,) = world.stores.letters.kept.values()
    shown = repr(box) + repr(letter) + repr(world.stores.letters.addresses(anna.wallet_id))

    assert given.password not in shown
    assert "sealed" not in shown
    assert isinstance(letter, Letter)
