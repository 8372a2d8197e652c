"""What the store of letters promises, asked of the database and of the fake."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ssi.hosting.database import Database
from tests.wallet.fakes import NOW, MemoryLetterStore
from wallet.domain.custody import Attempts, LockedWallet
from wallet.domain.letterbox import Address, Letter, Letterbox
from wallet.errors import NotInWalletError
from wallet.storage.letters import SqlLetterStore
from wallet.storage.schema import open_wallet_database
from wallet.storage.wallets import SqlWalletStore

pytestmark = pytest.mark.database

ANNA, BEN = "5d1e62f5-6e2b-4b5c-9f0e-0a6f2cf3ac01", "5d1e62f5-6e2b-4b5c-9f0e-0a6f2cf3ac02"
LATER = NOW + timedelta(days=1)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = open_wallet_database(database_url)
    yield opened
    opened.close()


@pytest.fixture(params=["memory", "sql"])
def letters(request: pytest.FixtureRequest) -> Any:
    if request.param == "memory":
        return MemoryLetterStore()
    database = request.getfixturevalue("database")
    for wallet_id in (ANNA, BEN):
        SqlWalletStore(database).add(LockedWallet(wallet_id, wallet_id, b"g" * 16, None, Attempts()))
    return SqlLetterStore(database)


def an_address(number: int = 1, wallet_id: str = ANNA) -> Address:
    return Address(f"5d1e62f5-6e2b-4b5c-9f0e-0a6f2cf3ad{number:02d}", wallet_id, b"digest", b"note")


def a_letter(number: int, address: Address, body: bytes = b"sealed") -> Letter:
    name = f"5d1e62f5-6e2b-4b5c-9f0e-0a6f2cf3ae{number:02d}"
    return Letter(name, address.wallet_id, address.address_id, NOW + timedelta(minutes=number), body)


def test_the_first_letterbox_stays(letters: Any) -> None:
    first = Letterbox(ANNA, b"public", b"sealed")
    assert letters.box(ANNA) is None

    assert letters.keep_box(first) == first
    assert letters.keep_box(replace(first, public_key=b"other")) == first

    assert letters.box(ANNA) == first
    assert letters.box(BEN) is None


def test_addresses_are_kept_changed_and_found_by_their_wallet(letters: Any) -> None:
    letters.keep_address(an_address(1))
    letters.keep_address(an_address(2, BEN))
    changed = replace(an_address(1), sealed_note=b"another")

    letters.keep_address(changed)

    assert letters.address(changed.address_id) == changed
    assert letters.addresses(ANNA) == (changed,)
    assert letters.address("nothing") is None


def test_a_broker_is_told_of_every_address_that_it_can_know(letters: Any) -> None:
    letters.keep_address(an_address(3))
    for number, wallet_id in ((2, BEN), (1, ANNA)):
        letters.keep_address(replace(an_address(number, wallet_id), broker_verifier=f"$7${number}"))
    letters.keep_address(replace(an_address(1), sealed_note=b"later", broker_verifier="$7$1"))

    told = letters.broker_verifiers()

    assert told == ((an_address(1).address_id, "$7$1"), (an_address(2).address_id, "$7$2"))
    letters.remove_address(ANNA, an_address(1).address_id)
    assert letters.broker_verifiers() == told[1:]


def test_letters_wait_in_their_order_and_are_counted(letters: Any) -> None:
    letters.keep_address(an_address(1))
    letters.keep_address(an_address(2))
    for number in (3, 1, 2):
        letters.post(a_letter(number, an_address(1)))
    letters.post(a_letter(4, an_address(2), b"x" * 10))

    found = letters.letters(an_address(1).address_id, LATER, 2)

    assert found == (a_letter(1, an_address(1)), a_letter(2, an_address(1)))
    assert letters.letters(an_address(1).address_id, NOW + timedelta(minutes=2), 9) == found[:1]
    assert letters.waiting(ANNA) == (4, 28)
    assert letters.waiting(BEN) == (0, 0)


def test_only_their_wallet_drops_letters(letters: Any) -> None:
    letters.keep_address(an_address(1))
    letters.post(a_letter(1, an_address(1)))
    names = [a_letter(1, an_address(1)).letter_id, "nothing"]

    letters.drop(BEN, names)
    assert letters.waiting(ANNA)[0] == 1
    letters.drop(ANNA, names)

    assert letters.waiting(ANNA) == (0, 0)


def test_an_address_goes_with_its_letters_and_at_its_wallets_word_only(letters: Any) -> None:
    letters.keep_address(an_address(1))
    letters.post(a_letter(1, an_address(1)))

    letters.remove_address(BEN, an_address(1).address_id)
    assert letters.waiting(ANNA)[0] == 1
    letters.remove_address(ANNA, an_address(1).address_id)

    assert letters.waiting(ANNA) == (0, 0)
    assert letters.address(an_address(1).address_id) is None
    with pytest.raises(NotInWalletError):
        letters.post(a_letter(2, an_address(1)))
