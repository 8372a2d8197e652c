import json
from dataclasses import replace
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ssi.http.errors import MalformedOfferError, NotAnOfferLinkError, OfferError, UnknownGrantError
from ssi.http.offer_link import (
    MAX_LINK,
    PRE_AUTHORIZED,
    CredentialOffer,
    OfferLink,
    issuer_behind,
    parse_link,
    read_offer,
)
from tests.ssi import parties

ISSUER = "https://university.example"
OFFERS_BY_REFERENCE = "openid-credential-offer://?credential_offer_uri="
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def offer(grant: object = None, **members: object) -> dict[str, object]:
    return {
        "credential_issuer": ISSUER,
        "credential_configuration_ids": ["exam/1", "health/1"],
        "grants": {PRE_AUTHORIZED: {"pre-authorized_code": "a secret"} if grant is None else grant},
        **members,
    }


def test_a_link_says_where_the_offer_lies():
    assert parse_link(OFFERS_BY_REFERENCE + quote(f"{ISSUER}/offers/1")) == OfferLink(
        address=f"{ISSUER}/offers/1"
    )


def test_a_link_can_carry_the_offer():
    link = parse_link(f"openid-credential-offer://?credential_offer={quote(json.dumps(offer()))}")

    assert link.address is None
    assert link.document == offer()


def test_a_link_copied_with_line_breaks_is_the_same_link():
    link = OFFERS_BY_REFERENCE + quote(f"{ISSUER}/offers/1")

    assert parse_link(f"  {link[:30]}\r\n\t{link[30:]}\n") == parse_link(link)


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"{ISSUER}/offers/1",
        "openid-credential-offer://",
        "openid-credential-offer://?",
        "openid-credential-offer://[",
        "openid-credential-offer://?credential_offer",
        "openid-credential-offer://?credential_offer=not-json",
        "openid-credential-offer://?credential_offer=[]",
        "openid-credential-offer://?credential_offer=%7B%22a%22%3A1%2C%22a%22%3A2%7D",
        f"{OFFERS_BY_REFERENCE}a&credential_offer_uri=b",
        f"{OFFERS_BY_REFERENCE}a&credential_offer=%7B%7D",
        f"{OFFERS_BY_REFERENCE}a&x=y",
        f"{OFFERS_BY_REFERENCE}a" + "&x=y" * 20,
        OFFERS_BY_REFERENCE + "a" * MAX_LINK,
    ],
)
def test_anything_else_is_no_link_and_is_told_what_one_looks_like(text):
    with pytest.raises(NotAnOfferLinkError, match="starting with openid-credential-offer://"):
        parse_link(text)


@given(st.text(max_size=80), st.booleans())
def test_any_text_is_a_link_or_none(text, with_scheme):
    try:
        link = parse_link(OFFERS_BY_REFERENCE + text if with_scheme else text)
    except NotAnOfferLinkError:
        return
    assert (link.address is None) is not (link.document is None)


def test_an_offer_names_issuer_configuration_and_code():
    assert read_offer(offer()) == CredentialOffer(ISSUER, "exam/1", "a secret", needs_tx_code=False)


def test_an_offer_says_whether_a_code_travels_apart_and_what_to_tell_about_it():
    grant = {"pre-authorized_code": "a secret", "tx_code": {"description": "In the letter.", "length": 6}}

    read = read_offer(offer(grant))

    assert (read.needs_tx_code, read.tx_code_hint) == (True, "In the letter.")
    assert read_offer(offer({"pre-authorized_code": "a", "tx_code": {}})).needs_tx_code


def test_extensions_of_an_offer_are_ignored():
    assert read_offer(offer(vendor={"x": 1})) == read_offer(offer())


def test_the_code_of_an_offer_stays_out_of_repr():
    assert "a secret" not in repr(read_offer(offer()))
    assert "a secret" not in repr(OfferLink(document=offer()))  # type: ignore[arg-type]
    assert "offers/1" not in repr(OfferLink(address=f"{ISSUER}/offers/1"))


@pytest.mark.parametrize(
    ("document", "place"),
    [
        (None, "offer"),
        ([], "offer"),
        ({}, "offer.credential_configuration_ids"),
        (offer(credential_configuration_ids=[]), "offer.credential_configuration_ids"),
        (offer(credential_configuration_ids=[7]), r"offer.credential_configuration_ids\[0\]"),
        (offer(grants=7), "offer.grants"),
        (offer(7), "offer.grants.urn"),
        (offer({}), "pre-authorized_code"),
        (offer({"pre-authorized_code": "a" * 2001}), "pre-authorized_code"),
        (offer({"pre-authorized_code": "a", "tx_code": 7}), "tx_code"),
        (offer({"pre-authorized_code": "a", "tx_code": {"description": "a" * 301}}), "description"),
        (offer(credential_issuer=None), "offer.credential_issuer"),
        (offer(credential_issuer="a" * 501), "offer.credential_issuer"),
    ],
)
def test_a_malformed_offer_is_refused_with_the_place(document, place):
    with pytest.raises(MalformedOfferError, match=place):
        read_offer(document)


@pytest.mark.parametrize("grants", [{"authorization_code": {}}, None])
def test_an_offer_without_a_code_is_collected_by_signing_in(grants):
    read = read_offer(offer(grants=grants))

    assert (read.code, read.signs_in) == (None, True)


def test_an_offer_tells_which_offer_and_which_server_a_sign_in_is_for():
    grant = {"issuer_state": "a secret", "authorization_server": "https://login.example"}

    read = read_offer(offer(grants={"authorization_code": grant}))

    assert (read.issuer_state, read.server) == ("a secret", "https://login.example")
    assert "a secret" not in repr(read)


def test_an_offer_that_knows_only_other_ways_is_refused():
    with pytest.raises(UnknownGrantError):
        read_offer(offer(grants={"urn:example:by-pigeon": {}}))


@given(json_values, st.dictionaries(st.sampled_from(sorted(offer())), json_values, max_size=2))
def test_any_document_is_an_offer_or_a_named_refusal(document, members):
    for hostile in (document, offer(document), {**offer(), **members}):
        try:
            read = read_offer(hostile)
            assert read.code or read.signs_in
        except OfferError:
            continue


@pytest.mark.parametrize("path", ["", "/", "/offers/1", ":443/offers/1", "/status-lists/1?x=y"])
def test_an_address_belongs_to_the_issuer_whose_status_lists_share_its_origin(path):
    issuer = issuer_behind(f"{ISSUER}{path}", parties.registry(), now=parties.NOW)

    assert issuer is not None
    assert issuer.id == parties.UNIVERSITY


@pytest.mark.parametrize(
    "address",
    [
        "https://attacker.example",
        "https://university.example.attacker.example",
        "https://university.example@attacker.example",
        "https://attacker.example/university.example",
        "http://university.example",
        "https://university.example:8443",
        "http://127.0.0.1:5432/",
        "nowhere",
        "",
    ],
)
def test_an_address_of_nobody_in_the_registry_has_no_issuer_behind_it(address):
    assert issuer_behind(address, parties.registry(), now=parties.NOW) is None


def test_of_two_issuers_at_one_origin_the_one_on_the_path_is_meant():
    registry = parties.registry()
    university, chamber = registry.issuers
    law = replace(university, id="law", keys={}, status_uri_prefix=f"{ISSUER}/law/status-lists/")
    shared = replace(registry, issuers=(university, law, chamber))

    behind = [
        issuer_behind(f"{ISSUER}{path}", shared, now=parties.NOW)
        for path in ("/law", "/law/", "", "/lawless")
    ]

    assert behind == [law, law, university, university]


def test_an_issuer_that_is_no_longer_trusted_is_behind_no_address():
    registry = parties.registry()
    behind = issuer_behind(ISSUER, registry, now=parties.NOW)

    assert behind is not None
    assert issuer_behind(ISSUER, registry, now=behind.valid_until) is None


@pytest.mark.parametrize("mark", ["\u202e", "\u0430", " ", "\n"])
def test_an_issuer_whose_address_could_look_like_anothers_is_refused(mark):
    with pytest.raises(MalformedOfferError):
        read_offer(offer(credential_issuer=f"{ISSUER}/{mark}"))
