"""What an agreement gives away opens nothing that stays in the wallet, and nothing that is given later.

So there is no key of a stream to be changed when an agreement ends: its segments are sealed with keys that
never leave the wallet, and each agreement splits the record anew, for keys of the partners.
"""

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from consent.contribution import bundle_context
from crypto.encoding import b64url_decode, canonical_json
from crypto.errors import CryptoError
from crypto.sealing import KEY_BYTES, SealingKey, Vault, open_sealed
from tests.ssi import parties
from tests.wallet.browsing import PASSWORD
from tests.wallet.streaming import pulses
from tests.wallet.world import NODES, World
from wallet.domain.choices import PolicyChoices
from wallet.domain.held_consent import HeldConsent
from wallet.domain.session import Session
from wallet.storage.tables import StreamSegmentRow

TOKEN = re.compile(rb"[A-Za-z0-9_-]{40,}")


@pytest.fixture
def anna(stored_world):
    """A wallet with readings of a watch and a record."""
    anna = stored_world.services.create_wallet("anna", PASSWORD)
    stored_world.services.streams.keep(anna, "watch", pulses(50))
    return anna


def _offered(world: World, anna: Session) -> HeldConsent:
    record = world.services.records(anna)[0]
    return world.services.publish_offer(anna, record.credential_id, PolicyChoices())


def _opened(world: World, held: HeldConsent) -> Iterator[bytes]:
    """What all partners together find in their envelopes."""
    for role, node in enumerate(NODES):
        context = bundle_context(held.consent_id, node_id=node, role=role, data_set=held.policy.data_set)
        key = SealingKey.generate(parties.random_of(node))
        yield open_sealed(world.market.offers[held.consent_id].bundles[node], key, context=context)


def _given(world: World, held: HeldConsent) -> list[bytes]:
    """All that left the wallet for an agreement, as it went, decoded, and opened by everybody in league."""
    sent = [canonical_json(world.market.offers[held.consent_id].to_json())]
    sent += [text.encode() for text in world.market.withdrawals.values()]
    decoded = []
    for text in (token for each in sent for token in TOKEN.findall(each)):
        try:
            decoded.append(b64url_decode(text.decode()))
        except CryptoError:
            continue  # it only looked like one
    return [*sent, *decoded, *_opened(world, held)]


def _segments(world: World, anna: Session) -> list[tuple[str, bytes]]:
    assert world.stores is not None
    store = world.stores.streams
    with store.database.reading() as transaction:  # type: ignore[attr-defined]
        rows = transaction.scalars(select(StreamSegmentRow)).all()
        return [(f"stream_segment|{row.row_id}|sealed_document", row.sealed_document) for row in rows]


def _opens_with_any_key_in(given: list[bytes], place: str, sealed: bytes) -> bool:
    for raw in given:
        for begin in range(len(raw) - KEY_BYTES + 1):
            try:
                Vault(raw[begin : begin + KEY_BYTES]).open(sealed, place)
            except CryptoError:
                continue
            return True
    return False


@pytest.mark.database
def test_nothing_that_was_given_opens_the_readings_that_stay(stored_world, anna):
    stored_world.services.receive_credential(anna, stored_world.issuers.offer())
    held = _offered(stored_world, anna)
    stored_world.services.withdraw_consent(anna, held.consent_id)
    segments = _segments(stored_world, anna)

    given = _given(stored_world, held)

    assert len(segments) == 1
    for place, sealed in segments:
        assert anna.vault.open(sealed, place)
        assert not _opens_with_any_key_in(given, place, sealed)


def test_a_key_that_was_given_would_be_found():
    key = bytes(range(KEY_BYTES))
    sealed = Vault(key).seal(b"a reading", "stream_segment|row|sealed_document")

    assert _opens_with_any_key_in([b"before" + key + b"after"], "stream_segment|row|sealed_document", sealed)


def test_what_is_given_again_shares_nothing_with_what_was_given_before(world):
    anna = world.services.create_wallet("anna", PASSWORD)
    world.services.receive_credential(anna, world.issuers.offer())
    first = _offered(world, anna)
    world.services.withdraw_consent(anna, first.consent_id)

    second = _offered(world, anna)

    before, after = (world.market.offers[each.consent_id] for each in (first, second))
    assert set(before.commitments).isdisjoint(after.commitments)
    assert set(before.bundles.values()).isdisjoint(after.bundles.values())
    pieces = set(_windows(b"".join(_opened(world, first))))
    assert pieces.isdisjoint(_windows(b"".join(_opened(world, second))))


def _windows(raw: bytes, size: int = 16) -> Iterator[bytes]:
    return (raw[begin : begin + size] for begin in range(len(raw) - size + 1))


def test_the_keys_of_one_agreement_open_nothing_of_the_next(world):
    anna = world.services.create_wallet("anna", PASSWORD)
    world.services.receive_credential(anna, world.issuers.offer())
    first = _offered(world, anna)
    world.services.withdraw_consent(anna, first.consent_id)
    second = _offered(world, anna)
    key = SealingKey.generate(parties.random_of(NODES[0]))
    context = bundle_context(first.consent_id, node_id=NODES[0], role=0, data_set=first.policy.data_set)

    with pytest.raises(CryptoError):
        open_sealed(world.market.offers[second.consent_id].bundles[NODES[0]], key, context=context)
