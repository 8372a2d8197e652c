"""A person lets two records of hers be put together: what both agreements then say, and no other."""

from dataclasses import replace

import pytest

from consent.record import verify_consent
from crypto.encoding import b64url_decode
from crypto.sealing import Vault
from ssi.credential import verify_record
from tests.ssi import parties
from wallet.domain.choices import PolicyChoices
from wallet.domain.join_keys import join_keys, joins_of
from wallet.domain.session import Session
from wallet.errors import ChoiceError

EXAM, HEALTH = "exam/1", "health/1"
WITH_HEALTH = PolicyChoices(joins=(HEALTH,))
WITH_EXAM = PolicyChoices(joins=(EXAM,), explicit_consent=True)


@pytest.fixture
def exam(world, anna):
    return world.services.receive_credential(anna, world.issuers.offer()).credential_id


@pytest.fixture
def health(world, anna):
    link = world.issuers.offer(parties.HEALTH, HEALTH)
    return world.services.receive_credential(anna, link).credential_id


def published(world, session, credential_id, choices):
    """The consent that left the wallet, with both signatures checked."""
    held = world.services.publish_offer(session, credential_id, choices)
    contribution = world.market.offers[held.consent_id]
    credential = verify_record(contribution.presentation, parties.registry(), now=world.clock())
    return verify_consent(
        contribution.consent,
        credential.holder_key,
        subject=credential.handle,
        credential_digest=credential.digest,
        inputs_digest=contribution.inputs_digest,
    )


def handles(record):
    return {each.data_set: each.handle for each in record.policy.joins}


def test_both_agreements_name_one_handle_and_prove_it(world, anna, exam, health):
    first = published(world, anna, exam, WITH_HEALTH)
    second = published(world, anna, health, WITH_EXAM)

    assert handles(first)[HEALTH] == handles(second)[EXAM]
    assert set(first.join_proofs) == {HEALTH}
    assert set(second.join_proofs) == {EXAM}


def test_an_agreement_that_allows_no_join_carries_no_handle(world, anna, exam, health):
    first = published(world, anna, exam, PolicyChoices())
    second = published(world, anna, health, WITH_EXAM)

    assert first.policy.joins == frozenset()
    assert first.join_proofs == {}
    handle = handles(second)[EXAM]
    assert handle.encode() not in b64url_decode(world.market.offers[first.consent_id].consent.split(".")[1])


def test_an_agreement_given_anew_finds_the_other_again(world, anna, exam, health):
    second = published(world, anna, health, WITH_EXAM)
    first = published(world, anna, exam, WITH_HEALTH)
    world.services.withdraw_consent(anna, first.consent_id)
    world.clock.forward(hours=1)

    again = published(world, anna, exam, WITH_HEALTH)

    assert again.consent_id != first.consent_id
    assert handles(again)[HEALTH] == handles(second)[EXAM]


def test_another_pair_marketplace_or_wallet_has_another_handle():
    anna, ben = (Session(f"wallet {each}", f"{each}", Vault(bytes([each]) * 32)) for each in (1, 2))

    def made(session, marketplace="market", data_set=EXAM, other=HEALTH):
        keys = join_keys(session, marketplace=marketplace, data_set=data_set, others=[other])
        return next(iter(joins_of(keys))).handle

    found = [
        made(anna),
        made(ben),
        made(anna, marketplace="another"),
        made(anna, other="framingham/1"),
        made(anna, data_set="framingham/1"),
    ]
    assert len(set(found)) == len(found)
    assert made(anna, data_set=HEALTH, other=EXAM) == found[0]


def test_a_join_secret_is_none_of_the_keys_that_seal_the_wallet():
    vault = Vault(bytes(32))

    assert vault.derive("join") == Vault(bytes(32)).derive("join")
    assert vault.derive("join") != vault.derive("another purpose")
    assert vault.derive("join") not in {bytes(32), Vault(bytes(31) + b"\x01").derive("join")}


def test_joining_is_never_chosen_for_a_person():
    assert PolicyChoices().joins == ()


@pytest.mark.parametrize("joins", [(EXAM,), ("dreams/1",)])
def test_only_another_kind_of_record_can_be_joined(world, anna, exam, joins):
    with pytest.raises(ChoiceError, match="your other kinds of records") as refusal:
        world.services.publish_offer(anna, exam, PolicyChoices(joins=joins))

    assert refusal.value.field == "joins"


def test_the_notice_she_signs_says_what_joining_means(world, anna, exam):
    held = world.services.publish_offer(anna, exam, WITH_HEALTH)

    assert "put together with your data “Health check”" in held.notice
    assert "both belong to one person" in held.notice


def test_joins_survive_in_a_draft(world, anna, exam):
    draft = world.services.draft_offer.begin(anna, exam)
    world.services.draft_offer.confirm(anna, draft, "data", replace(draft.choices, joins=(HEALTH,)))

    assert world.services.draft_offer.get(anna, draft.row_id).choices.joins == (HEALTH,)
