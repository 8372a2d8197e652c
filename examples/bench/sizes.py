"""How many bytes one person's part takes on each leg of its way."""

from datetime import UTC, datetime

from crypto.encoding import canonical_json
from crypto.randomness import random_bytes
from examples.people import Person
from ssi.credential import verify_record
from ssi.dataset import data_set
from ssi.record import Record
from wallet.domain.choices import PolicyChoices
from wallet.domain.offering import Terms, make_offer
from wallet.services.suite import Services


def sizes(services: Services, person: Person, choices: PolicyChoices) -> dict[str, int]:
    """Bytes of one person's credential and of an offer of it, made again here and sent nowhere.

    She withdraws first, because a record can be offered once at a time.
    """
    session = services.open_wallet(person.login, person.password)
    services.withdraw_consent(session, person.consent_id)
    proposal = services.publish_offer.propose(session, person.credential_id, choices)
    registry = services.trust.registry()
    credential = verify_record(proposal.held.compact, registry, now=datetime.now(UTC))
    terms = Terms(person.consent_id, proposal.policy, registry.marketplace.id, proposal.words.notice)
    offer = make_offer(
        proposal.held, Record.open(credential), terms, nodes=proposal.nodes, random=random_bytes
    ).contribution
    bundles = [len(bundle) for bundle in offer.bundles.values()]
    return {
        "columns of the encoded record": len(data_set(person.data_set).columns),
        "credential": len(proposal.held.compact),
        "upload to the market": len(canonical_json(offer.to_json())),
        "of that, the signed consent": len(offer.consent),
        "of that, the three sealed bundles": sum(bundles),
        "smallest bundle (seeds only)": min(bundles),
        "largest bundle (one explicit component)": max(bundles),
    }
