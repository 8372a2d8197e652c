"""What the wallet keeps is read back as it was written, and nothing else is taken for it."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent.query import Query, Statistic
from consent.spending import spending
from consent.vocabulary import Engine, Purpose, RecipientKind, StatisticKind
from crypto.encoding import canonical_json, parse_json
from crypto.errors import MalformedError
from crypto.reading import Fields
from ssi.dataset import data_set
from tests.ssi import parties
from tests.wallet.world import QUESTION
from wallet.domain.arrival import Accepted, Arrival
from wallet.domain.choices import PolicyChoices, most_private
from wallet.domain.choices_document import choices_document, read_choices
from wallet.domain.collecting import Deferred, Delivered, Grant, Plan, SignIn
from wallet.domain.credential import HeldCredential, Standing
from wallet.domain.held_consent import HeldConsent
from wallet.domain.log_memory import LogAlarm, LogMemory, WitnessedState
from wallet.domain.offer_draft import STEPS, OfferDraft
from wallet.domain.offer_link import CredentialOffer
from wallet.domain.showing_copy import ShowingCopy
from wallet.domain.shown_credential import ShownCredential
from wallet.domain.use import Buyer, Outcome, Proof, UseEntry
from wallet.domain.withdrawal import Deletion, WithdrawalProgress

SPENT = spending([Decimal("0.5"), Decimal(1)])
USE = UseEntry(
    consent_id="urn:uuid:00000000-0000-4000-8000-000000000000",
    job_id="job",
    at=parties.NOW,
    buyer=Buyer("Institute", RecipientKind.HOSPITAL, "AT"),
    purpose=Purpose.PUBLIC_BENEFIT,
    statistics=(Statistic(StatisticKind.COUNT),),
    group_by="sex",
    outcome=Outcome.PAID,
    amount_cents=5,
    reason="because",
    log_index=7,
    query=Query.from_json(QUESTION),
    proof=Proof.CHECKED,
)


@pytest.fixture
def held(world, anna):
    world.services.receive_credential(anna, world.issuers.offer())
    return world.stores.credentials.all(anna)[0]


@pytest.fixture
def consent(world, anna, held):
    given = world.services.publish_offer(anna, held.row_id, PolicyChoices())
    deletions = {"node-a": Deletion("receipt", parties.NOW)}
    progress = WithdrawalProgress("signed", parties.NOW, True, deletions, ("node-b",))
    return replace(
        given, withdrawal=progress, uses=(USE,), refreshed_at=parties.NOW, refusal="no", spent=SPENT
    )


def _again(value, read=None):
    document = parse_json(canonical_json(value.to_document()))
    return (read or type(value).from_document)(document, value.row_id, value.revision)


def test_a_credential_is_read_back(held):
    later = held.with_standing(Standing.SUSPENDED, parties.NOW)

    for value in (held, later):
        again = _again(value)
        assert replace(again, holder_key=value.holder_key) == value
        assert again.holder_key.to_pem() == value.holder_key.to_pem()


def test_a_consent_is_read_back(consent):
    assert _again(consent) == consent
    assert _again(replace(consent, withdrawal=None, receipt=None, contribution={"x": 1})).contribution == {
        "x": 1
    }


def test_an_arrival_is_read_back(held):
    fresh = Arrival("row", "link", "University", "did:web:u", "https://u", "exam/1", True, "in the letter")
    delivered = replace(
        fresh,
        offer=CredentialOffer("https://u", "exam/1", "code", signs_in=True, issuer_state="state"),
        plan=Plan({"en": "Exam"}, {"de": "Uni"}, ({"en": "Score"},), copies=3, signs_in_at="https://u"),
        sign_in=SignIn(
            "state",
            "verifier",
            held.holder_key,
            "https://u",
            "https://w/back",
            "https://w",
            parties.NOW,
        ),
        grant=Grant("token", held.holder_key, bound=True, ends_at=parties.NOW, refresh_token="again"),
        keys=(held.holder_key,),
        deferred=Deferred("transaction", parties.NOW),
        delivered=Delivered(("token~",), "notification"),
    )
    copy = ShowingCopy("copy", held.row_id, "token~", held.holder_key, uses=2, used_at=parties.NOW)
    shown = ShownCredential(
        "row", "did:jwk:x", "x", "https://x", False, "urn:x", "X", {"name": ["a"]}, parties.NOW
    )
    accepted = (Accepted(replace(held, revision=0), (copy,)), Accepted(shown, (copy, copy)))
    for value in (fresh, delivered, *(replace(delivered, accepted=each) for each in accepted)):
        again = _again(value)
        assert again.to_document() == value.to_document()


def test_an_arrival_from_before_there_were_copies_is_read(held):
    document = Arrival("row", "link", address="https://u").to_document()
    for name in ("offer", "plan", "sign_in", "grant", "keys", "deferred", "delivered", "accepted"):
        del document[name]
    pem = held.holder_key.to_pem().decode()
    document["collected"] = {"compact": "compact~", "holder_key": pem}
    document["held"] = {"row_id": "kept", "credential": held.to_document()}

    again = Arrival.from_document(document, "row", 1)

    assert again.delivered is not None
    assert again.held is not None
    assert again.delivered.unverified_tokens == ("compact~",)
    assert [key.to_pem() for key in again.keys] == [held.holder_key.to_pem()]
    assert again.held.row_id == "kept"


def test_what_an_arrival_holds_stays_out_of_repr(held):
    grant = Grant("secret-token", held.holder_key, bound=True, ends_at=parties.NOW, refresh_token="secret-r")
    sign_in = SignIn("secret-state", "secret-v", held.holder_key, "https://u", "https://w", "w", parties.NOW)
    offer = CredentialOffer("https://u", "exam/1", "secret-code", issuer_state="secret-claim")
    deferred, delivered = Deferred("secret-t", parties.NOW), Delivered(("secret-d",), "secret-n")
    copy = ShowingCopy("copy", "row", "secret-copy", held.holder_key)
    arrival = Arrival(
        "row",
        "secret-link",
        offer=offer,
        sign_in=sign_in,
        grant=grant,
        deferred=deferred,
        delivered=delivered,
        accepted=Accepted(held, (copy,)),
    )

    assert "secret" not in repr(arrival)


def test_a_memory_of_the_log_is_read_back():
    alarm = LogAlarm(parties.NOW, "words", "earlier", "later")
    memory = LogMemory("row", "note", 3, parties.NOW, parties.NOW, alarm, 2)

    assert _again(memory) == memory
    assert _again(LogMemory("row")) == LogMemory("row")
    confirmed = replace(memory, witnessed=WitnessedState("cosigned", 2, parties.NOW))
    assert _again(confirmed) == confirmed


def test_a_memory_from_before_there_were_witnesses_is_read():
    document = LogMemory("row", "note", 3).to_document()
    del document["witnessed"]

    assert LogMemory.from_document(document, "row", 0) == LogMemory("row", "note", 3)


def test_the_first_alarm_stays():
    memory = LogMemory("row", "note", 3).alarmed("other", "first", parties.NOW)

    assert memory.alarmed("third", "second", parties.NOW).alarm == memory.alarm


terms = st.builds(
    PolicyChoices,
    attributes=st.none() | st.just(("exam_score", "sex")),
    purposes=st.lists(st.sampled_from(Purpose), unique=True).map(tuple),
    recipient_kinds=st.lists(st.sampled_from(RecipientKind), unique=True).map(tuple),
    statistics=st.lists(st.sampled_from(StatisticKind), unique=True).map(tuple),
    crowd_floor=st.integers(0, 100_000),
    exact_allowed=st.booleans(),
    epsilon_per_query=st.sampled_from([Decimal("0.5"), Decimal(1)]),
    epsilon_total=st.sampled_from([Decimal(2), Decimal(20)]),
    compensation_cents=st.integers(0, 100_000),
    months=st.integers(0, 12),
    node_ids=st.none() | st.just(("a", "b", "c")),
    explicit_consent=st.booleans(),
    engines=st.sampled_from([(Engine.MPC,), (Engine.MPC, Engine.PAILLIER)]),
)


@given(choices=terms, done=st.integers(0, len(STEPS)))
@settings(max_examples=50)
def test_a_draft_is_read_back(choices, done):
    draft = OfferDraft("row", "credential", choices, done, 4)

    assert _again(draft) == draft


def test_a_use_is_read_back():
    for use in (USE, replace(USE, query=None, group_by=None, log_index=None, reason=None)):
        assert UseEntry.from_fields(Fields.of(use.to_document(), "use")) == use


@pytest.mark.parametrize("kind", [HeldCredential, HeldConsent, Arrival, LogMemory, OfferDraft])
@pytest.mark.parametrize("document", [None, [], {}, {"link": 1}, "text"])
def test_anything_else_is_refused(kind, document):
    with pytest.raises(MalformedError):
        kind.from_document(document, "row", 1)


@pytest.mark.parametrize(
    ("change", "value"),
    [("claims", []), ("claims", {"a": True}), ("holder_key", "no key"), ("standing", "fine"), ("extra", 1)],
)
def test_a_credential_with_a_wrong_member_is_refused(held, change, value):
    document = {**held.to_document(), change: value}

    with pytest.raises(MalformedError):
        HeldCredential.from_document(document, "row", 1)


@pytest.mark.parametrize("member", ["purposes", "recipient_kinds", "statistics"])
def test_choices_with_an_unknown_term_are_refused(member):
    document = {**choices_document(PolicyChoices()), member: ["world domination"]}

    with pytest.raises(MalformedError):
        read_choices(Fields.of(document, "choices"))


def test_deletions_must_be_an_object():
    document = {**WithdrawalProgress("s", parties.NOW).to_document(), "deletions": []}

    with pytest.raises(MalformedError):
        WithdrawalProgress.from_fields(Fields.of(document, "withdrawal"))


def test_health_data_begin_with_nothing_chosen():
    choices = most_private(data_set("health/1"))

    assert (choices.attributes, choices.purposes, choices.recipient_kinds, choices.statistics) == ((),) * 4
    assert most_private(data_set("exam/1")) == PolicyChoices()
