"""The 72 hours of GDPR 33 are played with a clock in the hand: who knew what when, and who said so."""

from dataclasses import replace
from datetime import timedelta

import pytest

from consent.breach_notice import verify_notice
from consent.log import Entry
from crypto.encoding import b64url_encode, sha256
from marketplace.api.app import create_api_app
from marketplace.domain.account import AccountKind
from marketplace.domain.act import MAX_TOLD
from marketplace.domain.breach import BreachFacts, BreachKind, BreachState, PeopleConcerned
from marketplace.domain.log import Log
from marketplace.errors import (
    NotAllowedError,
    OverdueError,
    RefusedError,
    RegisterConflictError,
    UnknownCaseError,
)
from marketplace.services.keep_breaches import NoticeWords
from ssi.errors import UnknownDataSetError
from tests.marketplace.market import PASSWORD
from tests.marketplace.mpc_node.parties import MARKET, MARKET_KEY, NOW

FACTS = BreachFacts(
    aware_at=NOW - timedelta(hours=1),
    what="A copy of the database of agreements was taken.",
    kinds=(BreachKind.CONFIDENTIALITY,),
    people=PeopleConcerned.HUNDREDS,
    consequences="Somebody may learn which records people have.",
    measures="The door is closed.",
    since=NOW - timedelta(days=10),
    until=NOW - timedelta(days=2),
    data_set="exam/1",
)
WORDS = NoticeWords("A copy was taken.", "Little.", "We closed the door.", "dpo@market.example")


def _operator(market, email="operator@market.example"):
    return market.services.add_account(email, PASSWORD, kind=AccountKind.OPERATOR).account_id


@pytest.fixture
def desk(any_market):
    any_market.by = _operator(any_market)
    return any_market


def _kept(market):
    return market.services.oversight.breaches


def _recorded(market, facts=FACTS, case="breach-1"):
    return _kept(market).record(market.by, case, facts)


def _health(market):
    return create_api_app(market.services).test_client().get("/health").get_json()


def test_the_drill_of_72_hours(desk):
    breaches = _kept(desk)

    breach = _recorded(desk)  # an hour after the operator became aware
    assert breach.due_at == NOW + timedelta(hours=71)

    desk.clock.forward(hours=71)
    assert not breaches.get("breach-1").is_overdue(desk.clock.now)
    breaches.require_in_time()
    assert _health(desk)["status"] == "ok"

    desk.clock.forward(seconds=1)
    assert breaches.get("breach-1").is_overdue(desk.clock.now)
    with pytest.raises(OverdueError):
        breaches.require_in_time()
    assert (_health(desk)["status"], _health(desk)["checks"]["breaches"]) == ("degraded", "failing")
    assert desk.services.measure_load().overdue["breach"] == 1

    with pytest.raises(RefusedError, match="within 72 hours"):
        breaches.report(desk.by, "breach-1", "DSB-2026-17")
    reported = breaches.report(desk.by, "breach-1", "DSB-2026-17", "The office was closed.")
    assert (reported.state, reported.was_late) == (BreachState.REPORTED, True)
    assert reported.reported.told == {"reference": "DSB-2026-17", "late_because": "The office was closed."}
    assert _health(desk)["status"] == "ok"

    assert breaches.tell(desk.by, "breach-1", WORDS).state is BreachState.TOLD
    closed = breaches.close(desk.by, "breach-1", "The copy was found and destroyed.")
    assert closed.state is BreachState.CLOSED
    assert [(act.kind, act.actor) for act in closed.acts] == [
        ("recorded", desk.by),
        ("reported", desk.by),
        ("told", desk.by),
        ("closed", desk.by),
    ]
    assert desk.services.measure_load().breaches == {"open": 0, "reported": 0, "told": 0, "closed": 1}


def test_a_report_in_time_needs_no_reason_for_being_late(desk):
    _recorded(desk)
    desk.clock.forward(hours=71)

    reported = _kept(desk).report(desk.by, "breach-1", "A-1")

    assert (reported.was_late, reported.reported.told) == (False, {"reference": "A-1"})


def test_a_notice_is_signed_public_and_named_in_the_log(desk):
    _recorded(desk)

    breach = _kept(desk).tell(desk.by, "breach-1", WORDS)

    answer = create_api_app(desk.services).test_client().get("/api/v1/breach-notices").get_json()
    (token,) = answer["notices"]
    notice = verify_notice(token, MARKET_KEY.public, marketplace=MARKET)
    assert (notice.what, notice.data_set, notice.contact) == (WORDS.what, "exam/1", WORDS.contact)
    assert (notice.since, notice.until) == (FACTS.since, FACTS.until)
    assert breach.state is BreachState.OPEN  # the authority has not been told yet
    with desk.store.reading() as books:
        entry = Log(books.log).entry(Log(books.log).size - 1)
    assert isinstance(entry, Entry)
    assert entry.kind == "notice"
    assert entry.body["digest"] == b64url_encode(sha256(token.encode()))


def test_a_notice_repeats_nothing_of_what_was_written_for_the_register(desk):
    _recorded(desk)

    _kept(desk).tell(desk.by, "breach-1", WORDS)

    (token,) = _kept(desk).notices()
    told = verify_notice(token, MARKET_KEY.public, marketplace=MARKET).to_json()
    assert FACTS.what not in str(told)
    assert "breach-1" not in str(told)
    assert "100 to 999" not in str(told)


def test_both_duties_are_answered_before_a_breach_is_closed(desk):
    _recorded(desk)
    breaches = _kept(desk)
    with pytest.raises(RegisterConflictError, match="first say"):
        breaches.close(desk.by, "breach-1", "done")
    breaches.need_not_report(desk.by, "breach-1", "Only names of data sets were in it.")
    with pytest.raises(RegisterConflictError, match="first say"):
        breaches.close(desk.by, "breach-1", "done")
    breaches.need_not_tell(desk.by, "breach-1", "Nobody can be told apart by them.")

    assert breaches.close(desk.by, "breach-1", "done").state is BreachState.CLOSED

    with pytest.raises(RegisterConflictError, match="closed"):
        breaches.note(desk.by, "breach-1", "one more thing")


def test_what_need_not_be_reported_can_be_reported_later_and_not_the_other_way_round(desk):
    _recorded(desk)
    breaches = _kept(desk)
    breaches.need_not_report(desk.by, "breach-1", "We thought so.")

    breaches.report(desk.by, "breach-1", "A-1")

    with pytest.raises(RegisterConflictError, match="answered before"):
        breaches.need_not_report(desk.by, "breach-1", "after all")
    with pytest.raises(RegisterConflictError, match="answered before"):
        breaches.report(desk.by, "breach-1", "A-2")


def test_what_becomes_known_later_is_added_and_changes_nothing(desk):
    _recorded(desk)

    breach = _kept(desk).note(desk.by, "breach-1", "There were two copies.")

    assert breach.facts == FACTS
    assert breach.acts[-1].told == {"text": "There were two copies."}


def test_the_same_form_sent_twice_records_one_breach(desk):
    _recorded(desk)
    _recorded(desk)

    with pytest.raises(RegisterConflictError):
        _recorded(desk, replace(FACTS, what="Something else."))

    assert len(_kept(desk).all()) == 1


def test_only_operators_keep_the_register(desk):
    buyer = desk.services.add_account("buyer@example.org", PASSWORD).account_id

    for by in (buyer, "nobody"):
        with pytest.raises(NotAllowedError):
            _kept(desk).record(by, "breach-1", FACTS)

    assert _kept(desk).all() == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"what": " "},
        {"what": "x" * (MAX_TOLD + 1)},
        {"measures": "a\x00b"},
        {"kinds": ()},
        {"aware_at": NOW + timedelta(days=1)},
        {"since": NOW, "until": NOW - timedelta(days=1)},
    ],
)
def test_facts_that_cannot_be_are_refused(desk, wrong):
    with pytest.raises(RefusedError):
        _recorded(desk, replace(FACTS, **wrong))

    assert _kept(desk).all() == ()


def test_unknown_breaches_and_data_sets_are_named(desk):
    with pytest.raises(UnknownDataSetError):
        _recorded(desk, replace(FACTS, data_set="nothing/1"))
    with pytest.raises(UnknownCaseError):
        _kept(desk).note(desk.by, "breach-9", "hello")


def test_metrics_count_breaches_and_say_nothing_about_them(desk):
    _recorded(desk)

    page = create_api_app(desk.services).test_client().get("/metrics").text

    assert 'marketplace_breaches{state="open"} 1.0' in page
    assert 'marketplace_overdue{register="breach"} 0.0' in page
    assert "exam/1" not in page
