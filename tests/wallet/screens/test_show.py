"""Showing a record on the screens, without scripts, in both languages."""

import re
from html import unescape
from urllib.parse import urlsplit

import pytest

from ssi.openid4vp.request import ResponseMode
from ssi.openid4vp.transaction_data import write_transaction
from tests.ssi import parties
from tests.wallet.browsing import PASSWORD, Browser
from tests.wallet.screens.moments import session_of
from tests.wallet.showing import SEX, later, one, query


def open_link(browser, link, status=200):
    browser.get("/show")
    return browser.post("/show", status, link=link)


def address_of(link):
    return f"/show?{urlsplit(link).query}"


def test_a_pasted_link_leads_to_one_page_with_everything(holder, world):
    page = open_link(holder, world.asker.ask(query(one("sex", "exam_score"))))

    for words in (
        "verifier.example asks to see something",
        "Confirmed by a known authority",
        "It calls itself",
        "gives no reason",
        "0.261",
        "Everything else in your wallet stays hidden",
        "can be recognised",
        "Share",
        "Don’t share",
    ):
        assert words in page
    assert "Reading score" not in page
    assert "exam_score" not in page
    assert world.asker.went == []


def test_sharing_and_not_sharing_are_equally_prominent(holder, world):
    page = open_link(holder, world.asker.ask())

    buttons = re.findall(r'<button class="([^"]+)" type="submit" name="decision" value="(\w+)"', page)
    assert buttons == [("btn btn-decide", "share"), ("btn btn-decide", "decline")]


def test_a_link_on_the_same_device_leads_to_the_same_page(holder, world):
    page = holder.get(address_of(world.asker.ask()))

    assert "verifier.example asks to see something" in page


def test_a_locked_wallet_is_opened_first_and_comes_back_to_the_request(holder, world):
    link = address_of(world.asker.ask())
    holder.get("/home")
    holder.post("/lock")

    assert "Your wallet is locked" in holder.get(link)
    assert world.asker.fetched == []
    page = holder.post("/sign-in", login="anna", password=PASSWORD)

    assert "verifier.example asks to see something" in page
    assert len(world.asker.fetched) == 1


def test_what_was_shared_is_said_and_stands_in_the_history(holder, world):
    world.asker.onward = "https://buyer.example/back?code=1"
    open_link(holder, world.asker.ask())

    page = holder.post(holder.path, decision="share")

    assert "Shown to verifier.example" in page
    assert 'href="https://buyer.example/back?code=1"' in page
    assert "Go on at buyer.example" in page
    history = holder.get("/show/history")
    assert "Exam results" in history
    assert "the record itself" in history
    assert "female" not in page + history


def test_declining_says_so_everywhere(holder, world):
    open_link(holder, world.asker.ask())

    assert "was told that you said no, and nothing else" in holder.post(holder.path, decision="decline")
    assert "You declined" in holder.get("/show/history")
    assert len(world.asker.declined) == 1


def test_a_request_opened_again_says_that_it_was_answered(holder, world):
    link = world.asker.ask()
    open_link(holder, link)
    holder.post(holder.path, decision="share")

    page = open_link(holder, link)

    assert "You have answered this request already" in page
    assert len(world.asker.went) == 1


def test_a_second_click_shows_what_came_of_the_first(holder, world):
    open_link(holder, world.asker.ask())
    form, page = holder.path, holder.page
    holder.post(form, decision="share")
    holder.page = page

    for decision in ("share", "decline"):
        holder.page = page
        assert "Shown to verifier.example" in holder.post(form, decision=decision)
    assert len(world.asker.went) == 1


def test_an_unknown_decision_does_nothing(holder, world):
    open_link(holder, world.asker.ask())

    holder.post(holder.path, 404, decision="perhaps")
    assert world.asker.went == []


def test_a_request_without_a_form_token_does_nothing(holder, world):
    open_link(holder, world.asker.ask())

    holder.page = ""
    holder.post(holder.path, 400, decision="share")
    assert world.asker.went == []


def test_nothing_that_fits_is_said_without_telling_anybody(signed_in, world):
    page = open_link(signed_in, world.asker.ask())

    assert "Your wallet has nothing that fits" in page
    assert "Exam results" in page
    assert 'value="share"' not in page
    assert world.asker.went == []


def test_what_is_optional_begins_left_out(holder, world):
    sets = [{"options": [["exam"]]}, {"options": [["more"]], "required": False, "purpose": "To advise you"}]
    asked = query(one("sex"), one("exam_score", name="more"), credential_sets=sets)

    page = open_link(holder, world.asker.ask(asked))

    assert "verifier.example gives this reason: “To advise you”" in page
    assert "Which of these do you want to show?" in page
    assert re.search(r'name="set-1" value="none" checked', page)
    holder.post(holder.path, decision="share", **{"set-1": "none"})
    assert list(world.asker.saw[0]) == ["exam"]


def test_where_there_is_a_choice_nothing_is_chosen_for_the_person(holder, world):
    holder.add_record(world.issuers.offer(person="4712"))
    page = open_link(holder, world.asker.ask())
    keys = re.findall(r'name="part-0" value="([^"]+)"', page)

    assert len(keys) == 2
    assert " checked" not in page
    assert "Choose here what you want to show" in holder.post(holder.path, 422, decision="share")
    page = holder.post(holder.path, decision="share", **{"part-0": keys[1]})
    assert "Shown to" in page


def test_a_transaction_is_shown_whole(holder, world):
    payment = write_transaction(
        "payment", ["exam"], {"amount": "3 EUR", "payee": "Library", "terms": {"weekly": True}}
    )
    page = open_link(holder, world.asker.ask(SEX, transactions=(payment,)))

    for words in ("You also agree to this", "A payment", "3 EUR", "Library", "Terms · weekly", "Yes"):
        assert words in page


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"exp": later(parties.NOW, days=-1)}, "The request has run out"),
        ({"nonce": None}, "does not have the agreed form"),
        ({"transaction_data": ["AAAA"]}, "cannot put into words"),
    ],
)
def test_a_refused_request_names_why(holder, world, claims, words):
    page = open_link(holder, world.asker.ask(SEX, **claims), 422)

    assert words in page
    assert "whoever sent it was told nothing" in page
    assert world.asker.went == []


def test_a_link_of_another_kind_is_explained(holder):
    assert "This is not a link to a request" in open_link(holder, "https://example.org", 422)
    assert "This request was not opened" in holder.get("/show?client_id=%ff", 422)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("revoked", "The issuer has taken the record back"),
        ("session_expired", "The answer came too late"),
        ("<b>odd</b>", "could not be checked there"),
    ],
)
def test_what_the_asker_did_not_accept_is_said_with_its_remedy(holder, world, reason, words):
    open_link(holder, world.asker.ask())
    world.asker.says = reason

    page = holder.post(holder.path, decision="share")

    assert words in page
    assert "<b>odd" not in holder.page


def test_an_answer_that_did_not_arrive_can_be_sent_again(holder, world):
    open_link(holder, world.asker.ask())
    world.asker.down = True
    page = holder.post(holder.path, decision="share")
    assert "It is not certain that your answer arrived" in page
    world.asker.down = False

    assert "Shown to verifier.example" in holder.press("/again")


def test_a_request_of_another_wallet_is_not_there(holder, app, world):
    open_link(holder, world.asker.ask())
    other = Browser(app)
    other.sign_up("ben")

    other.get(holder.path, 404)
    for ending in ("", "/again"):
        other.get("/show")
        other.post(f"{holder.path}{ending}", 404, decision="share")
    assert world.asker.went == []


def test_requests_that_wait_are_listed(holder, world):
    open_link(holder, world.asker.ask())

    assert "Waiting for you" in holder.get("/show")


def test_what_others_wrote_runs_nothing(holder, world):
    metadata = {"vp_formats_supported": {}, "client_name": "<script>alert(1)</script>"}
    sets = [{"options": [["exam"]], "purpose": "<img src=x onerror=alert(2)>"}]
    open_link(holder, world.asker.ask(query(one("sex"), credential_sets=sets), client_metadata=metadata))

    assert "<script>alert" not in holder.page
    assert "<img src=x" not in holder.page
    assert "<script>alert(1)</script>" in unescape(holder.page)


def test_the_pages_speak_german_to_those_who_prefer_it(holder, world):
    holder.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "de-AT,de;q=0.9,en;q=0.5"
    page = open_link(
        holder, world.asker.ask(query(one("sex", "exam_score")), mode=ResponseMode.DIRECT_POST_JWT)
    )

    for words in ("möchte etwas sehen", "Nicht teilen", "0,261", 'lang="de"', "verschlüsselt"):
        assert words in page
    assert "verifier.example hat es gesehen" in holder.post(holder.path, decision="share")
    assert "Was Sie vorgezeigt haben" in holder.get("/show/history")
    assert "nicht geöffnet" in open_link(holder, "x", 422)


@pytest.mark.parametrize(
    ("chosen", "told", "spoken", "day"),
    [
        ("de", "Nachweis vorzeigen", "de", "1. März 2026, 12:"),
        ("fr", "Show a record", "en", "1 Mar 2026, 12:"),
    ],
)
def test_the_pages_speak_the_language_that_was_chosen_whatever_the_browser_prefers(
    holder, world, chosen, told, spoken, day
):
    holder.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en" if chosen == "de" else "de"
    holder.get("/show")

    assert told in holder.post("/language", language=chosen, onward="/show")
    assert f'<div lang="{spoken}">' in holder.page
    open_link(holder, world.asker.ask(query(one("sex"))))
    holder.post(holder.path, decision="share")
    assert day in holder.get("/show/history")


def test_the_history_begins_empty(signed_in):
    assert "You have shown nothing to anybody" in signed_in.get("/show/history")


def test_copies_are_told_from_the_record_itself(holder, world):
    world.issuers.copies = 2
    holder.add_record(world.issuers.offer(person="4713"))
    page = open_link(holder, world.asker.ask())

    assert "a fresh copy, shown to nobody before" in page
    assert len(world.services.records(session_of(world))) == 2


def test_a_page_that_is_no_longer_true_is_shown_anew_before_anything_is_sent(holder, world):
    open_link(holder, world.asker.ask())

    page = holder.post(holder.path, 422, decision="share", seen="another page")

    assert "Something here has changed since you opened the page" in page
    assert world.asker.went == []
    assert "Shown to verifier.example" in holder.post(holder.path, decision="share")


def test_an_answer_that_did_not_arrive_can_be_thrown_away(holder, world):
    open_link(holder, world.asker.ask())
    world.asker.down = True
    page = holder.post(holder.path, decision="share")
    assert "Don’t send it again" in page

    page = holder.post(holder.path, decision="decline")

    assert "does not send it again" in page
    assert "/again" not in page
