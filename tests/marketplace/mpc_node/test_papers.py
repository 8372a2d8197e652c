"""What is kept of papers is believed if unaltered, and while the registry says the same of their issuer."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from consent.policy import Policy
from marketplace.mpc_node.errors import StorageAlteredError
from marketplace.mpc_node.kept_papers import (
    FORM,
    KeptPapers,
    PapersForm,
    PublicAttributes,
    Terms,
    without_own,
)
from marketplace.mpc_node.papers import PapersOnFile, Read, Unfit, verify_papers
from marketplace.mpc_node.storage.contributions import ContributionStore
from marketplace.mpc_node.storage.kept import KeptPapersStore
from ssi.errors import (
    AlteredCredentialError,
    CredentialError,
    ExpiredError,
    RegistryError,
    UntrustedIssuerError,
)
from ssi.trust import TrustRegistry
from tests.marketplace.mpc_node.parties import NOW, UNIVERSITY, YEAR, es256, registry
from tests.marketplace.mpc_node.people import POLICY, Offer, contribution_of, people, person
from tests.marketplace.mpc_node.town import Town

HER = person(1)
PAPERS = verify_papers(contribution_of(HER).for_node("node-a"), registry(), now=NOW)
CROWD = people(12)


class Kept:
    """The papers of a crowd at one node, under a registry that a test can replace, and its database."""

    def __init__(self, town: Town) -> None:
        town.settle(CROWD)
        self.node = town.nodes["node-a"]
        self.registry = registry()
        self.anew: list[str] = []
        node = self.node

        class Watched(ContributionStore):
            def find(inner, ids):  # noqa: N805 — the store itself
                asked = list(ids)
                self.anew += asked
                return node.contributions.find(asked)

        store = Watched(node.database, node.contributions._files)
        self.papers = PapersOnFile(
            lambda: self.registry,
            store,
            KeptPapersStore(node.database),
            PapersForm(node.keys.papers_key),
        )

    def read(self, now=NOW) -> dict[str, Read]:
        """What is read of everybody."""
        ids = {each.consent_id: None for each in CROWD}
        return {each.consent_id: each for batch in self.papers.read(ids, now=now) for each in batch}

    def hers(self, now=NOW) -> Read:
        """What is read of her."""
        return self.read(now)[HER.consent_id]

    def run(self, statement: str, **values: object) -> None:
        """Change the database behind the node's back."""
        with self.node.database.engine.begin() as connection:
            connection.exec_driver_sql(statement, values or ())


@pytest.fixture
def kept(town: Town) -> Kept:
    """Papers as they were kept when they came."""
    return Kept(town)


def renewed(**changes: Any) -> TrustRegistry:
    """The registry as the authority signs it anew, with other words about the university."""
    found = registry()
    issuers = tuple(replace(each, **changes) if each.id == UNIVERSITY else each for each in found.issuers)
    return replace(found, issued_at=NOW, issuers=issuers)


def reason(read: Read) -> type[Exception]:
    """Why papers do not count."""
    assert isinstance(read, Unfit), read
    return type(read.reason)


def test_what_is_kept_is_what_was_verified(kept: Kept):
    found = kept.hers()

    assert isinstance(found, KeptPapers)
    assert found.policy == PAPERS.record.policy
    assert found.public.shown == PAPERS.public
    assert (found.handle, found.row_digest) == (PAPERS.credential.handle, PAPERS.digest)
    assert found.inputs_digest == PAPERS.record.inputs_digest
    assert found.status_index == PAPERS.credential.status.index
    assert found.terms.status_uri == PAPERS.credential.status.uri
    assert found.expires_at == PAPERS.credential.expires_at.timestamp()


def test_signatures_are_not_checked_again_for_a_registry_that_says_the_same(kept: Kept):
    kept.registry = renewed()

    assert all(isinstance(each, KeptPapers) for each in kept.read().values())
    assert kept.anew == []


def test_all_who_say_the_same_share_one_value(kept: Kept):
    terms = {each.terms for each in kept.read().values() if isinstance(each, KeptPapers)}

    assert len(terms) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"keys": {"exams-1": es256("another").public}},
        {"credential_types": frozenset({"urn:example:other"})},
        {"status_uri_prefix": "https://elsewhere.example/"},
    ],
    ids=["keys", "types", "status lists"],
)
def test_what_the_registry_says_otherwise_is_checked_again(kept: Kept, changes):
    kept.registry = renewed(**changes)

    read = kept.read()

    assert all(isinstance(each, Unfit) and isinstance(each.reason, CredentialError) for each in read.values())
    assert len(kept.anew) == len(CROWD)


def test_a_replaced_key_ends_the_trust_in_what_it_signed(kept: Kept):
    kept.registry = renewed(keys={"exams-1": es256("another").public})

    assert reason(kept.hers()) is AlteredCredentialError


def test_papers_that_verify_again_are_kept_under_what_the_registry_says_now(kept: Kept):
    kept.registry = renewed(valid_until=NOW + YEAR / 2)

    first, second = kept.read(), kept.read()

    assert all(isinstance(each, KeptPapers) for each in (first | second).values())
    assert len(kept.anew) == len(CROWD)


def test_an_issuer_that_left_takes_its_people_along_and_comes_back_with_them(kept: Kept):
    whole = kept.registry
    kept.registry = replace(whole, issuers=tuple(each for each in whole.issuers if each.id != UNIVERSITY))
    gone = kept.hers()
    kept.registry = whole

    assert issubclass(reason(gone), UntrustedIssuerError)
    assert isinstance(kept.hers(), KeptPapers)


def test_times_are_looked_at_though_papers_are_kept(kept: Kept):
    kept.registry = renewed(valid_until=NOW + 20 * YEAR)
    kept.registry = replace(kept.registry, valid_until=NOW + 30 * YEAR)
    kept.read()  # now they are kept under what it says
    kept.anew.clear()

    assert reason(kept.hers(PAPERS.credential.expires_at)) is ExpiredError
    assert isinstance(kept.hers(PAPERS.credential.expires_at - timedelta(seconds=1)), KeptPapers)
    assert kept.anew == []


def test_a_registry_that_ran_out_lets_nobody_in(kept: Kept):
    with pytest.raises(RegistryError):
        kept.read(kept.registry.valid_until)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE kept_papers SET papers = zeroblob(length(papers)) WHERE consent_id = :her",
        "UPDATE kept_papers SET papers = substr(papers, 1, 40) WHERE consent_id = :her",
        "UPDATE kept_papers SET papers = x'' WHERE consent_id = :her",
        "UPDATE kept_papers SET handle = 'somebody' WHERE consent_id = :her",
        "UPDATE kept_papers SET papers = (SELECT papers FROM kept_papers WHERE consent_id = :other) "
        "WHERE consent_id = :her",
    ],
    ids=["zeros", "cut off", "nothing", "another handle", "another person's"],
)
def test_what_somebody_altered_is_not_used(kept: Kept, statement):
    values = {"her": HER.consent_id, "other": CROWD[1].consent_id}
    kept.run(statement, **{name: each for name, each in values.items() if f":{name}" in statement})

    read = kept.read()

    assert reason(read.pop(HER.consent_id)) is StorageAlteredError
    assert all(isinstance(each, KeptPapers) for each in read.values())


@pytest.mark.parametrize("position", [0, 1, 40, 70, 97, 105, 113, 121, 125, -1])
def test_no_byte_of_a_record_can_be_changed(position):
    form = PapersForm(bytes(32))
    row = form.pack(a_kept())
    altered = bytearray(row.papers)
    altered[position] ^= 1

    with pytest.raises(StorageAlteredError):
        form.unpack(row.consent_id, row.handle, bytes(altered))
    assert form.unpack(row.consent_id, row.handle, row.papers) is not None


def test_a_record_of_another_nodes_key_is_not_believed():
    row = PapersForm(bytes(32)).pack(a_kept())

    with pytest.raises(StorageAlteredError):
        PapersForm(b"\x01" * 32).unpack(row.consent_id, row.handle, row.papers)


def test_altered_terms_are_read_from_the_papers_again(kept: Kept):
    generous = replace(POLICY, exact_allowed=False)
    other = PapersForm(bytes(32)).pack(a_kept(generous)).terms
    kept.run("UPDATE kept_terms SET terms = :other", other=other)

    assert all(each.policy == POLICY for each in kept.read().values() if isinstance(each, KeptPapers))
    assert len(kept.anew) == len(CROWD)


def test_papers_without_a_short_form_are_verified_and_get_one(kept: Kept):
    kept.run("DELETE FROM kept_papers")

    first = kept.read()
    asked = len(kept.anew)
    second = kept.read()

    assert all(isinstance(each, KeptPapers) for each in (first | second).values())
    assert asked == len(kept.anew) == len(CROWD)


@pytest.mark.parametrize(
    ("statement", "forged"),
    [
        ("UPDATE contribution SET presentation = :forged WHERE consent_id = :her", "e30.e30.e30~"),
        (
            "UPDATE contribution SET consent = :forged WHERE consent_id = :her",
            contribution_of(HER, Offer(policy=replace(POLICY, compensation_cents=99))).consent,
        ),
    ],
    ids=["no credential", "another consent of hers"],
)
def test_altered_papers_do_not_come_back_by_losing_their_short_form(kept: Kept, statement, forged):
    kept.run("DELETE FROM kept_papers")
    kept.run(statement, forged=forged, her=HER.consent_id)

    read = kept.read()

    assert isinstance(read.pop(HER.consent_id), Unfit)
    assert all(isinstance(each, KeptPapers) for each in read.values())


def test_records_of_another_version_are_verified_again(kept: Kept, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("marketplace.mpc_node.kept_papers.FORM", FORM + 1)

    assert all(isinstance(each, KeptPapers) for each in kept.read().values())
    assert len(kept.anew) == len(CROWD)


def test_only_those_who_are_asked_about_are_read(kept: Kept):
    batches = list(kept.papers.read({HER.consent_id: None, "urn:uuid:unknown": None}, now=NOW))

    assert [each.consent_id for batch in batches for each in batch] == [HER.consent_id]


@pytest.mark.parametrize("most_of", [1, 1000])
def test_few_are_looked_up_and_many_are_read_through_alike(
    kept: Kept, monkeypatch: pytest.MonkeyPatch, most_of
):
    monkeypatch.setattr("marketplace.mpc_node.storage.kept._MOST_OF", most_of)
    some = {each.consent_id: None for each in CROWD[:5]}

    read = [each.consent_id for batch in kept.papers.read(some, now=NOW) for each in batch]

    assert sorted(read) == sorted(some)
    assert kept.anew == []


def a_kept(policy: Policy = POLICY) -> KeptPapers:
    """Papers as they are kept."""
    terms = Terms("issuer", "digest", "https://issuer/lists/1", without_own(policy))
    moments = (int(policy.given_at.timestamp()), int(policy.valid_until.timestamp()), 2_000_000_000)
    digests = (PAPERS.digest, PAPERS.record.inputs_digest)
    return KeptPapers(
        HER.consent_id, "handle", *digests, *moments, 1, b"", terms, PublicAttributes({"a": "b"})
    )
