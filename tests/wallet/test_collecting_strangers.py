"""Records of issuers that nobody listed: by which key they are believed, and what they are good for."""

from datetime import timedelta

import pytest

from ssi.did.resolve import no_fetch
from ssi.issuance import issue_sd_jwt_vc
from ssi.sd_jwt import Selective
from ssi.status_list import PublishedStatusList, Status, StatusList, sign_status_list
from tests.ssi import foreign, parties
from tests.ssi.foreign import ACADEMY, DID_JWK, DID_WEB, DIPLOMA, certificate, issuer_key
from wallet.domain.collecting import Delivered
from wallet.domain.credential import Standing
from wallet.domain.shown_credential import ShownCredential
from wallet.errors import Doubt, LinkError, NotInWalletError, RefusedCredentialError, Trouble
from wallet.services.accept_delivery import shortened

LONG = f"academy.example.{'a' * 60}.evil.example"
BY_DID = issuer_key(DID_JWK, f"{DID_JWK}#0")


@pytest.fixture
def receive(world):
    return world.services.receive_credential


def gives(world, issuer, *, copies=1, fetch=no_fetch, **changes):
    """Let the academy hand out diplomas that are signed like this."""
    world.issuers.copies = copies
    world.issuers.fetch = fetch
    kind = changes.pop("vct", DIPLOMA)
    claims = {
        "iat": int(parties.NOW.timestamp()),
        "exp": int((parties.NOW + parties.YEAR).timestamp()),
        "given_name": Selective("Ada"),
        **changes,
    }

    def request(source, grant, keys):
        world.issuers.requested.append(tuple(keys))
        tokens = [
            issue_sd_jwt_vc(kind, {**claims, "cnf": {"jwk": key.public.to_jwk()}}, issuer=issuer)
            for key in keys
        ]
        return Delivered(tuple(tokens))

    world.issuers.request = request


def fetched(world, session, receive, address=ACADEMY):
    arrival = receive.look(session, world.issuers.offer(issuer=address))
    assert not arrival.is_verified
    receive.look.visit(session, arrival.row_id)
    return receive.fetch(session, arrival.row_id)


def test_nothing_is_asked_before_the_person_says_so(world, anna, receive):
    gives(world, BY_DID)
    arrival = receive.look(anna, world.issuers.offer(issuer=ACADEMY))

    assert arrival.plan is None
    with pytest.raises(RefusedCredentialError):
        receive.fetch(anna, arrival.row_id)
    assert world.issuers.requested == []


@pytest.mark.parametrize(
    ("issuer", "fetch"),
    [
        (BY_DID, no_fetch),
        (issuer_key(DID_WEB, f"{DID_WEB}#key-1"), foreign.did_web()),
        (issuer_key(ACADEMY, "key-1"), foreign.metadata_web()),
        (issuer_key(ACADEMY, "key-1", chain=(certificate(),)), no_fetch),
    ],
    ids=["did:jwk", "did:web", "metadata", "certificate"],
)
def test_a_record_is_believed_by_the_key_that_its_issuers_name_leads_to(world, anna, receive, issuer, fetch):
    gives(world, issuer, copies=3, fetch=fetch)

    kept = receive.keep(anna, fetched(world, anna, receive).row_id)

    assert isinstance(kept, ShownCredential)
    assert (kept.issuer_id, kept.listed, dict(kept.claims)) == (
        issuer.issuer_id,
        False,
        {"given_name": "Ada"},
    )
    assert len(world.services.copies.of(anna, kept.row_id)) == 3
    assert world.services.records(anna) == ()
    assert world.services.read.only_shown(anna) == (kept,)


@pytest.mark.parametrize(
    ("issuer", "fetch", "doubt"),
    [
        (issuer_key(DID_JWK, f"{DID_JWK}#0", key=parties.es256("thief")), no_fetch, Doubt.ALTERED),
        (issuer_key(ACADEMY, "key-1"), no_fetch, Doubt.UNPROVEN_ISSUER),
        (issuer_key(ACADEMY, "key-2"), foreign.metadata_web(), Doubt.UNTRUSTED_ISSUER),
        (
            issuer_key(
                "https://elsewhere.example", "key-1", chain=(certificate(uri="https://elsewhere.example"),)
            ),
            no_fetch,
            Doubt.UNREADABLE,
        ),
        (
            issuer_key(ACADEMY, "key-1", chain=(certificate(uri="https://elsewhere.example"),)),
            no_fetch,
            Doubt.UNTRUSTED_ISSUER,
        ),
        (
            issuer_key(
                ACADEMY,
                "key-1",
                chain=(certificate(parties.es256("other")),),
            ),
            no_fetch,
            Doubt.ALTERED,
        ),
    ],
    ids=["key of a thief", "no key", "unlisted key", "certificate from elsewhere", "other name", "other key"],
)
def test_a_record_without_a_proven_key_is_refused(world, anna, receive, issuer, fetch, doubt):
    gives(world, issuer, fetch=fetch)

    with pytest.raises(RefusedCredentialError) as refusal:
        fetched(world, anna, receive)

    assert refusal.value.doubt is doubt
    assert world.services.read.only_shown(anna) == ()


def test_a_stranger_cannot_pass_for_a_listed_issuer(world, anna, receive):
    gives(world, parties.ISSUER)

    with pytest.raises(RefusedCredentialError) as refusal:
        fetched(world, anna, receive)

    assert refusal.value.doubt is Doubt.UNPROVEN_ISSUER


def test_what_a_stranger_gave_cannot_be_offered_to_computations(world, anna, receive):
    gives(world, BY_DID)
    kept = receive.keep(anna, fetched(world, anna, receive).row_id)

    with pytest.raises(NotInWalletError):
        world.services.draft_offer.begin(anna, kept.row_id)


def test_what_a_stranger_takes_back_shows_after_a_refresh(world, anna, receive):
    uri = f"{ACADEMY}/status/1"
    gives(world, BY_DID, status={"status_list": {"idx": 4, "uri": uri}})
    statuses: dict[int, Status] = {}

    def status_list(asked, *, listed=True):
        assert (asked, listed) == (uri, False)
        return foreign_list(uri, statuses)

    world.issuers.status_list = status_list
    kept = receive.keep(anna, fetched(world, anna, receive).row_id)
    statuses[4] = Status.INVALID

    assert world.services.refresh(anna).problems == []
    (found,) = world.services.read.only_shown(anna)
    assert (found.row_id, found.standing) == (kept.row_id, Standing.REVOKED)


def foreign_list(uri, statuses):
    published = PublishedStatusList(
        uri, StatusList.of(64, statuses), parties.NOW, parties.NOW + timedelta(hours=1), 60
    )
    return sign_status_list(published, foreign.KEY, kid=f"{DID_JWK}#0")


def test_an_address_that_is_no_link_of_anybody_is_refused(world, anna, receive):
    with pytest.raises(LinkError):
        receive.look(anna, "https://academy.example")


@pytest.mark.database
@pytest.mark.parametrize("wrapped", [Selective, lambda number: {"far": [number]}], ids=["hidden", "open"])
def test_a_number_that_no_wallet_reads_back_is_refused_and_blocks_nothing(stored_world, wrapped):
    receive = stored_world.services.receive_credential
    anna = stored_world.services.create_wallet("anna", "a quiet harbour")
    gives(stored_world, BY_DID, distance=wrapped(1e20))  # in JSON an integer beyond 2^53

    with pytest.raises(RefusedCredentialError) as refusal:
        fetched(stored_world, anna, receive)

    assert refusal.value.doubt is Doubt.UNREADABLE
    (arrival,) = stored_world.stores.arrivals.all(anna)
    receive.discard(anna, arrival.row_id)


@pytest.mark.parametrize("vct", [["urn:example:diploma:1"], {"a": 1}, 7, None])
@pytest.mark.parametrize("listed", [True, False])
def test_a_kind_that_is_no_name_is_refused_as_unreadable(world, anna, receive, listed, vct):
    gives(world, parties.ISSUER if listed else BY_DID, vct=vct)
    link = world.issuers.offer() if listed else world.issuers.offer(issuer=ACADEMY)
    arrival = receive.look(anna, link)
    if not listed:
        receive.look.visit(anna, arrival.row_id)

    with pytest.raises(RefusedCredentialError) as refusal:
        receive.fetch(anna, arrival.row_id)

    assert refusal.value.doubt is Doubt.UNREADABLE


@pytest.mark.database
def test_a_link_between_endless_blanks_is_kept_without_them(stored_world):
    receive = stored_world.services.receive_credential
    anna = stored_world.services.create_wallet("anna", "a quiet harbour")
    link = stored_world.issuers.offer()

    arrival = receive.look(anna, f"{link[:40]}\n{link[40:]}{' ' * 30_000}")

    assert stored_world.stores.arrivals.all(anna) == (arrival,)
    assert arrival.link == link


@pytest.mark.parametrize("mark", ["\u202e", "\u0430", " "])
def test_an_address_that_could_look_like_anothers_is_neither_asked_nor_shown(world, anna, receive, mark):
    with pytest.raises(LinkError) as refusal:
        receive.look(anna, world.issuers.offer(issuer=f"https://evil.example/{mark}elpmaxe.ymedaca"))

    assert refusal.value.trouble is Trouble.UNREADABLE_OFFER
    assert world.stores.arrivals.all(anna) == ()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (f"https://{LONG}/x", f"https://{LONG}"),
        (f"did:web:{LONG}", f"did:web:{LONG}"),
        (f"did:jwk:{'a' * 100}", f"did:jwk:{'a' * 16}…{'a' * 8}"),
    ],
)
def test_a_long_name_is_cut_only_where_it_is_a_key(name, shown):
    assert shortened(name) == shown
