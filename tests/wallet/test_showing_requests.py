"""Which requests are put before a person, as whose, and that a refused one learns and leaves nothing."""

from dataclasses import replace
from typing import Any

import pytest

from ssi.certificates import make_certificate
from ssi.clock import MAX_MOMENT
from ssi.did.did_jwk import did_jwk
from ssi.did.public_key import PublicKey
from ssi.issuer_anchors import IssuerAnchors
from ssi.openid4vp.client_id import ClientId, ClientIdPrefix, did_client_id, dns_client_id, hash_client_id
from ssi.openid4vp.request import (
    RequestUriMethod,
    VerifierIdentity,
    certified_identity,
    request_link,
    unsigned_link,
)
from ssi.trust import TrustRegistry
from ssi.trust_parts import issuer_part
from tests.ssi import parties
from tests.wallet.show_desk import Desk
from tests.wallet.showing import (
    HOST,
    KEY,
    LIFETIME,
    SEX,
    authority,
    certificate,
    later,
    one,
    own_trust,
    query,
)
from wallet.domain.showing import Stage
from wallet.domain.showing_asker import Known
from wallet.domain.showing_request import parse_request_link
from wallet.errors import AskDoubt, AskRefusedError, PartnerUnreachableError

DID = did_jwk(PublicKey.of(KEY.public))


@pytest.fixture
def desk() -> Desk:
    return Desk().with_exam()


def refusal_of(desk: Desk, link: str) -> AskDoubt:
    """Why a link is refused, having left nothing and told nobody."""
    with pytest.raises(AskRefusedError) as refusal:
        desk.show.open(desk.anna, link)
    assert desk.showings.all(desk.anna) == ()
    assert desk.asker.went == []
    return refusal.value.doubt


def registry_with(anchors: IssuerAnchors, issuer_id: str = f"https://{HOST}") -> TrustRegistry:
    part = issuer_part(
        issuer_id,
        "City Library",
        keys={},
        credential_types=["urn:example:card:1"],
        status_uri_prefix=f"https://{HOST}/status/",
        anchors=anchors,
    )
    return parties.assembled([*parties.parts(), part])


def asked_by(desk: Desk, identity: VerifierIdentity) -> Any:
    desk.asker.identity = identity
    return desk.open().asker


def test_somebody_whom_a_known_authority_confirms_is_called_by_the_confirmed_name(desk: Desk):
    asker = desk.open().asker

    assert (asker.name, asker.known, asker.host) == (HOST, Known.CERTIFIED, HOST)
    assert asker.calls_itself == "The asker's own name"


def test_an_organisation_of_the_register_is_called_by_its_name_there(desk: Desk):
    desk.trust.known = registry_with(IssuerAnchors(x509_roots=(authority("library").pem,)))
    chain = [certificate(of="library")]

    for client_id in (dns_client_id(HOST), hash_client_id(chain[0])):
        asker = asked_by(desk, certified_identity(client_id, KEY, chain))
        assert (asker.name, asker.known) == ("City Library", Known.REGISTERED)


def test_an_organisation_of_the_register_is_known_by_its_did(desk: Desk):
    desk.trust.known = registry_with(IssuerAnchors(dids=(DID,)))

    asker = asked_by(desk, VerifierIdentity(did_client_id(DID), KEY, f"{DID}#0"))

    assert (asker.name, asker.known) == ("City Library", Known.REGISTERED)


def test_a_certificate_of_anothers_root_gives_nobody_the_name_of_that_other(desk: Desk):
    """A root that certifies many says which authority it was, not which organisation."""
    anchors = IssuerAnchors(x509_roots=(authority("library").pem,))
    desk.trust.known = registry_with(anchors, "https://library.example")

    asker = asked_by(desk, certified_identity(dns_client_id(HOST), KEY, [certificate(of="library")]))

    assert (asker.name, asker.known) == (HOST, Known.NAMED)


def test_a_confirmed_name_counts_only_where_the_answer_goes_there(desk: Desk):
    """A certificate of somebody else, whose holder sends answers elsewhere, says nothing about elsewhere."""
    elsewhere = certificate("bank.example")
    registered = certificate("library.example", of="library")
    anchors = IssuerAnchors(x509_roots=(authority("library").pem,))
    desk.trust.known = registry_with(anchors, "https://library.example")

    for leaf in (elsewhere, registered):
        asker = asked_by(desk, certified_identity(hash_client_id(leaf), KEY, [leaf]))
        assert (asker.name, asker.known) == (HOST, Known.NAMED)
    desk.asker.host = "library.example"
    asker = asked_by(desk, certified_identity(hash_client_id(registered), KEY, [registered]))
    assert (asker.name, asker.known) == ("City Library", Known.REGISTERED)


@pytest.mark.parametrize(
    "host",
    [
        "bank.example@verifier.example",
        "b\u0430nk.example",
        "bank.example\u2044x.example",
        "a b",
        "bank%2eb.c",
    ],
    ids=ascii,
)
def test_an_address_that_looks_like_another_is_refused(desk: Desk, host):
    desk.asker.identity = VerifierIdentity(did_client_id(DID), KEY, f"{DID}#0")

    link = desk.asker.ask(SEX, response_uri=f"https://{host}/response/0")

    assert refusal_of(desk, link) is AskDoubt.MALFORMED


@pytest.mark.parametrize("host", ["VERIFIER.example:443", "verifier.example", "Verifier.Example:8443"])
def test_the_host_of_the_answer_is_said_in_one_spelling(desk: Desk, host):
    desk.asker.host = host

    asker = asked_by(desk, VerifierIdentity(did_client_id(DID), KEY, f"{DID}#0"))

    expected = f"{HOST}:8443" if host.endswith("8443") else HOST
    assert (asker.name, asker.host) == (expected, expected)


@pytest.mark.parametrize("own", [own_trust(), own_trust(authority("others").certificate)])
def test_somebody_whom_nobody_vouches_for_is_only_the_host_of_the_answer(own):
    desk = Desk(own)
    stranger = make_certificate(
        "University", KEY.public, authority(), LIFETIME, dns=("university.example", HOST)
    )

    for client_id in (hash_client_id(stranger), dns_client_id(HOST)):
        asker = asked_by(desk, certified_identity(client_id, KEY, [stranger]))
        assert (asker.name, asker.known) == (HOST, Known.NAMED)


def test_a_did_that_nobody_knows_is_only_the_host_of_the_answer(desk: Desk):
    asker = asked_by(desk, VerifierIdentity(did_client_id(DID), KEY, f"{DID}#0"))

    assert (asker.name, asker.known) == (HOST, Known.NAMED)


def test_what_somebody_calls_itself_cannot_turn_text_around(desk: Desk):
    metadata = {"vp_formats_supported": {}, "client_name": "\u202eytisrevinU\u0007 \n"}
    asked = desk.asker.ask(SEX, client_metadata=metadata)

    assert desk.show.open(desk.anna, asked).asker.calls_itself == "ytisrevinU"


def test_a_request_fetched_by_post_repeats_a_fresh_nonce(desk: Desk):
    for _ in range(2):
        desk.open(SEX, method=RequestUriMethod.POST)

    nonces = [nonce for _, nonce in desk.asker.fetched]
    assert len(set(nonces)) == 2
    assert all(nonce is not None and len(nonce) == 32 for nonce in nonces)


@pytest.mark.parametrize("nonce", ["another", None])
def test_another_nonce_than_was_sent_is_refused(desk: Desk, nonce):
    link = desk.asker.ask(SEX, method=RequestUriMethod.POST, wallet_nonce=nonce)

    assert refusal_of(desk, link) is AskDoubt.MALFORMED


def test_an_altered_request_is_refused(desk: Desk):
    def altered(token: str) -> str:
        header, payload, signature = token.split(".")
        return f"{header}.{payload}.{'A' * 4}{signature[4:]}"

    desk.asker.tamper = altered

    assert refusal_of(desk, desk.asker.ask()) is AskDoubt.NOT_PROVED


def test_a_request_that_another_key_signed_is_refused(desk: Desk):
    desk.asker.identity = replace(desk.asker.identity, key=parties.es256("thief"))

    assert refusal_of(desk, desk.asker.ask()) is AskDoubt.NOT_PROVED


def test_a_certificate_for_another_host_is_refused(desk: Desk):
    other = certificate("other.example")
    desk.asker.identity = certified_identity(dns_client_id(HOST), KEY, [other])

    assert refusal_of(desk, desk.asker.ask()) is AskDoubt.NOT_PROVED


def test_a_request_about_somebody_else_than_the_link_is_refused(desk: Desk):
    link = desk.asker.ask(SEX, client_id=dns_client_id("other.example"))

    assert refusal_of(desk, link.replace("other.example", HOST)) is AskDoubt.MALFORMED


@pytest.mark.parametrize(
    ("claims", "doubt"),
    [
        ({"exp": later(parties.NOW, minutes=-5)}, AskDoubt.OVER),
        ({"nbf": later(parties.NOW, minutes=5)}, AskDoubt.MALFORMED),
        ({"aud": "https://another.example"}, AskDoubt.MALFORMED),
        ({"nonce": None}, AskDoubt.MALFORMED),
        ({"response_uri": "https://elsewhere.example/"}, AskDoubt.MALFORMED),
        ({"response_uri": f"http://{HOST}/"}, AskDoubt.MALFORMED),
        ({"redirect_uri": f"https://{HOST}/"}, AskDoubt.MALFORMED),
        ({"response_mode": "fragment"}, AskDoubt.MALFORMED),
        ({"dcql_query": {"credentials": []}}, AskDoubt.MALFORMED),
        (
            {
                "dcql_query": {
                    "credentials": [{"id": "a", "format": "mso_mdoc", "meta": {"doctype_value": "x"}}]
                }
            },
            AskDoubt.UNKNOWN_KIND,
        ),
        ({"transaction_data": ["AAAA"]}, AskDoubt.UNKNOWN_TRANSACTION),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_request_that_may_not_be_answered_is_refused(desk: Desk, claims, doubt):
    assert refusal_of(desk, desk.asker.ask(SEX, **claims)) is doubt


def test_a_request_may_last_until_the_end_of_time(desk: Desk):
    assert desk.open(SEX, exp=MAX_MOMENT).stage is Stage.WAITING


def test_a_request_that_runs_out_while_it_is_looked_at_is_refused(desk: Desk):
    showing = desk.open(SEX, exp=later(parties.NOW, minutes=2))
    desk.clock.forward(minutes=10)

    with pytest.raises(AskRefusedError) as refusal:
        desk.share(showing)
    assert refusal.value.doubt is AskDoubt.OVER
    assert desk.asker.went == []


def test_whoever_leaves_the_register_while_a_request_waits_gets_no_answer(desk: Desk):
    desk.trust.known = registry_with(IssuerAnchors(dids=(DID,)))
    desk.asker.identity = VerifierIdentity(did_client_id(DID), KEY, f"{DID}#0")
    showing = desk.open()
    desk.trust.known = parties.registry()

    with pytest.raises(AskRefusedError) as refusal:
        desk.share(showing)
    assert refusal.value.doubt is AskDoubt.NOT_PROVED
    assert desk.show.answer.decline(desk.anna, showing.row_id).told is False
    assert desk.asker.went == []


def test_a_request_that_cannot_be_fetched_says_so(desk: Desk):
    desk.asker.down = True

    assert refusal_of(desk, desk.asker.ask()) is AskDoubt.NOT_FETCHED


def test_nothing_is_refused_for_good_while_the_register_cannot_be_had(desk: Desk):
    desk.trust.registry = _unreachable  # type: ignore[method-assign]

    with pytest.raises(PartnerUnreachableError):
        desk.open()
    assert desk.asker.fetched == []


def _unreachable() -> TrustRegistry:
    raise PartnerUnreachableError("The list of verified organisations cannot be read now.")


@pytest.mark.parametrize(
    "client_id", ["verifier_attestation:someone", "someone", "openid_federation:https://a"]
)
def test_a_way_of_proving_that_is_not_known_is_refused_before_anything_is_asked(desk: Desk, client_id):
    link = f"openid4vp://?client_id={client_id}&request_uri=https://{HOST}/request/0"

    assert refusal_of(desk, link) is AskDoubt.NOT_PROVED
    assert desk.asker.fetched == []


def test_redirect_uri_proves_nothing_and_is_refused_before_anything_is_asked(desk: Desk):
    client_id = ClientId(ClientIdPrefix.REDIRECT_URI, f"https://{HOST}/response/0")
    link = request_link("openid4vp://", client_id, f"https://{HOST}/request/0")

    assert refusal_of(desk, link) is AskDoubt.UNSIGNED
    assert desk.asker.fetched == []


def _unsigned(desk: Desk, asked: Any = SEX) -> str:
    client_id = ClientId(ClientIdPrefix.REDIRECT_URI, f"https://{HOST}/response/0")
    desk.asker.ask(asked, client_id=client_id)
    return unsigned_link("openid4vp://", desk.asker.requests["0"])


def test_an_unsigned_request_is_refused_outside_development(desk: Desk):
    assert refusal_of(desk, _unsigned(desk)) is AskDoubt.UNSIGNED


def test_an_unsigned_request_is_nobodys_in_development():
    desk = Desk(own_trust(unsigned=True)).with_exam()
    showing = desk.show.open(desk.anna, _unsigned(desk))

    assert (showing.asker.name, showing.asker.known) == (HOST, Known.UNSIGNED)
    assert desk.share(showing).reason is None
    assert len(desk.asker.saw) == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "https://example.org",
        "openid4vp://",
        f"openid4vp://?client_id=x509_hash:a&request_uri=http://{HOST}/",
        f"openid4vp://?client_id=x509_hash:a&request_uri=https://u:p@{HOST}/",
        f"openid4vp://?client_id=x509_hash:a&client_id=b&request_uri=https://{HOST}/",
        f"openid4vp://?client_id=x509_hash:a&request=eyJ&request_uri=https://{HOST}/",
        f"openid4vp://?client_id=x509_hash:a&request_uri=https://{HOST}/&request_uri_method=put",
        "javascript:alert(1)?client_id=a&request_uri=b",
        "https://[",
        "openid4vp://[?client_id=a",
        "openid4vp://?" + "a" * 30_000,
        "openid4vp://?client_id=redirect_uri:https://a&dcql_query={",
        "openid4vp://?\x00\ud800=1",
    ],
)
def test_what_is_no_link_to_a_request_is_refused(text):
    with pytest.raises(AskRefusedError) as refusal:
        parse_request_link(text)

    assert refusal.value.doubt is AskDoubt.NOT_A_LINK


@pytest.mark.parametrize("scheme", ["openid4vp://", "haip-vp://", "https://wallet.example/show"])
def test_links_of_every_known_scheme_are_read(desk: Desk, scheme):
    link = desk.asker.ask().replace("openid4vp://", scheme)

    assert desk.show.open(desk.anna, f"  {link}\n").asker.name == HOST


def test_purposes_of_drafts_are_shown_beside_their_sets(desk: Desk):
    sets = [{"options": [["exam"]], "purpose": "For your\u202e library card"}, {"options": [["exam"]]}]
    question = desk.question(desk.open(query(one("sex"), credential_sets=sets)))

    assert [each.purpose for each in question.sets] == ["For your  library card", None]
