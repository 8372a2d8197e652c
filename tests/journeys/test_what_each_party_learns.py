"""Who learns what: everything that a party has kept is searched for what it must never hold.

The search is over every byte of each party's folder (databases, their write-ahead logs, the logs of its
processes) and over every row of its database. Each search is first shown to find what the party may hold.
"""

from base64 import urlsafe_b64encode
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import select

from consent.contribution import Contribution
from crypto import goldilocks
from crypto.encoding import canonical_json, parse_json
from crypto.sealing import Vault
from examples.people import Person
from examples.town import MARKETPLACE, WALLET, Town
from marketplace.mpc_node.config import load_settings
from marketplace.mpc_node.keys import load_keys
from marketplace.mpc_node.storage.contributions import ContributionStore
from marketplace.mpc_node.storage.share_files import FOLDER, ShareFiles
from marketplace.storage.tables import contributions
from ssi.dataset import data_set
from ssi.disclosures import Disclosure
from ssi.hosting.database import open_database
from ssi.jws import parse_jws
from tests.journeys.applicants import ISSUER, Applicant
from tests.journeys.crowds import EXAM, TWINS
from tests.journeys.customers import Purchase
from tests.journeys.neighbourhood import Neighbourhood
from tests.journeys.traces import as_shares, forms_of, found_in, in_base64, kept_by, logs_of
from wallet.domain.credential import HeldCredential

pytestmark = [pytest.mark.journey, pytest.mark.database, pytest.mark.timeout(600)]

RECORD = data_set(EXAM)
PUBLIC = {attribute.name for attribute in RECORD.public_attributes}
BLIND = (MARKETPLACE, *Town.NODES)
"""Who must never see a value, or know who somebody is."""


@dataclass(frozen=True)
class Secrets:
    """What belongs to the people of a town alone."""

    names: frozenset[bytes] = field(repr=False)
    values: frozenset[bytes] = field(repr=False)
    disclosures: frozenset[bytes] = field(repr=False)
    shares: frozenset[bytes] = field(repr=False)

    @property
    def all(self) -> frozenset[bytes]:
        """All of them."""
        return self.names | self.values | self.disclosures | self.shares


@pytest.fixture(scope="module")
def twins(exact: Purchase) -> tuple[Person, Person]:
    """Two people who differ in everything private and in nothing public."""
    ada, bea = (next(each for each in exact.people if each.login == twin.external_id) for twin in TWINS)
    return ada, bea


@pytest.fixture(scope="module")
def credentials(neighbourhood: Neighbourhood, exact: Purchase) -> dict[str, HeldCredential]:
    """What people hold, by consent."""
    return {person.consent_id: neighbourhood.credential(person) for person in exact.people[:12]}


@pytest.fixture(scope="module")
def secrets(exact: Purchase, twins: tuple[Person, Person], credentials: dict[str, HeldCredential]) -> Secrets:
    """What nobody but the people, and partly their issuers, may hold."""
    names = {person.record.external_id.encode() for person in exact.people}
    values = {
        form
        for twin in twins
        for name, value in twin.record.values.items()
        if name not in PUBLIC and value is not None
        for form in forms_of(name, value)
    }
    disclosures = {
        disclosure
        for held in credentials.values()
        for name, disclosure in disclosures_of(held).items()
        if name not in PUBLIC
    }
    return Secrets(
        names=frozenset(names | {form for name in names for form in in_base64(name)}),
        values=frozenset(values),
        disclosures=frozenset(disclosures),
        shares=frozenset(form for twin in twins for form in as_shares(RECORD, twin.record.values)),
    )


def test_the_search_finds_what_there_is_to_find(twins: tuple[Person, Person], secrets: Secrets):
    for twin in twins:
        values = dict(twin.record.values)
        document = canonical_json({"values": values, "external_id": twin.record.external_id})
        clear = goldilocks.encode(goldilocks.from_integers(RECORD.encode(values)))

        assert found_in({"document": document}, secrets.values)
        assert found_in({"document": document}, secrets.names)
        assert found_in({"shares": clear}, secrets.shares)
        for before in (b"", b"x", b"xy"):
            encoded = urlsafe_b64encode(before + document)
            assert found_in({"encoded": encoded}, secrets.values)
            assert found_in({"encoded": encoded}, secrets.names)


@pytest.mark.parametrize("party", BLIND)
def test_nobody_between_people_and_buyers_holds_a_value_or_a_name(
    party: str, neighbourhood: Neighbourhood, exact: Purchase, secrets: Secrets
):
    kept = kept_by(neighbourhood, party)

    told = {person.consent_id.encode() for person in exact.people}
    assert {consent for _, consent in found_in(kept, told)} == told
    assert found_in(kept, secrets.all) == []


def test_the_wallets_database_says_nothing_to_whoever_copies_it(
    neighbourhood: Neighbourhood, exact: Purchase, secrets: Secrets
):
    kept = kept_by(neighbourhood, WALLET)

    handles = {person.consent_id.encode() for person in exact.people}
    assert kept["table wallet"]
    assert found_in(kept, secrets.all | handles) == []


def test_no_log_names_anybody_or_anything_about_her(
    neighbourhood: Neighbourhood, exact: Purchase, secrets: Secrets
):
    logs = logs_of(neighbourhood.town)

    assert all(b"an attempt is done" in logs[node] for node in Town.NODES)
    consents = {person.consent_id.encode() for person in exact.people}
    assert found_in(logs, secrets.all | consents) == []


def test_an_issuer_does_not_learn_to_whom_a_record_was_shown_or_what_was_computed(
    neighbourhood: Neighbourhood, exact: Purchase
):
    kept = kept_by(neighbourhood, ISSUER)

    assert kept["table entries"]
    asked = {exact.placed.order_id, exact.result.job_id, exact.customer.name, exact.customer.account_id}
    consents = {person.consent_id for person in exact.people}
    assert found_in(kept, {each.encode() for each in asked | consents}) == []


def test_the_marketplace_keeps_no_sealed_share_once_the_nodes_have_them(
    neighbourhood: Neighbourhood, exact: Purchase
):
    with neighbourhood.house.store.database.reading() as session:
        kept = set(session.scalars(select(contributions.c.consent_id)))

    assert kept.isdisjoint(person.consent_id for person in exact.people)


def test_neither_the_marketplace_nor_a_node_holds_an_answer(neighbourhood: Neighbourhood, exact: Purchase):
    numbers = [line.private for line in exact.lines if line.private is not None]
    answers = {repr(number)[:9].encode() for number in numbers if not number.is_integer()}

    assert answers
    for party in BLIND:
        assert found_in(kept_by(neighbourhood, party), answers) == []


def test_a_buyer_is_given_nothing_about_who_took_part(
    exact: Purchase, secrets: Secrets, credentials: dict[str, HeldCredential]
):
    given = {"result": canonical_json(exact.document)}
    people = {person.consent_id.encode() for person in exact.people}
    handles = {held.handle.encode() for held in credentials.values()}

    assert found_in(given, {exact.result.job_id.encode()})
    assert found_in(given, people | handles | secrets.all) == []


def test_a_person_is_told_nothing_about_others(
    neighbourhood: Neighbourhood, exact: Purchase, credentials: dict[str, HeldCredential]
):
    she, *others = exact.people[:12]
    history = neighbourhood.market.read_history(she.consent_id, credentials[she.consent_id].holder_key.public)
    told = {"history": canonical_json(history)}

    assert found_in(told, {she.consent_id.encode()})
    about_others = {other.consent_id.encode() for other in others}
    about_others |= {credentials[other.consent_id].handle.encode() for other in others}
    assert found_in(told, about_others) == []


def test_what_two_people_hand_in_has_the_same_form_whatever_their_values_are(
    neighbourhood: Neighbourhood, twins: tuple[Person, Person]
):
    ada, bea = (Applicant.of(neighbourhood, twin).offer().contribution for twin in twins)

    assert form_of(ada) == form_of(bea)
    assert lengths(ada.to_json()["bundles"]) == lengths(bea.to_json()["bundles"])
    assert set(ada.commitments).isdisjoint(bea.commitments)
    assert set(ada.bundles.values()).isdisjoint(bea.bundles.values())


@pytest.mark.parametrize("node", Town.NODES)
def test_what_a_node_holds_looks_the_same_whatever_the_values_are(
    node: str, neighbourhood: Neighbourhood, twins: tuple[Person, Person]
):
    plain = [
        goldilocks.encode(goldilocks.from_integers(RECORD.encode(dict(twin.record.values)))) for twin in twins
    ]

    ada, bea = (opened_at(neighbourhood, node, twin) for twin in twins)

    assert len(ada) == len(bea) == 2 * len(plain[0])
    elements = [numbers_in(each) for each in (ada, bea)]
    assert all(one != other for one, other in zip(*elements, strict=True))
    assert chi_square(ada + bea) < UNIFORM
    assert chi_square(b"".join(plain)) > 10 * UNIFORM


UNIFORM = 450.0
"""Uniform bytes stay below: with 255 degrees of freedom, mean 255, this is 8.6 standard deviations off."""


def chi_square(seen: bytes) -> float:
    """How far the frequencies of bytes are from equal ones."""
    counted, expected = Counter(seen), len(seen) / 256
    return sum((counted[byte] - expected) ** 2 / expected for byte in range(256))


def opened_at(neighbourhood: Neighbourhood, node: str, person: Person) -> bytes:
    """The two components of a person's record that a node computes with, opened as the node opens them."""
    home = neighbourhood.town.home(node)
    database = open_database(load_settings(home).database)
    store = ContributionStore(database, ShareFiles(home / FOLDER, Vault(load_keys(home).vault_key)))
    (shares,) = store.shares([person.consent_id]).values()
    database.close()
    return shares


def numbers_in(shares: bytes) -> list[bytes]:
    """The single elements of the field."""
    return [shares[place : place + 8] for place in range(0, len(shares), 8)]


def form_of(contribution: Contribution) -> Any:
    """A contribution with its signed parts opened, and every text replaced by its length.

    The place in the status list, which the issuer draws without looking at the record, is left out, and so
    are the seconds in which it signed.
    """
    credential, *disclosures = contribution.presentation.split("~")
    payload = parse_json(canonical_json(parse_jws(credential, "credential").payload))
    assert isinstance(payload, dict)
    status: Any = payload["status"]
    status["status_list"]["idx"] = 0
    payload.update({name: 0 for name in ("iat", "nbf", "exp") if name in payload})
    return lengths(
        {
            **contribution.to_json(),
            "consent": dict(parse_jws(contribution.consent, "consent").payload),
            "presentation": [payload, disclosures],
        }
    )


def lengths(document: Any) -> Any:
    """A document with every text replaced by its length."""
    if isinstance(document, dict):
        return {name: lengths(value) for name, value in document.items()}
    if isinstance(document, list | tuple):
        return [lengths(value) for value in document]
    return len(document) if isinstance(document, str) else document


def disclosures_of(held: HeldCredential) -> dict[str, bytes]:
    """The disclosures of a credential by the names of their claims."""
    _, *encoded = held.compact.strip("~").split("~")
    read = [Disclosure.parse(each, "test") for each in encoded]
    return {str(each.name): each.encoded.encode() for each in read}
