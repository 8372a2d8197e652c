from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from crypto.signing import generate_ed25519, generate_es256
from ssi.credential import RecordCredential, verify_credential, verify_record
from ssi.http.client import Client
from ssi.http.collection import MAX_CREDENTIAL, MAX_TOKEN, collect, fetch_offer
from ssi.http.errors import (
    ForeignOfferError,
    GarbledAnswerError,
    MalformedOfferError,
    PeerError,
    RefusedByPeerError,
    TransactionCodeError,
    UnknownGrantError,
    UnreachablePeerError,
    UsedOfferError,
)
from ssi.http.offer_link import CredentialOffer
from ssi.record import Record
from tests.serving import scripted_peer
from tests.ssi.http.live_issuer import (
    ISSUER_METADATA,
    ORGANISATION,
    SERVER_METADATA,
    LiveIssuer,
    address_in,
    live_issuer,
    path_in,
)
from tests.ssi.parties import EXAM

KEY = generate_es256()
ELSEWHERE = "https://attacker.example"


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveIssuer]:
    with live_issuer(tmp_path_factory.mktemp("issuer")) as live:
        yield live


@pytest.fixture
def live(issuer: LiveIssuer) -> LiveIssuer:
    return issuer.as_new()


@pytest.fixture
def client(live: LiveIssuer) -> Iterator[Client]:
    with closing(Client(live.url)) as client:
        yield client


@pytest.fixture
def offer(live: LiveIssuer, client: Client) -> CredentialOffer:
    return fetch_offer(address_in(live.link()), client)


@pytest.fixture
def guarded(live: LiveIssuer, client: Client) -> tuple[CredentialOffer, str]:
    """An offer whose code travels apart, and that code."""
    handed_in = live.record(transaction_code=True)
    return fetch_offer(address_in(handed_in.text("offer_uri")), client), handed_in.text("tx_code")


# ---- What goes well ----


def test_a_record_is_collected_verifies_and_opens(live: LiveIssuer, client: Client, offer: CredentialOffer):
    compact = collect(offer, KEY, client, now=live.clock())

    credential = verify_record(compact, live.registry, now=live.clock())
    assert credential.holder_key == KEY.public
    assert Record.open(credential).values == EXAM


def test_an_organisation_is_collected_in_the_same_way(live: LiveIssuer, client: Client):
    offer = fetch_offer(address_in(live.organisation().text("offer_uri")), client)

    credential = verify_credential(
        collect(offer, KEY, client, now=live.clock()), live.registry, now=live.clock()
    )

    assert credential.claims == ORGANISATION


def test_reading_an_offer_uses_nothing_up(live: LiveIssuer, client: Client):
    link = live.link()

    first, second = (fetch_offer(address_in(link), client) for _ in range(2))

    assert first == second
    assert collect(second, KEY, client, now=live.clock())


def test_a_code_that_travels_apart_is_sent_as_it_was_told(
    live: LiveIssuer, client: Client, guarded: tuple[CredentialOffer, str]
):
    offer, tx_code = guarded

    compact = collect(offer, KEY, client, now=live.clock(), tx_code=f" {tx_code}\n")

    assert isinstance(verify_credential(compact, live.registry, now=live.clock()), RecordCredential)


def test_a_code_that_nobody_asked_for_is_not_sent(live: LiveIssuer, client: Client, offer: CredentialOffer):
    assert collect(offer, KEY, client, now=live.clock(), tx_code="123456")


def test_an_issuer_that_wants_no_nonce_is_not_asked_for_one(
    live: LiveIssuer, client: Client, offer: CredentialOffer
):
    live.change(ISSUER_METADATA, nonce_endpoint=None)

    with pytest.raises(RefusedByPeerError):  # ours does want one
        collect(offer, KEY, client, now=live.clock())
    assert "/nonce" not in live.heard
    assert live.heard[-1] == "/credential"


def test_an_authorisation_server_at_the_same_origin_is_followed(
    live: LiveIssuer, client: Client, offer: CredentialOffer
):
    live.change(ISSUER_METADATA, authorization_servers=[f"{live.url}/"])

    assert collect(offer, KEY, client, now=live.clock())


# ---- The link and the code ----


def test_a_used_up_link_is_named_when_its_offer_is_read(live: LiveIssuer, client: Client):
    link = live.link()
    collect(fetch_offer(address_in(link), client), KEY, client, now=live.clock())

    with pytest.raises(UsedOfferError, match="ask the issuer for a new one"):
        fetch_offer(address_in(link), client)


def test_a_used_up_link_is_named_when_its_code_is_exchanged(
    live: LiveIssuer, client: Client, offer: CredentialOffer
):
    collect(offer, KEY, client, now=live.clock())

    with pytest.raises(UsedOfferError, match="ask the issuer for a new one"):
        collect(offer, KEY, client, now=live.clock())


def test_a_link_that_ran_out_counts_as_used_up(live: LiveIssuer, client: Client, offer: CredentialOffer):
    live.clock.move(days=8)

    with pytest.raises(UsedOfferError):
        collect(offer, KEY, client, now=live.clock())


@pytest.mark.parametrize("tx_code", [None, "", "  "])
def test_a_missing_code_is_named_before_anything_is_sent(
    live: LiveIssuer, client: Client, guarded: tuple[CredentialOffer, str], tx_code: str | None
):
    live.heard.clear()

    with pytest.raises(TransactionCodeError, match="apart from the link"):
        collect(guarded[0], KEY, client, now=live.clock(), tx_code=tx_code)
    assert live.heard == []


def test_a_wrong_code_is_named_and_the_right_one_still_works(
    live: LiveIssuer, client: Client, guarded: tuple[CredentialOffer, str]
):
    offer, tx_code = guarded
    wrong = f"{(int(tx_code) + 1) % 10**6:06}"

    with pytest.raises(TransactionCodeError, match="did not accept"):
        collect(offer, KEY, client, now=live.clock(), tx_code=wrong)
    assert collect(offer, KEY, client, now=live.clock(), tx_code=tx_code)


def test_an_offer_of_another_issuer_than_the_links_is_refused(live: LiveIssuer, client: Client):
    link = live.link()
    live.change(path_in(link), credential_issuer=ELSEWHERE)

    with pytest.raises(ForeignOfferError, match="another issuer"):
        fetch_offer(address_in(link), client)


@pytest.mark.parametrize(
    ("grants", "kind"), [({"urn:example:by-pigeon": {}}, UnknownGrantError), (7, MalformedOfferError)]
)
def test_an_offer_that_cannot_be_taken_up_is_refused(live: LiveIssuer, client: Client, grants: object, kind):
    link = live.link()
    live.change(path_in(link), grants=grants)

    with pytest.raises(kind):
        fetch_offer(address_in(link), client)


def test_an_offer_that_only_a_sign_in_would_collect_is_refused_before_anything_is_sent(
    live: LiveIssuer, client: Client
):
    link = live.link()
    live.change(path_in(link), grants={"authorization_code": {}})

    with pytest.raises(UnknownGrantError, match="sign-in"):
        collect(fetch_offer(address_in(link), client), KEY, client, now=live.clock())


# ---- Where token, code and proof may go ----


@pytest.mark.parametrize("member", ["credential_issuer", "credential_endpoint", "nonce_endpoint"])
def test_metadata_naming_another_origin_is_refused_before_the_code_is_sent(
    live: LiveIssuer, client: Client, offer: CredentialOffer, member: str
):
    live.change(ISSUER_METADATA, **{member: ELSEWHERE})

    with pytest.raises(GarbledAnswerError, match="metadata"):
        collect(offer, KEY, client, now=live.clock())
    assert "/token" not in live.heard


def test_an_authorisation_server_at_another_origin_is_not_asked(
    live: LiveIssuer, client: Client, offer: CredentialOffer
):
    live.change(ISSUER_METADATA, authorization_servers=[ELSEWHERE])

    with pytest.raises(GarbledAnswerError, match="another origin"):
        collect(offer, KEY, client, now=live.clock())
    assert live.heard[-1] == ISSUER_METADATA


@pytest.mark.parametrize("address", [ELSEWHERE, "//attacker.example/token", "/token", "http://[", ""])
def test_a_token_endpoint_that_is_not_at_the_issuers_origin_is_refused(
    live: LiveIssuer, client: Client, offer: CredentialOffer, address: str
):
    live.change(SERVER_METADATA, token_endpoint=address)

    with pytest.raises(GarbledAnswerError):
        collect(offer, KEY, client, now=live.clock())
    assert live.heard[-1] == SERVER_METADATA


def test_a_redirect_is_not_followed(live: LiveIssuer, client: Client, offer: CredentialOffer):
    redirect = b"HTTP/1.1 302 Found\r\nLocation: https://attacker.example\r\nContent-Length: 0\r\n\r\n"

    with (
        scripted_peer(redirect) as (url, _),
        closing(Client(url)) as elsewhere,
        pytest.raises(GarbledAnswerError, match="redirect"),
    ):
        collect(replace(offer, issuer_url=url), KEY, elsewhere, now=live.clock())


def test_a_connection_to_another_origin_than_the_issuers_is_not_used(
    live: LiveIssuer, client: Client, offer: CredentialOffer
):
    live.heard.clear()

    with pytest.raises(PeerError, match="origin of the issuer"):
        collect(replace(offer, issuer_url=ELSEWHERE), KEY, client, now=live.clock())
    with pytest.raises(PeerError, match="origin of the issuer"):
        fetch_offer(f"{ELSEWHERE}/offers/1", client)
    assert live.heard == []


# ---- Answers that were not promised ----


@pytest.mark.parametrize(
    ("path", "members", "place"),
    [
        (ISSUER_METADATA, {"credential_endpoint": None}, "metadata.credential_endpoint"),
        (ISSUER_METADATA, {"authorization_servers": []}, "metadata.authorization_servers"),
        (SERVER_METADATA, {"token_endpoint": 7}, "server.token_endpoint"),
        ("/token", {"token_type": "DPoP"}, "bearer"),
        ("/token", {"token_type": None}, "token.token_type"),
        ("/token", {"access_token": "a" * (MAX_TOKEN + 1)}, "token.access_token"),
        ("/token", {"access_token": "a\r\nX-Injected: 1"}, "token.access_token"),
        ("/token", {"access_token": "ключ"}, "token.access_token"),
        ("/nonce", {"c_nonce": ""}, "nonce.c_nonce"),
        ("/nonce", {"c_nonce": "a" * (MAX_TOKEN + 1)}, "nonce.c_nonce"),
        ("/credential", {"credentials": None}, "answer.credentials"),
        ("/credential", {"credentials": []}, "answer.credentials"),
        ("/credential", {"credentials": ["a~"]}, r"answer.credentials\[0\]"),
        ("/credential", {"credentials": [{"credential": {}}]}, r"answer.credentials\[0\].credential"),
        (
            "/credential",
            {"credentials": [{"credential": "a" * (MAX_CREDENTIAL + 1)}]},
            r"answer.credentials\[0\].credential",
        ),
    ],
)
def test_an_answer_of_another_form_is_refused_with_the_place(
    live: LiveIssuer,
    client: Client,
    offer: CredentialOffer,
    path: str,
    members: dict[str, object],
    place: str,
):
    live.change(path, **members)

    with pytest.raises(GarbledAnswerError, match=place):
        collect(offer, KEY, client, now=live.clock())


def test_an_answer_with_two_credentials_is_refused(live: LiveIssuer, client: Client, offer: CredentialOffer):
    live.changes["/credential"] = lambda answer: {"credentials": answer["credentials"] * 2}

    with pytest.raises(GarbledAnswerError, match="expected 1 to 1 entries, got 2"):
        collect(offer, KEY, client, now=live.clock())


@pytest.mark.parametrize("path", [ISSUER_METADATA, SERVER_METADATA, "/token", "/nonce", "/credential"])
@pytest.mark.parametrize("body", ["<html>", "[]", "null", '{"a": 1, "a": 2}'])
def test_an_answer_that_is_no_object_is_refused(
    live: LiveIssuer, client: Client, offer: CredentialOffer, path: str, body: str
):
    live.changes[path] = lambda _: body

    with pytest.raises(GarbledAnswerError):
        collect(offer, KEY, client, now=live.clock())


@pytest.mark.parametrize("path", [ISSUER_METADATA, SERVER_METADATA, "/token", "/nonce", "/credential"])
@pytest.mark.parametrize("status", [403, 429, 500])
def test_a_refusal_of_the_issuer_is_told_with_its_status(
    live: LiveIssuer, client: Client, offer: CredentialOffer, path: str, status: int
):
    live.refusals[path] = status

    with pytest.raises(RefusedByPeerError) as refusal:
        collect(offer, KEY, client, now=live.clock())
    assert refusal.value.status == status


def test_a_refusal_to_show_the_offer_is_not_taken_for_a_used_up_link(live: LiveIssuer, client: Client):
    link = live.link()
    live.refusals[path_in(link)] = 403

    with pytest.raises(RefusedByPeerError):
        fetch_offer(address_in(link), client)


def test_an_issuer_that_hangs_up_is_unreachable(live: LiveIssuer, offer: CredentialOffer):
    with scripted_peer(b"", b"", b"", b"") as (url, _), closing(Client(url)) as silent:
        with pytest.raises(UnreachablePeerError):
            fetch_offer(f"{url}/offers/1", silent)
        with pytest.raises(UnreachablePeerError):
            collect(replace(offer, issuer_url=url), KEY, silent, now=live.clock())


def test_a_key_that_the_issuer_does_not_bind_to_is_refused_by_it(
    live: LiveIssuer, client: Client, offer: CredentialOffer
):
    with pytest.raises(RefusedByPeerError):
        collect(offer, generate_ed25519(), client, now=live.clock())


def test_a_proof_made_at_another_time_is_refused_by_the_issuer(
    live: LiveIssuer, client: Client, offer: CredentialOffer
):
    long_ago = live.clock() - timedelta(minutes=6)

    with pytest.raises(RefusedByPeerError):
        collect(offer, KEY, client, now=long_ago)


def test_the_code_is_in_no_address(live: LiveIssuer, client: Client, offer: CredentialOffer):
    collect(offer, KEY, client, now=live.clock())

    assert offer.code is not None
    assert not any(offer.code in path or parse_qs(urlsplit(path).query) for path in live.heard)
