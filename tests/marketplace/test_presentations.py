"""A session from question to outcome, over books in memory and in a database."""

import json
import logging
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from crypto.encoding import b64url_encode, sha256
from marketplace.domain.presentation import SESSION_LIFETIME, PresentationState
from marketplace.errors import RefusedError, UnknownError
from marketplace.services.deliver_notices import (
    LONGEST_PAUSE,
    MOST_ATTEMPTS,
    NOTICE_TYP,
    pause_after,
)
from marketplace.services.presentation_templates import template_query
from marketplace.services.take_presentation import TakenPresentation
from marketplace.services.verifier import SCHEMES
from ssi.credential_payload import ORGANISATION_TYPE
from ssi.errors import RegistryError, UnknownDataSetError
from ssi.jws import parse_jws
from ssi.openid4vp.client_id import ClientIdPrefix
from ssi.openid4vp.dcql_reading import read_query
from ssi.openid4vp.errors import Reason
from ssi.openid4vp.response import declined
from ssi.openid4vp.transaction_data import write_transaction
from tests.marketplace.asking import ORGANISATION, WEBHOOK, KnownStatus, open_asking
from tests.marketplace.mpc_node.parties import MARKET_KEY

RETURN = "https://buyer.example/back?a=1"


@pytest.fixture
def asking(any_market, tmp_path):
    return open_asking(any_market, tmp_path)


def refusal(taken: TakenPresentation) -> Reason:
    assert taken.refusal is not None
    return taken.refusal.reason


@pytest.mark.parametrize("mode", ["direct_post", "direct_post.jwt"])
@pytest.mark.parametrize("identity", ["x509_hash", "x509_san_dns", "decentralized_identifier"])
def test_an_organisation_shows_who_it_is(asking, mode, identity):
    session = asking.start(mode=mode, identity=identity)

    taken = asking.answer(session)

    assert taken.refusal is None
    assert taken.redirect_uri is None
    seen = asking.read(session)
    (shown,) = seen["result"]["organisation"]
    assert (seen["state"], seen["reason"]) == ("verified", None)
    assert shown["claims"]["name"] == "Institute of Education"
    assert shown["types"] == [ORGANISATION_TYPE]
    assert shown["holder_bound"] is True


def test_each_session_asks_with_a_nonce_a_state_and_a_key_of_its_own(asking):
    one, other = (asking.fetched(asking.start()).request for _ in range(2))

    assert one.nonce != other.nonce
    assert one.state != other.state
    assert one.metadata.jwks != other.metadata.jwks


def test_a_session_is_used_once(asking):
    session = asking.start()
    form = asking.form(session)

    first, second = (asking.use.take(session.session_id, form) for _ in range(2))

    assert first.refusal is None
    assert refusal(second) is Reason.SESSION_USED
    assert asking.read(session)["state"] == "verified"


def test_of_two_answers_at_once_one_counts(asking):
    session = asking.start()
    form = asking.form(session)
    others: list[TakenPresentation] = []

    class Meanwhile(KnownStatus):
        """While the first answer is judged, a second one comes and is faster."""

        def check(self, found: object, *, now: object) -> None:
            others.append(asking.use.take(session.session_id, form))

    slower = replace(asking.use.take, status=Meanwhile())(session.session_id, form)

    assert [each.refusal for each in others] == [None]
    assert refusal(slower) is Reason.SESSION_USED


def test_an_answer_to_one_session_is_none_to_another(asking):
    one, other = asking.start(mode="direct_post"), asking.start(mode="direct_post")

    taken = asking.use.take(other.session_id, asking.form(one))

    assert refusal(taken) is Reason.WRONG_STATE
    assert asking.read(other)["state"] == "waiting"
    assert asking.answer(other).refusal is None


def test_a_stolen_answer_with_the_right_state_is_refused_and_ends_the_session(asking):
    one, other = asking.start(mode="direct_post"), asking.start(mode="direct_post")
    stolen = {**asking.form(one), "state": other.state_token}

    assert refusal(asking.use.take(other.session_id, stolen)) is Reason.WRONG_NONCE
    seen = asking.read(other)
    assert (seen["state"], seen["reason"], seen["result"]) == ("refused", "wrong_nonce", None)
    assert seen["sentence"] == "The proof of the holder answers another question."
    assert refusal(asking.use.take(other.session_id, stolen)) is Reason.SESSION_USED


def test_a_session_is_over_after_its_time(asking):
    session = asking.start()
    form = asking.form(session)
    asking.later(SESSION_LIFETIME)

    assert refusal(asking.use.take(session.session_id, form)) is Reason.SESSION_EXPIRED
    assert asking.read(session)["state"] == "expired"
    with pytest.raises(UnknownError):
        asking.use.fetch(session.session_id)


def test_a_request_that_is_fetched_twice_is_the_same_question(asking):
    session = asking.start(fetch_by_post=True)

    first, second = (asking.fetched(session, wallet_nonce=nonce) for nonce in ("w-1", "w-2"))

    assert first == second
    assert asking.read(session)["state"] == "fetched"
    assert asking.answer(session).refusal is None
    with pytest.raises(UnknownError):
        asking.use.fetch(session.session_id)


@pytest.mark.parametrize("nonce", ["", "with space", "x" * 501, "ü"])
def test_a_nonce_of_a_wallet_that_is_none_is_refused(asking, nonce):
    with pytest.raises(RefusedError):
        asking.use.fetch(asking.start().session_id, wallet_nonce=nonce)


def test_a_wallet_on_the_same_device_brings_the_code_back_that_opens_the_result(asking):
    session = asking.start(return_url=RETURN)

    taken = asking.answer(session)

    parts = urlsplit(taken.redirect_uri)
    (code,) = parse_qs(parts.query)["response_code"]
    assert taken.redirect_uri.startswith(RETURN + "&")
    assert asking.read(session)["result"] is None
    assert asking.read(session, response_code=code + "x")["result"] is None
    assert asking.read(session, response_code=code)["result"] is not None


def test_nobody_else_reads_a_session(asking):
    session = asking.start()
    other = asking.market.services.add_account("other@example.org", "correct horse battery")

    for account, name in ((other.account_id, session.session_id), (asking.account_id, "unheard-of")):
        with pytest.raises(UnknownError):
            asking.use.read(account, name)


def test_a_revoked_credential_and_an_issuer_who_is_away_are_told_apart(asking):
    asking.status.revoked = True
    assert refusal(asking.answer(asking.start())) is Reason.REVOKED
    asking.status.away = True
    assert refusal(asking.answer(asking.start())) is Reason.STATUS_UNAVAILABLE


def test_an_answer_may_come_again_where_the_issuer_could_not_be_asked(asking):
    session = asking.start()
    form = asking.form(session)
    asking.status.away = True
    first = asking.use.take(session.session_id, form)
    asking.status.away = False

    assert refusal(first) is Reason.STATUS_UNAVAILABLE
    assert asking.use.take(session.session_id, form).refusal is None


def test_a_wallet_that_declines_ends_the_session_with_its_words(asking):
    session = asking.start()

    asking.use.take(session.session_id, declined(session.state_token).to_form())

    seen = asking.read(session)
    assert (seen["state"], seen["reason"]) == ("refused", "wallet_refused")
    assert "the owner of the wallet declined" in seen["detail"]


@pytest.mark.parametrize(
    ("mode", "form", "reason"),
    [
        ("direct_post", {"error": "access_denied"}, Reason.WRONG_STATE),
        ("direct_post", {"error": "access_denied", "state": "guessed"}, Reason.WRONG_STATE),
        ("direct_post", {"vp_token": "{"}, Reason.MALFORMED_RESPONSE),
        ("direct_post", {"response": "a.b.c.d.e"}, Reason.MALFORMED_RESPONSE),
        ("direct_post.jwt", {"error": "access_denied"}, Reason.WRONG_STATE),
        ("direct_post.jwt", {"vp_token": '{"organisation":["x"]}'}, Reason.ENCRYPTION_MISSING),
        ("direct_post.jwt", {"response": "a.b.c.d.e"}, Reason.NOT_DECRYPTABLE),
    ],
)
def test_an_answer_that_does_not_show_the_state_uses_no_session_up(asking, mode, form, reason):
    session = asking.start(mode=mode, webhook_url=WEBHOOK)

    assert refusal(asking.use.take(session.session_id, form)) is reason

    assert asking.read(session)["state"] == "waiting"
    assert asking.use.list_notices(asking.account_id) == []
    assert asking.answer(session).refusal is None


def test_nobody_is_judged_by_a_registry_that_has_run_out(asking):
    session = asking.start()
    form = asking.form(session)

    def run_out():
        raise RegistryError("it ran out")

    desk = replace(asking.market.desk, registry=run_out)
    with pytest.raises(RegistryError):
        replace(asking.use.take, desk=desk)(session.session_id, form)
    assert asking.read(session)["state"] == "fetched"


def test_a_transaction_is_confirmed_with_the_presentation(asking):
    payment = write_transaction("payment", ["organisation"], {"amount": "3 EUR"})
    session = asking.start(transactions=(payment.encoded,))

    assert asking.fetched(session).request.transactions[0].document["amount"] == "3 EUR"
    assert asking.answer(session).refusal is None


@pytest.mark.parametrize(
    "changes",
    [
        {"query": {"credentials": []}},
        {"query": {"credentials": [{"id": "a", "format": "mso_mdoc", "meta": {"doctype_value": "x"}}]}},
        {"mode": "fragment"},
        {"identity": "redirect_uri"},
        {"identity": "verifier_attestation"},
        {"return_url": "http://buyer.example"},
        {"return_url": "javascript:alert(1)"},
        {"webhook_url": "http://buyer.example"},
        {"transactions": ("!",)},
        {"transactions": (write_transaction("payment", ["other"], {}).encoded,)},
    ],
)
def test_a_question_that_cannot_be_asked_is_refused(asking, changes):
    with pytest.raises(RefusedError):
        asking.start(**changes)


def test_whoever_asked_hears_of_the_end_and_can_check_who_says_so(asking):
    session = asking.start(webhook_url=WEBHOOK)
    asking.answer(session)

    assert asking.deliver() == 1

    ((notice, signature),) = asking.post.delivered
    words = parse_jws(signature, "notice").verify(MARKET_KEY.public, typ=NOTICE_TYP)
    body = json.loads(notice.body)
    assert words["body_digest"] == b64url_encode(sha256(notice.body.encode()))
    assert (words["aud"], words["jti"]) == (WEBHOOK, notice.notice_id)
    assert (body["session_id"], body["state"], body["result"]) == (session.session_id, "verified", None)
    assert asking.deliver() == 0


def test_a_refusal_is_news_too(asking):
    asking.status.revoked = True
    asking.answer(asking.start(webhook_url=WEBHOOK))
    asking.deliver()

    assert json.loads(asking.post.delivered[0][0].body)["reason"] == "revoked"


def test_news_that_do_not_arrive_are_tried_ever_more_seldom_and_given_up(asking):
    asking.post.away = True
    asking.answer(asking.start(webhook_url=WEBHOOK))

    for attempt in range(1, MOST_ATTEMPTS + 1):
        assert asking.deliver() >= 1
        assert asking.deliver() == 0
        asking.later(pause_after(attempt))
    assert asking.deliver() == 0

    (notice,) = asking.use.list_notices(asking.account_id)
    assert (notice.attempts, notice.due_at, notice.failure) == (MOST_ATTEMPTS, None, "nobody is there")
    asking.post.away = False
    asking.use.replay_notice(asking.account_id, notice.notice_id)
    asking.deliver()
    assert [each.notice_id for each, _ in asking.post.delivered] == [notice.notice_id]


def test_an_address_that_breaks_its_delivery_keeps_no_other_news_waiting(asking, caplog):
    asking.post.breaks = f"{WEBHOOK}?token=secret"
    asking.answer(asking.start(webhook_url=asking.post.breaks))
    asking.answer(asking.start(webhook_url=WEBHOOK))

    with caplog.at_level(logging.INFO):
        assert asking.deliver() == 2

    assert [notice.url for notice, _ in asking.post.delivered] == [WEBHOOK]
    broken = {each.url: each for each in asking.use.list_notices(asking.account_id)}[asking.post.breaks]
    assert (broken.attempts, broken.failure) == (1, "the news could not be sent to this address")
    assert broken.due_at == asking.market.clock.now + pause_after(1)
    told = json.dumps([record.__dict__ for record in caplog.records], default=str)
    assert broken.notice_id in told
    assert "token=secret" not in told


def test_pauses_double_up_to_an_hour():
    assert [pause_after(attempt).total_seconds() for attempt in (1, 2, 3)] == [10, 20, 40]
    assert pause_after(50) == LONGEST_PAUSE


def test_nobody_replays_anothers_news(asking):
    asking.answer(asking.start(webhook_url=WEBHOOK))
    (notice,) = asking.use.list_notices(asking.account_id)

    with pytest.raises(UnknownError):
        asking.use.replay_notice("somebody", notice.notice_id)


def test_links_lead_every_kind_of_wallet_to_the_request(asking):
    session = asking.start(identity="x509_san_dns", fetch_by_post=True)

    links = asking.use.verifier.links(session)

    assert [link.split("?")[0] for link in links] == list(SCHEMES)
    parameters = parse_qs(links[0].split("?", 1)[1])
    assert parameters["client_id"] == ["x509_san_dns:market.example"]
    assert parameters["request_uri_method"] == ["post"]


def test_unsigned_requests_are_for_development_only(any_market, tmp_path):
    local = open_asking(any_market, tmp_path, "http://127.0.0.1:8000")
    session = local.start(identity=ClientIdPrefix.REDIRECT_URI.value)

    assert "dcql_query=" in local.use.verifier.links(session)[0]
    with pytest.raises(RefusedError):
        local.use.fetch(session.session_id)


def test_questions_have_names():
    (record,), (student,), (organisation,) = (
        read_query(document).credentials
        for document in (template_query("record:exam/1"), template_query("student"), ORGANISATION)
    )

    assert (record.id, student.format) == ("record", "dc+sd-jwt")
    assert organisation.accepts_types(frozenset({ORGANISATION_TYPE}))
    for unknown, error in (
        ("unheard-of", RefusedError),
        ("record:x/9", UnknownDataSetError),
        ("record:", RefusedError),
    ):
        with pytest.raises(error):
            template_query(unknown)


def test_only_open_sessions_can_be_answered(asking):
    session = asking.start()

    assert session.state is PresentationState.WAITING
    assert session.is_open(session.created_at)
    assert not replace(session, state=PresentationState.REFUSED).is_open(session.created_at)
