"""Who the buyer is, and keys for its programs."""

import re
from datetime import timedelta

import pytest

from marketplace.domain.scope import Scope
from marketplace.errors import WrongCredentialsError
from ssi.errors import RegistryError
from ssi.http.errors import UnreachablePeerError
from tests.marketplace.mpc_node.parties import NOW
from tests.marketplace.web.house import COMPANY, INSTITUTE, House, Visitor, text_of


@pytest.fixture
def newcomer(house: House) -> Visitor:
    return house.buyer("new@institute.example")


def test_the_page_leads_through_three_steps(newcomer: Visitor):
    text = text_of(newcomer.get("/organisation"))

    assert "Make your key file" in text
    assert "Get your organisation credential" in text
    assert "Sign your mandate" in text


def test_credential_and_mandate_register_an_organisation(newcomer: Visitor):
    response = newcomer.send("/organisation", credential=INSTITUTE.credential(), mandate=INSTITUTE.mandate())

    assert response.location == "/organisation"
    text = text_of(newcomer.get("/organisation"))
    assert "You can order answers now." in text
    assert "Name Institute of Education Kind Research institute Country AT" in text
    assert "Mandate valid until 31 Mar 2026" in text


def test_what_is_missing_is_named_at_its_field(newcomer: Visitor):
    response = newcomer.send("/organisation", credential="", mandate="")

    assert response.status_code == 422
    assert 'href="#field-credential"' in response.text
    assert 'href="#field-mandate"' in response.text


@pytest.mark.parametrize(
    ("credential", "mandate", "field"),
    [
        ("nonsense", INSTITUTE.mandate(), "credential"),
        (INSTITUTE.credential()[:-8], INSTITUTE.mandate(), "credential"),
        (INSTITUTE.credential(), "nonsense", "mandate"),
        (INSTITUTE.credential(), COMPANY.mandate(), "mandate"),
        (INSTITUTE.credential(), INSTITUTE.mandate(marketplace="another market"), "mandate"),
        (INSTITUTE.credential(), INSTITUTE.mandate(valid_until=NOW - timedelta(hours=1)), "mandate"),
    ],
    ids=["no credential", "altered", "no mandate", "another's", "another market", "run out"],
)
def test_papers_that_do_not_hold_are_refused_at_their_field(
    house: House, newcomer: Visitor, credential: str, mandate: str, field: str
):
    response = newcomer.send("/organisation", credential=credential, mandate=mandate)

    assert response.status_code == 422
    assert f'href="#field-{field}"' in response.text
    assert house.account_of(newcomer).organisation is None


def test_the_credential_stays_in_the_form_and_the_mandate_is_signed_anew(newcomer: Visitor):
    credential = INSTITUTE.credential()

    page = newcomer.send("/organisation", credential=credential, mandate="nonsense").text

    assert credential in page
    assert "nonsense" not in page


def test_a_credential_that_was_taken_back_is_refused(house: House, newcomer: Visitor):
    house.status.revoked = True

    response = newcomer.send("/organisation", credential=INSTITUTE.credential(), mandate=INSTITUTE.mandate())

    assert response.status_code == 422
    assert "took the credential back" in text_of(response)


@pytest.mark.parametrize("error", [UnreachablePeerError("no answer"), RegistryError("out of date")])
def test_what_cannot_be_checked_now_is_not_blamed_on_the_buyer(
    house: House, newcomer: Visitor, error: Exception
):
    house.status.error = error

    response = newcomer.send("/organisation", credential=INSTITUTE.credential(), mandate=INSTITUTE.mandate())

    assert response.status_code == 503
    assert "We cannot check that right now" in text_of(response)


def test_an_api_key_is_shown_once_and_works(house: House, buyer: Visitor):
    page = buyer.send("/organisation/keys", label="laptop", scopes=["orders", "results"])
    found = re.search(r"argonauta_[A-Za-z0-9_-]+", page.text)

    assert found is not None
    assert "shown once" in text_of(page)
    assert house.services.recognise_api_key(found[0]) == house.account_of(buyer)
    assert found[0] not in buyer.get("/organisation").text
    assert "laptop" in text_of(buyer.get("/organisation"))


def test_a_key_is_good_for_what_was_ticked_and_the_list_says_so(house: House, buyer: Visitor):
    buyer.send("/organisation/keys", label="laptop", scopes=["quotes"])
    (key,) = house.services.list_api_keys(house.account_of(buyer).account_id)

    assert key.scopes == {Scope.QUOTES}
    assert "quotes" in text_of(buyer.get("/organisation"))
    assert "never" in text_of(buyer.get("/organisation"))


@pytest.mark.parametrize("ticked", [{}, {"scopes": ["everything"]}])
def test_a_key_that_is_good_for_nothing_is_not_made(house: House, buyer: Visitor, ticked):
    page = buyer.send("/organisation/keys", label="laptop", **ticked)

    assert (page.status_code, "Choose at least one" in text_of(page)) == (422, True)
    assert not house.services.list_api_keys(house.account_of(buyer).account_id)


def test_an_ended_key_no_longer_works(house: House, buyer: Visitor):
    key = house.services.make_api_key(house.account_of(buyer).account_id, "laptop")

    response = buyer.send(f"/organisation/keys/{key.key_id}/end")

    assert response.location == "/organisation"
    assert "ended" in text_of(buyer.get("/organisation"))
    with pytest.raises(WrongCredentialsError):
        house.services.recognise_api_key(key.secret)
