"""Who is given which packet, how often, and what the dealer signs about it."""

import json
import logging
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.dealing import STATEMENT_HEADER, TRIPLES_PATH, verify_deal
from crypto import goldilocks
from crypto.encoding import b64url_encode, sha256
from crypto.mpc.additive.sharing import combine
from marketplace.mpc_dealer.deals import KEEP_SECONDS
from tests.marketplace.mpc_dealer.office import REQUEST, Office, another, registry_with_dealer
from tests.marketplace.mpc_node.parties import NAMES, YEAR, ed25519, registry


@pytest.fixture
def office():
    return Office()


def test_three_nodes_are_dealt_triples_of_one_deal(office):
    parts, names = office.dealt()

    a, b, c = (
        goldilocks.from_integers(combine([getattr(part, name).values for part in parts])) for name in "abc"
    )
    assert (goldilocks.multiply(a, b) == c).all()
    assert len(names) == 1
    key = sum(part.key for part in parts)
    tags = goldilocks.from_integers(combine([part.c.tags for part in parts]))
    assert (goldilocks.scale(c, key) == tags).all()


def test_the_dealer_signs_what_it_gave_to_whom(office):
    answer = office.ask("node-b")

    statement = verify_deal(answer.headers[STATEMENT_HEADER], ed25519("dealer").public)
    assert statement.request_digest == REQUEST.digest
    assert statement.role == 1
    assert statement.packet_digest == b64url_encode(sha256(answer.data))
    assert answer.headers["Cache-Control"] == "no-store"


def test_no_node_is_given_its_packet_twice(office):
    office.ask("node-a")

    assert office.ask("node-a").status_code == 409
    assert office.ask("node-b").status_code == 200
    assert office.ask("node-c").status_code == 200
    # Also when everybody has theirs, and the seeds are forgotten.
    assert [office.ask(name).status_code for name in NAMES] == [409] * 3


def test_another_attempt_is_dealt_other_numbers(office):
    first, names = office.dealt()
    second, others = office.dealt(another(attempt=2))

    assert names.isdisjoint(others)
    assert not (first[0].a.values == second[0].a.values).any()


@pytest.mark.parametrize(
    "changes",
    [{"attempt": 2}, {"manifest_digest": "C" * 42 + "A"}, {"admitted_root": "D" * 42 + "A"}, {"count": 11}],
    ids=["attempt", "manifest", "people", "count"],
)
def test_nodes_that_are_about_different_things_are_not_dealt_the_same(office, changes):
    first = office.ask("node-a")
    second = office.ask("node-b", another(**changes))

    names = [
        verify_deal(each.headers[STATEMENT_HEADER], ed25519("dealer").public).deal for each in (first, second)
    ]
    assert names[0] != names[1]


@pytest.mark.parametrize("caller", [None, "market", "dealer", "node-d"])
def test_nobody_but_the_nodes_that_are_to_compute_is_given_anything(office, caller):
    answer = office.ask(caller)

    assert answer.status_code == 403
    assert len(office.dealer.book) == 0


def test_a_node_that_names_itself_in_anothers_place_begins_another_deal(office):
    """Node d cannot get a packet of a's deal: naming itself makes it a deal of its own."""
    office.ask("node-a")
    answer = office.ask("node-d", another(nodes=("node-d", "node-b", "node-c")))

    assert answer.status_code == 200
    mine, names = office.ask("node-b"), set()
    for each in (mine, answer):
        names.add(verify_deal(each.headers[STATEMENT_HEADER], ed25519("dealer").public).deal)
    assert len(names) == 2


def test_a_node_that_nobody_knows_is_dealt_nothing(office):
    assert office.ask("node-a", another(nodes=("node-a", "node-b", "node-x"))).status_code == 403


def test_a_node_whose_entry_ran_out_is_dealt_nothing(office):
    office.moment += 2 * YEAR

    assert office.ask("node-a").status_code == 503


@pytest.mark.parametrize("other", ["none", "another"])
def test_a_dealer_that_the_registry_does_not_name_deals_nothing(office, other):
    known = registry_with_dealer()
    entry = known.require_dealer(now=office.moment)
    office.registry = registry() if other == "none" else replace(known, dealer=replace(entry, id="rival"))

    answer = office.ask("node-a")

    assert answer.status_code == 503
    assert len(office.dealer.book) == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"count": 0},
        {"count": (1 << 20) + 1},
        {"count": True},
        {"nodes": ["node-a", "node-b"]},
        {"nodes": ["node-a", "node-a", "node-b"]},
        {"attempt": 0},
        {"manifest_digest": "short"},
        {"data": [1, 2, 3]},
    ],
    ids=["none", "too many", "no number", "two nodes", "twice", "no attempt", "no digest", "unknown member"],
)
def test_a_request_of_another_form_is_refused_with_the_reason(office, changes):
    answer = office.ask("node-a", {**REQUEST.to_json(), **changes})

    assert answer.status_code == 400
    assert answer.content_type == "application/problem+json"
    assert len(office.dealer.book) == 0


@given(st.binary(max_size=300))
def test_any_bytes_are_answered_with_a_problem(raw):
    office = Office()
    answer = office.app.test_client().post(TRIPLES_PATH, data=raw)

    assert answer.status_code in {400, 403}


def test_a_long_request_is_refused_unread(office):
    answer = office.app.test_client().post(TRIPLES_PATH, data=b" " * 10_001)

    assert answer.status_code == 413
    assert answer.content_type == "application/problem+json"


def test_a_long_request_of_unknown_length_is_read_to_the_limit_only(office):
    sent = BytesIO(b" " * 100_000)

    answer = office.app.test_client().post(
        TRIPLES_PATH,
        input_stream=sent,
        headers={"Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True},
    )

    assert answer.status_code == 400
    assert sent.tell() == 10_000


def test_one_node_that_begins_deals_for_nothing_leaves_room_for_the_others():
    office = Office(most_begun=3)
    for attempt in range(1, 4):
        assert office.ask("node-a", another(job_id=f"made up {attempt}")).status_code == 200

    assert office.ask("node-a", another(job_id="one more")).status_code == 503
    assert office.ask("node-b").status_code == 200
    assert office.ask("node-a").status_code == 200  # of a deal that another node began


def test_a_full_book_says_so_until_the_hour_is_over():
    office = Office(most=1)
    office.ask("node-a")

    assert office.ask("node-b", another(attempt=2)).status_code == 503
    health = office.app.test_client().get("/health").get_json()
    assert health["checks"] == {"registry": "ok", "deals": "failing"}
    office.seconds += KEEP_SECONDS
    assert office.ask("node-b", another(attempt=2)).status_code == 200


def test_after_an_hour_the_same_request_is_dealt_fresh_numbers(office):
    """Nothing is kept longer; the others of the attempt notice by the deal's name."""
    first = office.ask("node-a")
    office.seconds += KEEP_SECONDS
    again = office.ask("node-a")

    assert again.status_code == 200
    assert first.data != again.data


def test_seeds_are_forgotten_when_every_node_has_its_packet(office):
    office.dealt()

    (deal,) = office.dealer.book._deals.values()
    assert deal.seeds == ()
    assert "seeds" not in repr(deal)


def test_what_is_dealt_stands_in_no_log_and_no_metric(office, caplog):
    with caplog.at_level(logging.INFO):
        answer = office.ask("node-c")
    published = office.app.test_client().get("/metrics").text

    told = json.dumps([record.__dict__ for record in caplog.records], default=str)
    assert "triples were dealt" in told
    assert "job-1" in told
    for secret in (answer.data[12:44].hex(), b64url_encode(answer.data[12:44])):
        assert secret not in told + published
    assert "job-1" not in published
    assert "mpc_triples_dealt_total 10.0" in published


def test_what_was_asked_is_counted_by_its_outcome(office):
    office.ask("node-a")
    office.ask("node-a")
    office.ask("node-d")
    office.ask("node-a", {})
    office.moment += 2 * YEAR
    office.ask("node-b")

    published = office.app.test_client().get("/metrics").text
    for outcome in ("dealt", "AlreadyDealtError", "NotAllowedError", "MalformedError", "RegistryError"):
        assert f'mpc_deals_asked_total{{outcome="{outcome}"}} 1.0' in published
    assert "mpc_deals_open 1.0" in published


def test_health_depends_on_being_the_registrys_dealer(office):
    assert office.app.test_client().get("/health").status_code == 200
    office.registry = registry()
    assert office.app.test_client().get("/health").status_code == 503


def test_a_statement_says_when(office):
    office.moment += timedelta(microseconds=7)
    statement = verify_deal(office.ask("node-a").headers[STATEMENT_HEADER], ed25519("dealer").public)

    assert statement.dealt_at == office.moment.replace(microsecond=0)


def test_a_look_at_its_health_lets_the_dealer_forget_what_is_over(office):
    office.ask("node-a")
    office.seconds += KEEP_SECONDS

    assert office.app.test_client().get("/health").status_code == 200

    assert len(office.dealer.book) == 0
