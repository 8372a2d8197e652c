"""Papers are believed as long as the registry says the same of their issuer, and not a moment longer."""

from dataclasses import replace
from typing import Any

import pytest

from marketplace.mpc_node.papers import PapersOnFile, verify_papers
from marketplace.mpc_node.storage.contributions import StoredContribution
from ssi.errors import CredentialError, ExpiredError, UntrustedIssuerError
from ssi.trust import TrustRegistry
from tests.marketplace.mpc_node.parties import NOW, UNIVERSITY, YEAR, es256, registry
from tests.marketplace.mpc_node.people import contribution_of, person

HER = contribution_of(person(1)).for_node("node-a")
PAPERS = verify_papers(HER, registry(), now=NOW)
UNREADABLE = StoredContribution(
    PAPERS.record.consent_id, PAPERS.digest, PAPERS.credential.handle, {}, "unreadable", "unreadable"
)
"""Her contribution, of which nothing can be read any more: it holds only as far as it is remembered."""
WHOLE = replace(UNREADABLE, presentation=HER.presentation, consent=HER.consent)


class Remembering:
    """Papers on file that know hers, under a registry that a test can replace."""

    def __init__(self, most: int = 10) -> None:
        self.registry = registry()
        self.papers = PapersOnFile(lambda: self.registry, most=most)
        self.papers.check(WHOLE, now=NOW)


def renewed(**changes: Any) -> TrustRegistry:
    """The registry as the authority signs it anew, with other words about the university."""
    found = registry()
    issuers = tuple(replace(each, **changes) if each.id == UNIVERSITY else each for each in found.issuers)
    return replace(found, issued_at=NOW, issuers=issuers)


def test_signatures_are_checked_once_for_a_registry_and_for_one_that_says_the_same():
    known = Remembering()

    assert known.papers.check(UNREADABLE, now=NOW).record == PAPERS.record
    known.registry = renewed()
    assert known.papers.check(UNREADABLE, now=NOW).record == PAPERS.record


@pytest.mark.parametrize(
    "changes",
    [
        {"keys": {"exams-1": es256("another").public}},
        {"credential_types": frozenset({"urn:example:other"})},
        {"status_uri_prefix": "https://elsewhere.example/"},
        {"valid_until": NOW + YEAR / 2},
    ],
    ids=["keys", "types", "status lists", "time"],
)
def test_what_the_registry_says_otherwise_is_checked_again(changes):
    known = Remembering()
    known.registry = renewed(**changes)

    with pytest.raises(CredentialError):
        known.papers.check(UNREADABLE, now=NOW)


def test_a_replaced_key_ends_the_trust_in_what_it_signed():
    known = Remembering()
    known.registry = renewed(keys={"exams-1": es256("another").public})

    with pytest.raises(CredentialError):
        known.papers.check(WHOLE, now=NOW)


def test_an_issuer_that_came_back_is_checked_again():
    known = Remembering()
    without = replace(registry(), issuers=tuple(each for each in registry().issuers if each.id != UNIVERSITY))
    known.registry = without
    with pytest.raises(UntrustedIssuerError):
        known.papers.check(WHOLE, now=NOW)
    known.registry = renewed()

    with pytest.raises(CredentialError):
        known.papers.check(UNREADABLE, now=NOW)
    assert known.papers.check(WHOLE, now=NOW).record == PAPERS.record


def test_times_are_looked_at_though_papers_are_remembered():
    known = Remembering()
    known.registry = replace(known.registry, valid_until=NOW + 10 * YEAR)

    with pytest.raises((ExpiredError, UntrustedIssuerError)):
        known.papers.check(UNREADABLE, now=PAPERS.credential.expires_at)


def test_what_was_forgotten_is_read_again():
    known = Remembering()
    known.papers.forget(UNREADABLE.body_digest)

    with pytest.raises(CredentialError):
        known.papers.check(UNREADABLE, now=NOW)


def test_no_more_is_remembered_than_there_is_room_for():
    known = Remembering(most=0)

    with pytest.raises(CredentialError):
        known.papers.check(UNREADABLE, now=NOW)
