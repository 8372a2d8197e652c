"""A person is asked to show a record: what is put before her, what leaves the wallet, and how often."""

from dataclasses import replace

import pytest

from crypto.encoding import canonical_json
from crypto.errors import MalformedError
from crypto.reading import Fields
from ssi.credential_payload import OPENING_CLAIM
from ssi.openid4vp.request import RequestUriMethod, ResponseMode
from tests.ssi import parties
from tests.wallet.show_desk import Desk
from tests.wallet.showing import (
    SEX,
    one,
    query,
)
from wallet.domain.showing import WAITS, Showing, Stage
from wallet.domain.shown_record import ShownRecord
from wallet.errors import (
    AskDoubt,
    AskRefusedError,
    ConflictError,
    NotInWalletError,
    ShowChoiceError,
)
from wallet.services.open_showing import MOST_WAITING
from wallet.services.read_showing import ReadShowing


@pytest.fixture
def desk() -> Desk:
    return Desk().with_exam()


def only_option(desk, showing):
    (part,) = desk.question(showing).parts
    (option,) = part.options
    return option


def test_only_what_was_asked_for_is_shown(desk):
    showing = desk.share(desk.open(query(one("sex"))))

    assert showing.stage is Stage.SHOWN
    (seen,) = desk.asker.saw[0]["exam"]
    assert seen["sex"] == "female"
    assert not {"exam_score", "reading_score", "school_type", OPENING_CLAIM} & seen.keys()


def test_the_page_says_what_is_then_shown(desk):
    showing = desk.open(query(one("sex", "exam_score")))
    option = only_option(desk, showing)
    desk.share(showing)

    (seen,) = desk.asker.saw[0]["exam"]
    assert {line.path[0]: line.value for line in option.lines} == {"sex": "female", "exam_score": 0.261}
    assert all(seen[str(line.path[0])] == line.value for line in option.lines)


def test_a_query_without_claims_shows_that_the_record_is_there_and_no_more(desk):
    showing = desk.open(query(one()))

    assert only_option(desk, showing).lines == ()
    assert desk.share(showing).stage is Stage.SHOWN
    assert not set(parties.EXAM) & desk.asker.saw[0]["exam"][0].keys()


def test_an_answer_is_encrypted_where_that_was_asked_for(desk):
    desk.share(desk.open(SEX, mode=ResponseMode.DIRECT_POST_JWT))

    (_, form) = desk.asker.went[0]
    assert form.keys() == {"response"}
    assert desk.asker.saw[0]["exam"][0]["sex"] == "female"


@pytest.mark.parametrize("claim", [OPENING_CLAIM, f"{OPENING_CLAIM}.blinding"])
def test_what_opens_the_sealed_record_is_never_shown(desk, claim):
    showing = desk.open(query(one({"path": claim.split(".")})))

    assert not desk.question(showing).can_be_answered
    with pytest.raises(ShowChoiceError):
        desk.share(showing)
    assert desk.asker.went == []


def test_the_same_request_opened_twice_is_one(desk):
    link = desk.asker.ask()
    first = desk.show.open(desk.anna, link)
    second = desk.show.open(desk.anna, link)

    assert (second.row_id, first.openings, second.openings) == (first.row_id, 1, 2)


def test_a_link_whose_request_is_gone_says_what_came_of_it(desk):
    link, other = desk.asker.ask(), desk.asker.ask()
    showing = desk.share(desk.show.open(desk.anna, link))
    waiting = desk.show.open(desk.anna, other)
    desk.asker.down = True

    assert desk.show.open(desk.anna, f" {link}").row_id == showing.row_id
    assert desk.show.open(desk.anna, link).openings == 3
    for unanswered in (other, link + "&more=1"):
        with pytest.raises(AskRefusedError) as refusal:
            desk.show.open(desk.anna, unanswered)
        assert refusal.value.doubt is AskDoubt.NOT_FETCHED
    assert desk.show.read.showing(desk.anna, waiting.row_id) == waiting


def test_a_request_is_answered_once(desk):
    link = desk.asker.ask()
    showing = desk.share(desk.show.open(desk.anna, link))

    with pytest.raises(AskRefusedError) as refusal:
        desk.share(showing)
    assert refusal.value.doubt is AskDoubt.ANSWERED
    with pytest.raises(AskRefusedError):
        desk.show.answer.decline(desk.anna, showing.row_id)
    assert desk.show.open(desk.anna, link).stage is Stage.SHOWN
    assert len(desk.asker.went) == 1


def test_two_windows_answer_once(desk):
    showing = desk.open()
    real = desk.show.answer.read.question

    class Slow(ReadShowing):
        def question(self, session, each):
            found = real(session, each)
            desk.share(showing)  # the other window is faster
            return found

    reading = Slow(**vars(desk.show.answer.read))
    slow = replace(desk.show.answer, read=reading)

    with pytest.raises(ConflictError):
        slow.share(desk.anna, showing.row_id, {}, seen=desk.seen(showing))
    assert len(desk.asker.went) == 1


def test_a_request_belongs_to_one_wallet(desk):
    showing = desk.open()
    ben = replace(desk.anna, wallet_id="wallet of ben")

    for act in (desk.show.read.showing, desk.show.answer.decline, desk.show.answer.send_again):
        with pytest.raises(NotInWalletError):
            act(ben, showing.row_id)
    with pytest.raises(NotInWalletError):
        desk.show.answer.share(ben, showing.row_id, {}, seen=desk.seen(showing))


def test_declining_tells_no_more_than_that(desk):
    nothing = Desk()
    for each in (desk, nothing):
        showing = each.show.answer.decline(each.anna, each.open(SEX).row_id)
        assert (showing.stage, showing.told) == (Stage.DECLINED, True)

    assert desk.asker.went == nothing.asker.went
    assert desk.asker.declined[0].error == "access_denied"


def test_a_decline_that_does_not_arrive_is_one_all_the_same(desk):
    showing = desk.open()
    desk.asker.down = True

    declined = desk.show.answer.decline(desk.anna, showing.row_id)

    assert (declined.stage, declined.told) == (Stage.DECLINED, False)
    with pytest.raises(AskRefusedError):
        desk.share(showing)


def test_what_a_verifier_does_not_accept_is_kept_with_its_reason(desk):
    desk.asker.revoked = True

    showing = desk.share(desk.open())

    assert (showing.stage, showing.reason, showing.form) == (Stage.REFUSED, "revoked", {})


def test_an_answer_that_did_not_arrive_is_sent_again_as_it_is(desk):
    showing = desk.open()
    desk.asker.down = True
    unsent = desk.share(showing)
    assert unsent.stage is Stage.UNSENT
    with pytest.raises(AskRefusedError):
        desk.share(showing)
    desk.asker.down = False

    sent = desk.show.answer.send_again(desk.anna, showing.row_id)

    assert (sent.stage, sent.form) == (Stage.SHOWN, {})
    assert desk.asker.went[0] == desk.asker.went[1]
    with pytest.raises(AskRefusedError):
        desk.show.answer.send_again(desk.anna, showing.row_id)


def test_an_answer_that_could_not_be_checked_now_can_be_sent_again(desk):
    desk.asker.says = "status_unavailable"
    showing = desk.share(desk.open())
    assert (showing.stage, showing.reason) == (Stage.UNSENT, "status_unavailable")
    desk.asker.says = None

    assert desk.show.answer.send_again(desk.anna, showing.row_id).stage is Stage.SHOWN


def test_a_request_that_was_only_opened_cannot_be_sent(desk):
    with pytest.raises(AskRefusedError):
        desk.show.answer.send_again(desk.anna, desk.open().row_id)


def test_a_request_waits_for_an_hour(desk):
    showing = desk.open()
    desk.clock.forward(seconds=WAITS.total_seconds())

    with pytest.raises(AskRefusedError) as refusal:
        desk.share(showing)
    assert refusal.value.doubt is AskDoubt.OVER
    assert desk.show.read.waiting(desk.anna) == ()
    assert desk.show.answer.decline(desk.anna, showing.row_id).told is False
    assert desk.asker.went == []


def test_links_alone_do_not_fill_a_wallet(desk):
    kept = desk.share(desk.open())
    for _ in range(MOST_WAITING + 3):
        desk.clock.forward(seconds=1)
        last = desk.open()

    waiting = desk.show.read.waiting(desk.anna)
    assert len(waiting) == MOST_WAITING
    assert waiting[0].row_id == last.row_id
    assert desk.show.read.history(desk.anna) == (kept,)


def test_the_history_names_claims_and_holds_no_value_and_no_presentation(desk):
    desk.share(desk.open(query(one("exam_score", "sex"))))
    desk.clock.forward(minutes=1)
    desk.show.answer.decline(desk.anna, desk.open(SEX).row_id)

    declined, shown = desk.show.read.history(desk.anna)
    document = canonical_json(shown.to_document()).decode()

    assert {declined.stage, shown.stage} == {Stage.DECLINED, Stage.SHOWN}
    assert shown.records[0].claims == (("exam_score",), ("sex",))
    assert not any(text in document for text in ("0.261", "female", "nonce-0", "vp_token", "eyJ"))


def test_a_request_reads_back_as_it_was_written(desk):
    waiting, showing = desk.open(SEX, method=RequestUriMethod.POST), desk.open()
    desk.asker.down = True

    for each in (waiting, desk.share(showing)):
        assert Showing.from_document(each.to_document(), each.row_id, each.revision) == each


@pytest.mark.parametrize(
    ("change", "value"),
    [
        ("stage", "fine"),
        ("form", []),
        ("form", {"vp_token": 1}),
        ("asker", {}),
        ("records", [{"title": "Exam"}]),
        ("openings", 0),
        ("extra", 1),
    ],
)
def test_a_kept_request_with_a_wrong_member_is_refused(desk, change, value):
    document = {**desk.open().to_document(), change: value}

    with pytest.raises(MalformedError):
        Showing.from_document(document, "row", 1)


@pytest.mark.parametrize("claims", [["sex"], [[]], [[True]], [[None]]])
def test_a_kept_claim_is_named_by_where_it_stands(desk, claims):
    (record,) = desk.share(desk.open()).records

    with pytest.raises(MalformedError):
        ShownRecord.from_fields(Fields.of({**record.to_document(), "claims": claims}, "record"))


def test_no_secret_stands_in_a_repr(desk):
    showing = desk.open(SEX, method=RequestUriMethod.POST)
    shown = desk.share(showing)
    question = desk.question(desk.open(SEX))
    said = repr((showing, shown, question, desk.show.read.cards(desk.anna)))

    assert not any(text in said for text in ("female", "nonce-", "eyJ", "PRIVATE KEY"))
