"""What can be shown, what a person chooses among, and which copy of a record leaves her wallet."""

from dataclasses import replace

import pytest

from crypto.encoding import canonical_json
from ssi.issuance import Subject, issue_copy
from ssi.openid4vp.transaction_data import write_transaction
from tests.ssi import parties
from tests.wallet.show_desk import Desk
from tests.wallet.showing import (
    ORGANISATION_TYPE,
    SEX,
    exam_copy,
    held_exam,
    one,
    query,
)
from wallet.domain.credential import Standing
from wallet.domain.showing import Stage
from wallet.domain.showing_copy import Copy
from wallet.domain.shown_record import Traces
from wallet.errors import (
    DamagedError,
    ShowChoiceError,
)
from wallet.services.answer_showing import CHANGED
from wallet.services.keep_copies import KeepCopies


@pytest.fixture
def desk() -> Desk:
    return Desk().with_exam()


def only_option(desk, showing):
    (part,) = desk.question(showing).parts
    (option,) = part.options
    return option


def test_nothing_fits_where_nothing_is_held():
    desk = Desk()
    question = desk.question(desk.open(SEX))

    assert not question.can_be_answered
    assert [part.query_id for part in question.missing] == ["exam"]
    assert desk.asker.went == []


@pytest.mark.parametrize(
    "change",
    [{"standing": Standing.REVOKED}, {"standing": Standing.SUSPENDED}, {"expires_at": parties.NOW}],
    ids=["revoked", "suspended", "expired"],
)
def test_a_record_that_does_not_count_is_shown_to_nobody(change):
    desk = Desk().with_exam(**change)

    assert not desk.question(desk.open()).can_be_answered


def test_a_replaced_record_is_shown_to_nobody(desk):
    newer = held_exam("newer", issued_at=parties.NOW.replace(minute=1))
    desk.credentials.save(desk.anna, newer)

    assert only_option(desk, desk.open()).card.credential_id == "newer"


def test_the_person_chooses_among_records_that_fit(desk):
    desk.credentials.save(desk.anna, held_exam("other", handle="urn:argonauta:person:other"))
    showing = desk.open()
    (part,) = desk.question(showing).parts

    assert {option.card.credential_id for option in part.options} == {"exam", "other"}
    with pytest.raises(ShowChoiceError) as error:
        desk.share(showing)
    assert error.value.field == "part-0"
    with pytest.raises(ShowChoiceError):
        desk.share(showing, part_0=[option.key for option in part.options])
    assert desk.share(showing, part_0=["other.0"]).records[0].credential_id == "other"


def test_several_records_are_shown_where_several_are_asked_for(desk):
    desk.credentials.save(desk.anna, held_exam("other", handle="urn:argonauta:person:other"))
    showing = desk.open(query(one("sex", multiple=True)))

    shown = desk.share(showing, part_0=["exam.0", "other.0"])

    assert shown.stage is Stage.SHOWN
    assert len(desk.asker.saw[0]["exam"]) == 2


def test_the_person_chooses_among_sets_of_claims(desk):
    claims = [{"id": name, "path": [name]} for name in ("exam_score", "reading_score", "sex")]
    asked = query(one(*claims, claim_sets=[["exam_score", "sex"], ["reading_score"]]))
    showing = desk.open(asked)

    with pytest.raises(ShowChoiceError):
        desk.share(showing)
    desk.share(showing, part_0=["exam.1"])

    (seen,) = desk.asker.saw[0]["exam"]
    assert "reading_score" in seen
    assert not {"exam_score", "sex"} & seen.keys()


def test_what_is_optional_is_shown_only_if_it_is_chosen(desk):
    desk.with_organisation()
    asked = query(
        one("sex"),
        one(vct=ORGANISATION_TYPE, name="organisation"),
        credential_sets=[
            {"options": [["exam"]]},
            {"options": [["organisation"]], "required": False, "purpose": "To send you the invoice"},
        ],
    )
    first, second = desk.open(asked), desk.open(asked)

    assert desk.question(first).purposes == ("To send you the invoice",)
    desk.share(first)
    desk.share(second, set_1=["0"])

    assert [sorted(seen) for seen in desk.asker.saw] == [["exam"], ["exam", "organisation"]]


def test_one_of_several_combinations_is_chosen(desk):
    desk.with_organisation()
    asked = query(
        one("sex"),
        one(vct=ORGANISATION_TYPE, name="organisation"),
        one(vct="urn:example:unheard-of", name="unheard"),
        credential_sets=[{"options": [["exam"], ["organisation"], ["unheard"]]}],
    )
    showing = desk.open(asked)

    (combinations,) = desk.question(showing).sets
    assert list(combinations.possible) == [0, 1]
    for chosen in ({}, {"set_0": ["2"]}, {"set_0": ["none"]}, {"set_0": ["0", "1"]}):
        with pytest.raises(ShowChoiceError):
            desk.share(showing, **chosen)
    desk.share(showing, set_0=["1"])
    assert list(desk.asker.saw[0]) == ["organisation"]


def test_a_required_set_that_nothing_fits_cannot_be_got_round(desk):
    asked = query(
        one("sex"),
        one(vct="urn:example:unheard-of", name="unheard"),
        credential_sets=[{"options": [["unheard"]]}, {"options": [["exam"]], "required": False}],
    )
    showing = desk.open(asked)

    assert not desk.question(showing).can_be_answered
    with pytest.raises(ShowChoiceError):
        desk.share(showing, set_1=["0"])
    assert desk.asker.went == []


@pytest.mark.parametrize("key", ["exam.1", "exam", "organisation.0", "", "../exam.0"])
def test_what_is_not_on_the_page_cannot_be_chosen(desk, key):
    desk.with_organisation()
    showing = desk.open()

    with pytest.raises(ShowChoiceError):
        desk.share(showing, part_0=[key])
    assert desk.asker.went == []


def test_copies_are_shown_each_once_and_the_person_is_told_when_none_is_left():
    desk = Desk().with_exam(copies=2)

    told, keys = [], []
    for _ in range(3):
        showing = desk.open()
        told.append(only_option(desk, showing).card.traces)
        assert desk.share(showing).records[0].traces is told[-1]
        keys.append(canonical_json(dict(desk.asker.saw[-1]["exam"][0]["cnf"])))

    assert told == [Traces.FRESH, Traces.FRESH, Traces.REUSED]
    assert keys[0] != keys[1]
    assert keys[2] in keys[:2]


def test_a_record_without_copies_is_shown_itself_and_the_person_is_told(desk):
    showing = desk.open()

    assert only_option(desk, showing).card.traces is Traces.OWN
    assert desk.share(showing).records[0].traces is Traces.OWN


def test_a_copy_shows_no_commitment_and_no_number_of_the_record():
    desk = Desk().with_exam(copies=1)
    desk.share(desk.open())

    (seen,) = desk.asker.saw[0]["exam"]
    assert "commitment" not in seen
    assert seen["sub"] != held_exam().handle


def test_a_copy_that_says_something_else_is_not_shown():
    desk = Desk().with_exam(copies=1)
    showing = desk.open()
    key = parties.es256("copy 1")
    token = issue_copy(
        parties.record({**parties.EXAM, "sex": "male"}),
        Subject(f"urn:argonauta:person:{'A' * 43}", key.public),
        issuer=parties.ISSUER,
        terms=parties.terms(),
    )

    class Swapped(KeepCopies):
        def take(self, *_arguments, **_more):
            return Copy(token, key, reused=False)

    swapped = replace(desk.show.answer, copies=Swapped(desk.copies))
    with pytest.raises(DamagedError):
        swapped.share(desk.anna, showing.row_id, {}, seen=desk.seen(showing))
    assert desk.asker.went == []


def test_a_transaction_is_signed_together_with_what_is_shown(desk):
    payment = write_transaction("payment", ["exam"], {"amount": "3 EUR", "payee": "Library"})
    showing = desk.share(desk.open(SEX, transactions=(payment,)))

    assert showing.stage is Stage.SHOWN


def test_a_choice_that_confirms_nothing_is_refused(desk):
    desk.with_organisation()
    payment = write_transaction("payment", ["organisation"], {"amount": "3 EUR"})
    asked = query(
        one("sex"),
        one(vct=ORGANISATION_TYPE, name="organisation"),
        credential_sets=[{"options": [["exam"], ["organisation"]]}],
    )
    showing = desk.open(asked, transactions=(payment,))

    with pytest.raises(ShowChoiceError) as error:
        desk.share(showing, set_0=["0"])
    assert error.value.field == "transaction"
    assert desk.share(showing, set_0=["1"]).stage is Stage.SHOWN


def test_a_number_in_a_record_of_another_kind_stands_on_a_line():
    desk = Desk().with_organisation()
    showing = desk.open(query(one(vct=ORGANISATION_TYPE, name="organisation")))
    (line,) = [each for each in only_option(desk, showing).always if each.path == ("sub",)]

    desk.share(showing)

    (seen,) = desk.asker.saw[0]["organisation"]
    assert (line.value, line.asked) == (seen["sub"], False)


def test_an_unseen_copy_is_promised_only_if_there_is_one_for_every_part():
    desk = Desk().with_exam(copies=1)
    asked = query(one("sex", name="first"), one("exam_score", name="second"))
    showing = desk.open(asked)

    told = {part.options[0].card.traces for part in desk.question(showing).parts}
    assert told == {Traces.REUSED}
    desk.copies.save(desk.anna, exam_copy(1))
    assert {part.options[0].card.traces for part in desk.question(showing).parts} == {Traces.FRESH}
    assert {record.traces for record in desk.share(showing).records} == {Traces.FRESH}


def test_a_copy_that_another_window_used_meanwhile_is_not_shown_as_a_fresh_one():
    desk = Desk().with_exam(copies=1)
    showing = desk.open()

    class Late(KeepCopies):
        def take(self, *arguments, **more):
            KeepCopies(desk.copies).take(*arguments, **more)
            return KeepCopies(desk.copies).take(*arguments, **more)

    late = replace(desk.show.answer, copies=Late(desk.copies))
    with pytest.raises(ShowChoiceError) as error:
        late.share(desk.anna, showing.row_id, {}, seen=desk.seen(showing))
    assert error.value.field == CHANGED
    assert desk.asker.went == []
