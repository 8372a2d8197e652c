"""A person's wallet collects from a registry office by every way that it offers, and under attack."""

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from crypto.encoding import canonical_json
from ssi.jws import parse_jws
from tests.journeys.collecting_town import CollectingTown, collecting_town, looked_at, sent_to_the_issuer
from tests.ssi.parties import EXAM
from wallet.domain.acceptance_shown import COMMITMENT
from wallet.domain.record import RecordState

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]
METADATA = "/.well-known/openid-credential-issuer"
SERVER = "/.well-known/oauth-authorization-server"
PRE_AUTHORIZED = "urn:ietf:params:oauth:grant-type:pre-authorized_code"


@pytest.fixture(scope="module")
def opened_town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CollectingTown]:
    with collecting_town(tmp_path_factory.mktemp("collecting")) as town:
        yield town


@pytest.fixture
def town(opened_town: CollectingTown) -> CollectingTown:
    opened_town.changes.clear()
    opened_town.heard.clear()
    return opened_town


def by_value(**members: object) -> str:
    return f"openid-credential-offer://?credential_offer={quote(canonical_json(members).decode())}"


def test_by_the_code_in_the_link_after_seeing_what_would_come(town: CollectingTown):
    person, handed_in = town.newcomer(), town.hand_in(transaction_code=True)

    page = looked_at(person, handed_in["offer_uri"])

    assert "Nothing has been fetched yet" in page
    assert "Example University" in page
    assert "Exam score" in page
    assert "You get 10 copies" in page
    assert not any(path.endswith(("/token", "/credential")) for path in town.heard)
    page = person.press("/collect", code=str(handed_in["tx_code"]))
    assert "Is this your record?" in page
    assert "The record is in your wallet" in person.press("/keep")
    (record,) = town.services.records(town.session_of(person))
    assert record.state is RecordState.VALID


def test_by_signing_in_at_the_office_and_coming_back(town: CollectingTown):
    person, handed_in = town.newcomer(), town.hand_in(transaction_code=True)
    looked_at(person, handed_in["offer_uri"])

    address = sent_to_the_issuer(person)

    asked = parse_qs(urlsplit(address).query)
    assert set(asked) == {"client_id", "request_uri"}  # everything else was pushed
    back = town.approve(address, transaction_code=str(handed_in["tx_code"]))
    page = person.get(back)
    assert "Is this your record?" in page
    assert "code=" not in person.path
    person.press("/keep")
    (held,) = town.services.read.credentials.all(town.session_of(person))
    assert dict(held.claims) == EXAM


def test_each_copy_has_a_key_and_a_name_of_its_own_and_one_counts(town: CollectingTown):
    person = town.newcomer()
    looked_at(person, town.hand_in()["offer_uri"])
    person.press("/collect")
    person.press("/keep")
    session = town.session_of(person)

    (held,) = town.services.read.credentials.all(session)
    copies = town.services.copies.of(session, held.row_id)

    payloads = [parse_jws(copy.token.partition("~")[0], "copy").payload for copy in copies]
    keys = {held.holder_key.public.thumbprint(), *(copy.holder_key.public.thumbprint() for copy in copies)}
    assert (len(copies), len(keys)) == (9, 10)
    assert len({str(payload["sub"]) for payload in payloads} | {held.handle}) == 10
    assert not any(COMMITMENT in payload for payload in payloads)
    taken = [town.services.copies.take(session, held.row_id, now=town.clock()) for _ in range(10)]
    assert len({copy.token for copy in taken[:9]}) == 9
    assert [copy.reused for copy in taken] == [False] * 9 + [True]


def test_messages_are_encrypted_both_ways_and_the_delivery_is_acknowledged(town: CollectingTown):
    sent: list[tuple[str | None, str]] = []
    town.changes["/credential"] = lambda response: sent.append(
        (response.mimetype, response.get_data(as_text=True)[:2])
    )
    person = town.newcomer()
    looked_at(person, town.hand_in()["offer_uri"])

    person.press("/collect")
    person.press("/keep")

    assert sent == [("application/jwt", "ey")]
    assert town.heard.count("POST /notification") == 1


def test_a_record_on_hold_is_fetched_when_it_is_ready(town: CollectingTown):
    person, handed_in = town.newcomer(), town.hand_in()
    town.institution.set_status(handed_in["credential_id"], "suspended", "waits for approval")
    looked_at(person, handed_in["offer_uri"])

    assert "Your record is being made" in person.press("/collect")
    assert "Being made" in person.get("/home")
    town.clock.move(minutes=2)
    person.get("/home")
    assert "Being made" in person.post("/refresh")

    town.institution.set_status(handed_in["credential_id"], "valid", "approved")
    for _ in range(2):  # the access token runs out meanwhile, and is renewed
        town.clock.move(minutes=10)
        person.get("/home")
    town.heard.clear()
    assert "A record is here" in person.post("/refresh")
    assert town.heard.count("POST /token") == 1
    (waiting,) = town.services.read.arriving(town.session_of(person))
    person.get(f"/records/add/{waiting.row_id}")
    assert "The record is in your wallet" in person.press("/keep")


def test_signed_metadata_of_somebody_else_is_not_believed(town: CollectingTown):
    def forge(response: object) -> None:
        header, payload, signature = response.get_data(as_text=True).split(".")  # type: ignore[attr-defined]
        response.set_data(f"{header}.{payload}.{signature[::-1]}")  # type: ignore[attr-defined]

    person, link = town.newcomer(), town.hand_in()["offer_uri"]
    town.changes[METADATA] = forge

    page = looked_at(person, link, 502)

    assert "is not signed by that issuer" in page
    town.changes.clear()
    assert "What you would get" in looked_at(person, link)


def test_an_organisations_credential_can_be_shown_and_not_offered(town: CollectingTown):
    person = town.newcomer()
    town.people += 1
    values = {"name": "Institute of Public Health", "kind": "research_institute", "country": "AT"}
    answer = town.institution.post(
        "/credentials",
        {"data_set": "organisation/1", "external_id": f"org-{town.people}", "values": values},
    ).get_json()
    looked_at(person, answer["offer_uri"])

    page = person.press("/collect")

    assert "Can be shown, cannot be used for computations" in page
    assert "Institute of Public Health" in person.press("/keep")
    assert "Can only be shown" in person.get("/records")


# ---- Attacks ----


def test_an_answer_of_another_server_is_not_used(town: CollectingTown):
    person, handed_in = town.newcomer(), town.hand_in()
    looked_at(person, handed_in["offer_uri"])
    back = town.approve(sent_to_the_issuer(person))
    town.heard.clear()

    page = person.get(back.replace(quote(town.url, safe=""), quote("https://attacker.example", safe="")), 200)

    assert "another server than the one you signed in at" in page
    assert "POST /token" not in town.heard
    assert "did not ask for this answer" in person.get(back, 200)  # the state was used up


def test_an_answer_without_the_servers_name_is_not_used_where_it_promised_one(town: CollectingTown):
    person, handed_in = town.newcomer(), town.hand_in()
    looked_at(person, handed_in["offer_uri"])
    back = town.approve(sent_to_the_issuer(person))

    nameless = "&".join(part for part in back.split("&") if not part.startswith("iss="))

    assert nameless != back
    assert "another server than the one you signed in at" in person.get(nameless, 200)


def test_a_code_that_came_twice_is_taken_once(town: CollectingTown):
    person, handed_in = town.newcomer(), town.hand_in()
    looked_at(person, handed_in["offer_uri"])
    back = town.approve(sent_to_the_issuer(person))
    assert "Is this your record?" in person.get(back)

    assert "did not ask for this answer" in person.get(back, 200)


def test_somebody_elses_code_does_not_get_into_a_wallet(town: CollectingTown):
    attacker = town.newcomer()
    looked_at(attacker, town.hand_in()["offer_uri"])
    back = town.approve(sent_to_the_issuer(attacker))
    victim = town.newcomer()
    looked_at(victim, town.hand_in()["offer_uri"])
    sent_to_the_issuer(victim)
    town.heard.clear()

    page = victim.get(back, 200)

    assert "did not ask for this answer" in page
    assert "POST /token" not in town.heard


def test_a_no_on_the_issuers_page_ends_in_a_clear_page(town: CollectingTown):
    person, link = town.newcomer(), town.hand_in()["offer_uri"]
    looked_at(person, link)

    page = person.get(town.approve(sent_to_the_issuer(person), decision="decline"), 200)

    assert "You or the issuer stopped it" in page
    assert "What you would get" in looked_at(person, link)


def test_a_code_of_the_office_is_not_sent_to_a_server_that_took_its_place(town: CollectingTown):
    person, handed_in = town.newcomer(), town.hand_in()
    looked_at(person, handed_in["offer_uri"])
    back = town.approve(sent_to_the_issuer(person))
    town.change(SERVER, token_endpoint="https://attacker.example/token")
    town.heard.clear()

    assert "an answer that cannot be used" in person.get(back, 200)
    assert "POST /token" not in town.heard


def test_a_stale_challenge_is_fetched_anew_and_a_wrong_one_ends_the_exchange(town: CollectingTown):
    person = town.newcomer()
    looked_at(person, town.hand_in()["offer_uri"])
    town.change("/nonce", c_nonce="not-a-challenge-of-this-office")

    page = person.press("/collect", 502)

    assert "The issuer said no" in page
    assert town.heard.count("POST /nonce") == 2


def test_an_answer_in_the_open_is_refused_where_encryption_was_promised(town: CollectingTown):
    def strip(response: object) -> None:
        response.set_data('{"credentials": [{"credential": "a~"}]}')  # type: ignore[attr-defined]
        response.content_type = "application/json"  # type: ignore[attr-defined]

    person = town.newcomer()
    looked_at(person, town.hand_in()["offer_uri"])
    town.changes["/credential"] = strip

    assert "without the encryption that it promises" in person.press("/collect", 502)


def test_an_offer_from_an_address_without_https_is_not_asked(town: CollectingTown):
    person = town.newcomer()
    grants = {PRE_AUTHORIZED: {"pre-authorized_code": "c"}}
    link = by_value(
        credential_issuer="http://issuer.example", credential_configuration_ids=["x"], grants=grants
    )
    looked_at(person, link)

    page = person.press("/visit", 422)

    assert "not protected by https" in page
    assert not town.heard


def test_an_offer_that_names_another_issuer_than_where_it_lies_is_refused(town: CollectingTown):
    person, link = town.newcomer(), town.hand_in()["offer_uri"]
    address = parse_qs(urlsplit(str(link)).query)["credential_offer_uri"][0]
    town.change(urlsplit(address).path, credential_issuer="https://attacker.example")

    assert "points to another issuer" in looked_at(person, link, 422)


def test_metadata_without_end_is_cut_off(town: CollectingTown):
    person, link = town.newcomer(), town.hand_in()["offer_uri"]
    town.changes[METADATA] = lambda response: response.set_data("x" * 3_000_000)

    assert "an answer that cannot be used" in looked_at(person, link, 502)


def test_a_token_that_lost_its_binding_is_refused(town: CollectingTown):
    person = town.newcomer()
    looked_at(person, town.hand_in()["offer_uri"])
    town.change("/token", token_type="Bearer")

    assert "an answer that cannot be used" in person.press("/collect", 502)


def test_an_office_that_the_register_does_not_name_is_asked_only_when_the_person_says_so(
    town: CollectingTown,
):
    person, handed_in = town.newcomer(), town.hand_in()
    trust = town.services.trust
    known = trust.registry()
    other = tuple(
        replace(entry, status_uri_prefix="https://university.example/status-lists/")
        for entry in known.issuers
    )
    trust._known = (replace(known, issuers=other), town.clock())  # type: ignore[attr-defined]
    try:
        page = looked_at(person, handed_in["offer_uri"])
        assert "This does not come from a verified issuer" in page
        assert not town.heard
        page = person.press("/visit")
        assert "Not from the register" in page
        assert "POST /token" not in town.heard
    finally:
        trust._known = None  # type: ignore[attr-defined]
