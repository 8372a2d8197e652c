"""Home, uses, earnings, and what holds on every page."""

import re

import pytest

from wallet.errors import WalletError
from wallet.web.problems import STATUS


def test_every_number_of_home_leads_to_its_list(used):
    page = used.get("/home")

    for label, value, path in (
        ("Records", "1", "/records/"),
        ("Active agreements", "1", "/agreements/"),
        ("Earned this month", "€0.75", "/earnings/"),
        ("Times used", "1", "/uses/"),
    ):
        card = next(each for each in re.findall(r'<a class="card stat".*?</a>', page, re.S) if label in each)
        assert f'href="{path}"' in card
        assert value in card


def test_the_checklist_vanishes_once_something_is_shared(holder):
    assert "Two steps to your first earnings" in holder.get("/home")
    record = re.findall(r'href="(/records/[0-9a-f-]{36})"', holder.get("/records/"))[0]
    holder.get(record)
    holder.offer_with_defaults()

    assert "Two steps" not in holder.get("/home")


def test_each_use_says_who_what_why_how_it_ended_and_that_its_proof_was_checked(used):
    page = used.get("/uses/")

    for words in (
        "Institute of Public Health",
        "Research institute, AT",
        "Number of people and average exam score",
        "for scientific research",
        "€0.75",
        "Proof checked",
        "You were left out",
        "The organisation that asks is not allowed.",
        "Insurer, DE",
    ):
        assert words in page
    assert "Acme &lt;b&gt;Insurance&lt;/b&gt;" in used.page


def test_earnings_add_up_on_the_page_and_in_the_table(used):
    page = used.get("/earnings/")
    table = used.client.get("/earnings/earnings.csv")

    assert page.count("€0.75") >= 3
    assert table.get_data(as_text=True).splitlines()[0].startswith("date,organisation")
    assert "0.75" in table.get_data(as_text=True)
    assert table.headers["Content-Disposition"] == "attachment; filename=earnings.csv"


def test_a_log_that_contradicts_itself_is_loud_on_every_page(used, world):
    del world.market.log.entries[1:]
    world.market.uses.clear()
    used.get("/home")
    used.post("/refresh")

    for path in ("/home", "/records/", "/agreements/", "/uses/", "/earnings/"):
        assert "The public log cannot be trusted" in used.get(path)
    assert "these two signed statements" in used.get("/uses/")


def test_a_refresh_by_script_reloads_the_page_only_when_something_changed(sharer, world):
    sharer.get("/home")
    token = re.findall(r'X-CSRFToken": "([^"]+)"', sharer.page)[0]
    headers = {"HX-Request": "true", "X-CSRFToken": token}

    first = sharer.client.post("/refresh?onward=home.overview", headers=headers)
    second = sharer.client.post("/refresh?onward=home.overview", headers=headers)

    assert first.headers.get("HX-Refresh") == "true"
    assert "HX-Refresh" not in second.headers
    assert "Up to date as of" in second.get_data(as_text=True)


def test_partners_that_do_not_answer_are_named(sharer, world):
    world.market.down = True
    sharer.get("/home")

    page = sharer.post("/refresh")

    assert "Not everything could be checked" in page
    assert "The marketplace cannot be reached now" in page


def test_a_refresh_leads_only_to_pages_of_the_wallet(signed_in):
    signed_in.post("/refresh", onward="doorway.sign_up")

    assert signed_in.path == "/home"


@pytest.mark.parametrize(
    ("path", "action"),
    [
        ("/agreements/", "/records/"),
        ("/uses/", "/records/"),
        ("/earnings/", "/records/"),
        ("/records/", "/records/add"),
    ],
)
def test_an_empty_list_says_one_thing_to_do(signed_in, path, action):
    page = signed_in.get(path)

    assert re.findall(r'<a class="btn btn-primary" href="([^"]+)"', page) == [action]


def test_no_page_names_a_technology(used):
    for path in ("/home", "/records/", "/agreements/", "/uses/", "/earnings/", "/records/add"):
        text = re.sub(r"<[^>]+>", " ", re.sub(r"<head>.*?</head>", "", used.get(path), flags=re.S))
        for noun in ("SD-JWT", "MPC", "Merkle", "credential", "epsilon", "DID", "Argon2", "JWS", "node-a"):
            assert not re.search(rf"\b{noun}\b(?!-offer)", text), (path, noun)


def test_every_failure_of_the_use_cases_has_a_page_and_a_status():
    abstract = {"PartnerError"}
    kinds = {each for each in WalletError.__subclasses__() if each.__name__ not in abstract}
    kinds |= {child for each in WalletError.__subclasses__() for child in each.__subclasses__()}

    assert kinds == set(STATUS)


def test_health_and_metrics_answer_without_a_wallet(browser):
    assert browser.client.get("/health").json["role"] == "wallet"
    metrics = browser.client.get("/metrics").get_data(as_text=True)
    assert "http_requests_total" in metrics


def test_answers_may_not_be_kept_by_anybody(used):
    answer = used.client.get("/uses/")

    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


def test_the_page_gets_each_proof_to_look_at_it_itself(used, world):
    told = used.client.get("/uses/proofs.json")

    (use,) = told.json["uses"]
    assert use["entry"]["body"]["amount_cents"] == 75
    assert use["proof"]["index"] == 1
    assert told.json["log"]["origin"] == "market"
    assert told.headers["Cache-Control"] == "no-store"
    assert 'data-cents="75"' in used.get("/uses/")


def test_proofs_are_told_to_the_open_wallet_alone(used, app):
    assert app.test_client().get("/uses/proofs.json").status_code == 302


def test_a_use_says_everything_but_values(used):
    page = used.get("/uses/")

    for words in (
        "urn:argonauta:organisation:iph",
        "exam score",
        "the number of people only",
        "Under the name",
        "job-1",
        "Place in the public log",
        "nothing",
        "No value of your record stands here",
    ):
        assert words in page
    assert "0.261" not in page


@pytest.mark.parametrize(
    ("job", "kind", "words"),
    [
        ("job-1", "deletion", "you received an answer that my data was part of"),
        ("job-1", "complaint", "The data protection authority (AT, https://www.dsb.gv.at)"),
        ("job-9", "complaint", "The data protection authority (DE, https://www.bfdi.bund.de)"),
    ],
)
def test_each_use_leads_to_both_letters_with_the_receiver_filled_in(used, job, kind, words):
    used.get("/uses/")
    (path,) = re.findall(rf'href="(/letters/[^"]+/uses/{job}/{kind})"', used.page)

    page = used.get(path)

    assert words in page
    assert job in page
    assert "Your wallet sends nothing" in page


def test_each_agreement_leads_to_both_letters(used):
    used.get("/agreements/")
    (agreement,) = set(re.findall(r'href="(/agreements/[0-9a-f-]{36})"', used.page))
    used.get(agreement)
    paths = re.findall(r'href="(/letters/[^"]+/(?:deletion|complaint))"', used.page)

    assert len(paths) == 2
    assert "A letter to Marketplace" in used.get(paths[0])
    assert "with which I made the agreement below" in used.get(paths[1])
    assert "Beschwerde nach Artikel 77" in used.get(f"{paths[1]}?language=de")


@pytest.mark.parametrize("path", ["nothing/deletion", "nothing/uses/job-1/deletion"])
def test_a_letter_about_nothing_of_hers_is_not_written(used, path):
    used.get(f"/letters/{path}", 404)


def test_an_unknown_kind_of_letter_is_not_written(used):
    used.get("/uses/")
    path = re.findall(r'href="(/letters/[^"]+/uses/job-1/)deletion"', used.page)[0]

    used.get(f"{path}praise", 404)
