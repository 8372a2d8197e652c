"""A person ends an agreement while a node is down: its proof is pending, and comes when the node is back."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from consent.examination import Part
from consent.receipt import verify_deletion_receipt
from consent.vocabulary import Purpose, StatisticKind
from examples.people import invite
from examples.records import exam_records
from examples.town import Town
from marketplace.domain.offer import OfferState
from tests.journeys.databases import databases_for_a_town
from tests.journeys.neighbourhood import Neighbourhood, living_in
from wallet.domain.choices import PolicyChoices
from wallet.services.object_to_use import Running
from wallet.web.agreement_paper import file_content

pytestmark = [pytest.mark.journey, pytest.mark.database, pytest.mark.timeout(600)]

DOWN = "node-b"
TERMS = PolicyChoices(
    statistics=tuple(StatisticKind), crowd_floor=10, epsilon_per_query=Decimal(2), epsilon_total=Decimal(2)
)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neighbourhood]:
    """A town of its own, because one of its nodes is stopped."""
    folder = tmp_path_factory.mktemp("node-down-town")
    with databases_for_a_town() as databases, living_in(Town(folder, database_url=databases)) as found:
        yield found


def test_who_is_down_is_pending_asked_again_and_proves_it_when_it_is_back(town: Neighbourhood) -> None:
    (her,) = town.settle(list(invite(town.town, "university", "exam/1", exam_records(1), TERMS)))
    session, services = town.session(her), town.wallets
    town.town.kill(DOWN)
    for purpose in TERMS.purposes:
        services.rights.object(session, purpose.value, Running.END)
    services.refresh(session)

    held = services.read.consent_of(session, her.consent_id)
    assert held.withdrawal is not None
    assert held.nodes_to_ask == (DOWN,)
    assert set(held.withdrawal.deletions) == set(Town.NODES) - {DOWN}
    assert town.state_of(her) is OfferState.WITHDRAWN

    town.town.start(DOWN)
    services.refresh(session)

    held = services.read.consent_of(session, her.consent_id)
    assert held.withdrawal is not None
    assert held.nodes_to_ask == ()
    for node, deletion in held.withdrawal.deletions.items():
        key = town.registry.node(node, now=services.clock()).verifying_key
        verify_deletion_receipt(deletion.receipt, key, node_id=node, consent_id=her.consent_id)
    _, found = services.check_receipt(file_content(services.keep_receipts(session, her.consent_id)))
    assert found.holds, found.findings
    assert sum(each.part is Part.DELETION for each in found.findings) == len(Town.NODES)
    assert services.preferences.objections(session).stands(Purpose.ACADEMIC_RESEARCH.value)
