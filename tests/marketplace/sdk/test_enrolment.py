"""An organisation gets the credential under which it buys: at its registrar, and at nobody else."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote

import pytest

from crypto.reading import Fields
from crypto.signing import generate_ed25519, generate_es256
from marketplace.sdk.enrolment import check_organisation_credential, collect_organisation_credential
from marketplace.sdk.errors import EnrolmentError, SdkError
from ssi.credential import verify_organisation
from ssi.http.errors import PeerError, RefusedByPeerError, UnreachablePeerError
from ssi.http.offer_link import PRE_AUTHORIZED
from ssi.issuance import (
    IssuerKey,
    Organisation,
    Subject,
    Terms,
    issue_organisation_credential,
    organisation_handle,
)
from ssi.status_list import StatusReference
from ssi.trust import TrustRegistry
from tests.serving import scripted_peer
from tests.ssi import parties
from tests.ssi.http.live_issuer import ISSUER_METADATA, ORGANISATION, LiveIssuer, live_issuer, path_in

KEY = generate_es256()
STATUS_LIST = "/status-lists/0"


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveIssuer]:
    with live_issuer(tmp_path_factory.mktemp("issuer")) as live:
        yield live


@pytest.fixture
def live(issuer: LiveIssuer) -> LiveIssuer:
    return issuer.as_new()


@pytest.fixture
def handed_in(live: LiveIssuer) -> Fields:
    return live.organisation()


@pytest.fixture
def link(handed_in: Fields) -> str:
    return handed_in.text("offer_uri")


def collected(live: LiveIssuer, link: str, tx_code: str | None = None) -> str:
    return collect_organisation_credential(
        link, KEY, registry=live.registry, now=live.clock(), tx_code=tx_code
    )


def carrying(issuer_url: str, configuration: str = "organisation/1") -> str:
    offer = {
        "credential_issuer": issuer_url,
        "credential_configuration_ids": [configuration],
        "grants": {PRE_AUTHORIZED: {"pre-authorized_code": "a secret"}},
    }
    return f"openid-credential-offer://?credential_offer={quote(json.dumps(offer))}"


def leading_to(address: str) -> str:
    return f"openid-credential-offer://?credential_offer_uri={quote(address, safe='')}"


def issued(live: LiveIssuer, uri: str, key: IssuerKey) -> str:
    """The credential of an organisation from the hands of a test."""
    return issue_organisation_credential(
        Organisation("Institute of Public Health", "research_institute", "AT"),
        Subject(organisation_handle(bytes(32), organisation="iph"), KEY.public),
        issuer=key,
        terms=Terms(StatusReference(uri, 3), live.clock(), live.clock() + parties.YEAR),
    )


# ---- What goes well ----


def test_an_organisation_collects_who_it_is_bound_to_its_key(live: LiveIssuer, link: str):
    compact = collected(live, link)

    credential = verify_organisation(compact, live.registry, now=live.clock())
    assert credential.claims == ORGANISATION
    assert credential.holder_key == KEY.public


def test_its_status_is_asked_for_before_it_is_believed(live: LiveIssuer, link: str):
    collected(live, link)

    assert live.heard[-1] == STATUS_LIST


def test_a_code_that_travels_apart_lets_it_collect(live: LiveIssuer):
    handed_in = live.organisation(transaction_code=True)

    assert collected(live, handed_in.text("offer_uri"), handed_in.text("tx_code"))


def test_what_was_collected_can_be_checked_again_later(live: LiveIssuer, link: str):
    compact = collected(live, link)

    credential = check_organisation_credential(compact, KEY, registry=live.registry, now=live.clock())

    assert (credential.name, credential.kind) == (ORGANISATION["name"], ORGANISATION["kind"])


# ---- Links ----


def test_anything_but_a_link_is_refused(live: LiveIssuer):
    with pytest.raises(EnrolmentError, match="openid-credential-offer://"):
        collected(live, f"{live.url}/credential-offers/1")
    assert live.heard == []


@pytest.mark.parametrize("make", [leading_to, carrying])
@pytest.mark.parametrize(
    "host", ["attacker.example", "university.example.attacker.example", "127.0.0.1:5432"]
)
def test_a_link_to_nobody_in_the_registry_is_refused_and_nobody_is_asked(
    live: LiveIssuer, make: Callable[[str], str], host: str
):
    with pytest.raises(EnrolmentError, match="does not belong to an issuer of the trust registry"):
        collected(live, make(f"http://{host}"))
    assert live.heard == []


@pytest.mark.parametrize("make", [leading_to, carrying])
def test_a_server_that_the_registry_does_not_name_hears_nothing(live: LiveIssuer, make: Callable[[str], str]):
    with scripted_peer(b"") as (url, script):
        with pytest.raises(EnrolmentError, match="does not belong to an issuer"):
            collected(live, make(url))
        assert script.heard == []


def test_an_offer_behind_a_good_link_that_names_somebody_else_is_refused(live: LiveIssuer, link: str):
    live.change(path_in(link), credential_issuer="https://university.example")

    with pytest.raises(EnrolmentError, match="another issuer"):
        collected(live, link)
    assert "/token" not in live.heard


def test_a_used_up_link_is_refused(live: LiveIssuer, link: str):
    collected(live, link)

    with pytest.raises(EnrolmentError, match="ask the issuer for a new one"):
        collected(live, link)


def test_a_missing_or_wrong_code_leaves_the_link_good_for_another_try(live: LiveIssuer):
    handed_in = live.organisation(transaction_code=True)
    link, tx_code = handed_in.text("offer_uri"), handed_in.text("tx_code")

    with pytest.raises(EnrolmentError, match="asks for the code"):
        collected(live, link)
    with pytest.raises(EnrolmentError, match="did not accept the code"):
        collected(live, link, f"{(int(tx_code) + 1) % 10**6:06}")
    assert collected(live, link, tx_code)


def test_a_key_that_no_issuer_binds_to_is_refused_before_the_link_is_used(live: LiveIssuer, link: str):
    with pytest.raises(EnrolmentError, match="ES256"):
        collect_organisation_credential(link, generate_ed25519(), registry=live.registry, now=live.clock())
    assert live.heard == []


# ---- Trust ----


def changed(registry: TrustRegistry, **members: object) -> TrustRegistry:
    (issuer,) = registry.issuers
    return replace(registry, issuers=(replace(issuer, **members),))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"credential_types": frozenset({"urn:argonauta:credential:exam:1"})}, "not trusted to say who"),
        ({"valid_until": parties.NOW}, "does not belong to an issuer"),
        ({"valid_from": parties.NOW + timedelta(days=1)}, "does not belong to an issuer"),
    ],
)
def test_an_issuer_not_trusted_for_this_now_is_not_given_the_code(
    live: LiveIssuer, link: str, members: dict[str, object], reason: str
):
    with pytest.raises(EnrolmentError, match=reason):
        collect_organisation_credential(
            link, KEY, registry=changed(live.registry, **members), now=live.clock()
        )
    assert "/token" not in live.heard


def test_a_registry_that_ran_out_trusts_nobody(live: LiveIssuer, link: str):
    registry = replace(live.registry, valid_until=live.clock())

    with pytest.raises(EnrolmentError, match="ran out"):
        collect_organisation_credential(link, KEY, registry=registry, now=live.clock())
    assert "/token" not in live.heard


def test_a_credential_of_another_trusted_issuer_than_the_links_is_refused(live: LiveIssuer, link: str):
    other = IssuerKey("did:web:other.example", "k", parties.es256("other"))
    entry = replace(
        live.registry.issuers[0],
        id=other.issuer_id,
        keys={other.kid: other.key.public},
        status_uri_prefix="https://other.example/status-lists/",
    )
    registry = replace(live.registry, issuers=(*live.registry.issuers, entry))
    compact = issued(live, "https://other.example/status-lists/0", other)
    live.change("/credential", credentials=[{"credential": compact}])

    with pytest.raises(EnrolmentError, match="got one of did:web:other"):
        collect_organisation_credential(link, KEY, registry=registry, now=live.clock())


# ---- What comes back ----


def test_a_credential_signed_by_somebody_else_is_refused(live: LiveIssuer, link: str):
    (entry,) = live.registry.issuers
    forged = IssuerKey(entry.id, next(iter(entry.keys)), parties.es256("somebody"))
    compact = issued(live, f"{live.url}{STATUS_LIST}", forged)
    live.change("/credential", credentials=[{"credential": compact}])

    with pytest.raises(EnrolmentError, match="signature") as refusal:
        collected(live, link)
    assert refusal.value.credential is None


def test_the_record_of_a_person_is_no_organisation(live: LiveIssuer):
    with pytest.raises(EnrolmentError, match="expected the credential of an organisation"):
        collected(live, live.link())


def test_a_credential_bound_to_another_key_is_refused(live: LiveIssuer, link: str):
    theirs = collect_organisation_credential(
        live.organisation().text("offer_uri"), generate_es256(), registry=live.registry, now=live.clock()
    )
    live.change("/credential", credentials=[{"credential": theirs}])

    with pytest.raises(EnrolmentError, match="bound to another key"):
        collected(live, link)
    with pytest.raises(EnrolmentError, match="bound to another key"):
        check_organisation_credential(theirs, KEY, registry=live.registry, now=live.clock())


def test_something_that_is_no_credential_is_refused(live: LiveIssuer, link: str):
    live.change("/credential", credentials=[{"credential": "hello~"}])

    with pytest.raises(EnrolmentError):
        collected(live, link)


@pytest.mark.parametrize("status", ["revoked", "suspended"])
def test_a_credential_that_its_issuer_took_back_is_refused(
    live: LiveIssuer, link: str, handed_in: Fields, status: str
):
    compact = collected(live, link)
    live.institution.set_status(handed_in.text("credential_id"), status)

    with pytest.raises(EnrolmentError, match=f"{status} by its issuer") as refusal:
        check_organisation_credential(compact, KEY, registry=live.registry, now=live.clock())
    assert refusal.value.credential is None


def test_a_credential_revoked_while_it_is_collected_is_refused(
    live: LiveIssuer, link: str, handed_in: Fields
):
    def then_revoke(answer: object) -> object:
        live.institution.set_status(handed_in.text("credential_id"), "revoked")
        return answer

    live.changes["/credential"] = then_revoke

    with pytest.raises(EnrolmentError, match="revoked by its issuer"):
        collected(live, link)


def test_an_expired_credential_is_refused(live: LiveIssuer):
    compact = collected(live, live.organisation(valid_days=1).text("offer_uri"))
    later = live.clock() + timedelta(days=2)

    with pytest.raises(EnrolmentError, match="no longer"):
        check_organisation_credential(compact, KEY, registry=live.registry, now=later)


def test_when_its_status_cannot_be_had_the_credential_behind_the_used_link_is_not_lost(
    live: LiveIssuer, link: str
):
    live.refusals[STATUS_LIST] = 503
    with pytest.raises(EnrolmentError, match="cannot be told now") as interrupted:
        collected(live, link)
    live.refusals.clear()

    assert interrupted.value.credential is not None
    assert check_organisation_credential(
        interrupted.value.credential, KEY, registry=live.registry, now=live.clock()
    )


def test_a_status_list_that_is_not_the_issuers_is_not_believed(live: LiveIssuer, link: str):
    live.changes[STATUS_LIST] = lambda _: "no.status.list"

    with pytest.raises(EnrolmentError, match="cannot be told now"):
        collected(live, link)


# ---- The issuer ----


def test_an_issuer_that_says_no_is_told_as_such(live: LiveIssuer, link: str):
    live.refusals[ISSUER_METADATA] = 403

    with pytest.raises(RefusedByPeerError):
        collected(live, link)


def test_metadata_that_names_an_address_elsewhere_is_refused(live: LiveIssuer, link: str):
    live.change(ISSUER_METADATA, credential_endpoint="https://attacker.example/credential")

    with pytest.raises(PeerError, match="another origin"):
        collected(live, link)
    assert "/token" not in live.heard


def test_an_issuer_that_does_not_answer_is_told_as_such(live: LiveIssuer):
    with scripted_peer(b"", b"") as (url, _):
        registry = changed(live.registry, status_uri_prefix=f"{url}/status-lists/")
        with pytest.raises(UnreachablePeerError):
            collect_organisation_credential(carrying(url), KEY, registry=registry, now=live.clock())


def test_the_error_keeps_the_credential_out_of_its_words():
    error = EnrolmentError("cannot be told now", credential="a credential")

    assert isinstance(error, SdkError)
    assert "a credential" not in repr(error) + str(error)
