"""What is kept of a request can be read in no database, and opens in its own wallet only."""

import pytest
from sqlalchemy import select

from crypto.encoding import b64url_encode
from tests.wallet.showing import HOST, SEX
from tests.wallet.world import World
from wallet.domain.showing import Stage
from wallet.domain.showing_digest import digest_of_question
from wallet.errors import NotInWalletError
from wallet.storage.tables import ShowingRow

pytestmark = pytest.mark.database


def shown_once(world: World):
    anna = world.services.create_wallet("anna", "a quiet harbour")
    world.services.receive_credential(anna, world.issuers.offer())
    waiting = world.services.show.open(anna, world.asker.ask(SEX))
    showing = world.services.show.open(anna, world.asker.ask(SEX))
    seen = digest_of_question(world.services.show.read.question(anna, showing))
    return anna, waiting, world.services.show.answer.share(anna, showing.row_id, {}, seen=seen)


def test_a_request_is_shown_and_remembered_on_a_database(stored_world: World):
    anna, waiting, shown = shown_once(stored_world)

    assert shown.stage is Stage.SHOWN
    assert stored_world.services.show.read.history(anna) == (shown,)
    assert stored_world.services.show.read.waiting(anna) == (waiting,)


def test_nothing_of_a_request_can_be_read_in_the_database(stored_world: World):
    shown_once(stored_world)

    with stored_world.stores.wallets.database.reading() as transaction:  # type: ignore[union-attr]
        rows = transaction.scalars(select(ShowingRow)).all()
    raw = b"".join(row.sealed_document for row in rows)
    secrets = [HOST, "sex", "Exam results", "University", "nonce-0", "eyJ", "x509_san_dns"]

    assert len(rows) == 2
    assert len(raw) > 1_000
    for secret in secrets:
        assert secret.encode() not in raw
        assert b64url_encode(secret.encode()).encode() not in raw


def test_a_request_of_another_wallet_is_not_there(stored_world: World):
    _, waiting, _ = shown_once(stored_world)
    ben = stored_world.services.create_wallet("ben", "a windy harbour")

    with pytest.raises(NotInWalletError):
        stored_world.services.show.read.showing(ben, waiting.row_id)
    assert stored_world.services.show.read.history(ben) == ()
