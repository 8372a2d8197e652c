"""A person adds a record: what is verified before anything is kept."""

from dataclasses import replace

import pytest

from crypto.signing import generate_es256
from ssi.issuance import issue_credential
from ssi.status_list import Status
from tests.ssi import parties
from tests.wallet.issuers import ISSUER_URL
from wallet.domain.record import RecordState
from wallet.errors import (
    CodeNeededError,
    Doubt,
    LinkError,
    NotInWalletError,
    PartnerUnreachableError,
    RefusedCredentialError,
)


def test_a_record_is_fetched_verified_and_kept(world, anna):
    record = world.services.receive_credential(anna, world.issuers.offer())

    assert record.state is RecordState.VALID
    assert record.title == "Exam results"
    assert record.issuer_name == "University"
    assert [field.text for field in record.fields][:2] == ["0.261", "-1.500"]
    assert world.services.records(anna) == (record,)


def test_each_credential_gets_a_holder_key_of_its_own(world, anna):
    for _ in range(2):
        world.services.receive_credential(anna, world.issuers.offer())

    keys = {held.holder_key.public.thumbprint() for held in world.stores.credentials.all(anna)}
    assert len(keys) == 2


def test_looking_at_a_link_uses_nothing_up(world, anna):
    arrival = world.services.receive_credential.look(anna, world.issuers.offer())

    assert (arrival.issuer_name, arrival.kind) == ("University", "exam/1")
    assert world.issuers.promises["code-0"].used is False
    assert world.services.records(anna) == ()


def test_a_fetched_record_is_not_in_the_wallet_until_it_is_kept(world, anna):
    receive = world.services.receive_credential
    arrival = receive.look(anna, world.issuers.offer())
    receive.fetch(anna, arrival.row_id)

    preview = receive.preview(anna, arrival.row_id)

    assert preview.title == "Exam results"
    assert world.services.records(anna) == ()
    receive.discard(anna, arrival.row_id)
    with pytest.raises(NotInWalletError):
        receive.keep(anna, arrival.row_id)


def test_a_preview_needs_a_fetched_record(world, anna):
    arrival = world.services.receive_credential.look(anna, world.issuers.offer())

    with pytest.raises(LinkError):
        world.services.receive_credential.preview(anna, arrival.row_id)


def test_fetching_twice_answers_with_what_is_there(world, anna):
    receive = world.services.receive_credential
    arrival = receive.look(anna, world.issuers.offer())

    first, second = (receive.fetch(anna, arrival.row_id) for _ in range(2))

    assert first.held.compact == second.held.compact


def test_an_arrival_belongs_to_one_wallet(world, anna, ben):
    arrival = world.services.receive_credential.look(anna, world.issuers.offer())

    with pytest.raises(NotInWalletError):
        world.services.receive_credential.fetch(ben, arrival.row_id)


@pytest.mark.parametrize(
    "issuer", ["https://attacker.example", "https://university.example.attacker.example"]
)
def test_the_address_of_an_unverified_issuer_is_not_asked_for_anything(world, anna, issuer):
    arrival = world.services.receive_credential.look(anna, world.issuers.offer(issuer=issuer))

    assert not arrival.is_verified
    assert world.issuers.asked == []
    with pytest.raises(RefusedCredentialError) as refusal:
        world.services.receive_credential.fetch(anna, arrival.row_id)
    assert refusal.value.doubt is Doubt.UNTRUSTED_ISSUER
    assert world.issuers.promises["code-0"].used is False


def test_a_link_to_an_internal_address_is_not_followed(world, anna):
    link = "openid-credential-offer://?credential_offer_uri=http%3A%2F%2F127.0.0.1%3A5432%2F"

    arrival = world.services.receive_credential.look(anna, link)

    assert not arrival.is_verified
    assert world.issuers.asked == []


def _refused(world, anna):
    with pytest.raises(RefusedCredentialError) as refusal:
        world.services.receive_credential(anna, world.issuers.offer())
    assert world.services.records(anna) == ()
    assert world.stores.arrivals.all(anna) == ()
    return refusal.value.doubt


def test_wrong_issuer_is_refused(world, anna):
    other = replace(parties.ISSUER, issuer_id="did:web:nobody.example")
    world.issuers.tamper = lambda _: issue_credential(
        parties.record(), parties.subject(), issuer=other, terms=parties.terms()
    )

    assert _refused(world, anna) is Doubt.UNTRUSTED_ISSUER


def test_a_record_of_another_verified_issuer_than_the_link_led_to_is_refused(world, anna):
    registry = world.trust.known
    (university, *others) = registry.issuers
    other = replace(
        university,
        id="did:web:other.example",
        keys={"k": parties.es256("other").public},
        status_uri_prefix="https://other.example/",
    )
    world.trust.known = replace(registry, issuers=(university, *others, other))
    key = replace(parties.ISSUER, issuer_id=other.id, kid="k", key=parties.es256("other"))
    terms = parties.terms(uri="https://other.example/1")
    world.issuers.tamper = lambda _: issue_credential(
        parties.record(), parties.subject(), issuer=key, terms=terms
    )

    assert _refused(world, anna) is Doubt.UNTRUSTED_ISSUER


def test_an_altered_claim_is_refused(world, anna):
    world.issuers.tamper = lambda compact: compact.replace(
        compact.split("~")[1], compact.split("~")[1][:-2] + "AA"
    )

    assert _refused(world, anna) in {Doubt.ALTERED, Doubt.UNREADABLE}


def test_an_altered_signature_is_refused(world, anna):
    def other_signature(compact):
        signed, _, rest = compact.partition("~")
        return f"{signed[:-6]}AAAAAA~{rest}"

    world.issuers.tamper = other_signature

    assert _refused(world, anna) is Doubt.ALTERED


def test_a_record_from_which_a_claim_was_dropped_is_refused(world, anna):
    def without_last_claim(compact):
        return "~".join(compact.split("~")[:-2]) + "~"

    world.issuers.tamper = without_last_claim

    assert _refused(world, anna) in {Doubt.WRONG_COMMITMENT, Doubt.UNREADABLE}


def test_a_commitment_that_does_not_open_is_refused(world, anna):
    world.issuers.committed = {**parties.EXAM, "exam_score": 0.262}

    assert _refused(world, anna) is Doubt.WRONG_COMMITMENT


def test_a_revoked_record_is_refused(world, anna):
    world.issuers.revoked = {0: Status.INVALID}

    assert _refused(world, anna) is Doubt.REVOKED


def test_a_suspended_record_is_refused(world, anna):
    world.issuers.revoked = {0: Status.SUSPENDED}

    assert _refused(world, anna) is Doubt.REVOKED


def test_an_expired_record_is_refused(world, anna):
    world.issuers.years = -0.5
    world.issuers.clock.forward(days=0)

    assert _refused(world, anna) is Doubt.EXPIRED


def test_a_record_for_another_holder_key_is_refused(world, anna):
    world.issuers.holder_key = generate_es256().public

    assert _refused(world, anna) is Doubt.OTHER_KEY


def test_something_that_is_no_credential_is_refused(world, anna):
    world.issuers.tamper = lambda _: "hello~"

    assert _refused(world, anna) is Doubt.UNREADABLE


def test_the_credential_of_an_organisation_is_no_record(world, anna):
    world.issuers.tamper = lambda _: parties.organisation_credential()

    assert _refused(world, anna) is Doubt.UNTRUSTED_ISSUER


def test_a_status_list_of_somebody_else_is_not_believed(world, anna):
    right = world.issuers.status_list
    world.issuers.status_list = lambda uri: right(uri + "0")

    assert _refused(world, anna) is Doubt.STATUS_UNKNOWN


def test_when_the_status_cannot_be_had_the_used_link_is_not_lost(world, anna):
    world.issuers.status_down = True
    link = world.issuers.offer()
    with pytest.raises(PartnerUnreachableError):
        world.services.receive_credential(anna, link)
    world.issuers.status_down = False

    record = world.services.receive_credential(anna, link)

    assert record.state is RecordState.VALID


def test_an_issuer_that_is_down_leaves_the_link_usable(world, anna):
    link = world.issuers.offer()
    world.issuers.down = True
    with pytest.raises(PartnerUnreachableError):
        world.services.receive_credential(anna, link)
    world.issuers.down = False

    assert world.services.receive_credential(anna, link)


def test_a_used_link_says_so(world, anna):
    link = world.issuers.offer()
    world.services.receive_credential(anna, link)

    with pytest.raises(LinkError, match="used already"):
        world.services.receive_credential(anna, link)


def test_a_code_that_travels_apart_is_asked_for(world, anna):
    link = world.issuers.offer(tx_code="4321")

    with pytest.raises(CodeNeededError, match="separately"):
        world.services.receive_credential(anna, link)
    with pytest.raises(CodeNeededError, match="did not accept"):
        world.services.receive_credential(anna, link, tx_code="1234")
    assert world.services.receive_credential(anna, link, tx_code=" 4321 ")


@pytest.mark.parametrize(
    "link",
    [
        "",
        "https://university.example/offers/1",
        "openid-credential-offer://",
        "openid-credential-offer://?credential_offer=not-json",
        "openid-credential-offer://?credential_offer=[]",
        "openid-credential-offer://?credential_offer_uri=a&credential_offer_uri=b",
        "openid-credential-offer://?credential_offer_uri=a&x=y",
        "openid-credential-offer://?credential_offer_uri=" + "a" * 30_000,
        f"openid-credential-offer://?credential_offer=%7B%22credential_issuer%22%3A%22{ISSUER_URL}%22%7D",
    ],
)
def test_anything_but_a_link_that_adds_a_record_is_refused(world, anna, link):
    with pytest.raises(LinkError):
        world.services.receive_credential.look(anna, link)


def test_a_link_copied_with_line_breaks_works(world, anna):
    link = world.issuers.offer()

    assert world.services.receive_credential(anna, f" {link[:40]}\n {link[40:]} \n")


def test_a_correction_is_a_new_version_and_the_old_one_is_replaced(world, anna):
    first = world.services.receive_credential(anna, world.issuers.offer())
    world.clock.forward(days=1)
    second = world.services.receive_credential(anna, world.issuers.offer({**parties.EXAM, "exam_score": 1.5}))

    newest, older = world.services.records(anna)

    assert (newest.credential_id, newest.state) == (second.credential_id, RecordState.VALID)
    assert (older.credential_id, older.state) == (first.credential_id, RecordState.REPLACED)
    assert older.replaced_by == newest.credential_id


def test_records_of_two_people_or_kinds_are_no_versions_of_each_other(world, anna):
    world.services.receive_credential(anna, world.issuers.offer())
    world.services.receive_credential(anna, world.issuers.offer(person="4712"))
    world.services.receive_credential(anna, world.issuers.offer(parties.HEALTH, "health/1"))

    assert {record.state for record in world.services.records(anna)} == {RecordState.VALID}


def test_keeping_twice_keeps_once(world, anna):
    receive = world.services.receive_credential
    arrival = receive.look(anna, world.issuers.offer())
    fetched = receive.fetch(anna, arrival.row_id)
    receive.keep(anna, arrival.row_id)
    world.stores.arrivals.save(anna, replace(fetched, revision=0))

    receive.keep(anna, arrival.row_id)

    assert len(world.services.records(anna)) == 1
