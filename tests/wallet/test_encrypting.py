"""The wallet encrypts where the person allows it, and nowhere else."""

from dataclasses import replace

import pytest

from consent.encrypted import EncryptedRecord, terms_of
from consent.vocabulary import Engine
from crypto.curve import Point
from crypto.linked.elgamal_link import verify_linked
from ssi.credential import verify_record
from ssi.dataset import data_set
from tests.marketplace.mpc_node.aggregation.joint import BOTH, entry_of
from tests.marketplace.mpc_node.parties import random_of
from tests.marketplace.mpc_node.people import POLICY, person, record_of
from wallet.domain.choices import PolicyChoices
from wallet.domain.choices_document import choices_document
from wallet.domain.encrypting import encrypted_record

HER = person(1)


def _encrypted(policy=BOTH, key=None, record=None):
    opened = record or record_of(HER)
    return encrypted_record(
        opened, consent_id=HER.consent_id, policy=policy, key=key, random=random_of("wallet")
    )


def test_what_it_hands_in_holds_for_her_consent():
    raw = _encrypted(key=entry_of())

    record = EncryptedRecord.from_bytes(raw)
    terms = terms_of(HER.consent_id, record_of(HER).data_set)
    verify_linked(entry_of().public_key, record.linked(record_of(HER).commitment, terms))
    assert record.columns == len(record_of(HER).encoded)


@pytest.mark.parametrize(
    ("policy", "key"),
    [
        (POLICY, entry_of()),
        (BOTH, None),
        (BOTH, entry_of(nodes=("node-a", "node-b", "node-d"))),
    ],
    ids=["not_allowed", "no_key", "other_nodes"],
)
def test_nothing_is_encrypted_where_it_is_of_no_use(policy, key):
    assert _encrypted(policy, key) is None


def test_a_record_with_too_many_columns_is_not_encrypted():
    exam = record_of(HER).data_set
    wide = replace(record_of(HER), data_set=replace(exam, attributes=exam.attributes * 20))

    assert _encrypted(key=entry_of(), record=wide) is None


def test_the_most_private_choice_is_one_way_of_computing():
    choices = PolicyChoices()

    assert choices.engines == (Engine.MPC,)
    both = replace(choices, engines=(Engine.MPC, Engine.PAILLIER))
    assert choices_document(both)["engines"] == ["mpc", "paillier"]


@pytest.fixture
def exam(world, anna):
    return world.services.receive_credential(anna, world.issuers.offer()).credential_id


def _with_key(world):
    plain = world.trust.registry()
    nodes = tuple(sorted(node.id for node in plain.nodes))[:3]
    key = replace(entry_of(), nodes=nodes)
    world.trust.known = replace(plain, aggregation_key=key)
    return key


@pytest.mark.parametrize("engines", [(Engine.MPC,), (Engine.MPC, Engine.PAILLIER)])
def test_an_offer_carries_the_encrypted_record_only_where_she_allows_it(world, anna, exam, engines):
    key = _with_key(world)

    held = world.services.publish_offer(anna, exam, PolicyChoices(engines=engines))

    contribution = world.market.offers[held.consent_id]
    assert (contribution.encrypted is not None) == (Engine.PAILLIER in engines)
    if contribution.encrypted is not None:
        credential = verify_record(contribution.presentation, world.trust.registry(), now=world.clock())
        record = EncryptedRecord.from_bytes(contribution.encrypted)
        commitment = Point.from_bytes(credential.commitment.value)
        verify_linked(
            key.public_key, record.linked(commitment, terms_of(held.consent_id, data_set("exam/1")))
        )
