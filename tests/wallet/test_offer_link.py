"""What a person is told when a link adds no record, asked of a real issuer and of one that misbehaves."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from crypto.signing import generate_es256
from ssi.credential import verify_record
from ssi.http.errors import OfferError
from ssi.revocation import check_status
from tests.ssi.http.live_issuer import ISSUER_METADATA, SERVER_METADATA, LiveIssuer, live_issuer, path_in
from wallet.clients.connections import Connections
from wallet.clients.issuers import IssuerClient
from wallet.clients.openid4vci.outside import Outside
from wallet.domain.collecting import Delivered
from wallet.domain.collecting_trouble import trouble_with
from wallet.domain.offer_link import CredentialOffer, parse_link
from wallet.errors import (
    CodeNeededError,
    LinkError,
    PartnerFaultError,
    PartnerRefusedError,
    PartnerUnreachableError,
)
from wallet.services.collecting_ports import Source

KEY = generate_es256()
CANNOT_BE_USED = r"^The issuer gave an answer that cannot be used\."
CANNOT_BE_REACHED = r"^The issuer cannot be reached now\. Nothing is lost; try again later\.$"
USED_UP = r"^This link was used already or has run out\. Ask the issuer for a new one\.$"
WRONG_CODE = r"^The issuer did not accept the code\. After three wrong codes the link is locked\.$"


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveIssuer]:
    with live_issuer(tmp_path_factory.mktemp("issuer")) as live:
        yield live


@pytest.fixture
def live(issuer: LiveIssuer) -> LiveIssuer:
    return issuer.as_new()


@pytest.fixture
def issuers(live: LiveIssuer) -> Iterator[IssuerClient]:
    with closing(Connections()) as connections:
        yield IssuerClient(connections, Outside(connections, private_addresses=True), live.clock)


def offer_of(issuers: IssuerClient, link: str) -> CredentialOffer:
    return issuers.read_offer(parse_link(link), listed=True)


def collected(issuers: IssuerClient, link: str, tx_code: str | None = None) -> str:
    return collected_by(issuers, offer_of(issuers, link), tx_code)


def collected_by(issuers: IssuerClient, offer: CredentialOffer, tx_code: str | None = None) -> str:
    source = Source(offer, None)
    delivered = issuers.request(source, issuers.redeem_code(source, tx_code), [KEY])
    assert isinstance(delivered, Delivered)
    (token,) = delivered.unverified_tokens
    return token


def test_what_is_collected_verifies_and_is_in_force(live: LiveIssuer, issuers: IssuerClient):
    credential = verify_record(collected(issuers, live.link()), live.registry, now=live.clock())

    assert credential.holder_key == KEY.public
    token = issuers.status_list(credential.status.uri)
    check_status(credential, token, live.registry, now=live.clock())


def test_a_link_that_was_used_says_so(live: LiveIssuer, issuers: IssuerClient):
    link = live.link()
    offer = offer_of(issuers, link)
    collected(issuers, link)

    with pytest.raises(LinkError, match=USED_UP):
        offer_of(issuers, link)
    with pytest.raises(LinkError, match=USED_UP):
        collected_by(issuers, offer)


def test_a_wrong_code_says_so_and_the_right_one_still_works(live: LiveIssuer, issuers: IssuerClient):
    handed_in = live.record(transaction_code=True)
    link, tx_code = handed_in.text("offer_uri"), handed_in.text("tx_code")

    with pytest.raises(CodeNeededError, match=WRONG_CODE):
        collected(issuers, link, "000000" if tx_code != "000000" else "111111")
    with pytest.raises(CodeNeededError, match=r"^The issuer sent you a code separately"):
        collected(issuers, link)
    assert offer_of(issuers, link).tx_code_hint == "Enter the code that you were told apart from the link."
    assert collected(issuers, link, tx_code)


def test_an_offer_of_another_issuer_than_the_links_is_refused(live: LiveIssuer, issuers: IssuerClient):
    link = live.link()
    live.change(path_in(link), credential_issuer="https://attacker.example")

    with pytest.raises(LinkError, match=r"^This link points to another issuer than the one it came from"):
        offer_of(issuers, link)


def test_an_offer_that_cannot_be_read_says_so(live: LiveIssuer, issuers: IssuerClient):
    link = live.link()
    live.change(path_in(link), grants=7)

    with pytest.raises(LinkError, match=r"^The link leads to an offer that cannot be read\."):
        offer_of(issuers, link)


def test_an_offer_that_knows_only_other_ways_says_so(live: LiveIssuer, issuers: IssuerClient):
    link = live.link()
    live.change(path_in(link), grants={"urn:example:by-pigeon": {}})

    with pytest.raises(LinkError, match=r"^This link can be used only in a way that this wallet"):
        offer_of(issuers, link)


@pytest.mark.parametrize(
    ("path", "members"),
    [
        (ISSUER_METADATA, {"credential_issuer": "https://attacker.example"}),
        (ISSUER_METADATA, {"credential_endpoint": "https://attacker.example/credential"}),
        (SERVER_METADATA, {"token_endpoint": "https://attacker.example/token"}),
        ("/token", {"token_type": "Bearer"}),
        ("/nonce", {"c_nonce": 7}),
        ("/credential", {"credentials": [{"credential": "a~"}, {"credential": "b~"}]}),
    ],
)
def test_an_answer_that_was_not_promised_is_the_issuers_fault(
    live: LiveIssuer, issuers: IssuerClient, path: str, members: dict[str, object]
):
    open_messages = dict.fromkeys(("credential_request_encryption", "credential_response_encryption"))
    live.change(ISSUER_METADATA, **open_messages)
    live.change(path, **{**(open_messages if path == ISSUER_METADATA else {}), **members})

    with pytest.raises(PartnerFaultError, match=CANNOT_BE_USED):
        collected(issuers, live.link())


@pytest.mark.parametrize("path", [ISSUER_METADATA, "/token", "/credential"])
@pytest.mark.parametrize("status", [429, 503])
def test_an_issuer_that_cannot_answer_now_counts_as_unreachable(
    live: LiveIssuer, issuers: IssuerClient, path: str, status: int
):
    live.refusals[path] = status

    with pytest.raises(PartnerUnreachableError, match=CANNOT_BE_REACHED):
        collected(issuers, live.link())


@pytest.mark.parametrize("path", [ISSUER_METADATA, "/token", "/credential"])
def test_an_issuer_that_says_no_is_named(live: LiveIssuer, issuers: IssuerClient, path: str):
    live.refusals[path] = 403

    with pytest.raises(PartnerRefusedError, match=r"^The issuer said no[.:]"):
        collected(issuers, live.link())


def test_an_offer_that_the_issuer_forbids_to_read_is_no_used_link(live: LiveIssuer, issuers: IssuerClient):
    link = live.link()
    live.refusals[path_in(link)] = 403

    with pytest.raises(PartnerRefusedError, match=r"^The issuer said no\. "):
        offer_of(issuers, link)


def test_an_address_that_may_not_be_asked_is_the_issuers_fault(issuers: IssuerClient):
    with pytest.raises(PartnerFaultError, match=CANNOT_BE_USED):
        issuers.status_list("http://university.example/status-lists/0")


def test_a_status_list_that_is_not_there_is_refused(live: LiveIssuer, issuers: IssuerClient):
    with pytest.raises(PartnerRefusedError):
        issuers.status_list(f"{live.url}/status-lists/99")


def test_anything_else_is_told_what_a_link_looks_like():
    with pytest.raises(LinkError) as refusal:
        parse_link("https://university.example/offers/1")
    assert str(refusal.value) == (
        "This is not a link that adds a record. Copy the whole link you were given; it starts with"
        " openid-credential-offer://"
    )


@pytest.mark.parametrize("kind", OfferError.__subclasses__())
def test_every_reason_has_words_for_a_person(kind: type[OfferError]):
    words = str(trouble_with(kind("offer.grants: missing")))

    assert words[0].isupper()
    assert "grants" not in words
