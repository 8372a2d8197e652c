"""A person chooses that all three partners would have to work together: what is sealed to whom then."""

from dataclasses import replace

import pytest
from werkzeug.datastructures import MultiDict

from consent.contribution import bundle_context
from consent.vocabulary import Engine
from crypto.errors import MalformedError
from crypto.sealing import SealingKey, open_sealed
from crypto.sharing.additive import decode_bundle
from crypto.sharing.replicated import decode_bundle as decode_replicated
from ssi.dataset import data_set
from tests.ssi import parties
from tests.wallet.test_offer_form import PROTECTION
from tests.wallet.world import NODES
from wallet.domain.choices import PolicyChoices
from wallet.errors import ChoiceError
from wallet.web.offer_form import read_step

ALL_THREE = {**PROTECTION, "together": "three"}


def _read(**form):
    return read_step("protection", MultiDict(form), PolicyChoices())


def test_all_three_is_chosen_by_name_and_two_is_what_stands_otherwise():
    assert _read(**PROTECTION).engines == (Engine.MPC,)
    assert _read(**{**PROTECTION, "together": "two"}).engines == (Engine.MPC,)
    assert _read(**{**PROTECTION, "together": "nonsense"}).engines == (Engine.MPC,)
    assert _read(**ALL_THREE).engines == (Engine.ADDITIVE,)


def test_what_two_partners_can_open_does_not_go_together_with_all_three():
    with pytest.raises(ChoiceError, match="two partners") as refused:
        _read(**ALL_THREE, encrypted_sums="yes")

    assert refused.value.field == "together"


def _sealed_to(world, held):
    contribution = world.market.offers[held.consent_id]
    for role, node in enumerate(NODES):
        context = bundle_context(held.consent_id, node_id=node, role=role, data_set="exam/1")
        key = SealingKey.generate(parties.random_of(node))
        yield role, open_sealed(contribution.bundles[node], key, context=context)


def test_each_partner_is_given_one_component_and_all_three_make_the_record(world, anna):
    credential_id = world.services.receive_credential(anna, world.issuers.offer()).credential_id
    choices = replace(PolicyChoices(), engines=(Engine.ADDITIVE,))

    held = world.services.publish_offer(anna, credential_id, choices)

    exam = data_set("exam/1")
    raw = dict(_sealed_to(world, held))
    components = [decode_bundle(raw[role], role, exam.bits) for role in range(3)]
    sums = [sum(column) for column in zip(*(each.values for each in components), strict=True)]
    assert tuple(sums) == tuple(exam.encode(parties.EXAM))
    assert held.policy.engines == {Engine.ADDITIVE}
    assert "Only all three of these partners" in held.notice


@pytest.mark.parametrize("role", range(3))
def test_a_bundle_of_one_layout_is_never_read_as_the_other(world, anna, role):
    credential_id = world.services.receive_credential(anna, world.issuers.offer()).credential_id
    held = world.services.publish_offer(anna, credential_id, PolicyChoices(engines=(Engine.ADDITIVE,)))
    raw = dict(_sealed_to(world, held))[role]

    with pytest.raises(MalformedError):
        decode_replicated(raw, role, data_set("exam/1").bits)
