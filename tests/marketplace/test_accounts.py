"""Accounts, API keys and the organisation behind a buyer."""

from dataclasses import replace
from datetime import timedelta

import pytest

from crypto.sealing import SealingKey
from marketplace.domain.account import AccountKind
from marketplace.domain.member import Role
from marketplace.domain.scope import Scope
from marketplace.errors import (
    AccountConflictError,
    MandateRefusedError,
    NotAllowedError,
    RefusedError,
    ScopeMissingError,
    TooManyAttemptsError,
    UnknownAccountError,
    UnknownError,
    WeakPasswordError,
    WrongCredentialsError,
)
from ssi.errors import ExpiredError, MalformedCredentialError, RevokedError, UntrustedIssuerError
from ssi.issuance import Organisation, Subject, Terms, issue_organisation_credential
from ssi.status_list import StatusReference
from tests.marketplace.market import PASSWORD, mandate
from tests.marketplace.mpc_node.orders import BUYER_HANDLE, BUYER_KEY, RESULT_KEYS, buyer_credential
from tests.marketplace.mpc_node.parties import ISSUER, NOW, REGISTRAR_KEY, REGISTRAR_STATUS_URI, YEAR
from tests.marketplace.mpc_node.people import PLAIN, credential_of, person

EMAIL = "buyer@example.org"


def test_an_account_is_entered_with_its_password_in_any_spelling_of_the_address(market):
    account = market.services.add_account(" Buyer@Example.org ", PASSWORD)

    owner = market.services.sign_in("BUYER@example.ORG", PASSWORD)
    assert (owner.account_id, owner.email, owner.role) == (account.account_id, EMAIL, Role.OWNER)
    assert market.services.get_account(account.account_id) == account


@pytest.mark.parametrize(
    ("email", "password"),
    [(EMAIL, "wrong password"), ("nobody@example.org", PASSWORD), (EMAIL, "x" * 1000), (EMAIL, "")],
)
def test_a_wrong_password_and_an_unknown_address_are_not_told_apart(market, email, password):
    market.services.add_account(EMAIL, PASSWORD)

    with pytest.raises(WrongCredentialsError) as raised:
        market.services.sign_in(email, password)
    assert str(raised.value) == "e-mail address and password do not belong together"


def test_ten_wrong_passwords_close_the_address_for_a_while_even_for_the_right_one(market):
    market.services.add_account(EMAIL, PASSWORD)
    for _ in range(10):
        with pytest.raises(WrongCredentialsError):
            market.services.sign_in(EMAIL, "wrong password")

    with pytest.raises(TooManyAttemptsError):
        market.services.sign_in(EMAIL, PASSWORD)
    market.clock.forward(minutes=15)
    assert market.services.sign_in(EMAIL, PASSWORD).email == EMAIL


def test_signing_in_forgets_the_wrong_passwords_before(market):
    market.services.add_account(EMAIL, PASSWORD)
    for _ in range(3):
        for _ in range(9):
            with pytest.raises(WrongCredentialsError):
                market.services.sign_in(EMAIL, "wrong password")
        assert market.services.sign_in(EMAIL, PASSWORD).email == EMAIL


def test_an_address_has_one_account(market):
    market.services.add_account(EMAIL, PASSWORD)

    with pytest.raises(AccountConflictError):
        market.services.add_account("BUYER@example.org", PASSWORD)


@pytest.mark.parametrize("password", ["short", "x" * 9, "x" * 501])
def test_a_password_of_the_wrong_length_is_refused(market, password):
    with pytest.raises(WeakPasswordError):
        market.services.add_account(EMAIL, password)


@pytest.mark.parametrize("email", ["", "nobody", "@", "a b@example.org", "x" * 250 + "@example.org"])
def test_something_that_is_no_address_is_refused(market, email):
    with pytest.raises(RefusedError):
        market.services.add_account(email, PASSWORD)


def test_no_secret_is_shown_in_a_repr(market):
    account = market.buyer()
    key = market.services.make_api_key(account.account_id, "laptop")

    assert EMAIL not in repr(market.services.sign_in(EMAIL, PASSWORD))
    assert account.organisation is not None
    assert account.organisation.credential not in repr(account)
    assert key.secret not in repr(key)


def test_an_unknown_account_is_refused(market):
    with pytest.raises(UnknownAccountError):
        market.services.get_account("nobody")


def test_an_api_key_is_recognised_until_it_is_revoked(market):
    account = market.services.add_account(EMAIL, PASSWORD)
    key = market.services.make_api_key(account.account_id, " laptop ")

    assert market.services.recognise_api_key(key.secret).account_id == account.account_id
    market.services.revoke_api_key(account.account_id, key.key_id)
    with pytest.raises(WrongCredentialsError):
        market.services.recognise_api_key(key.secret)
    assert [each.label for each in market.services.list_api_keys(account.account_id)] == ["laptop"]


def test_an_api_key_is_good_for_its_scopes_and_for_nothing_else(market):
    account = market.services.add_account("buyer@example.org", PASSWORD)
    key = market.services.make_api_key(account.account_id, "laptop", frozenset({Scope.QUOTES}))

    assert market.services.recognise_api_key(key.secret, Scope.QUOTES, Scope.ORDERS) == account
    assert market.services.recognise_api_key(key.secret) == account
    with pytest.raises(ScopeMissingError, match="not good for orders"):
        market.services.recognise_api_key(key.secret, Scope.ORDERS)


def test_the_last_day_on_which_an_api_key_was_used_is_kept(market):
    account = market.services.add_account("buyer@example.org", PASSWORD)
    key = market.services.make_api_key(account.account_id, "laptop")
    before = market.services.list_api_keys(account.account_id)[0].last_used_on
    market.services.recognise_api_key(key.secret)
    market.clock.forward(days=3)
    market.services.recognise_api_key(key.secret)

    assert before is None
    assert market.services.list_api_keys(account.account_id)[0].last_used_on == market.clock.now.date()


def test_an_api_key_that_nobody_made_is_refused(market):
    with pytest.raises(WrongCredentialsError):
        market.services.recognise_api_key("argonauta_guess")


def test_somebody_elses_api_key_cannot_be_revoked(market):
    account = market.services.add_account(EMAIL, PASSWORD)
    other = market.services.add_account("other@example.org", PASSWORD)
    key = market.services.make_api_key(account.account_id, "laptop")

    with pytest.raises(UnknownError):
        market.services.revoke_api_key(other.account_id, key.key_id)


def test_an_api_key_for_an_unknown_account_is_refused(market):
    with pytest.raises(UnknownAccountError):
        market.services.make_api_key("nobody", "laptop")


def test_a_registered_organisation_says_who_the_buyer_is(market):
    organisation = market.buyer().organisation

    assert organisation is not None
    assert (organisation.name, organisation.country) == ("Institute of Education", "AT")
    assert organisation.subject == BUYER_HANDLE
    assert organisation.is_valid(market.clock.now)
    assert not organisation.is_valid(organisation.mandate_valid_until)


def register(market, *, credential=None, own_mandate=None, kind=AccountKind.BUYER):
    account = market.services.add_account(EMAIL, PASSWORD, kind=kind)
    return market.services.register_organisation(
        account.account_id, credential=credential or buyer_credential(), mandate=own_mandate or mandate()
    )


def test_an_operator_belongs_to_no_organisation(market):
    with pytest.raises(NotAllowedError):
        register(market, kind=AccountKind.OPERATOR)


def test_an_unknown_account_cannot_be_registered(market):
    with pytest.raises(UnknownAccountError):
        market.services.register_organisation("nobody", credential=buyer_credential(), mandate=mandate())


def test_a_persons_credential_is_not_an_organisations(market):
    with pytest.raises(MalformedCredentialError):
        register(market, credential=credential_of(person(1), PLAIN))


def test_a_credential_of_an_issuer_that_does_not_count_for_organisations_is_refused(market):
    with pytest.raises(UntrustedIssuerError):
        register(market, credential=buyer_credential(signer=ISSUER))


def test_a_revoked_credential_is_refused(market):
    market.status_lists.revoked.add(BUYER_HANDLE)

    with pytest.raises(RevokedError):
        register(market)


def test_an_expired_credential_is_refused(market):
    ended = issue_organisation_credential(
        Organisation("Institute of Education", "research_institute", "AT"),
        Subject(BUYER_HANDLE, BUYER_KEY.public),
        issuer=REGISTRAR_KEY,
        terms=Terms(StatusReference(REGISTRAR_STATUS_URI, 7), NOW - YEAR, NOW),
    )

    with pytest.raises(ExpiredError):
        register(market, credential=ended)


def test_a_kind_of_organisation_that_no_consent_can_name_is_refused(market):
    with pytest.raises(NotAllowedError):
        register(market, credential=buyer_credential(kind="secret_service"))


def test_a_mandate_that_has_run_out_is_refused(market):
    with pytest.raises(MandateRefusedError):
        register(market, own_mandate=mandate(days=0))


@pytest.mark.parametrize("altered", ["", "not.a.token", mandate()[:-4] + "AAAA"])
def test_a_mandate_that_the_organisation_did_not_sign_is_refused(market, altered):
    with pytest.raises(MandateRefusedError):
        register(market, own_mandate=altered or "-")


def test_a_mandate_with_one_key_for_two_roles_is_refused(market):
    with pytest.raises(MandateRefusedError):
        register(market, own_mandate=mandate([RESULT_KEYS[0], RESULT_KEYS[0], RESULT_KEYS[1]]))


def test_a_later_mandate_replaces_the_earlier_one(market):
    account = market.buyer()
    fresh = mandate([SealingKey.generate() for _ in range(3)], days=10)

    registered = market.services.register_organisation(
        account.account_id, credential=buyer_credential(), mandate=fresh
    )

    assert account.organisation is not None
    expected = replace(
        account.organisation,
        mandate=fresh,
        mandate_valid_until=account.organisation.mandate_valid_until - timedelta(days=20),
    )
    assert registered.organisation == expected
    assert market.services.get_account(account.account_id) == registered
